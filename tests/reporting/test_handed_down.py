"""A campaign handed down to a city: its weeks are reported once, to the superior, who counts what is done in it."""

from datetime import date

import pytest

from campaigns.models import Campaign, Phase
from campaigns.services import report_dates
from core.calendar import load_tables
from reporting.models import CountyConfirmation, ReportPeriod, UnitReport
from reporting.services import periods
from reporting.services.freeze import sweep
from tests import factories as make
from tests.cast import Cast
from tests.reporting.scene import Scene, owed, sh

pytestmark = pytest.mark.django_db


def handed_down(scene: Scene, starts: str = "05-06", ends: str = "06-26") -> Campaign:
    """The city's own campaign of the same plan, published, in its own days."""
    row = make.campaign(scene.cast.city, parent=scene.campaign)
    days = {"starts_on": date.fromisoformat(f"2020-{starts}"), "ends_on": date.fromisoformat(f"2020-{ends}")}
    Phase.objects.filter(campaign=row, key="inspect").update(**days)
    return row


def test_the_city_and_its_counties_report_once_in_the_superior_s_campaign_and_in_their_days(scene: Scene) -> None:
    child = handed_down(scene)
    sweep(sh("05-07 09:00"))
    assert set(ReportPeriod.objects.values_list("campaign", flat=True)) == {scene.campaign.pk}
    assert [row.period.cutoff_at for row in UnitReport.objects.filter(unit=scene.cast.city)] == [sh("05-08 17:30")]
    assert CountyConfirmation.objects.filter(unit=scene.cast.county_a).count() == 1
    assert len([row for row in owed() if row.unit_path == scene.cast.city.path]) == 1
    assert UnitReport.objects.filter(unit=scene.cast.other_city).count() == 3, "in the province's own days"
    assert report_dates(child) == []
    mine = [one.due_at for one in report_dates(scene.campaign, scene.cast.city)]
    assert (mine[0], mine[-1]) == (sh("05-08 17:30"), sh("06-24 17:30"))


def test_a_draft_leaves_the_city_s_weeks_as_they_are(scene: Scene) -> None:
    child = handed_down(scene)
    Campaign.objects.filter(pk=child.pk).update(state="draft", published_at=None)
    sweep(sh("04-22 09:00"))
    assert UnitReport.objects.filter(unit=scene.cast.city).count() == 1


def test_the_superior_s_summary_counts_what_the_city_did_in_its_own_campaign(scene: Scene) -> None:
    child = handed_down(scene)
    scene.visited(scene.cast.site_a, "05-12 09:00")
    own = Scene(scene.cast, child)
    own.filed(own.found(own.visited(scene.cast.site_a, "05-13 10:00")), "05-13 15:00")
    own.visited(scene.cast.site_b, "05-14 10:00")
    own.listed(scene.site("漯河示例电力厂", is_key=True))
    sweep(sh("05-08 18:00"))
    sweep(sh("05-15 17:45"))
    row = UnitReport.objects.get(period__number=4, unit=scene.cast.city)
    assert row.figures is not None
    assert (row.figures["week"]["visits"], row.figures["week"]["issues"], row.figures["week"]["cases.filed"]) == (
        3,
        1,
        1,
    )
    keys = sum(site.is_key for site in (scene.cast.site_a, scene.cast.site_b)) + 1
    assert row.figures["total"]["key_targets"] == keys, "a site on both lists is one site"
    assert row.figures["week"]["enterprises"] == 2
    summary = row.period.summaries.get()
    assert summary.figures["week"]["visits"] == 3


def test_weeks_that_were_asked_for_twice_go_unless_somebody_wrote(scene: Scene) -> None:
    child = handed_down(scene)
    Campaign.objects.filter(pk=child.pk).update(parent=None)
    periods.ensure(Campaign.objects.get(pk=child.pk), sh("05-14 09:00"))
    written = UnitReport.objects.filter(period__campaign=child).order_by("period__number").last()
    assert written is not None
    UnitReport.objects.filter(pk=written.pk).update(text="本周检查三家")
    Campaign.objects.filter(pk=child.pk).update(parent=scene.campaign)
    periods.ensure(Campaign.objects.get(pk=child.pk), sh("05-14 09:00"))
    assert list(child.periods.values_list("pk", flat=True)) == [written.period_id]
    assert [row.subject for row in owed() if row.campaign_id == child.pk] == [periods.subject(written.pk)]


def test_a_city_reports_in_its_own_campaign_as_long_as_one_of_its_counties_works(cast: Cast) -> None:
    load_tables()
    own = Scene(cast, make.campaign(cast.city))
    own.window(cast.county_a, "05-06", "07-03")
    sweep(sh("06-27 09:00"))
    last = UnitReport.objects.order_by("-period__number").first()
    assert last is not None
    assert (last.unit, last.period.cutoff_at) == (cast.city, sh("07-03 17:30"))
