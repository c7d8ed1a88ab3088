"""What leaves the platform, against a real mail server and a real robot that fail and come back: each comes once."""

import os
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection

from core import channels, deliveries, notices
from core.models import ChatRobot, Delivery, MailChoice, Notice
from core.refusals import Refused
from tests import factories as make
from tests.receivers import MailServer, Robot, chat_robot, mail_server

pytestmark = pytest.mark.django_db
NIGHT = make.MORNING - timedelta(hours=3)  # 06:00
MORNING = make.MORNING  # 09:00


@pytest.fixture
def mails(settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 2
        settings.PUBLIC_BASE_URL = "https://zhifa.example.cn"
        yield server


@pytest.fixture
def robot(settings) -> Iterator[Robot]:
    settings.EMAIL_TIMEOUT = 2
    with chat_robot() as receiver:
        yield receiver


@pytest.fixture
def person():
    return make.user("someone", "某人", email="someone@example.cn")


def tell(person, *keys: str, at: datetime = NIGHT) -> None:
    for key in keys:
        notices.notify([person], f"退回{key}", "请更正", key=key, at=at, url=f"/reports/{key}/")


def reminder(person, at: datetime = MORNING) -> None:
    lines = [{"id": 1, "text": "报送第 4 周周报（05-15 17:30 到期）", "url": "/reports/4/", "late": False}]
    digest = {"count": 1, "late": 0, "lines": lines}
    title = "您有 1 项工作临近或超过期限"
    Notice.objects.create(recipient=person, key=f"reminder:{at}", title=title, digest=digest, created_at=at)


def test_one_mail_a_day_carries_the_reminder_and_what_came_before(mails: MailServer, person) -> None:
    tell(person, "1", "2")
    notices.deliver(NIGHT)
    assert mails.received == [], "nobody is woken"
    reminder(person)
    tell(person, "3", at=MORNING)
    for minutes in range(3):
        notices.deliver(MORNING + timedelta(minutes=minutes))
    assert mails.received == [("someone@example.cn", "一体化执法行动平台：今日提醒与消息")]
    text = mails.messages[0].get_content().replace("\r\n", "\n")
    assert "退回1\n请更正\nhttps://zhifa.example.cn/reports/1/" in text
    assert "1. 报送第 4 周周报（05-15 17:30 到期）\n   https://zhifa.example.cn/reports/4/" in text
    assert "退回3" not in text
    notices.deliver(MORNING + timedelta(days=1))
    assert mails.received[1:] == [("someone@example.cn", "一体化执法行动平台：退回3")]


def test_what_a_person_wants_by_mail(mails: MailServer, person) -> None:
    choice = MailChoice.objects.create(user=person, events="each", reminders=False)
    tell(person, "1", "2", at=MORNING)
    reminder(person)
    notices.deliver(MORNING)
    assert [subject for _, subject in mails.received] == ["一体化执法行动平台：退回1", "一体化执法行动平台：退回2"]
    choice.events = "none"
    choice.save()
    tell(person, "3", at=MORNING)
    notices.deliver(MORNING + timedelta(days=2))
    assert len(mails.received) == 2
    assert not Notice.objects.undelivered().exists(), "the inbox has everything"


def test_a_closed_account_gets_no_mail(mails: MailServer, person) -> None:
    tell(person, "1")
    notices.deliver(NIGHT)
    person.is_active = False
    person.save()
    tell(person, "2", at=MORNING)
    notices.deliver(MORNING)
    assert mails.received == []
    row = Delivery.objects.get()
    assert (row.given_up_at, row.last_error) == (MORNING, "收件人已停用或没有邮箱")


def test_a_server_that_is_down_refuses_is_slow_and_comes_back(mails: MailServer, person) -> None:
    people = [person, *(make.user(f"p{number}", f"人{number}", email=f"p{number}@example.cn") for number in range(4))]
    for one in people:
        tell(one, "1")
    notices.deliver(NIGHT)
    mails.stop()
    at = MORNING
    notices.deliver(at)
    assert [row.last_error.partition(":")[0] for row in Delivery.objects.failing()] == ["ConnectionRefusedError"]
    assert Delivery.objects.filter(attempts__gt=0).count() == 1, "a dead server is asked once a sweep"
    mails.start()
    mails.refusal = "451 try again later"
    for _ in range(3):
        at += timedelta(minutes=10)
        notices.deliver(at)
    assert Delivery.objects.failing().count() == 5
    assert "451" in Delivery.objects.failing()[0].last_error
    mails.refusal, mails.slow = "", 0.2
    for _ in range(6):
        at += timedelta(minutes=30)
        notices.deliver(at)
    assert sorted(to for to, _ in mails.received) == sorted(one.email for one in people)
    assert not Delivery.objects.failing().exists()
    assert not Delivery.objects.waiting().exists()


def test_a_server_slower_than_our_patience_gets_the_same_message_again(mails: MailServer, person, settings) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    mails.slow = 1.0
    tell(person, "1")
    notices.deliver(NIGHT)
    notices.deliver(MORNING)
    assert "timed out" in Delivery.objects.get().last_error
    mails.slow = 0.0
    settings.EMAIL_TIMEOUT = 5
    notices.deliver(MORNING + timedelta(hours=1))
    assert set(mails.tokens) == {f"<{Delivery.objects.get().token}@zhifa.example.cn>"}
    assert Delivery.objects.get().sent_at is not None


def test_one_impossible_address_does_not_stand_in_the_way(mails: MailServer, person) -> None:
    odd = make.user("odd", "怪人", email="odd\nBcc: all@example.cn")
    tell(odd, "1")
    notices.notify([person], "两行\n标题", key="2", at=NIGHT)
    notices.deliver(NIGHT)
    notices.deliver(MORNING)
    assert mails.received == [("someone@example.cn", "一体化执法行动平台：两行 标题")]
    assert "Invalid address" in Delivery.objects.get(recipient=odd).last_error


def test_pauses_grow_to_an_hour_and_end_after_a_week(mails: MailServer, person) -> None:
    mails.stop()
    tell(person, "1")
    notices.deliver(NIGHT)
    row, pauses, at = Delivery.objects.get(), [], MORNING
    while row.given_up_at is None:
        deliveries.send_due(at)
        row.refresh_from_db()
        pauses.append(int((row.next_at - at).total_seconds() // 60))
        at = row.next_at
    assert pauses[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert timedelta(days=7) <= row.given_up_at - row.created_at < timedelta(days=7, hours=1)


@pytest.mark.django_db(transaction=True)
def test_three_deliverers_at_once_send_once(mails: MailServer) -> None:
    people = [make.user(f"p{number}", f"人{number}", email=f"p{number}@example.cn") for number in range(12)]
    for one in people:
        tell(one, "1")
    notices.deliver(NIGHT)
    mails.slow = 0.02
    codes = [wait(child) for child in [forked(lambda: notices.deliver(MORNING)) for _ in range(3)]]
    assert codes == [0, 0, 0]
    assert sorted(to for to, _ in mails.received) == sorted(one.email for one in people)


@pytest.mark.django_db(transaction=True)
def test_without_the_lease_they_would_send_twice(mails: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: three that take what is due without claiming it."""
    for number in range(4):
        tell(make.user(f"p{number}", f"人{number}", email=f"p{number}@example.cn"), "1")
    notices.deliver(NIGHT)
    mails.slow = 0.1

    def unguarded() -> None:
        for row in Delivery.objects.due(MORNING).select_related("recipient"):
            deliveries.write(row)
            with channels.Mailer() as sender:
                deliveries.attempt(sender, row, MORNING)

    for child in [forked(unguarded) for _ in range(3)]:
        wait(child)
    assert len(mails.received) > 4


@pytest.mark.django_db(transaction=True)
def test_killed_between_the_answer_and_the_commit_the_same_message_comes_again(mails: MailServer, person) -> None:
    tell(person, "1")
    notices.deliver(NIGHT)

    def killed() -> None:
        send = channels.Mailer.send

        def shoot(sender: channels.Mailer, row: Delivery) -> None:
            send(sender, row)
            os.kill(os.getpid(), signal.SIGKILL)

        channels.Mailer.send = shoot  # type: ignore[method-assign]
        deliveries.send_due(MORNING)

    assert wait(forked(killed)) == -signal.SIGKILL
    deliveries.send_due(MORNING + timedelta(minutes=1))
    assert len(mails.messages) == 1, "the lease holds"
    deliveries.send_due(MORNING + timedelta(minutes=4))
    assert len(mails.tokens) == 2
    assert len(set(mails.tokens)) == 1
    assert mails.messages[0].get_content() == mails.messages[1].get_content()


def forked(work) -> int:
    """A process of its own with a connection of its own."""
    connection.close()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


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
        channels.refuse_address(url)


def test_this_machine_is_an_address_only_where_the_clock_may_travel(settings) -> None:
    channels.refuse_address("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1")
    channels.refuse_address("http://127.0.0.1:9/x")
    settings.CLOCK_MAY_TRAVEL = False
    with pytest.raises(Refused, match="https"):
        channels.refuse_address("http://127.0.0.1:9/x")


def test_an_address_is_shown_by_its_end() -> None:
    assert (
        channels.masked("https://oapi.dingtalk.com/robot/send?access_token=abcdef123456") == "oapi.dingtalk.com/…3456"
    )
