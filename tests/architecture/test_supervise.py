"""The supervisor of the demonstration: what it is asked for, who it keeps alive, how all leave together."""

import socket
import sys
import threading
import time
from contextlib import nullcontext as does_not_raise
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from config import children, demonstration, supervise
from config.children import Child, Watch
from config.demonstration import moment, read_wishes
from config.embedded import Unavailable
from config.supervise import Ear, Stopped, await_web, manage
from tests.launching import alive, gone

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
time.sleep(600)
"""


def child(script: str) -> Child:
    return Child("child", [sys.executable, "-c", script], {}, Path("/"))


@pytest.fixture
def watch():
    watching = Watch()
    yield watching
    watching.dismiss()


@pytest.mark.parametrize(
    "text", ["2020-04-30T17:25+08:00", "2020-04-30T09:25Z", "2020-04-30T17:25", " 2020-04-30 17:25:00 "]
)
def test_a_moment_is_read_with_its_offset_or_as_beijing_time(text):
    assert moment(text) == datetime(2020, 4, 30, 9, 25, tzinfo=UTC)


def test_no_moment_means_now():
    assert moment("") is None
    assert read_wishes({}).offset == 0


@pytest.mark.parametrize("text", ["yesterday", "2020-13-01T00:00", "2020年4月30日", "0001-01-01T00:00+14:00"])
def test_a_bad_moment_is_answered_by_one_sentence_in_both_languages(text):
    with pytest.raises(Unavailable, match=r"AT 不是有效的时刻：.*AT is not a moment"):
        moment(text)


def test_the_clock_is_set_by_the_distance_to_the_moment():
    wishes = read_wishes({"AT": "2020-04-30T17:25+08:00"})
    assert time.time() + wishes.offset == pytest.approx(datetime(2020, 4, 30, 9, 25, tzinfo=UTC).timestamp(), abs=5)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "８０００"])
def test_a_bad_port_is_named(port):
    with pytest.raises(Unavailable, match="PORT 应是"):
        read_wishes({"PORT": port})


def test_a_taken_port_is_refused_and_another_proposed(monkeypatch):
    monkeypatch.setattr(demonstration, "PORT_RELEASE_SECONDS", 0)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"端口 {port} 已被占用.*make demo PORT="):
            demonstration.refuse_taken_port(read_wishes({"PORT": str(port)}))


def test_a_host_that_is_not_this_machine_is_named():
    with pytest.raises(Unavailable, match="不是本机的地址"):
        demonstration.refuse_taken_port(read_wishes({"HOST": "203.0.113.1"}))


def test_children_get_a_key_of_their_own_that_stays(tmp_path):
    wishes = read_wishes({"STATE_DIR": str(tmp_path), "AT": "2020-04-30T17:25+08:00"})
    first, second = (demonstration.child_environment(wishes, {"REDIS_URL": "x"}, tmp_path) for _ in range(2))
    assert first["SECRET_KEY"] == second["SECRET_KEY"] != ""
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert first["DEMO"] == "1"
    assert float(first["CLOCK_OFFSET_SECONDS"]) < 0


@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "http://localhost:8123"), ("::1", "http://[::1]:8123")])
def test_papers_carry_the_demonstrations_own_address(tmp_path, monkeypatch, host, address):
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    wishes = read_wishes({"STATE_DIR": str(tmp_path), "HOST": host, "PORT": "8123"})
    assert demonstration.child_environment(wishes, {}, tmp_path)["PUBLIC_BASE_URL"] == address


def test_papers_of_a_demonstration_for_others_carry_an_address_that_others_reach(tmp_path, monkeypatch):
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    monkeypatch.setattr(demonstration, "_outward", lambda: "203.0.113.7")
    wishes = read_wishes({"STATE_DIR": str(tmp_path), "HOST": "0.0.0.0", "PORT": "8123"})
    given = demonstration.child_environment(wishes, {}, tmp_path)
    assert given["PUBLIC_BASE_URL"] == "http://203.0.113.7:8123"
    assert "203.0.113.7" in given["ALLOWED_HOSTS"].split(",")
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://zhifa.example.gov.cn")
    assert demonstration.child_environment(wishes, {}, tmp_path)["PUBLIC_BASE_URL"] == "https://zhifa.example.gov.cn"


def test_who_dies_is_started_again_and_its_lines_are_named(watch, capfd):
    watch.add("child", child("print('你好', flush=True); import time; time.sleep(600)"))
    watch.names["child"].start()
    first = watch.names["child"].process
    first.kill()
    first.wait()
    watch.revive()
    second = watch.names["child"].process.pid
    assert second != first.pid
    assert alive(second)
    watch.dismiss()
    said = capfd.readouterr().out
    assert "child | 意外退出（代码 -9），正在重新启动（第 1 次，最多 3 次）" in said


def test_who_keeps_dying_ends_the_demonstration_with_a_sentence(watch):
    watch.add("child", child("raise SystemExit(3)"))
    watch.names["child"].start()
    for _ in range(children.RESTARTS):
        watch.names["child"].process.wait()
        watch.revive()
    watch.names["child"].process.wait()
    with pytest.raises(Unavailable, match="child 在 5 分钟内第 4 次退出（3），已全部停止"):
        watch.revive()


def test_the_stubborn_and_their_children_are_ended_in_time(watch, tmp_path):
    heard = tmp_path / "heard"
    watch.add("stubborn", child(f"import sys; sys.stdout = open({str(heard)!r}, 'w')\n{STUBBORN}"))
    watch.names["stubborn"].start()
    give_up = time.monotonic() + 20
    while not (heard.exists() and heard.read_text().endswith("\n")) and time.monotonic() < give_up:
        time.sleep(0.05)
    started = time.monotonic()
    watch.dismiss()
    assert time.monotonic() - started < children.LEAVE_SECONDS + 2
    assert gone(watch.names["stubborn"].process.pid, int(heard.read_text()))


def test_a_failing_preparation_stops_the_start_and_says_which(tmp_path, monkeypatch):
    monkeypatch.setattr("config.supervise.MANAGE", (sys.executable, "-c", "raise SystemExit('不行')"))
    with pytest.raises(Unavailable, match=r"manage.py migrate 失败（1），演示没有启动。\n不行"):
        manage(("migrate",), {"TMPDIR": str(tmp_path)}, Ear(()), quiet=True)


@pytest.mark.parametrize(
    "status, outcome", [(200, does_not_raise()), (500, pytest.raises(Unavailable, match="应答 500"))]
)
def test_the_first_answer_of_the_web_decides(status, outcome):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as web, outcome:
        threading.Thread(target=web.handle_request, daemon=True).start()
        await_web(read_wishes({"PORT": str(web.server_port)}), Watch(), Ear(()))


def test_being_told_to_stop_ends_a_preparation_under_way(tmp_path, monkeypatch):
    monkeypatch.setattr("config.supervise.MANAGE", (sys.executable, "-c", "import time; time.sleep(600)"))
    ear = Ear(())
    ear.hear()
    started = time.monotonic()
    with pytest.raises(Stopped):
        manage(("load_demo",), {"TMPDIR": str(tmp_path)}, ear, quiet=True)
    assert time.monotonic() - started < 5


def test_who_stops_it_reads_where_the_data_are(monkeypatch, tmp_path, capsys):
    def stopped(*_):
        raise supervise.Stopped

    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    monkeypatch.setattr(supervise, "Ear", lambda: None)
    monkeypatch.setattr(supervise, "demonstrate", stopped)
    assert supervise.main([]) == 0
    assert f"数据保留在 {tmp_path} 中" in capsys.readouterr().out
