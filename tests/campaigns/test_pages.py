"""The pages of campaigns: who sees them, who may act, what they say, what they cost."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from campaigns import services
from campaigns.models import Campaign, ContactPerson, GroupMember, PhaseWindow, Pledge
from core import clock
from tests import factories as make
from tests.campaigns import scene
from tests.campaigns.scene import MARCH, MAY

pytestmark = pytest.mark.django_db
PAGES = ["campaign_detail", "campaign_windows", "campaign_people", "campaign_source"]


@pytest.fixture
def at_may():
    with clock.travel(MAY):
        yield


@pytest.fixture
def signed_in(client, at_may):
    def sign_in(person: User):
        client.force_login(person)
        return client

    return sign_in


def url(name, campaign, *more):
    return reverse(f"campaigns:{name}", args=[campaign.pk, *more])


def text(answer):
    return answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_for_a_county_once_published(name, henan, cast, signed_in):
    assert signed_in(cast.officer_a).get(url(name, henan)).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_a_draft_is_not_there_for_a_county(name, draft, cast, signed_in):
    assert signed_in(cast.officer_a).get(url(name, draft)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_an_enterprise_that_is_not_on_the_list_sees_no_campaign(name, henan, cast, signed_in):
    assert signed_in(cast.enterprise_a).get(url(name, henan)).status_code == 404


def test_an_enterprise_on_the_list_sees_the_plan_but_not_the_people(henan, cast, signed_in):
    scene.listed(henan, cast)
    client = signed_in(cast.enterprise_a)
    page = client.get(url("campaign_detail", henan))
    assert page.status_code == 200
    assert "组织与联络" not in text(page)
    assert client.get(url("campaign_people", henan)).status_code == 403
    assert client.get(url("campaign_windows", henan)).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_nobody_signed_in_is_sent_to_the_login(name, henan, client):
    answer = client.get(url(name, henan))
    assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("accounts:login"))


def test_the_overview_says_dates_decision_and_readings(henan, cast, signed_in):
    said = text(signed_in(cast.officer_city).get(url("campaign_detail", henan)))
    assert "04-30 17:30" in said
    assert "原定 05-01，劳动节" in said
    assert "衡环办发〔2020〕137号" in said
    assert "褚调度，2020-03-20 09:00" in said
    assert "4 月 10 日（中旬开始之前）" in said


def test_the_source_page_shows_annexes_as_no_originals_and_the_defects(henan, cast, signed_in):
    said = text(signed_in(cast.inspector_a).get(url("campaign_source", henan)))
    assert "原文如此" in said
    assert "“4 月中旬前”可读作" in said
    assert said.count("非原件") >= 7
    assert "一体化执法检查联络人员信息统计表" in said
    assert "原文无" in said


def test_the_list_page_marks_the_common_name_of_two_types(henan, cast, signed_in):
    said = text(signed_in(cast.officer_a).get(reverse("campaigns:list_detail", args=[henan.issue_types_id])))
    assert said.count("同名") == 3  # the sentence and the two rows
    assert "重型柴油车及非道路移动机械排放管控不到位" in said


def test_the_blueprint_page_shows_the_plan_as_loaded(henan, cast, signed_in):
    said = text(signed_in(cast.officer_city).get(reverse("campaigns:blueprint_detail", args=[henan.blueprint_id])))
    assert "04-21 至 06-20" in said
    assert "副组长 7 人" in said


def test_the_province_draws_up_chooses_adopts_and_only_a_leader_approves(cast, blueprints, signed_in):
    client = signed_in(cast.officer_province)
    answer = client.post(
        reverse("campaigns:campaign_create"), {"blueprint": "henan-2020", "year": 2020, "unit": cast.province.pk}
    )
    row = Campaign.objects.get()
    assert answer.url == url("campaign_detail", row)
    assert "尚未选定" in text(client.get(answer.url))
    parameters = {"selfcheck_scope": "all", "contacts_due": "04-20", "other_verify": "with_key", "summary_within": "15"}
    client.post(url("campaign_parameters", row), parameters | {"on_holiday": "previous_workday"})
    offered = text(client.get(url("campaign_adopt", row)))
    assert "行业类别 22 类、问题类型 27 类、查处情况 5 类（衡环办发〔2020〕137号 附件4）" in offered
    assert ">hengshui-annex4<" not in offered
    client.post(url("campaign_adopt", row), {"key": "hengshui-annex4", "statement": "采用附件4"})
    assert client.post(url("campaign_approve", row)).status_code == 403
    client = signed_in(cast.leader_province)
    assert client.post(url("campaign_approve", row)).status_code == 302
    assert client.post(url("campaign_publish", row)).status_code == 403
    client = signed_in(cast.officer_province)
    assert "9 周的周报截止时间报送（05-01→04-30 因节假日调整）" in text(client.get(url("campaign_detail", row)))
    assert client.post(url("campaign_publish", row)).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.adoption_statement, row.parameters["contacts_due"]) == ("published", "采用附件4", "04-20")


def test_a_form_that_lacks_a_reading_keeps_the_others(draft, cast, signed_in):
    answer = signed_in(cast.officer_province).post(
        url("campaign_parameters", draft), {"selfcheck_scope": "key", "on_holiday": "keep"}
    )
    assert answer.status_code == 422
    said = text(answer)
    assert "请选定一项" in said
    assert answer.context["form"]["selfcheck_scope"].value() == "key"


def test_a_year_without_sense_is_refused_in_the_form(cast, blueprints, signed_in):
    answer = signed_in(cast.officer_province).post(
        reverse("campaigns:campaign_create"), {"blueprint": "henan-2020", "year": 99, "unit": cast.province.pk}
    )
    assert answer.status_code == 422
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("person", ["officer_a", "leader_city", "leader_province", "enterprise_a"])
def test_only_the_authority_draws_up_a_campaign(person, cast, blueprints, signed_in):
    client = signed_in(getattr(cast, person))
    assert client.get(reverse("campaigns:campaign_create")).status_code == 403


@pytest.mark.parametrize("name", ["campaign_approve", "campaign_return", "campaign_publish", "campaign_close"])
def test_a_city_reads_and_does_not_decide(name, henan, cast, signed_in):
    assert signed_in(cast.leader_city).post(url(name, henan), {"reason": "试"}).status_code == 403
    assert signed_in(cast.officer_province).get(url(name, henan)).status_code == 405


def test_an_impossible_step_comes_back_with_a_sentence(henan, cast, signed_in):
    client = signed_in(cast.officer_province)
    answer = client.post(url("campaign_publish", henan), follow=True)
    assert "不能办理“发布”" in text(answer)


def test_a_city_asks_for_its_window_and_the_province_leader_approves_it(henan, cast, signed_in):
    phase = henan.phases.get(key="inspect")
    asked = {
        "phase": phase.pk,
        "unit": cast.city.pk,
        "starts_on": "2020-05-06",
        "ends_on": "2020-06-20",
        "reason": "疫情",
    }
    client = signed_in(cast.officer_city)
    assert client.post(url("campaign_windows", henan), asked).status_code == 302
    row = PhaseWindow.objects.get()
    assert client.post(url("window_approve", henan, row.pk)).status_code == 403
    client = signed_in(cast.leader_province)
    assert "漯河市：“执法检查”调整为 2020-05-06 至 2020-06-20" in text(client.get(url("campaign_windows", henan)))
    assert client.post(url("window_approve", henan, row.pk)).status_code == 302
    assert services.window(henan, "inspect", cast.county_a)[0] == date(2020, 5, 6)


def test_a_window_asked_for_wrongly_keeps_what_was_typed(henan, cast, signed_in):
    phase = henan.phases.get(key="inspect")
    asked = {
        "phase": phase.pk,
        "unit": cast.city.pk,
        "starts_on": "2020-05-06",
        "ends_on": "2020-05-01",
        "reason": "疫情防控",
    }
    answer = signed_in(cast.officer_city).post(url("campaign_windows", henan), asked)
    assert answer.status_code == 422
    assert "结束日期不能早于开始日期" in text(answer)
    assert "疫情防控" in text(answer)


def test_another_city_neither_asks_for_nor_sees_this_one_s_window(henan, cast, signed_in):
    phase = henan.phases.get(key="inspect")
    row = services.ask_window(
        phase,
        unit=cast.city,
        starts_on=date(2020, 5, 6),
        ends_on=date(2020, 6, 20),
        reason="漯河市疫情",
        actor=cast.officer_city,
        at=MARCH,
    )
    client = signed_in(cast.officer_other)
    assert "漯河市疫情" not in text(client.get(url("campaign_windows", henan)))
    assert client.post(url("window_refuse", henan, row.pk), {"reason": "试"}).status_code == 404
    asked = {
        "phase": phase.pk,
        "unit": cast.city.pk,
        "starts_on": "2020-05-06",
        "ends_on": "2020-06-20",
        "reason": "疫情",
    }
    assert client.post(url("campaign_windows", henan), asked).status_code == 422


def test_a_window_under_the_wrong_campaign_is_not_there(henan, cast, signed_in):
    other = make.campaign(cast.province, year=2021)
    row = services.ask_window(
        henan.phases.get(key="inspect"),
        unit=cast.city,
        starts_on=date(2020, 5, 6),
        ends_on=date(2020, 6, 20),
        reason="疫情",
        actor=cast.officer_city,
        at=MARCH,
    )
    assert signed_in(cast.leader_province).post(url("window_approve", other, row.pk)).status_code == 404


def test_the_province_fills_its_working_groups(henan, cast, signed_in):
    group = henan.groups.get(key="patrol")
    client = signed_in(cast.officer_province)
    client.post(url("member_add", henan), {"group": group.pk, "user": cast.discipline.pk, "role": "负责人"})
    member = GroupMember.objects.get()
    assert "沈巡查" in text(client.get(url("campaign_people", henan)))
    assert signed_in(cast.officer_city).post(url("member_remove", henan, member.pk)).status_code == 403
    signed_in(cast.officer_province).post(url("member_remove", henan, member.pk))
    assert not GroupMember.objects.exists()


def test_a_city_names_its_contact_person_and_another_city_does_not(henan, cast, signed_in):
    named = {"unit": cast.city.pk, "user": cast.contact_city.pk}
    assert signed_in(cast.officer_other).post(url("contact_name", henan), named).status_code == 422
    assert signed_in(cast.officer_city).post(url("contact_name", henan), named).status_code == 302
    row = ContactPerson.objects.get()
    assert signed_in(cast.officer_other).post(url("contact_end", henan, row.pk)).status_code == 404
    assert "郑联络" in text(signed_in(cast.officer_a).get(url("campaign_people", henan)))


def test_an_inspector_reads_and_signs_the_pledge(henan, cast, signed_in):
    client = signed_in(cast.inspector_a)
    assert "现在签署" in text(client.get(url("campaign_detail", henan)))
    page = text(client.get(url("pledge_sign", henan)))
    assert "不接受被检查单位的宴请、礼品" in page
    assert "非原件" in page
    unread = client.post(url("pledge_sign", henan), {"name": "李一检"})
    assert (unread.status_code, "逐条阅读后勾选" in text(unread), "李一检" in text(unread)) == (422, True, True)
    assert client.post(url("pledge_sign", henan), {"name": "李一检", "read": "on"}).status_code == 302
    assert Pledge.objects.get().user == cast.inspector_a
    assert "签署。" in text(client.get(url("pledge_sign", henan)))
    assert signed_in(cast.officer_a).get(url("pledge_sign", henan)).status_code == 403


def test_the_pages_cost_the_same_for_few_and_for_many(henan, cast, signed_in):
    client = signed_in(cast.officer_province)

    def costs():
        return [count(client, url(name, henan)) for name in PAGES] + [count(client, reverse("campaigns:campaign_list"))]

    services.add_member(henan.groups.first(), cast.officer_province, role="组长", actor=cast.leader_province, at=MAY)
    first = costs()
    for n in range(12):
        city = make.unit(f"示例{n}市生态环境局", "city", cast.province, short_name=f"示例{n}市")
        person = make.user(f"contact{n}", f"联络{n}", city)
        make.grant(person, "contact", over=city)
        services.name_contact(henan, city, person, actor=cast.officer_province, at=MAY)
        services.add_member(henan.groups.get(key="office"), person, role="组员", actor=cast.officer_province, at=MAY)
        make.enterprise(f"示例{n}厂", cast.county_a, cast.region_a)
        make.campaign(cast.province, year=2030 + n)
        phase = henan.phases.get(key="inspect")
        services.ask_window(
            phase,
            unit=city,
            starts_on=phase.starts_on,
            ends_on=phase.ends_on,
            reason="试",
            actor=cast.officer_province,
            at=MAY,
        )
    scene.listed(henan, cast)
    assert costs() == first


def count(client, address):
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)
