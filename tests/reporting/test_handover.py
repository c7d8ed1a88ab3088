"""A leaver's work goes to one who may do it: each piece asks for its right, visits and cases for a certificate too."""

import threading
from datetime import date, timedelta

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from accounts.models import EnforcementCertificate, User
from campaigns.models import Assignment, ContactPerson, Pledge, Recusal
from core import clock
from core.models import AuditEvent, Notice
from core.obligations import open_obligation
from core.refusals import Refused
from penalties.models import PenaltyCase
from penalties.services import Filing, file_case
from reporting.services import handover
from reporting.services.handover import hand_over
from tests import factories as make

pytestmark = pytest.mark.django_db
PLANNED = date(2020, 5, 12)


@pytest.fixture(autouse=True)
def may():
    with clock.travel(make.MORNING):
        yield


@pytest.fixture
def newcomer(cast) -> User:
    """An inspector of county A with a certificate."""
    person = make.user("newcomer", "新同事", cast.county_a)
    make.grant(person, "inspector", over=cast.county_a)
    make.certificate(person)
    return person


def fresh(person):
    return User.objects.get(pk=person.pk)


def assignment(cast, lead, second):
    campaign = make.campaign(cast.province)
    return make.assignment(make.target(campaign, cast.site_a), lead, second)


def owe(unit, **fields):
    now = clock.now()
    return open_obligation(
        kind="test", subject="签字", unit_path=unit.path, due_at=now + timedelta(days=2), at=now, title="签字", **fields
    )


def move(cast, leaver, successor):
    return hand_over(leaver, fresh(successor), actor=cast.leader_a, at=clock.now(), reason="调离")


def case_of(cast):
    task = assignment(cast, cast.inspector_a, cast.second_a)
    issue = make.issue(make.locked_record(make.visit(task, state="submitted")))
    Assignment.objects.filter(pk=task.pk).update(state="done")
    people = [cast.inspector_a, cast.second_a]
    said = Filing("案由", "违反的条款", "处罚依据", "案情", people, clock.day_of(issue.occurred_at))
    return file_case(issue, said, actor=cast.officer_a, at=clock.now())


def test_a_leavers_work_goes_over_in_one_step(cast, newcomer):
    task = assignment(cast, cast.inspector_a, cast.second_a)
    owe(cast.county_a, person_id=cast.inspector_a.pk)
    work = move(cast, cast.inspector_a, newcomer)
    task.refresh_from_db()
    assert work.total == 2
    assert task.lead_inspector == newcomer
    assert AuditEvent.objects.filter(action="reporting.handover").count() == 1
    assert Notice.objects.filter(recipient=newcomer).count() == 1


def test_a_contact_goes_to_one_who_holds_the_contacts_right_there(cast):
    campaign = make.campaign(cast.province)
    row = ContactPerson.objects.create(campaign=campaign, unit=cast.city, user=cast.contact_city, named_at=clock.now())
    with pytest.raises(Refused, match="漯河市的联络员：吴经办没有该单位的联络员授权"):
        move(cast, cast.contact_city, cast.officer_city)
    make.grant(cast.officer_city, "contact", over=cast.city)
    move(cast, cast.contact_city, cast.officer_city)
    row.refresh_from_db()
    assert row.ended_at is not None
    assert ContactPerson.objects.filter(user=cast.officer_city, ended_at=None).count() == 1


def test_a_visit_goes_to_nobody_without_the_right_to_enforce_there(cast):
    assignment(cast, cast.inspector_a, cast.second_a)
    for successor in (cast.officer_a, cast.inspector_b):
        with pytest.raises(Refused, match=f"05-12 对漯河示例纸业有限公司的检查：{successor.name}在该辖区没有执法权限"):
            move(cast, cast.inspector_a, successor)


def test_a_visit_goes_to_nobody_whose_certificate_has_run_out_by_then(cast, newcomer):
    task = assignment(cast, cast.inspector_a, cast.second_a)
    Assignment.objects.filter(pk=task.pk).update(planned_on=date(2020, 5, 20))
    EnforcementCertificate.objects.filter(user=newcomer).update(valid_to=date(2020, 5, 19))
    with pytest.raises(Refused, match="05-20 对漯河示例纸业有限公司的检查：新同事在 2020-05-20 没有有效的执法证"):
        move(cast, cast.inspector_a, newcomer)
    EnforcementCertificate.objects.filter(user=newcomer).update(valid_to=date(2020, 5, 20))
    assert move(cast, cast.inspector_a, newcomer).visits == 1


