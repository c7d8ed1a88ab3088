"""What leaves the platform, against a real mail server and a real robot that fail and come back: each comes once."""

import os
import signal
from datetime import datetime, timedelta

import pytest
from django.db import connection

from core import channels, deliveries, notices
from core.models import Delivery, MailChoice, Notice
from tests import factories as make
from tests.receivers import MailServer

pytestmark = pytest.mark.django_db
NIGHT = make.MORNING - timedelta(hours=3)  # 06:00
MORNING = make.MORNING  # 09:00


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


def test_pauses_grow_to_an_hour_and_end_after_two_weeks(mails: MailServer, person) -> None:
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
    assert timedelta(days=14) <= row.given_up_at - row.created_at < timedelta(days=14, hours=1)
    assert not Delivery.objects.failing().exists(), "nobody tries it any more"
    assert Delivery.objects.given_up().get() == row


def test_a_server_down_over_the_spring_festival_loses_nothing(mails: MailServer, person) -> None:
    mails.stop()
    tell(person, "1")
    notices.deliver(NIGHT)
    for hours in range(9 * 24):
        deliveries.send_due(MORNING + timedelta(hours=hours))
    mails.start()
    deliveries.send_due(MORNING + timedelta(days=9, hours=1))
    assert len(mails.received) == 1


def test_a_reminder_written_after_the_mail_of_the_day_has_its_own(mails: MailServer, person) -> None:
    """The worker was down around eight, and what brings out mails ran before what writes reminders."""
    tell(person, "1")
    notices.deliver(NIGHT)
    notices.deliver(MORNING)
    reminder(person)
    tell(person, "2", at=MORNING)
    for minutes in range(3):
        notices.deliver(MORNING + timedelta(minutes=minutes))
    assert [subject for _, subject in mails.received] == [
        "一体化执法行动平台：退回1",
        "一体化执法行动平台：您有 1 项工作临近或超过期限",
    ]


def test_everything_new_is_handed_over_in_one_run(mails: MailServer, person) -> None:
    tell(person, *(str(number) for number in range(25)))
    assert notices.deliver(NIGHT, limit=10) == 25
    assert not Notice.objects.undelivered().exists()


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
