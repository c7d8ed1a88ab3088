"""Reminders read the one table of obligations: before, on and after the day, one notice a person a day."""

import pytest

from accounts.models import Grant, User
from campaigns.services.due.entries import KINDS as DUE_KINDS
from core.models import Notice, Obligation
from core.obligations import meet, open_obligation, reopen
from reporting.services.reminders import sweep_obligations
from tests.reporting.scene import Scene, day, sh

pytestmark = pytest.mark.django_db


def owe(scene: Scene, due: str, **fields: object) -> Obligation:
    values = {
        "kind": "weekly_report",
        "subject": f"unit_report:{due}",
        "unit_path": scene.cast.city.path,
        "title": "报送第 4 周周报",
    } | fields
    return open_obligation(due_at=sh(due), at=sh("05-08 17:30"), **values)  # type: ignore[arg-type]


def told(at: str) -> list[str]:
    """Who is told at that moment."""
    before = set(Notice.objects.values_list("pk", flat=True))
    sweep_obligations(sh(at))
    new = Notice.objects.exclude(pk__in=before).select_related("recipient").order_by("recipient__username")
    return [notice.recipient.username for notice in new]


def test_three_days_one_day_and_the_day_itself(scene: Scene) -> None:
    owe(scene, "05-15 17:30")
    assert [told(f"05-{day} 09:00") for day in (11, 12, 13, 14, 15)] == [
        [], ["contact_city"], [], ["contact_city"], ["contact_city"]
    ]  # fmt: skip


def test_a_day_late_the_superior_is_told_too_and_once(scene: Scene) -> None:
    owe(scene, "05-15 17:30")
    assert told("05-15 09:00") == ["contact_city"]
    assert told("05-16 09:00") == ["contact_city", "officer_province"]
    assert told("05-17 09:00") == []


def test_one_notice_a_person_a_day_lists_everything(scene: Scene) -> None:
    owe(scene, "05-14 17:30", subject="a")
    owe(scene, "05-15 17:30", subject="b", title="更正第 3 周周报", kind="report_correction")
    for at in ("05-14 09:00", "05-14 09:01", "05-14 15:00"):
        sweep_obligations(sh(at))
    notice = Notice.objects.get(recipient=scene.cast.contact_city)
    assert notice.title == "您有 2 项工作临近或超过期限"
    assert set(notice.body.splitlines()) == {
        "报送第 4 周周报（05-14 17:30 到期）",
        "更正第 3 周周报（05-15 17:30 到期）",
    }


def test_what_comes_up_later_joins_the_notice_of_the_day_which_is_unread_again(scene: Scene) -> None:
    owe(scene, "05-15 17:30", subject="a", url="/reports/1/")
    assert told("05-15 09:00") == ["contact_city"]
    Notice.objects.update(read_at=sh("05-15 09:30"))
    moved = owe(scene, "05-25 17:30", subject="b", title="更正第 3 周周报")
    open_obligation(
        kind=moved.kind,
        subject="b",
        unit_path=moved.unit_path,
        due_at=sh("05-16 17:30"),
        at=sh("05-15 10:00"),
        title="",
    )
    assert told("05-15 10:01") == []
    notice = Notice.objects.get()
    assert (notice.title, notice.read_at) == ("您有 2 项工作临近或超过期限", None)
    assert [(line["text"], line["url"]) for line in notice.digest["lines"]] == [
        ("报送第 4 周周报（05-15 17:30 到期）", "/reports/1/"),
        ("更正第 3 周周报（05-16 17:30 到期）", ""),
    ]


def test_what_comes_back_late_joins_and_is_told_above(scene: Scene) -> None:
    owe(scene, "05-17 17:30", subject="b")
    back = owe(scene, "05-15 17:30")
    meet(back.kind, back.subject, at=sh("05-15 10:00"))
    assert told("05-16 09:00") == ["contact_city"]
    reopen(back.kind, back.subject)
    assert told("05-16 09:01") == ["officer_province"]
    assert Notice.objects.get(recipient=scene.cast.contact_city).title == "您有 2 项工作临近或超过期限，其中逾期 1 项"
    assert told("05-16 09:02") == []


