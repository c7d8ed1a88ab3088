"""How long people wait for servers and for the demonstration."""

import time

from config.embedded import servers
from tests.launching import Demonstration, own_servers, temporary_state

SECOND_START_SECONDS = 10
SERVERS_SECONDS = 5


def test_embedded_servers_are_up_in_seconds(monkeypatch):
    own_servers(monkeypatch)
    with temporary_state() as state:
        started = time.monotonic()
        with servers(state, durable=False):
            took = time.monotonic() - started
    print(f"\nthrow-away PostgreSQL and Redis: {took:.2f} s")
    assert took < SERVERS_SECONDS


def test_the_second_start_of_the_demonstration_is_short():
    with temporary_state() as state:
        first, second = Demonstration(state), Demonstration(state)
        took = [(demo.start(), demo.stop()) for demo in (first, second)]
    print(f"\ndemonstration, start and stop: first {took[0][0]:.1f} s, {took[0][1]:.1f} s; ", end="")
    print(f"second {took[1][0]:.1f} s, {took[1][1]:.1f} s")
    assert took[1][0] < SECOND_START_SECONDS