def test_a_visit_goes_to_nobody_whose_right_to_enforce_has_ended_by_then(cast, newcomer):
    task = assignment(cast, cast.inspector_a, cast.second_a)
    Assignment.objects.filter(pk=task.pk).update(planned_on=date(2020, 5, 20))
    newcomer.grants.update(valid_to=date(2020, 5, 19))
    with pytest.raises(Refused, match="05-20 对漯河示例纸业有限公司的检查：新同事在该辖区没有执法权限"):
        move(cast, cast.inspector_a, newcomer)
    newcomer.grants.update(valid_to=date(2020, 5, 20))
    assert move(cast, cast.inspector_a, newcomer).visits == 1


def test_a_visit_goes_to_nobody_who_has_not_signed_the_campaigns_pledge(cast, newcomer):
    task = assignment(cast, cast.inspector_a, cast.second_a)
    campaign = task.target.campaign
    campaign.blueprint.data = {"pledge": {"title": "廉洁自律承诺书"}}
    campaign.blueprint.save()
    with pytest.raises(Refused, match="新同事尚未签署本行动的廉洁自律承诺书"):
        move(cast, cast.inspector_a, newcomer)
    Pledge.objects.create(campaign=campaign, user=newcomer, name="新同事", text_digest="0" * 64, signed_at=clock.now())
    assert move(cast, cast.inspector_a, newcomer).visits == 1


def test_an_obligation_goes_to_nobody_without_the_right_over_its_unit(cast, newcomer):
    owe(cast.county_b, person_id=cast.inspector_b.pk)
    with pytest.raises(Refused, match="待办“签字”：新同事在该辖区没有办理这项工作的授权"):
        move(cast, cast.inspector_b, newcomer)
    make.grant(newcomer, "inspector", over=cast.county_b)
    assert move(cast, cast.inspector_b, newcomer).obligations == 1


def test_a_case_goes_to_nobody_without_a_certificate_or_sight_of_it(cast, newcomer):
    case = case_of(cast)
    with pytest.raises(Refused, match=f"案件 {case.number}：孙经办在 2020-05-12 没有有效的执法证"):
        move(cast, cast.inspector_a, cast.officer_a)
    with pytest.raises(Refused, match=f"案件 {case.number}：周三检在该辖区没有查看案件的授权"):
        move(cast, cast.inspector_a, cast.inspector_b)
    assert move(cast, cast.inspector_a, newcomer).cases == 1
    assert set(case.investigators.all()) == {newcomer, cast.second_a}


def test_the_case_page_shows_who_took_it_up_from_whom_and_when(client, cast, newcomer):
    case = case_of(cast)
    move(cast, cast.inspector_a, newcomer)
    client.force_login(cast.officer_a)
    said = client.get(reverse("penalties:case_detail", args=[case.pk])).content.decode()
    assert "李一检移交给新同事" in said
    assert '调查人员变更 <span class="muted">2020-05-12</span>' in said
    event = AuditEvent.objects.get(action="reporting.handover.investigators")
    assert (event.object_id, event.actor_id, event.reason) == (str(case.pk), cast.leader_a.pk, "调离")


@pytest.mark.parametrize("state", ["decided", "served", "closed", "withdrawn"])
def test_who_investigated_a_decided_case_stays(cast, newcomer, state):
    case = case_of(cast)
    PenaltyCase.objects.filter(pk=case.pk).update(state=state)
    owe(cast.county_a, person_id=cast.inspector_a.pk)
    assert move(cast, cast.inspector_a, newcomer).cases == 0
    assert set(case.investigators.all()) == {cast.inspector_a, cast.second_a}
    assert not AuditEvent.objects.filter(action="reporting.handover.investigators").exists()


def test_whoever_must_keep_away_from_the_works_takes_up_neither_visit_nor_case(cast, newcomer):
    case = case_of(cast)
    Recusal.objects.create(
        user=newcomer, enterprise=case.enterprise, kind="own", reason="亲属在该企业任职", entered_at=clock.now(),
        entered_by=cast.leader_a,
    )  # fmt: skip
    with pytest.raises(Refused, match=f"案件 {case.number}：新同事须回避该企业"):
        move(cast, cast.inspector_a, newcomer)
    assignment(cast, cast.inspector_a, cast.second_a)
    with pytest.raises(Refused, match="05-12 对漯河示例纸业有限公司的检查：新同事须回避该企业"):
        move(cast, cast.inspector_a, newcomer)


