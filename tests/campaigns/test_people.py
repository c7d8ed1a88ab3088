"""Working groups, contact persons and pledges."""

import pytest

from campaigns import services
from campaigns.models import ContactPerson, GroupMember, Pledge
from core import audit
from core.models import Obligation
from core.refusals import Refused
from tests.campaigns.scene import MARCH, MAY

pytestmark = pytest.mark.django_db


def test_one_person_may_sit_in_several_groups_but_once_in_each(henan, cast):
    command, office = henan.groups.get(key="command"), henan.groups.get(key="office")
    person = cast.officer_province
    services.add_member(command, person, role="负责人", actor=cast.leader_province, at=MARCH)
    services.add_member(office, person, role="主任", actor=cast.leader_province, at=MARCH)
    with pytest.raises(Refused, match="已在指挥管理组中"):
        services.add_member(command, person, role="组员", actor=cast.leader_province, at=MARCH)
    assert GroupMember.objects.filter(user=person).count() == 2


def test_a_closed_account_joins_no_group(henan, cast):
    with pytest.raises(Refused, match="已停用"):
        services.add_member(henan.groups.first(), cast.disabled, role="组员", actor=cast.officer_province, at=MARCH)


def test_a_contact_person_needs_the_rights_of_one(henan, cast):
    with pytest.raises(Refused, match="没有漯河市的联络员授权"):
        services.name_contact(henan, cast.city, cast.officer_a, actor=cast.officer_city, at=MARCH)
    services.name_contact(henan, cast.city, cast.contact_city, actor=cast.officer_city, at=MARCH)
    with pytest.raises(Refused, match="已经是漯河市的联络员"):
        services.name_contact(henan, cast.city, cast.contact_city, actor=cast.officer_city, at=MARCH)


def test_a_city_that_loses_its_contact_person_owes_one_again(henan, cast):
    row = services.name_contact(henan, cast.city, cast.contact_city, actor=cast.officer_city, at=MARCH)
    owed = Obligation.objects.open().filter(kind="contact", unit_path=cast.city.path)
    assert not owed.exists()
    services.end_contact(row, actor=cast.officer_city, at=MAY)
    assert owed.exists()
    with pytest.raises(Refused, match="已经撤下"):
        services.end_contact(row, actor=cast.officer_city, at=MAY)
    assert ContactPerson.objects.get().ended_at == MAY


def test_the_pledge_keeps_the_digest_of_the_text_that_was_signed(henan, cast):
    row = services.sign_pledge(henan, cast.inspector_a, name=" 李一检 ", at=MARCH)
    assert row.text_digest == audit.digest_of(henan.blueprint.data["pledge"])
    with pytest.raises(Refused, match="已经签署过"):
        services.sign_pledge(henan, cast.inspector_a, name="李一检", at=MAY)


def test_nobody_signs_with_another_name(henan, cast):
    with pytest.raises(Refused, match="须与登录人姓名（李一检）一致"):
        services.sign_pledge(henan, cast.inspector_a, name="王二检", at=MARCH)
    assert not Pledge.objects.exists()


def test_a_pledge_waits_for_publication(draft, cast):
    with pytest.raises(Refused, match="发布后才能签署"):
        services.sign_pledge(draft, cast.inspector_a, name="李一检", at=MARCH)


def test_the_clauses_say_what_the_plan_forbids_and_that_they_are_no_original(henan):
    text = services.pledge_text(henan)
    said = "".join(text["clauses"])
    for words in ("中央八项规定", "与工作无关的行动", "宴请、礼品", "不饮酒、不打牌"):
        assert words in said
    assert text["original"] is False
