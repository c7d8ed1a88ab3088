"""Long work does not search again and again through what lived before it."""

import gc

import pytest

from core.memory import unswept


def test_what_lived_before_is_left_alone_and_counts_again_afterwards() -> None:
    gc.collect()
    with unswept():
        assert gc.get_freeze_count() > 10_000
        assert len(gc.get_objects()) < 10_000
    assert gc.get_freeze_count() == 0


@unswept()
def broken() -> None:
    raise ValueError("broken")


def test_work_that_breaks_leaves_the_collector_as_it_was() -> None:
    with pytest.raises(ValueError, match="broken"):
        broken()
    assert gc.get_freeze_count() == 0