def test_who_has_nothing_hands_nothing_over(client, cast, newcomer):
    client.force_login(cast.leader_a)
    typed = {"leaver": cast.inspector_a.pk, "successor": newcomer.pk, "reason": "调离"}
    answer = client.post(reverse("reporting:handover"), typed)
    assert answer.status_code == 422
    assert "李一检名下没有未办工作，不需要移交。" in answer.content.decode()
    assert not Notice.objects.filter(recipient=newcomer).exists()
    assert not AuditEvent.objects.filter(action="reporting.handover").exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_planned_for_the_leaver_meanwhile_goes_to_nobody_unexamined(cast, newcomer, monkeypatch):
    """Another request plans a visit for the leaver just after the successor was looked at."""
    owe(cast.county_a, person_id=cast.inspector_a.pk)
    elsewhere = make.target(make.campaign(cast.province), cast.site_b)
    examine, answers = handover.refuse_unfit, []

    def plan():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '400ms'")
            make.assignment(elsewhere, cast.inspector_a, cast.second_a)
        except OperationalError as error:
            answers.append(str(error))
        finally:
            connection.close()

    def examined(*said):
        examine(*said)
        thread = threading.Thread(target=plan)
        thread.start()
        thread.join()

    monkeypatch.setattr(handover, "refuse_unfit", examined)
    move(cast, cast.inspector_a, newcomer)
    assert answers
    assert "lock timeout" in answers[0]
    assert not Assignment.objects.filter(lead_inspector=newcomer).exists()


def test_nothing_moves_when_one_piece_may_not(cast):
    task = assignment(cast, cast.inspector_a, cast.second_a)
    owe(cast.county_a, person_id=cast.inspector_a.pk)
    with pytest.raises(Refused):
        move(cast, cast.inspector_a, cast.officer_a)
    task.refresh_from_db()
    assert task.lead_inspector == cast.inspector_a
    assert not Notice.objects.filter(recipient=cast.officer_a).exists()


def test_a_handover_never_leaves_one_person_on_a_visit(cast):
    assignment(cast, cast.inspector_a, cast.second_a)
    with pytest.raises(Refused, match="只剩一人"):
        move(cast, cast.inspector_a, cast.second_a)


def test_a_handover_never_leaves_one_investigator(cast):
    case = case_of(cast)
    with pytest.raises(Refused, match="王二检已在其中，移交后将只剩一人"):
        move(cast, cast.inspector_a, cast.second_a)
    assert case.investigators.count() == 2


def test_only_those_who_may_take_everything_up_are_offered(client, cast, newcomer):
    assignment(cast, cast.inspector_a, cast.second_a)
    client.force_login(cast.leader_a)
    said = client.get(reverse("reporting:handover"), {"leaver": cast.inspector_a.pk}).content.decode()
    choices = said[said.index('<select name="successor"') : said.index("</select>")]
    assert f'value="{newcomer.pk}"' in choices
    assert f'value="{cast.officer_a.pk}"' not in choices
    assert "孙经办在该辖区没有执法权限" in said
    assert "05-12 对漯河示例纸业有限公司的检查" in said


def test_who_is_named_all_the_same_is_refused_on_the_page_and_nothing_typed_is_lost(client, cast):
    assignment(cast, cast.inspector_a, cast.second_a)
    client.force_login(cast.leader_a)
    typed = {"leaver": cast.inspector_a.pk, "successor": cast.officer_a.pk, "reason": "调离到市局"}
    answer = client.post(reverse("reporting:handover"), typed)
    assert answer.status_code == 422
    assert "不能移交——05-12 对漯河示例纸业有限公司的检查：孙经办在该辖区没有执法权限" in answer.content.decode()
    assert 'value="调离到市局"' in answer.content.decode()


def test_the_page_costs_the_same_with_many_people(client, cast, django_assert_max_num_queries):
    assignment(cast, cast.inspector_a, cast.second_a)
    client.force_login(cast.leader_a)
    for number in range(15):
        make.grant(make.user(f"more{number}", f"同事{number}", cast.county_a), "inspector", over=cast.county_a)
    with django_assert_max_num_queries(25):
        client.get(reverse("reporting:handover"), {"leaver": cast.inspector_a.pk})


def test_a_leader_hands_over_only_within_the_own_unit(client, cast):
    client.force_login(cast.leader_a)
    form = {"leaver": cast.inspector_b.pk, "successor": cast.second_a.pk, "reason": "x"}
    assert client.post(reverse("reporting:handover"), form).status_code == 404
    outside = {"leaver": cast.inspector_a.pk, "successor": cast.inspector_b.pk, "reason": "x"}
    assert client.post(reverse("reporting:handover"), outside).status_code == 422
    assert client.post(reverse("reporting:handover"), {"reason": "x"}).status_code == 422
    client.force_login(cast.officer_a)
    assert client.get(reverse("reporting:handover")).status_code == 403
