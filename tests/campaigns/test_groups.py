"""Working groups: entered and printed, their rights come and go with the place, patrol and team exclude each other."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.gate import able_somewhere, holdings
from accounts.models import Grant, User
from campaigns import services
from campaigns.models import Assignment, GroupMember
from core import clock
from core.models import AuditEvent, PrintedDocument
from core.refusals import Refused
from inspections.models import Issue
from inspections.services import locking
from tests import factories as make
from tests.campaigns import scene
from tests.campaigns.scene import MARCH, MAY
from tests.inspections import scene as field_work

pytestmark = pytest.mark.django_db
SEATS = [("组长", "厅长"), *[("副组长", "副厅长")] * 7, *[("组员", "处长")] * 14]
OFFICE_SEATS = [("主任", "执法监督局局长"), *[("组员", "科长")] * 11]


@pytest.fixture(autouse=True)
def _at_noon_of_the_field_work():
    with clock.travel(field_work.NOON):
        yield


@pytest.fixture
def signed_in(client):
    def enter(person):
        client.force_login(person)
        return client

    return enter


def again(person: User) -> User:
    """The person with the rights of now."""
    return User.objects.get(pk=person.pk)


def member(campaign, key, person, cast, *, role="组员", at=MARCH):
    group = campaign.groups.get(key=key)
    return services.add_member(group, person, role=role, actor=cast.leader_province, at=at)


def printed(document: PrintedDocument) -> str:
    with document.file.open() as pdf:
        pages = PdfReader(io.BytesIO(pdf.read())).pages
        return "".join("".join(page.extract_text().split()) for page in pages)


def enter(client, campaign, key, seats):
    group = campaign.groups.get(key=key)
    for number, (role, post) in enumerate(seats):
        sent = {
            "group": group.pk,
            "role": role,
            "name": f"示例{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥'[number]}",
            "post": post,
        }
        assert client.post(reverse("campaigns:member_add", args=[campaign.pk]), sent).status_code == 302


@pytest.mark.req("HN-03")
def test_the_leading_group_is_entered_with_its_offices_and_printed(henan, cast, signed_in):
    client = signed_in(cast.officer_province)
    enter(client, henan, "leading", SEATS)
    answer = client.post(reverse("campaigns:people_print", args=[henan.pk]))
    said = printed(PrintedDocument.objects.get())
    assert client.get(answer.url)["Content-Type"] == "application/pdf"
    assert (said.count("副厅长"), said.count("处长"), said.count("副组长")) == (7, 14, 7)
    assert "组长示例甲厅长" in said
    assert "示例亥" in said
    page = client.get(reverse("campaigns:campaign_people", args=[henan.pk])).content.decode()
    assert "示例亥" in page
    assert "第 1 版" in page


def test_a_member_is_somebody(henan, cast, signed_in):
    sent = {"group": henan.groups.get(key="leading").pk, "role": "组员", "name": " "}
    answer = signed_in(cast.officer_province).post(reverse("campaigns:member_add", args=[henan.pk]), sent)
    assert answer.status_code == 422
    assert "请选择人员，或者填写姓名" in answer.content.decode()


@pytest.mark.req("HN-04")
def test_a_patrol_member_reads_the_whole_visit_and_changes_no_conclusion(cast, signed_in):
    campaign = services_campaign(cast)
    record = field_work.ready(
        field_work.Scene(cast, campaign, make.target(campaign, cast.site_a)), field_work.finding()
    )
    locking.submit(record, late_reason="", actor=cast.inspector_a, at=field_work.NOON)
    person = make.user("patrol", "严巡查", cast.province)
    client = signed_in(person)
    assert client.get(reverse("inspections:record_view", args=[record.pk])).status_code == 404
    place = member(campaign, "patrol", person, cast)
    assert able_somewhere(again(person), "discipline.view")
    issue = Issue.objects.get()
    seen = ["inspections:visit_view", "inspections:record_view"]
    for name, pk in zip(seen, (record.visit_id, record.pk), strict=True):
        assert client.get(reverse(name, args=[pk])).status_code == 200
    closed = ["enterprises:enterprise_list", "inspections:selfcheck_list", "reporting:report_list"]
    assert {name: client.get(reverse(name)).status_code for name in closed} == dict.fromkeys(closed, 403)
    for name in ("inspections:issue_list", "penalties:case_list"):
        assert cast.site_a.name not in client.get(reverse(name)).content.decode()
    for name in ("issue_change", "issue_report"):
        assert client.post(reverse(f"inspections:{name}", args=[issue.pk]), {"text": "改"}).status_code in {403, 404}
    assert (
        client.post(reverse("inspections:record_correct", args=[record.visit_id]), {"reason": "改"}).status_code == 403
    )
    services.remove_member(place, actor=cast.leader_province, at=MAY)
    assert not holdings(again(person)).rows
    assert client.get(reverse("inspections:record_view", args=[record.pk])).status_code == 404


def services_campaign(cast):
    """The Henan campaign with the real forms and one pledged pair."""
    scene.load()
    campaign = scene.published(cast)
    scene.pledged(campaign, cast.inspector_a, cast.second_a)
    return campaign


def test_the_office_is_entered_reads_the_province_and_changes_nothing(henan, cast, signed_in):
    enter(signed_in(cast.officer_province), henan, "office", OFFICE_SEATS[:-1])
    person = make.user("office", "白办公", cast.province, post="科长")
    member(henan, "office", person, cast)
    assert henan.groups.get(key="office").members.count() == 12
    client = signed_in(person)
    target = scene.listed(henan, cast)
    assert client.get(reverse("enterprises:enterprise_detail", args=[cast.site_a.pk])).status_code == 200
    refused = {
        "inspections:visit_plan": target.pk,
        "enterprises:enterprise_edit": cast.site_a.pk,
        "campaigns:campaign_close": henan.pk,
        "campaigns:campaign_dates": henan.pk,
    }
    assert {name: client.post(reverse(name, args=[pk])).status_code for name, pk in refused.items()} == dict.fromkeys(
        refused, 403
    )
    assert able_somewhere(again(person), "bulletin.publish")


@pytest.mark.req("HN-79")
def test_two_places_give_the_rights_of_both_and_stand_on_the_paper(henan, cast, signed_in):
    person = make.user("both", "双职员", cast.province, post="副局长")
    member(henan, "command", person, cast, role="负责人")
    member(henan, "office", person, cast, role="主任")
    assert {row.role for row in holdings(again(person)).rows} == {"group", "office"}
    assert able_somewhere(again(person), "bulletin.publish")
    signed_in(cast.officer_province).post(reverse("campaigns:people_print", args=[henan.pk]))
    said = printed(PrintedDocument.objects.get())
    assert "负责人双职员副局长" in said
    assert "主任双职员副局长" in said
    services.remove_member(GroupMember.objects.get(group__key="office"), actor=cast.leader_province, at=MAY)
    assert {row.role for row in holdings(again(person)).rows} == {"group"}


@pytest.mark.req("HN-79")
def test_who_patrols_is_in_no_team(henan, cast):
    scene.pledged(henan, cast.inspector_a, cast.second_a)
    member(henan, "patrol", cast.second_a, cast)
    with pytest.raises(Refused, match="王二检是本行动巡查组人员，不能编入检查组"):
        scene.plan(scene.listed(henan, cast), cast)
    assert not Assignment.objects.exists()


@pytest.mark.req("HN-79")
def test_who_is_in_a_team_does_not_patrol(henan, cast):
    scene.pledged(henan, cast.inspector_a, cast.second_a)
    row = scene.plan(scene.listed(henan, cast), cast)
    with pytest.raises(Refused, match=r"王二检是本行动检查组人员.*不能编入巡查组"):
        member(henan, "patrol", cast.second_a, cast)
    assert not GroupMember.objects.exists()
    services.cancel_assignment(row, actor=cast.officer_a, at=MAY, reason="改派")
    member(henan, "patrol", cast.second_a, cast)


def test_nobody_gives_the_rights_of_a_group_to_oneself(henan, cast, signed_in):
    sent = {"group": henan.groups.get(key="office").pk, "user": cast.officer_province.pk, "role": "主任"}
    answer = signed_in(cast.officer_province).post(reverse("campaigns:member_add", args=[henan.pk]), sent)
    assert "不能把自己编入带有权限的工作组" in answer.content.decode()
    assert not GroupMember.objects.exists()


def test_an_administrator_takes_no_place_with_rights(henan, cast):
    with pytest.raises(Refused, match="管理员账号不能同时承担业务角色"):
        member(henan, "office", cast.auditor, cast)
    assert not GroupMember.objects.exists()


def test_the_rights_of_a_group_are_dated_grants_in_the_trail(henan, cast):
    place = member(henan, "experts", cast.expert, cast)
    grant = Grant.objects.get(pk=place.grant_id)
    assert (grant.kind, grant.subject_id, grant.role) == ("campaign", henan.pk, "expert")
    assert grant.reason == f"编入{henan.title}专家咨询组"
    assert AuditEvent.objects.filter(action="accounts.grant.give").count() == 1
    services.remove_member(place, actor=cast.leader_province, at=MAY)
    grant.refresh_from_db()
    assert grant.revoked_at == MAY


def test_the_rights_of_a_group_end_when_the_campaign_closes(henan, cast):
    person = make.user("office", "白办公", cast.province, post="科长")
    place = member(henan, "office", person, cast)
    assert holdings(again(person)).rows
    services.close(henan, actor=cast.officer_province, at=MAY, reason="行动结束")
    assert not holdings(again(person)).rows
    place.refresh_from_db()
    assert place.grant.revoked_at == MAY
