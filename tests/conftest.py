"""What every test shares. Servers, browser and worker processes are plugins: servers.py, browser.py, running.py."""

import hypothesis
import pytest

from tests.cast import Cast, assemble

# The same examples on every machine, and no database of examples in a folder that may be read-only.
hypothesis.settings.register_profile("suite", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("suite")


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast: units, people and two enterprises (tests/cast.py)."""
    return assemble()
