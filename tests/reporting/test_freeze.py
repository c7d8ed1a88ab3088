"""The weekly cut-off: made once, with the figures of 17:30, whatever ran or did not run."""

from datetime import timedelta

import pytest

from campaigns.models import Campaign, Phase
from core.audit import digest_of
from core.files import verify
from core.models import AuditEvent, Notice
from reporting.figures import Span, compute, kept_places, written_rows
from reporting.models import ReportPeriod, Summary, UnitReport
from reporting.services.freeze import LEASE, claim, sweep
from tests.reporting.scene import Scene, busy, day, owed, sh

pytestmark = pytest.mark.django_db


def cutoffs(campaign: Campaign) -> list[str]:
    return [f"{period.cutoff_at.astimezone(sh('01-01 00:00').tzinfo):%m-%d %H:%M}" for period in campaign.periods.all()]


def report(scene: Scene, number: int = 4) -> UnitReport:
    return UnitReport.objects.get(period__number=number, unit=scene.cast.city)


@pytest.mark.req("HN-70")
def test_the_nine_periods_make_themselves(scene: Scene) -> None:
    sweep(sh("04-22 09:00"))
    fridays = ["04-24", "04-30", "05-08", "05-15", "05-22", "05-29", "06-05", "06-12", "06-19"]
    assert cutoffs(scene.campaign) == [f"{friday} 17:30" for friday in fridays]
    assert [row.title for row in owed()] == ["报送第 1 周周报"] * 2
    assert {row.unit_path for row in owed()} == {scene.cast.city.path, scene.cast.other_city.path}


@pytest.mark.req("HN-70")
def test_a_prolonged_window_reports_before_the_dragon_boat_festival(scene: Scene) -> None:
    sweep(sh("04-22 09:00"))
    Phase.objects.filter(campaign=scene.campaign, key="inspect").update(ends_on=day("06-26"))
    sweep(sh("04-22 09:01"))
    assert cutoffs(scene.campaign)[-1] == "06-24 17:30"


@pytest.mark.req("HN-23")
def test_a_city_with_its_own_window_owes_the_eighth_of_may_first(scene: Scene) -> None:
    scene.window(scene.cast.city, "05-06")
    sweep(sh("05-07 09:00"))
    own = UnitReport.objects.filter(unit=scene.cast.city)
    assert [row.period.cutoff_at for row in own] == [sh("05-08 17:30")]
    assert [row.due_at for row in owed() if row.unit_path == scene.cast.city.path] == [sh("05-08 17:30")]
    assert UnitReport.objects.filter(unit=scene.cast.other_city).count() == 3


def test_a_window_granted_later_takes_back_what_is_no_longer_owed(scene: Scene) -> None:
    sweep(sh("04-22 09:00"))
    scene.window(scene.cast.city, "05-06")
    sweep(sh("04-22 10:00"))
    assert not UnitReport.objects.filter(unit=scene.cast.city).exists()
    assert [row.unit_path for row in owed()] == [scene.cast.other_city.path]


def test_the_other_holiday_policies_and_an_amended_calendar_move_what_is_not_frozen(scene: Scene) -> None:
    sweep(sh("04-28 09:00"))
    Campaign.objects.update(on_holiday="next_workday")
    sweep(sh("04-28 09:01"))
    assert cutoffs(scene.campaign)[:3] == ["04-24 17:30", "05-06 17:30", "05-08 17:30"]
    assert [row.due_at for row in owed() if row.title == "报送第 2 周周报"] == [sh("05-06 17:30")] * 2
    assert ReportPeriod.objects.get(number=3).starts_at == sh("05-06 17:30")


def test_the_freeze_keeps_the_figures_of_the_cutoff(scene: Scene) -> None:
    sweep(sh("05-08 18:00"))
    busy(scene)
    scene.visited(scene.site("漯河示例化肥厂"), "05-15 17:40")
    sweep(sh("05-15 17:45"))
    row = report(scene)
    assert row.figures is not None
    assert row.figures["week"]["visits"] == 3
    assert row.figures_digest == digest_of(row.figures)
    assert (row.is_missing, row.frozen_at) == (True, sh("05-15 17:45"))
    assert row.rows_file is not None
    assert verify(row.rows_file)


