import pytest

from campaigns.models import Campaign
from tests.cast import Cast
from tests.registers import scene


@pytest.fixture
def all_registers(db: None) -> None:
    scene.load()


@pytest.fixture
def plan(cast: Cast) -> Campaign:
    return scene.campaign(cast)