def test_a_moved_day_is_told_of_anew(scene: Scene) -> None:
    row = owe(scene, "05-15 17:30")
    assert told("05-14 09:00") == ["contact_city"]
    owe(scene, "05-20 17:30", subject=row.subject)
    assert [told(f"05-{day} 09:00") for day in (15, 16, 17, 18, 19)] == [
        [], [], ["contact_city"], [], ["contact_city"]
    ]  # fmt: skip


def test_weekends_are_days_like_others(scene: Scene) -> None:
    """Due on Monday: told on Friday and on Sunday. The due day itself has been moved off a weekend, or was not."""
    owe(scene, "05-18 17:30")
    assert [told(f"05-{day} 09:00") for day in (15, 16, 17, 18)] == [
        ["contact_city"], [], ["contact_city"], ["contact_city"]
    ]  # fmt: skip


def test_an_unknown_kind_is_told_to_whoever_runs_the_unit(scene: Scene) -> None:
    owe(scene, "05-15 17:30", kind="filing", unit_path=scene.cast.province.path)
    assert told("05-15 09:00") == ["officer_province"]
    assert told("05-16 09:00") == ["leader_province", "officer_province"], "nobody is above: its own leader hears of it"


@pytest.mark.parametrize("kind", sorted(DUE_KINDS))
def test_what_a_plan_orders_is_told_to_who_answers_and_late_to_the_superior(scene: Scene, kind: str) -> None:
    owe(scene, "05-15 17:30", kind=kind, subject="due.list")
    assert told("05-15 09:00") == ["contact_city", "officer_city"]
    assert told("05-16 09:00") == ["contact_city", "officer_city", "officer_province"]


def test_who_is_closed_or_lost_the_grant_hears_nothing(scene: Scene) -> None:
    cast = scene.cast
    owe(scene, "05-15 17:30", subject="a", person_id=cast.officer_city.pk)
    owe(scene, "05-15 17:30", subject="b", person_id=cast.disabled.pk)
    User.objects.filter(pk=cast.contact_city.pk).update(is_active=False)
    Grant.objects.filter(user=cast.officer_city).update(valid_to=day("05-14"))
    assert told("05-15 09:00") == ["leader_city"], "who is left in the unit"
    Grant.objects.filter(user=cast.officer_province).update(valid_to=day("05-15"))
    assert told("05-16 09:00") == ["leader_city"]


def test_nobody_is_woken_before_eight(scene: Scene) -> None:
    owe(scene, "05-15 17:30")
    assert told("05-15 07:59") == []
    assert told("05-15 08:00") == ["contact_city"]


def test_what_is_met_or_waived_is_not_reminded(scene: Scene) -> None:
    Obligation.objects.filter(pk=owe(scene, "05-15 17:30").pk).update(met_at=sh("05-14 10:00"))
    assert told("05-15 09:00") == []


def test_an_overdue_rectification_goes_to_the_enterprise_and_its_county(scene: Scene) -> None:
    site = scene.cast.site_a
    owe(scene, "05-15 23:59", kind="rectification", unit_path=site.unit.path, enterprise_id=site.pk)
    assert told("05-15 09:00") == ["enterprise_a"]
    assert told("05-16 09:00") == ["enterprise_a", "inspector_a", "leader_a", "officer_a", "second_a"]


def test_a_named_person_is_told_instead_of_the_unit(scene: Scene) -> None:
    owe(scene, "05-15 17:30", person_id=scene.cast.officer_city.pk)
    assert told("05-15 09:00") == ["officer_city"]


def test_an_outage_over_several_days_tells_once_on_return(scene: Scene) -> None:
    owe(scene, "05-15 17:30")
    assert told("05-20 09:00") == ["contact_city", "officer_province"]
