from collections.abc import Iterator

import pytest

from core import clock
from tests.cast import Cast
from tests.inspections import scene as stage
from tests.inspections.scene import Scene


@pytest.fixture
def scene(cast: Cast) -> Iterator[Scene]:
    """The campaign with its forms, at the morning of the visit."""
    with clock.travel(stage.MORNING):
        yield stage.scene(cast)
