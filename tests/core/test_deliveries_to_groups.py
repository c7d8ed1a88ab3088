"""Messages to chat groups, against a real robot that fails, refuses, is slow and comes back."""

from datetime import timedelta

import pytest

from core import channels, deliveries, notices
from core.models import ChatRobot, Delivery
from core.refusals import Refused
from tests import factories as make
from tests.receivers import MailServer, Robot, chat_robot

pytestmark = pytest.mark.django_db
MORNING = make.MORNING  # 09:00
NIGHT = MORNING - timedelta(hours=3)  # 06:00


def owe_group(robot: Robot, kind: str = "wecom", url: str = "") -> Delivery:
    row = ChatRobot.objects.create(unit_id=1, kind=kind, url=url or robot.url(), set_at=MORNING)
    return Delivery.objects.create(
        channel="chat", robot=row, key="day:2020-05-12", body="有 3 项工作到期", created_at=MORNING, next_at=MORNING
    )


@pytest.mark.parametrize(
    "kind, answer, body",
    [
        ("wecom", b'{"errcode": 0, "errmsg": "ok"}', {"msgtype": "text", "text": {"content": "有 3 项工作到期"}}),
        ("dingtalk", b'{"errcode": 0}', {"msgtype": "text", "text": {"content": "有 3 项工作到期"}}),
        ("feishu", b'{"code": 0, "msg": "success"}', {"msg_type": "text", "content": {"text": "有 3 项工作到期"}}),
    ],
)
def test_each_platform_gets_its_form(robot: Robot, kind: str, answer: bytes, body: dict) -> None:
    robot.answer = answer
    row = owe_group(robot, kind)
    assert deliveries.send_due(MORNING) == 1
    assert robot.posts == [("/cgi-bin/webhook/send?key=secret-0123abcd", str(row.token), body)]


def test_a_robot_that_is_down_fails_refuses_is_slow_and_comes_back(robot: Robot) -> None:
    row = owe_group(robot)
    robot.stop()
    errors, at = [], MORNING
    for step in ("down", "status", "refused", "no json", "slow"):
        if step == "status":
            robot.start()
            robot.status = 500
        elif step == "refused":
            robot.status, robot.answer = 404, b""
        elif step == "no json":
            robot.status, robot.answer = 502, b"<html>"
        elif step == "slow":
            robot.status, robot.answer, robot.slow = 503, b"", 0.3
        deliveries.send_due(at)
        row.refresh_from_db()
        errors.append(row.last_error)
        at = row.next_at
    assert errors == [
        "ConnectionRefusedError: [Errno 111] Connection refused",
        "HTTP 500",
        "HTTP 404",
        "HTTP 502",
        "HTTP 503",
    ]
    robot.status, robot.answer = 200, b'{"errcode": 0}'
    for _ in range(3):
        deliveries.send_due(at)
        at += timedelta(hours=2)
    assert len(robot.posts) == 1
    row.refresh_from_db()
    assert (row.attempts, row.last_error) == (6, "")


def test_what_a_robot_says_no_to_is_kept_without_its_address(robot: Robot) -> None:
    row = owe_group(robot)
    robot.answer = b'{"errcode": 93000, "errmsg": "invalid webhook url key=secret-0123abcd"}'
    deliveries.send_due(MORNING)
    row.refresh_from_db()
    assert row.last_error == "93000 invalid webhook url …"


def test_a_robot_whose_host_left_the_list_does_not_stand_in_the_way(robot: Robot, mails: MailServer, person) -> None:
    refused = owe_group(robot, url="https://gone.example.com/robot?key=secret-0123abcd")
    other = ChatRobot.objects.create(unit_id=2, kind="wecom", url=robot.url(), set_at=MORNING)
    at = MORNING + timedelta(minutes=1)
    Delivery.objects.create(channel="chat", robot=other, key="day", body="另一条", created_at=MORNING, next_at=at)
    robot.answer = b'{"errcode": 0}'
    assert deliveries.send_due(at) == 1
    refused.refresh_from_db()
    assert refused.given_up_at == at
    assert refused.last_error.startswith("机器人地址只能指向")


def test_what_nobody_foresaw_does_not_stand_in_the_way(
    robot: Robot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    row = owe_group(robot)

    def odd(*args: object) -> tuple[int, bytes]:
        raise RuntimeError(robot.url())

    monkeypatch.setattr(channels, "exchange", odd)
    assert deliveries.send_due(MORNING) == 0
    row.refresh_from_db()
    assert (row.last_error, row.next_at) == ("RuntimeError", MORNING + timedelta(minutes=1))
    assert "in odd" in caplog.text
    assert "secret-0123abcd" not in caplog.text


def test_a_redirect_is_a_failure_and_is_not_followed(robot: Robot) -> None:
    with chat_robot() as other:
        robot.status, robot.elsewhere = 302, other.url()
        row = owe_group(robot)
        deliveries.send_due(MORNING)
        assert other.posts == []
    row.refresh_from_db()
    assert row.last_error == "HTTP 302"


def test_the_address_never_reaches_a_log(robot: Robot, caplog: pytest.LogCaptureFixture) -> None:
    owe_group(robot)
    robot.stop()
    deliveries.send_due(MORNING)
    assert "failed at try 1" in caplog.text
    assert "secret-0123abcd" not in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com.example.cn/send?key=1",
        "https://user@qyapi.weixin.qq.com/send?key=1",
        "https://qyapi.weixin.qq.com:8443/send?key=1",
        "https://10.0.0.1/send",
        "https://[::1/send",
        "ftp://qyapi.weixin.qq.com/",
        "file:///etc/passwd",
        "",
    ],
)
def test_an_address_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="机器人地址"):
        channels.refuse_address(url, "wecom")


def test_this_machine_is_an_address_only_for_tests(settings) -> None:
    channels.refuse_address("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", "wecom")
    channels.refuse_address("http://127.0.0.1:9/x", "wecom")
    settings.CHAT_LOOPBACK = False
    with pytest.raises(Refused, match="https"):
        channels.refuse_address("http://127.0.0.1:9/x", "wecom")


def test_an_address_is_shown_by_its_end() -> None:
    assert (
        channels.masked("https://oapi.dingtalk.com/robot/send?access_token=abcdef123456") == "oapi.dingtalk.com/…3456"
    )


def test_a_backlog_of_mails_does_not_keep_a_group_waiting(
    mails: MailServer, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        person = make.user(f"p{number}", f"人{number}", email=f"p{number}@example.cn")
        notices.notify([person], "退回", key="1", at=NIGHT)
    notices.deliver(NIGHT)
    robot.answer = b'{"errcode": 0}'
    owe_group(robot)
    mails.slow = 0.2
    monkeypatch.setattr(deliveries, "RUN_SECONDS", 0.4)
    deliveries.send_due(MORNING)
    assert 0 < len(mails.received) < 6, "the control: there is a backlog"
    assert len(robot.posts) == 1
