import pytest

from campaigns.models import Campaign
from tests.campaigns import scene
from tests.cast import Cast


@pytest.fixture
def blueprints(db: None) -> None:
    scene.load()


@pytest.fixture
def draft(cast: Cast, blueprints: None) -> Campaign:
    return scene.draft(cast)


@pytest.fixture
def henan(cast: Cast, blueprints: None) -> Campaign:
    return scene.published(cast)
