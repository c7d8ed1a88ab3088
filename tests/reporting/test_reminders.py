"""Reminders read the one table of obligations: before, on and after the day, one notice a person a day."""

import pytest

from accounts.models import Grant, Unit, User
from campaigns.services.due.entries import KINDS as DUE_KINDS
from core import clock
from core.models import Notice, Obligation
from core.obligations import meet, open_obligation, reopen, reschedule, stages
from reporting import desk
from reporting.services.reminders import sweep_obligations
from tests import factories as make
from tests.crossing import second_of
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
    assert told("05-16 09:00") == ["leader_city", "leader_province"], "and who is left above"


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


@pytest.mark.parametrize("kind", ["plan", "activity", "phase", "lead.close"])
def test_what_a_countys_team_is_late_with_is_told_to_the_county(scene: Scene, kind: str) -> None:
    """Nobody of a county runs campaigns: who reads its reports is told."""
    squad = team_of(scene)
    row = owe(scene, "05-15 17:30", kind=kind, subject="due.list", unit_path=squad.path)
    assert told("05-15 09:00") == ["squad"]
    assert told("05-16 09:00") == ["leader_a", "officer_a", "squad"]
    assert_desks(row, ["leader_a", "officer_a", "squad"], at="05-16 09:30")


def team_of(scene: Scene) -> Unit:
    squad = make.unit("示例一县执法大队", "team", scene.cast.county_a)
    make.grant(make.user("squad", "队员甲", squad), "officer", over=squad)
    return squad


def assert_desks(row: Obligation, heard: list[str], at: str) -> None:
    """Whoever was told finds it on the own desk, and nobody else does."""
    with clock.travel(sh(at)):
        people = User.objects.filter(is_active=True).order_by("username")
        assert [one.username for one in people if desk.owed_by(one).filter(pk=row.pk).exists()] == heard


def test_where_the_unit_above_has_nobody_the_next_one_is_told(scene: Scene) -> None:
    squad = team_of(scene)
    row = owe(scene, "05-15 17:30", kind="activity", unit_path=squad.path)
    site = owe(
        scene,
        "05-15 17:30",
        kind="selfcheck",
        unit_path=scene.cast.county_a.path,
        enterprise_id=scene.cast.site_a.pk,
    )
    Grant.objects.filter(unit=scene.cast.county_a).exclude(role="inspector").update(valid_to=day("05-01"))
    assert told("05-15 09:00") == ["enterprise_a", "squad"]
    assert told("05-16 09:00") == ["enterprise_a", "officer_city", "squad"]
    assert_desks(row, ["officer_city", "squad"], at="05-16 09:30")
    assert_desks(site, ["enterprise_a", "officer_city"], at="05-16 09:30")
    Grant.objects.filter(unit=scene.cast.city).update(valid_to=day("05-01"))
    assert_desks(row, ["officer_province", "squad"], at="05-16 09:30")


def test_what_a_person_who_is_gone_owes_is_on_the_units_desk(scene: Scene) -> None:
    row = owe(scene, "05-15 17:30", person_id=scene.cast.officer_city.pk)
    assert_desks(row, ["officer_city"], at="05-14 09:30")
    Grant.objects.filter(user=scene.cast.officer_city).update(valid_to=day("05-13"))
    heard = told("05-14 09:00")
    with clock.travel(sh("05-14 09:30")):
        assert heard == ["contact_city"]
        assert desk.owed_by(scene.cast.contact_city).get() == row
    User.objects.filter(pk=scene.cast.officer_city.pk).update(is_active=False)
    Grant.objects.filter(user=scene.cast.officer_city).update(valid_to=None)
    with clock.travel(sh("05-14 09:30")):
        assert desk.owed_by(User.objects.get(username="contact_city")).get() == row


@pytest.mark.django_db(transaction=True)
def test_what_is_being_moved_is_left_to_the_next_sweep(scene: Scene) -> None:
    """A day amended while a sweep reads keeps its reminders; what nobody moves is told at once."""
    row = owe(scene, "05-21 17:30")
    owe(scene, "05-21 17:30", subject="other", unit_path=scene.cast.other_city.path)

    def amend() -> None:
        reschedule(Obligation.objects.filter(pk=row.pk), sh("05-26 17:30"))

    assert second_of(amend, lambda: sweep_obligations(sh("05-21 09:00"))) is None
    row.refresh_from_db()
    assert row.remind_at == stages(sh("05-26 17:30"))[0]
    assert not Notice.objects.filter(recipient=scene.cast.contact_city).exists()
    assert Notice.objects.exists()
