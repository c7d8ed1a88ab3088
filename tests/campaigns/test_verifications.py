"""What must stand before inspections begin (HN-73) and before they are verified (HN-80)."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from campaigns import services
from campaigns.models import Assignment, Campaign, RegisterEntry
from campaigns.registers import services as registers
from campaigns.registers.services.filing import Filing
from campaigns.registers.services.training import province_trained
from core import clock
from core.refusals import Refused
from tests.campaigns import scene
from tests.registers.test_rows_people import lines

pytestmark = pytest.mark.django_db
AUGUST = datetime(2020, 8, 10, 1, 0, tzinfo=UTC)
AUGUST_DAY, NOVEMBER_DAY = date(2020, 8, 12), date(2020, 11, 5)


@pytest.fixture
def draft(cast):
    scene.load()
    return scene.draft(cast)


class TestVerifications:
    @pytest.mark.req("HN-80")
    def test_without_scope_and_window_chosen_nothing_is_published(self, client, cast, draft):
        services.adopt_lists(draft, actor=cast.officer_province, at=scene.MARCH)
        services.choose_parameters(draft, {"contacts_due": "04-10"}, actor=cast.officer_province, at=scene.MARCH)
        client.force_login(cast.leader_province)
        with clock.travel(scene.MARCH):
            address = reverse("campaigns:campaign_approve", args=[draft.pk])
            page = client.post(address, follow=True).content.decode()
        assert "参数“自查对象范围”尚未选定。" in page
        assert "参数“非重点单位核查时间”尚未选定。" in page
        draft.refresh_from_db()
        assert draft.state == "draft"
        chosen = {"selfcheck_scope": "key", "other_verify": "with_key", "summary_within": "15"}
        row = services.choose_parameters(draft, chosen, actor=cast.officer_province, at=scene.MARCH)
        services.approve(row, actor=cast.leader_province, at=scene.MARCH)
        assert services.publish(row, actor=cast.officer_province, at=scene.MARCH).state == "published"
        assert row.phases.get(key="selfcheck").scope == "key"

    def verify(self, target, cast, day=AUGUST_DAY):
        return scene.plan(target, cast, kind="verify", planned_on=day, at=AUGUST)

    @pytest.mark.req("HN-80")
    def test_a_unit_that_is_not_checked_gets_no_verification(self, client, cast):
        target = listed(cast)
        address = reverse("inspections:visit_plan", args=[target.pk])
        client.force_login(cast.officer_a)
        sent = {
            "planned_on": AUGUST_DAY.isoformat(),
            "lead_inspector": cast.inspector_a.pk,
            "second_inspector": cast.second_a.pk,
            "kind": "verify",
        }
        with clock.travel(AUGUST):
            page = client.post(address, sent)
            assert "该非重点单位的检查尚未完成，不能生成核查任务" in page.content.decode()
            assert not Assignment.objects.exists()
            inspected(target, cast)
            assert client.post(address, sent).status_code == 302
        row = Assignment.objects.get(kind="verify")
        assert row.state == "planned"
        services.record_visit(target.pk, AUGUST, actor=cast.inspector_a)
        target.refresh_from_db()
        assert target.visit_count == 1, "a verification is no second inspection"

    def test_the_window_of_others_is_the_one_that_was_chosen(self, cast):
        target = inspected(listed(cast), cast)
        campaign = target.campaign
        with pytest.raises(Refused, match="不在“异地核查”阶段（2020-08-01 至 2020-09-30）内"):
            self.verify(target, cast, NOVEMBER_DAY)
        campaign.parameters["other_verify"] = "after_check"
        campaign.save()
        with pytest.raises(Refused, match="不在“异地核查”阶段（2020-11-01 至 2020-12-31）内"):
            self.verify(target, cast)
        assert self.verify(target, cast, NOVEMBER_DAY).kind == "verify"


def listed(cast):
    """A site of county A that is no key one, in a campaign whose people have pledged."""
    scene.load()
    campaign = scene.published(cast)
    scene.pledged(campaign, cast.inspector_a, cast.second_a)
    cast.site_a.is_key = False
    cast.site_a.save()
    return scene.listed(campaign, cast)


def inspected(target, cast):
    """The inspection that a verification is about."""
    scene.plan(target, cast)
    services.record_visit(target.pk, scene.MAY, actor=cast.inspector_a)
    target.refresh_from_db()
    return target


class TestTraining:
    @pytest.fixture
    def target(self, cast):
        scene.load()
        campaign = scene.published(cast)
        scene.pledged(campaign, cast.inspector_a, cast.second_a)
        return scene.listed(campaign, cast)

    @pytest.mark.req("HN-73")
    def test_without_the_provinces_training_the_inspections_do_not_begin(self, client, cast, target):
        held = RegisterEntry.objects.get(register="training")
        registers.move(held, "cancel", {}, actor=cast.officer_province, at=scene.MAY, reason="重新登记")
        with pytest.raises(Refused, match="没有省级统一培训的登记，“执法检查”阶段不能启动"):
            scene.plan(target, cast)
        client.force_login(cast.officer_province)
        page = reverse("campaigns:campaign_detail", args=[target.campaign_id])
        assert "“执法检查”阶段不能启动" in client.get(page).content.decode()
        scene.trained(target.campaign, cast)
        assert "“执法检查”阶段不能启动" not in client.get(page).content.decode()
        assert scene.plan(target, cast).state == "planned"

    def test_a_city_that_makes_the_campaign_itself_registers_the_training_itself(self, cast, target):
        RegisterEntry.objects.filter(register="training").update(unit=cast.county_a)
        Campaign.objects.filter(pk=target.campaign_id).update(unit=cast.city)
        assert not province_trained(Campaign.objects.get(pk=target.campaign_id)), "a county's is not the organiser's"
        RegisterEntry.objects.filter(register="training").update(unit=cast.city)
        assert scene.plan(target, cast).state == "planned"

    def test_a_citys_own_training_is_not_the_provinces(self, cast, target):
        RegisterEntry.objects.filter(register="training").update(unit=cast.city)
        with pytest.raises(Refused, match="不能启动"):
            scene.plan(target, cast)

    @pytest.mark.req("HN-73")
    def test_the_participation_is_told_by_city(self, client, cast, target):
        held = RegisterEntry.objects.get(register="training")
        said = held.values | {"head_count": 45, "expected": 50}
        given = Filing(cast.city, said, target.campaign)
        registers.file_entry(held.version, given, actor=cast.officer_city, at=scene.MAY)
        assert ("漯河市", "45/50，90.0%", True) in lines("training", "attendance", cast.officer_province)
        client.force_login(cast.officer_province)
        with clock.travel(scene.MAY):
            page = client.get(reverse("campaigns:register_figure", args=["training", "attendance"])).content.decode()
        assert "漯河市" in page
        assert "90.0%" in page
