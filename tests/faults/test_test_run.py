"""A test run that is told to stop, or killed, leaves no server behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.launching import OF_THIS_RUN, ROOT, descendants, gone, temporary_state

SLEEPER = """
import pathlib, sys, time

def test_sleeps():
    pathlib.Path({mark!r}).touch()
    time.sleep(600)
"""


@pytest.mark.parametrize("number, left", [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, 1)])
def test_servers_end_with_the_run_and_only_a_kill_leaves_a_folder_to_sweep(number, left, tmp_path: Path):
    mark, test = tmp_path / "mark", tmp_path / "test_sleeper.py"
    test.write_text(SLEEPER.format(mark=str(mark)), encoding="utf-8")
    with temporary_state() as state:
        run = start(test, state.parent)
        wait_for(mark, run)
        family = descendants(run.pid)
        run.send_signal(number)
        run.communicate(timeout=30)
        assert len(family) > 5
        assert gone(*family)
        assert len(list(state.parent.iterdir())) == left


def start(test: Path, temporary: Path) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in OF_THIS_RUN | {"PYTEST_XDIST_WORKER"}}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml", test]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**inherited, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for(mark: Path, run: subprocess.Popen[str]) -> None:
    give_up = time.monotonic() + 60
    while not mark.exists() and run.poll() is None and time.monotonic() < give_up:
        time.sleep(0.05)
    assert mark.exists(), run.communicate()[0]