def test_frozen_figures_and_rows_are_recomputed_to_the_byte(scene: Scene) -> None:
    sweep(sh("05-08 18:00"))
    busy(scene)
    sweep(sh("05-15 17:31"))
    row = report(scene)
    for issue in scene.campaign.issues.exclude(state="closed"):
        scene.changed(issue, "05-18 09:00", "change", nature="minor", gravity="ordinary", issue_type=2)
        scene.voided(issue, "05-19 09:00")
    scene.cast.county_a.path = f"{scene.cast.other_city.path}{scene.cast.county_a.pk}/"
    scene.cast.county_a.save()
    places = kept_places(row.unit_id, row.places or {})
    span = Span(row.period.starts_at, row.period.cutoff_at, row.period.cutoff_at)
    assert digest_of(compute(scene.campaign.pk, places, span)[row.unit_id].data()) == row.figures_digest
    with written_rows(scene.campaign.pk, places, span) as files:
        assert files[row.unit_id].digest == row.rows_digest
        files[row.unit_id].file.seek(0)
        assert row.rows_file is not None
        with row.rows_file.open() as kept:
            assert files[row.unit_id].file.read() == kept.read()


def test_three_missed_fridays_are_each_made_once_on_return(scene: Scene) -> None:
    sweep(sh("04-24 18:00"))
    sweep(sh("05-16 09:00"))
    sweep(sh("05-16 09:01"))
    frozen = ReportPeriod.objects.frozen()
    assert [period.number for period in frozen] == [1, 2, 3, 4]
    assert Summary.objects.count() == 4
    assert UnitReport.objects.exclude(frozen_at=None).count() == 8
    assert frozen.last().frozen_at == sh("05-16 09:00")  # type: ignore[union-attr]


def test_nothing_is_frozen_before_its_time(scene: Scene) -> None:
    sweep(sh("04-24 17:29:59"))
    assert not ReportPeriod.objects.frozen().exists()
    sweep(sh("04-24 17:30:30"))
    assert ReportPeriod.objects.frozen().count() == 1


def test_the_words_are_written_once(scene: Scene) -> None:
    for moment in ("04-24 17:31", "04-24 17:32", "04-25 09:00"):
        sweep(sh(moment))
    assert [(row.recipient.name, row.title) for row in Notice.objects.order_by("pk")] == [
        ("褚调度", "第 1 周周报已封账，0/2 已报送"),
        ("郑联络", "第 1 周周报未按时报送"),
    ]
    assert AuditEvent.objects.filter(action="reporting.reportperiod.freeze").count() == 1


def test_a_claimed_period_is_left_alone_until_the_lease_ends(scene: Scene) -> None:
    sweep(sh("04-22 09:00"))
    at = sh("04-24 17:31")
    assert claim(at) is not None
    assert claim(at) is None
    assert sweep(at + LEASE - timedelta(seconds=1)) == 0
    assert sweep(at + LEASE) == 1


def test_a_draft_campaign_and_a_week_before_publication_make_nothing(scene: Scene) -> None:
    Campaign.objects.update(state="approved")
    sweep(sh("04-24 18:00"))
    assert not ReportPeriod.objects.exists()
    Campaign.objects.update(state="published", published_at=sh("05-06 10:00"))
    sweep(sh("05-06 11:00"))
    assert cutoffs(scene.campaign)[0] == "05-08 17:30"


def test_a_period_that_nobody_owes_is_closed_without_a_summary(scene: Scene) -> None:
    scene.window(scene.cast.city, "05-06")
    scene.window(scene.cast.other_city, "05-06")
    sweep(sh("04-24 18:00"))
    assert ReportPeriod.objects.frozen().count() == 1
    assert not Summary.objects.exists()
