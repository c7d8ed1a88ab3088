"""What other rooms do opens or meets what a plan orders: a case closed, a record locked, a draw held, a visit."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections, transaction

from campaigns.models import BlueprintVersion, Campaign, Target
from campaigns.services import draws, due, record_visit
from campaigns.services.due.opening import open_what_lacks
from core import clock
from core.models import Obligation
from inspections.services import locking
from penalties import services as cases
from tests.campaigns import datong, draw_scene
from tests.campaigns import scene as henan
from tests.inspections import scene as field
from tests.penalties.conftest import decided, filed, issue, noticed, served  # noqa: F401  # fixtures
from tests.penalties.steps import LATER

ROW = {"period": "全年", "units": "执法队", "from": "01-01", "to": "12-31", "source": "清单第1行", "lead": ["执法队"]}
AFTER_CASE = {"kind": "after", "event": "结案", "within": 7, "count": "calendar"}
AFTER_VISIT = {"kind": "after", "event": "检查完成", "within": 20, "count": "workday", "said": "20个工作日"}


def with_plan(campaign: Campaign, **data: object) -> None:
    """The campaign as if its plan ordered this."""
    BlueprintVersion.objects.filter(pk=campaign.blueprint_id).update(data=campaign.blueprint.data | data)


@pytest.mark.django_db
@pytest.mark.req("DT-41")
def test_closing_a_case_opens_the_report_of_a_week_later(cast, served):  # noqa: F811
    row = ROW | {"number": 1, "task": "专项行动", "report": "结案一周内", "clock": AFTER_CASE, "by": "counties"}
    with_plan(served.campaign, plan={"rows": [row]})
    case = type(served).objects.get(pk=served.pk)
    cases.close(case, day=date(2020, 6, 20), paid=Decimal(280000), text="已缴清", actor=cast.officer_a, at=LATER)
    owed = Obligation.objects.get(campaign_id=case.campaign_id, subject="row.1")
    assert (owed.period, owed.nominal_on) == (f"case:{case.pk}", date(2020, 6, 27))
    assert case.number in owed.title


@pytest.mark.django_db
def test_locking_a_record_opens_the_publication_of_its_result(cast, scene):
    order = {"key": "publish", "title": "检查结果向社会公开", "owes": "各级", "by": "counties", "source": "三"}
    with_plan(scene.campaign, dues=[*scene.campaign.blueprint.data["dues"], order | {"clock": AFTER_VISIT}])
    record = field.ready(scene)
    record.refresh_from_db()
    outcome = locking.submit(record, late_reason="", actor=record.writer, at=field.NOON)
    assert not outcome.problems
    owed = Obligation.objects.get(campaign_id=scene.campaign.pk, subject="due.publish")
    assert (owed.unit_path, owed.workdays) == (record.visit.unit.path, 20)
    assert clock.day_of(owed.due_at) == date(2020, 6, 9), "20 working days after 05-12"


@pytest.fixture
def scene(cast, db):
    henan.load()
    campaign = henan.published(cast)
    henan.listed(campaign, cast)
    henan.pledged(campaign, cast.inspector_a, cast.second_a)
    return field.Scene(cast, campaign, Target.objects.get(campaign=campaign, enterprise=cast.site_a))


def activity(fact: str) -> dict[str, object]:
    one = {"who": "市级", "every": "quarter", "by": "authority", "fact": fact}
    clock_of = {"kind": "quarter", "before": 10}
    return ROW | {"number": 8, "task": "抽查", "report": "季度", "clock": clock_of, "activities": [one], "by": "teams"}


@pytest.mark.django_db
@pytest.mark.req("DT-47")
def test_a_draw_that_is_held_meets_the_activity_of_its_quarter(cast):
    draw = draw_scene.ready(cast)
    with_plan(draw.campaign, plan={"rows": [activity("draw")]})
    campaign = Campaign.objects.get(pk=draw.campaign_id)
    Campaign.objects.filter(pk=campaign.pk).update(unit=draw.unit)
    campaign.refresh_from_db()
    due.open_dues(campaign, at=henan.MARCH)
    draws.hold(type(draw).objects.get(pk=draw.pk), actor=cast.officer_city, at=draw_scene.AFTER)
    rows = Obligation.objects.filter(campaign_id=campaign.pk, subject="row.8.1").order_by("due_at")
    assert [row.met_at is not None for row in rows] == [row.period == "2020-Q2" for row in rows]
    assert any(row.met_at for row in rows)


@pytest.mark.django_db
def test_a_visit_to_a_site_of_the_list_is_the_check_of_the_list(cast):
    henan.load()
    campaign = henan.published(cast)
    target = henan.listed(campaign, cast)
    row = activity("list_check")
    row["activities"] = [{"who": "县区", "every": "month", "by": "counties", "fact": "list_check"}]
    with_plan(campaign, plan={"rows": [row]})
    campaign = Campaign.objects.get(pk=campaign.pk)
    due.open_dues(campaign, at=henan.MARCH)
    record_visit(target.pk, henan.MAY)
    rows = Obligation.objects.filter(campaign_id=campaign.pk, subject="row.8.1", unit_path=cast.county_a.path)
    assert not rows.exclude(met_at=None).exists(), "the site is on no list"
    henan.on_positive_list(cast.site_a)
    record_visit(target.pk, henan.MAY)
    assert [row.period for row in rows.exclude(met_at=None)] == ["2020-05"]


@pytest.mark.django_db
def test_a_visit_counts_for_the_month_it_took_place_in_however_late_its_record_comes(cast, scene):
    row = activity("list_check")
    row["activities"] = [{"who": "县区", "every": "month", "by": "counties", "fact": "list_check"}]
    with_plan(scene.campaign, plan={"rows": [row]})
    due.open_dues(Campaign.objects.get(pk=scene.campaign.pk), at=henan.MARCH)
    record = field.ready(scene)
    record.refresh_from_db()
    henan.on_positive_list(cast.site_a)
    june = clock.at_local(date(2020, 6, 1), 9)
    outcome = locking.submit(record, late_reason="设备故障，未能当日提交", actor=record.writer, at=june)
    assert not outcome.problems
    met = Obligation.objects.filter(campaign_id=scene.campaign.pk, subject="row.8.1").exclude(met_at=None)
    assert [row.period for row in met] == ["2020-05"]


@pytest.mark.django_db(transaction=True)
def test_opened_by_many_at_once_everything_is_owed_once(transactional_db):
    org = datong.assemble()
    plan = datong.published(org)
    before = Obligation.objects.count()
    Obligation.objects.filter(subject__startswith="row.5").delete()

    def work() -> None:
        try:
            with transaction.atomic():
                open_what_lacks(plan, at=datong.NEW_YEAR)
        finally:
            connections.close_all()

    crowd = [threading.Thread(target=work) for _ in range(6)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert Obligation.objects.count() == before
