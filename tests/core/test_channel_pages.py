"""What the system administrator sees of the ways out, and what each person chooses."""

from collections.abc import Iterator

import pytest
from django.test import Client

from core import deliveries
from core.models import AuditEvent, ChatRobot, Delivery, MailChoice, Notice
from core.obligations import open_obligation
from reporting.services.reminders import sweep_obligations
from tests import factories as make
from tests.cast import Cast
from tests.receivers import MailServer, Robot, chat_robot, mail_server
from tests.reporting.scene import sh

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, cast: Cast) -> Client:
    client.force_login(cast.administrator)
    return client


@pytest.fixture
def robot() -> Iterator[Robot]:
    with chat_robot() as receiver:
        yield receiver


@pytest.fixture
def mails(settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 2
        yield server


def set_robot(admin: Client, cast: Cast, url: str, **changes: str):
    return admin.post(f"/channels/{cast.city.pk}/edit/", {"kind": "wecom", "url": url} | changes)


def test_an_address_is_set_tried_and_never_shown_whole(admin: Client, cast: Cast, robot: Robot) -> None:
    assert set_robot(admin, cast, robot.url()).status_code == 302
    page = admin.get("/channels/")
    assert "127.0.0.1/…abcd" in page.content.decode()
    for path in ("/channels/", f"/channels/{cast.city.pk}/edit/"):
        assert "secret-0123" not in admin.get(path).content.decode()
    answer = admin.post(f"/channels/{cast.city.pk}/try/", follow=True).content.decode()
    assert "测试消息已发到漯河市工作群" in answer
    assert "收到即表示通知渠道可用" in robot.posts[0][2]["text"]["content"]
    assert "secret" not in "".join(str(event.detail) for event in AuditEvent.objects.all())


def test_a_refused_address_is_told_and_nothing_is_kept(admin: Client, cast: Cast) -> None:
    answer = set_robot(admin, cast, "https://10.0.0.1/x")
    assert answer.status_code == 422
    assert "机器人地址只能指向：qyapi.weixin.qq.com、oapi.dingtalk.com、open.feishu.cn。" in answer.content.decode()
    assert not ChatRobot.objects.exists()


def test_a_test_that_fails_says_why(admin: Client, cast: Cast, robot: Robot) -> None:
    set_robot(admin, cast, robot.url())
    robot.status = 500
    assert "测试消息没有发出：HTTP 500" in admin.post(f"/channels/{cast.city.pk}/try/", follow=True).content.decode()
    assert AuditEvent.objects.get(action="accounts.channel.test").detail == {"error": "HTTP 500"}


def test_a_test_mail_goes_to_the_administrator(admin: Client, cast: Cast, mails: MailServer) -> None:
    answer = admin.post("/channels/mail/try/", follow=True).content.decode()
    assert "您的账号没有登记邮箱" in answer
    type(cast.administrator).objects.filter(pk=cast.administrator.pk).update(email="sys@example.cn")
    admin.post("/channels/mail/try/")
    assert mails.received == [("sys@example.cn", "一体化执法行动平台：测试邮件")]
    mails.stop()
    assert "ConnectionRefusedError" in admin.post("/channels/mail/try/", follow=True).content.decode()


def test_failures_stand_with_their_reason_and_a_finished_robot_leaves_nothing(admin: Client, cast: Cast) -> None:
    robot = ChatRobot.objects.create(
        unit_id=cast.city.pk, kind="feishu", url="http://127.0.0.1:9/x", set_at=make.MORNING
    )
    Delivery.objects.create(
        channel="chat",
        robot=robot,
        key="day:1",
        body="x",
        created_at=make.MORNING,
        next_at=make.MORNING,
        tried_at=make.MORNING,
        attempts=3,
        last_error="HTTP 503",
    )
    page = admin.get("/channels/").content.decode()
    assert "漯河市工作群" in page
    assert "HTTP 503" in page
    assert "发送失败的邮件和群消息" in admin.get("/").content.decode()
    admin.post(f"/channels/{cast.city.pk}/remove/")
    assert not Delivery.objects.exists()


def test_only_the_system_administrator_comes_here(client: Client, cast: Cast) -> None:
    for person in (cast.officer_city, cast.security, cast.auditor):
        client.force_login(person)
        assert client.get("/channels/").status_code == 403
        assert client.post("/channels/mail/try/").status_code == 403


def test_everybody_chooses_what_comes_by_mail(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_a)
    assert "没有登记邮箱" in client.get("/messages/settings/").content.decode()
    assert client.post("/messages/settings/", {"events": "each"}).status_code == 302
    choice = MailChoice.objects.get(user=cast.officer_a)
    assert (choice.reminders, choice.events) == (False, "each")
    assert client.post("/messages/settings/", {"events": "sometimes"}).status_code == 422


def test_a_group_hears_once_a_day_and_its_superior_of_what_is_late(cast: Cast, robot: Robot, client: Client) -> None:
    for number, unit in enumerate((cast.city, cast.province)):
        ChatRobot.objects.create(unit_id=unit.pk, kind="wecom", url=robot.url(f"unit-{number}"), set_at=make.MORNING)
    owed = {"kind": "weekly_report", "unit_path": cast.city.path, "at": sh("05-01 09:00"), "url": "/reports/1/"}
    open_obligation(subject="a", due_at=sh("05-15 17:30"), title="报送周报", **owed)
    sweep_obligations(sh("05-15 09:00"))
    open_obligation(subject="b", due_at=sh("05-15 18:00"), title="报送名单", **(owed | {"at": sh("05-14 09:00")}))
    sweep_obligations(sh("05-15 10:00"))
    deliveries.send_due(sh("05-15 10:00"))
    assert [path.rpartition("=")[2] for path, _, _ in robot.posts] == ["unit-0"]
    text = robot.posts[0][2]["text"]["content"]
    assert text.startswith("【一体化执法行动平台】本单位有 1 项工作临近或超过期限\n报送周报（05-15 17:30 到期）\n")
    sweep_obligations(sh("05-16 09:00"))
    deliveries.send_due(sh("05-16 09:00"))
    assert sorted(path.rpartition("=")[2] for path, _, _ in robot.posts) == ["unit-0", "unit-0", "unit-1"]
    assert "其中逾期 2 项" in robot.posts[-1][2]["text"]["content"]
    client.force_login(cast.contact_city)
    assert 'href="/reports/1/">报送周报（05-15 17:30 到期）</a>' in client.get("/inbox/").content.decode()
    assert Notice.objects.filter(recipient=cast.contact_city).count() == 2


def test_an_address_belongs_to_its_platform_and_never_to_this_machine(admin: Client, cast: Cast, settings) -> None:
    wecom = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"
    refused = set_robot(admin, cast, wecom, kind="feishu")
    assert refused.status_code == 422
    assert "这是企业微信的地址，平台选的是飞书" in refused.content.decode()
    settings.CHAT_LOOPBACK = False
    assert set_robot(admin, cast, "http://localhost:22/").status_code == 422
    assert set_robot(admin, cast, "https://localhost/").status_code == 422
    assert not ChatRobot.objects.exists()
    assert set_robot(admin, cast, wecom).status_code == 302


def test_groups_stand_under_their_city(admin: Client, cast: Cast) -> None:
    groups = admin.get("/channels/").context["groups"]
    city = next(group for group in groups if group.head == cast.city)
    assert {line.unit for line in city.lines} >= {cast.city, cast.county_a, cast.county_b}
    assert city.set_count == 0
    ChatRobot.objects.create(unit_id=cast.county_a.pk, kind="wecom", url="https://x/", set_at=sh("05-12 09:00"))
    groups = admin.get("/channels/").context["groups"]
    assert next(group for group in groups if group.head == cast.city).set_count == 1
