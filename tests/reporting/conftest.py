import pytest

from core.calendar import load_tables
from tests import factories as make
from tests.cast import Cast
from tests.reporting.scene import Scene


@pytest.fixture
def scene(cast: Cast) -> Scene:
    """The cast in a published campaign of the province, with the holidays of 2020."""
    load_tables()
    return Scene(cast, make.campaign(cast.province))
