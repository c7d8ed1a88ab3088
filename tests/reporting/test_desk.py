from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from campaigns.models import Assignment, ContactPerson
from core import clock
from core.models import AuditEvent, Notice
from core.notices import notify
from core.obligations import open_obligation
from core.refusals import Refused
from penalties.services import Filing, file_case
from reporting import desk
from reporting.services.handover import hand_over
from tests import factories as make

pytestmark = pytest.mark.django_db


def owe(unit, days, title="上报周报", **fields):
    now = clock.now()
    return open_obligation(
        kind="test",
        subject=title,
        unit_path=unit.path,
        due_at=now + timedelta(days=days),
        at=now,
        title=title,
        **fields,
    )


def fresh(person):
    return User.objects.get(pk=person.pk)


def test_a_unit_owes_its_own_and_not_what_lies_below(cast):
    owe(cast.county_a, 1)
    assert desk.owed_by(fresh(cast.officer_a)).count() == 1
    assert not desk.owed_by(fresh(cast.officer_city)).exists()
    assert not desk.owed_by(fresh(cast.officer_other)).exists()


def test_an_enterprise_owes_its_own(cast):
    owe(cast.county_a, 1, title="自查", enterprise_id=cast.site_a.pk)
    assert desk.owed_by(fresh(cast.enterprise_a)).count() == 1
    assert not desk.owed_by(fresh(cast.enterprise_b)).exists()
    assert not desk.owed_by(fresh(cast.officer_a)).exists()


def test_an_overdue_rectification_is_on_the_countys_desk_too(cast):
    now = clock.now()
    for days, kind in ((-1, "rectification"), (1, "rectification"), (-1, "selfcheck")):
        open_obligation(
            kind=kind,
            subject=f"{kind}:{days}",
            unit_path=cast.county_a.path,
            due_at=now + timedelta(days=days),
            at=now,
            title=f"{kind}{days}",
            enterprise_id=cast.site_a.pk,
        )
    assert [row.title for row in desk.owed_by(fresh(cast.officer_a))] == ["rectification-1"]
    assert not desk.owed_by(fresh(cast.officer_city)).exists()


def test_piles_stand_by_date(cast):
    for days, title in ((-1, "逾期的"), (3, "本周的"), (30, "以后的")):
        owe(cast.county_a, days, title=title)
    piles = {pile.key: [row.title for row in pile.rows] for pile in desk.piles(fresh(cast.officer_a), clock.now())}
    assert piles["late"] == ["逾期的"]
    assert piles["week"] == ["本周的"]
    assert piles["later"] == ["以后的"]


def test_the_workbench_costs_the_same_with_many_obligations(client, cast, django_assert_max_num_queries):
    client.force_login(cast.officer_a)

    def cost() -> int:
        with django_assert_max_num_queries(40) as counted:
            assert client.get("/").status_code == 200
        return len(counted)

    for number in range(5):
        owe(cast.county_a, 3, title=f"事项{number}")
    few = cost()
    for number in range(40):
        owe(cast.county_a, 3, title=f"更多{number}")
    assert cost() <= few + 1, "one count for what is not shown"


def test_what_i_have_done_leaves_out_denials(client, cast):
    client.force_login(cast.officer_a)
    client.get(reverse("accounts:audit_list"))
    assert not desk.done_by(fresh(cast.officer_a)).exists()


def test_only_the_recipient_opens_a_notice(client, cast):
    notify([cast.officer_a], "请核对", key="k", at=clock.now(), url="/inbox/")
    notice = Notice.objects.get()
    client.force_login(cast.inspector_a)
    assert client.post(reverse("reporting:notice_open", args=[notice.pk])).status_code == 404
    client.force_login(cast.officer_a)
    assert client.post(reverse("reporting:notice_open", args=[notice.pk])).headers["Location"] == "/inbox/"
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_search_by_two_characters_shows_only_what_one_may_see(cast):
    assert [s.name for s in desk.search(fresh(cast.officer_city), "纸业").enterprises] == [cast.site_a.name]
    assert desk.search(fresh(cast.inspector_b), "纸业").total == 0


def test_one_character_asks_for_more(client, cast):
    client.force_login(cast.officer_a)
    assert "请至少输入两个字" in client.get(reverse("reporting:search"), {"q": "纸"}).content.decode()


def assignment(cast, lead, second):
    campaign = make.campaign(cast.province)
    return make.assignment(make.target(campaign, cast.site_a), lead, second)


def test_a_leavers_work_goes_over_in_one_step(cast):
    newcomer = make.user("newcomer", "新同事", cast.county_a)
    task = assignment(cast, cast.inspector_a, cast.second_a)
    contact = ContactPerson.objects.create(
        campaign=task.target.campaign, unit=cast.county_a, user=cast.inspector_a, named_at=clock.now()
    )
    owe(cast.county_a, 2, title="签字", person_id=cast.inspector_a.pk)
    work = hand_over(cast.inspector_a, newcomer, actor=cast.leader_a, at=clock.now(), reason="调离")
    task.refresh_from_db()
    contact.refresh_from_db()
    assert work.total == 3
    assert task.lead_inspector == newcomer
    assert contact.ended_at is not None
    assert ContactPerson.objects.filter(user=newcomer, ended_at=None).count() == 1
    assert AuditEvent.objects.filter(action="reporting.handover").count() == 1
    assert Notice.objects.filter(recipient=newcomer).count() == 1


def test_a_handover_never_leaves_one_person_on_a_visit(cast):
    assignment(cast, cast.inspector_a, cast.second_a)
    with pytest.raises(Refused, match="只剩一人"):
        hand_over(cast.inspector_a, cast.second_a, actor=cast.leader_a, at=clock.now(), reason="调离")


def test_a_handover_never_leaves_one_investigator(cast):
    task = assignment(cast, cast.inspector_a, cast.second_a)
    issue = make.issue(make.locked_record(make.visit(task, state="submitted")))
    Assignment.objects.filter(pk=task.pk).update(state="done")
    people = [cast.inspector_a, cast.second_a]
    said = Filing("案由", "违反的条款", "处罚依据", "案情", people, clock.day_of(issue.occurred_at))
    case = file_case(issue, said, actor=cast.officer_a, at=clock.now())
    with pytest.raises(Refused, match="1 件案件"):
        hand_over(cast.inspector_a, cast.second_a, actor=cast.leader_a, at=clock.now(), reason="调离")
    assert case.investigators.count() == 2


def test_a_leader_hands_over_only_within_the_own_unit(client, cast):
    client.force_login(cast.leader_a)
    form = {"leaver": cast.inspector_b.pk, "successor": cast.second_a.pk, "reason": "x"}
    assert client.post(reverse("reporting:handover"), form).status_code == 422
    client.force_login(cast.officer_a)
    assert client.get(reverse("reporting:handover")).status_code == 403
