"""Texts of discipline in versions: a new version is signed again, and who has not signed is not sent."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.models import Unit
from campaigns.models import Assignment, ClauseSignature, ClauseVersion
from campaigns.rules.clauses import above, demand
from campaigns.services import clauses
from core import clock
from core.models import AuditEvent, Notice
from core.refusals import Refused
from tests.campaigns import scene

pytestmark = pytest.mark.django_db

JUNE = datetime(2018, 6, 4, 1, 0, tzinfo=UTC)
LIST, NEW = reverse("campaigns:clause_list"), reverse("campaigns:clause_create")
NAMES = ("中央八项规定", "环保系统六项禁令", "环境监察人员六不准", "转变政府工作作风十不准")
FIRST = "不准接受被检查单位宴请。"
SECOND = "不准接受被检查单位宴请和礼品。"


@pytest.fixture
def gansu(cast):
    return scene.campaign_of("gansu-2018", cast, 2018, datetime(2018, 5, 28, 1, 0, tzinfo=UTC))


def text(answer):
    return answer.content.decode()


def typed(unit: Unit, name: str = NAMES[2], **more: str) -> dict[str, object]:
    first = {"name": name, "source": "环监发示例文", "text": FIRST, "valid_from": "2018-06-01", "change": ""}
    return {"unit": unit.pk} | first | more


def written(unit, actor, **more):
    said = {"name": NAMES[2], "source": "示例文", "text": FIRST, "valid_from": date(2018, 6, 1)}
    return clauses.publish(unit, clauses.Written(**(said | more)), actor=actor, at=JUNE)


def address(verb, row):
    return reverse(f"campaigns:clause_{verb}", args=[row.pk])


def signs(client, row, person):
    client.force_login(person)
    return client.post(address("sign", row), {"name": person.name, "read": "on"})


def planned(client, target, cast):
    people = {"lead_inspector": cast.inspector_a.pk, "second_inspector": cast.second_a.pk}
    client.force_login(cast.officer_a)
    return client.post(reverse("inspections:visit_plan", args=[target.pk]), {"planned_on": "2018-06-05"} | people)


@pytest.mark.req("GS-72")
def test_a_new_version_is_signed_again_and_the_unsigned_are_not_sent(gansu, cast, client):
    target = scene.listed(gansu, cast)
    with clock.travel(JUNE):
        client.force_login(cast.officer_city)
        for name in NAMES:
            assert client.post(NEW, typed(cast.city, name)).status_code == 302
        for row in ClauseVersion.objects.all():
            assert signs(client, row, cast.inspector_a).status_code == 302
        refused = text(planned(client, target, cast))
        assert "尚未签收现行纪律条文：王二检（" in refused
        for row in ClauseVersion.objects.all():
            signs(client, row, cast.second_a)
        client.force_login(cast.officer_city)
        assert "换版须写明改了什么" in text(client.post(NEW, typed(cast.city, text=SECOND)))
        assert client.post(NEW, typed(cast.city, text=SECOND, change="增加礼品")).status_code == 302
        renewed = ClauseVersion.objects.get(number=2)
        refused = text(planned(client, target, cast))
        assert f"李一检（{renewed}）、王二检（{renewed}）" in refused
        assert not Assignment.objects.exists()
        client.force_login(cast.inspector_a)
        assert "您签收的是旧版，请重新签收" in text(client.get(address("detail", renewed)))
        for person in (cast.inspector_a, cast.second_a):
            assert signs(client, renewed, person).status_code == 302
        assert planned(client, target, cast).status_code == 302
    assert Assignment.objects.get().lead_inspector == cast.inspector_a
    assert ClauseSignature.objects.filter(user=cast.inspector_a, version__name=NAMES[2]).count() == 2
    assert AuditEvent.objects.filter(action="campaigns.clausesignature.sign").count() == 10
    assert AuditEvent.objects.filter(action="campaigns.clauseversion.publish").count() == 5
    assert Notice.objects.filter(recipient=cast.inspector_a, key__startswith="clauses.published").count() == 5


@pytest.mark.req("GS-72")
def test_a_campaign_may_choose_to_point_it_out_only(gansu, cast, client):
    """可配: the reading is a parameter of the campaign; a plan that does not speak of it asks nothing."""
    written(cast.city, cast.officer_city)
    gansu.parameters["clauses"] = "free"
    gansu.save(update_fields=["parameters"])
    with clock.travel(JUNE):
        assert planned(client, scene.listed(gansu, cast), cast).status_code == 302
    (said,) = [one for one in Assignment.objects.get().gate["rules"] if one["rule"] == "clauses"]
    assert (said["answer"], "李一检" in said["message"], "129" in said["source"]) == ("allow", True, True)
    assert [demand({}, {}), demand({"clauses": {}}, {})] == ["", "required"]


def test_only_the_version_in_force_is_signed_and_once(cast):
    first = written(cast.city, cast.officer_city)
    with pytest.raises(Refused, match="不需要换版"):
        written(cast.city, cast.officer_city, change="改")
    with pytest.raises(Refused, match="施行日期不能早于"):
        written(cast.city, cast.officer_city, text=SECOND, valid_from=date(2018, 5, 1), change="改")
    second = written(cast.city, cast.officer_city, text=SECOND, valid_from=date(2018, 7, 1), change="改")
    clauses.sign(first, cast.inspector_a, name="李一检", at=JUNE)
    assert clauses.unsigned([cast.inspector_a], date(2018, 6, 30)) == {}
    assert clauses.unsigned([cast.inspector_a], date(2018, 7, 1)) == {cast.inspector_a.pk: [second]}
    with pytest.raises(Refused, match="条文已换版"):
        clauses.sign(first, cast.second_a, name="王二检", at=datetime(2018, 7, 2, tzinfo=UTC))
    with pytest.raises(Refused, match="须与登录人姓名"):
        clauses.sign(second, cast.second_a, name="李一检", at=JUNE)
    clauses.sign(second, cast.second_a, name="王二检", at=JUNE)
    with pytest.raises(Refused, match="已经签收过"):
        clauses.sign(second, cast.second_a, name="王二检", at=JUNE)


def test_everybody_below_the_keeping_unit_sees_it_and_nobody_beside(cast, client):
    row = written(cast.city, cast.officer_city)
    top = written(cast.province, cast.officer_province, name=NAMES[0])
    for person, sees in ((cast.inspector_a, 2), (cast.officer_other, 1), (cast.officer_province, 2)):
        client.force_login(person)
        assert [text(client.get(LIST)).count(name) for name in (NAMES[0], NAMES[2])].count(1) == sees
    client.force_login(cast.officer_other)
    assert client.get(address("detail", row)).status_code == 404
    assert "未签收人员" in text(client.get(address("unsigned", top)))
    assert "李一检" not in text(client.get(address("unsigned", top)))
    client.force_login(cast.officer_a)
    assert client.post(NEW, typed(cast.county_a)).status_code == 403
    clauses.sign(row, cast.inspector_a, name="李一检", at=JUNE)
    page = text(client.get(address("unsigned", row)))
    assert ("王二检" in page, "李一检" in page, "周三检" in page) == (True, False, False)
    assert above(cast.county_a.path)[-2:] == [cast.city.path, cast.county_a.path]


def test_the_desk_says_what_is_to_be_signed(cast, client):
    row = written(cast.city, cast.officer_city)
    with clock.travel(JUNE):
        client.force_login(cast.inspector_a)
        assert f"学习签收{row.name}" in text(client.get(reverse("reporting:workbench")))
        clauses.sign(row, cast.inspector_a, name="李一检", at=JUNE)
        assert f"学习签收{row.name}" not in text(client.get(reverse("reporting:workbench")))
