"""Waiting for transactions that were open: writers always, readers for a while, never for oneself."""

import threading
import time

import pytest
from django.db import connection, transaction

from core.models import Counter
from core.transactions import open_transactions, wait_for_open

pytestmark = pytest.mark.django_db(transaction=True)


class Held:
    """A transaction that another connection keeps open until it is let go."""

    def __init__(self, *, writes: bool) -> None:
        self.ready, self.leave = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.run, args=(writes,))

    def run(self, writes: bool) -> None:
        try:
            with transaction.atomic():
                if writes:
                    Counter.objects.create(kind="held", scope="", year=2020)
                else:
                    Counter.objects.count()
                self.ready.set()
                self.leave.wait(30)
        finally:
            connection.close()

    def __enter__(self) -> "Held":
        self.thread.start()
        assert self.ready.wait(10)
        return self

    def __exit__(self, *exc: object) -> None:
        self.leave.set()
        self.thread.join()


def test_nobody_there_is_no_wait() -> None:
    began = time.monotonic()
    assert wait_for_open()
    assert time.monotonic() - began < 1


def test_one_does_not_wait_for_oneself() -> None:
    with transaction.atomic():
        Counter.objects.create(kind="own", scope="", year=2020)
        assert open_transactions() == {}


def test_a_writer_is_waited_for_until_it_ends() -> None:
    with Held(writes=True) as held:
        threading.Timer(0.5, held.leave.set).start()
        assert wait_for_open(patience=0.1)
        assert Counter.objects.filter(kind="held").exists()


def test_a_writer_that_does_not_end_is_said() -> None:
    with Held(writes=True):
        assert not wait_for_open(patience=0.1, limit=0.4)


def test_a_reader_is_not_waited_for_for_ever() -> None:
    with Held(writes=False):
        assert wait_for_open(patience=0.3, limit=5)
        assert any(not writes for writes in open_transactions().values())


def test_what_begins_later_is_not_waited_for() -> None:
    with Held(writes=True) as first:
        threading.Timer(0.4, first.leave.set).start()
        with Held(writes=False):
            assert wait_for_open(patience=0.2, limit=5)
