"""`make demo` from an empty state folder to the last process gone, twice."""

import signal

import pytest

from tests.launching import Demonstration, descendants, gone, temporary_state


@pytest.fixture
def demonstration():
    with temporary_state() as state:
        demo = Demonstration(state)
        yield demo
        if demo.process and demo.process.poll() is None:
            demo.stop(signal.SIGTERM)


@pytest.mark.journey
def test_the_demonstration_comes_up_and_leaves_nothing_but_its_data(demonstration):
    demonstration.start(AT="2020-04-30T17:25+08:00")
    family = descendants(demonstration.process.pid)
    assert demonstration.page() == 200
    assert "平台时刻：2020-04-30 17:25（北京时间）" in demonstration.said
    assert len(family) > 8
    assert demonstration.stop(signal.SIGINT) < 10
    assert demonstration.process.returncode == 0
    assert gone(*family)
    assert [file.name for file in demonstration.state.parent.iterdir()] == ["var"]

    second = Demonstration(demonstration.state, demonstration.port)
    second.start()
    assert second.page() == 200
    assert second.stop(signal.SIGTERM) < 10
    assert [file.name for file in demonstration.state.parent.iterdir()] == ["var"]
