"""What is killed comes back by itself, and what was promised is still there."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from config.embedded import places, servers
from tests.launching import ask, gone, own_servers, temporary_state

ROOT = Path(__file__).resolve().parents[2]
LAUNCH = """
import pathlib, sys, time
from config.embedded import servers
with servers(pathlib.Path(sys.argv[1]), durable=True) as running:
    print(running.postgres.process.pid, running.redis.process.pid, running.run, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _own(monkeypatch):
    own_servers(monkeypatch)


@pytest.fixture
def state():
    with temporary_state() as folder:
        yield folder


def launch(state: Path) -> tuple[subprocess.Popen, list[int], Path]:
    command = [sys.executable, "-c", LAUNCH, str(state)]
    launcher = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with launcher.stdout:
        first, second, run = launcher.stdout.readline().split()
    return launcher, [int(first), int(second)], Path(run)


def test_servers_end_with_a_launcher_that_was_killed_and_the_next_start_sweeps(state):
    launcher, started, run = launch(state)
    launcher.kill()
    launcher.wait()
    assert gone(*started)
    os.utime(run, (time.time() - 3600,) * 2)
    with servers(state, durable=True) as running:
        assert ask(running.env["DATABASE_URL"], "select 1") == 1
        assert not run.exists()


def test_a_run_folder_in_use_is_not_swept(state):
    with places.run_folder() as folder:
        os.utime(folder, (time.time() - 3600,) * 2)
        places.sweep(folder.parent)
        assert folder.exists()


def test_an_orphaned_server_is_ended_before_its_data_is_used_again(state):
    with servers(state, durable=True) as running:
        orphan = running.postgres.process
        running.postgres.process = None
        running.postgres.start()
        assert gone(orphan.pid)
        orphan.wait()
        assert ask(running.env["DATABASE_URL"], "select 1") == 1


def test_a_stale_pid_file_with_a_recycled_number_stops_nobody(state):
    with servers(state, durable=True) as running:
        data = running.postgres.data
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        (data / "postmaster.pid").write_text(f"{bystander.pid}\n{data}\n", encoding="ascii")
        with servers(state, durable=True) as running:
            assert ask(running.env["DATABASE_URL"], "select 1") == 1
        assert bystander.poll() is None
    finally:
        bystander.send_signal(signal.SIGKILL)
        bystander.wait()


def test_what_was_committed_is_there_after_postgresql_was_killed(state):
    with servers(state, durable=True) as running:
        url = running.env["DATABASE_URL"]
        ask(url, "create table kept (fact int)", "insert into kept select generate_series(1, 1000)")
        running.postgres.kill()
        running.postgres.start()
        assert ask(url, "select count(*) from kept") == 1000


def test_a_queue_survives_a_killed_redis_and_not_without_its_file(state):
    for durable, left in ((True, 100), (False, 0)):
        with servers(state, durable=durable) as running, redis.from_url(running.env["REDIS_URL"]) as client:
            client.rpush("queue", *range(100))
            time.sleep(1.5)  # the file is synced every second
            running.redis.kill()
            running.redis.start()
            assert client.llen("queue") == left
