"""What entries refer to: of the same campaign and enterprise, chosen from what the person is likely to mean."""

from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, RegisterEntry
from core import clock
from enterprises.models import Enterprise
from inspections.models import Issue, Visit
from tests import factories as make
from tests.cast import Cast
from tests.registers import scene
from tests.registers.test_rows_service import refused_at


def visit(cast: Cast, campaign: Campaign, site: Enterprise, lead: object = None) -> Visit:
    people = (lead or cast.inspector_a, cast.second_a)
    return make.visit(make.assignment(make.target(campaign, site), *people, state="done"))  # type: ignore[arg-type]


def test_a_visit_of_another_campaign_or_enterprise_is_refused_at_its_field(cast: Cast, plan: Campaign) -> None:
    scene.load("obstacle")
    own, elsewhere = visit(cast, plan, cast.site_a), visit(cast, make.campaign(cast.province, year=2019), cast.site_a)
    officer = cast.officer_a
    said = scene.filler("obstacle", cast, officer) | {"enterprise": str(cast.site_a.pk)}
    foreign = refused_at("obstacle", officer, plan, **said, visit=f"检查 {elsewhere.pk}")
    assert foreign == {"visit": [f"「检查 {elsewhere.pk}」是另一个专项行动的现场检查"]}
    of_b = said | {"enterprise": str(make.enterprise("示例二厂", cast.county_a, cast.site_a.region).pk)}
    other = refused_at("obstacle", officer, plan, **of_b, visit=f"检查 {own.pk}")
    assert other == {"visit": [f"「检查 {own.pk}」是另一家企业的现场检查（{cast.site_a.name}）"]}
    row = scene.file("obstacle", officer, plan, **said, visit=f"检查 {own.pk}")
    assert (row.links.get().kind, row.links.get().key) == ("visit", str(own.pk))


def test_an_issue_number_of_two_campaigns_is_that_of_the_entrys_own(cast: Cast, plan: Campaign) -> None:
    scene.load("expert_help")
    newer = make.campaign(cast.province, year=2021)
    mine, _ = (make.issue(make.locked_record(visit(cast, one, cast.site_a))) for one in (plan, newer))
    Issue.objects.update(number=7)
    said = scene.filler("expert_help", cast, cast.officer_a) | {"enterprise": str(cast.site_a.pk), "issue": "问题 7"}
    row = scene.file("expert_help", cast.officer_a, plan, **said)
    assert row.links.get().key == str(mine.pk)


def test_the_form_offers_an_inspector_the_own_visits(cast: Cast, plan: Campaign, client: Client) -> None:
    scene.load("obstacle")
    own = visit(cast, plan, cast.site_a)
    other = visit(cast, plan, make.enterprise("示例二厂", cast.county_a, cast.site_a.region), make.user("x", "卫三检"))
    address = reverse("campaigns:register_new", args=["obstacle"])
    with clock.travel(scene.AT):
        client.force_login(cast.inspector_a)
        page = client.get(address).content.decode()
        assert f'<option value="检查 {own.pk}"' in page
        assert f'"检查 {other.pk}"' not in page
        form = {"campaign": plan.pk, "filing_unit": cast.county_a.pk, "subject": "拒绝进入", "met_on": scene.DAY}
        form |= {"to": "当地政府", "detail": "经过", "enterprise": "示例二厂", "visit": f"检查 {own.pk}"}
        page = client.post(address, form)
    assert page.status_code == 422
    assert page.context["form"].errors == {"visit": [f"「检查 {own.pk}」是另一家企业的现场检查（{cast.site_a.name}）"]}
    assert not RegisterEntry.objects.exists()
