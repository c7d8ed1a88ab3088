"""Planning as people do it: the target list, one visit with the gate's answer, the week, what waits for a leader."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import EnforcementCertificate, User
from campaigns import services
from campaigns.models import Assignment
from core import clock
from core.models import AuditEvent
from core.refusals import Refused
from inspections.models import Visit
from inspections.services import planning
from tests.campaigns import scene
from tests.campaigns.scene import MAY, VISIT_DAY
from tests.enterprises.lists import listing, row, upload, write

pytestmark = pytest.mark.django_db
LIST, WEEK, QUEUE = (reverse(f"inspections:{name}") for name in ("target_list", "week_board", "assignment_queue"))


@pytest.fixture
def henan(cast):
    scene.load()
    return scene.published(cast)


@pytest.fixture
def target(henan, cast):
    found = scene.listed(henan, cast)
    scene.pledged(henan, cast.inspector_a, cast.second_a)
    return found


@pytest.fixture
def signed_in(client):
    def sign_in(person: User):
        client.force_login(person)
        return client

    with clock.travel(MAY):
        yield sign_in


def typed(cast, **fields):
    values = {"planned_on": "2020-05-12", "lead_inspector": cast.inspector_a.pk, "second_inspector": cast.second_a.pk}
    return values | {"expert": "", "lead_kind": "", "lead_detail": ""} | fields


def plan_url(target):
    return reverse("inspections:visit_plan", args=[target.pk])


def gate_url(target):
    return reverse("inspections:visit_plan_gate", args=[target.pk])


def at(name, row):
    return reverse(f"inspections:assignment_{name}", args=[row.pk])


def text(answer):
    return answer.content.decode()


def asked_for(target, cast):
    """A visit to an enterprise on the positive list, waiting for the leader."""
    scene.on_positive_list(target.enterprise)
    return planning.plan(
        target,
        planned_on=VISIT_DAY,
        lead_inspector=cast.inspector_a,
        second_inspector=cast.second_a,
        expert=None,
        lead_kind="complaint",
        lead_detail="群众举报夜间异味",
        actor=cast.officer_a,
        at=MAY,
    )


def test_planning_begins_a_visit_in_the_same_transaction(target, cast, signed_in):
    answer = signed_in(cast.officer_a).post(plan_url(target), typed(cast, expert=cast.expert.pk))
    row = Assignment.objects.get()
    assert answer.url == at("detail", row)
    visit = Visit.objects.get()
    assert (visit.assignment, visit.state, visit.enterprise) == (row, "planned", cast.site_a)
    assert (row.planned_by, row.expert, row.gate["answer"]) == (cast.officer_a, cast.expert, "allow")


def test_no_visit_begins_when_the_assignment_is_not_written(target, cast, monkeypatch):
    """Control: the two are one transaction, so a visit that cannot be made leaves no assignment."""

    def fail(*args, **fields):
        raise RuntimeError

    monkeypatch.setattr(planning, "open_visit", fail)
    with pytest.raises(RuntimeError):
        planning.plan(
            target,
            planned_on=VISIT_DAY,
            lead_inspector=cast.inspector_a,
            second_inspector=cast.second_a,
            expert=None,
            actor=cast.officer_a,
            at=MAY,
        )
    assert not Assignment.objects.exists()


def test_a_refused_plan_says_which_rule_spoke_and_keeps_what_was_typed(target, cast, signed_in):
    EnforcementCertificate.objects.filter(user=cast.second_a).update(valid_to=date(2020, 5, 11))
    answer = signed_in(cast.officer_a).post(plan_url(target), typed(cast, planned_on="2020-05-12"))
    assert answer.status_code == 422
    assert "有效执法证只有 1 个" in text(answer)
    assert f'value="{cast.inspector_a.pk}" selected' in text(answer)
    assert not Assignment.objects.exists()


def test_the_preview_shows_the_decision_before_anything_is_written(target, cast, signed_in):
    client = signed_in(cast.officer_a)
    assert "还须选定主办人和协办人" in text(client.get(plan_url(target)))
    good = text(client.post(gate_url(target), typed(cast)))
    assert "检查当日 2 人执法证有效" in good
    assert "阻断" not in good
    late = text(client.post(gate_url(target), typed(cast, planned_on="2020-06-21")))
    assert "不在“执法检查”阶段（2020-04-21 至 2020-06-20）内" in late
    assert "（原文172-174行）" in late
    assert not Assignment.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="campaigns.assignment").exists()


def test_the_preview_answers_to_what_is_there_so_far(target, cast, signed_in):
    scene.on_positive_list(cast.site_a)
    answer = text(signed_in(cast.officer_a).post(gate_url(target), {"planned_on": "2020-05-12"}))
    assert "不得直接派单" in answer
    assert "执法证" not in answer


def test_a_second_visit_asks_for_its_ground_in_the_form(target, cast, signed_in):
    services.record_visit(target.pk, MAY)
    client = signed_in(cast.officer_a)
    refused = client.post(plan_url(target), typed(cast, exception="", reason=""))
    assert refused.status_code == 422
    assert "再次检查须选择例外理由" in str(refused.context["form"].errors["exception"])
    client.post(plan_url(target), typed(cast, exception="complaint", reason="群众再次举报"))
    assert Assignment.objects.get().exception == "complaint"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"planned_on": "2020.5"}, "日期"),
        ({"planned_on": ""}, "请填写这一项"),
        ({"lead_kind": "complaint"}, "请写明线索内容"),
    ],
)
def test_what_is_typed_wrongly_is_named_at_its_field(target, cast, signed_in, fields, said):
    answer = signed_in(cast.officer_a).post(plan_url(target), typed(cast, **fields))
    assert answer.status_code == 422
    assert said in text(answer)


def test_one_person_cannot_be_both_officers(target, cast, signed_in):
    answer = signed_in(cast.officer_a).post(plan_url(target), typed(cast, second_inspector=cast.inspector_a.pk))
    assert "主办人和协办人须是两个人" in text(answer)


def test_only_people_of_the_area_are_offered_with_certificate_and_pledge(target, cast, signed_in):
    form = signed_in(cast.officer_a).get(plan_url(target)).context["form"]
    offered = dict(form.fields["lead_inspector"].choices)
    said = [str(label) for label in offered.values()]
    assert any(label.startswith("李一检（源汇区，执法证至 2027-12-31，已签承诺）") for label in said)
    assert not any("周三检" in label for label in said)


def test_a_visit_to_a_listed_enterprise_waits_for_the_leader(target, cast, signed_in):
    row = asked_for(target, cast)
    assert (row.state, Visit.objects.exists()) == ("asked", False)
    client = signed_in(cast.officer_a)
    assert client.post(at("approve", row)).status_code == 403
    client = signed_in(cast.leader_a)
    assert "群众举报夜间异味" in text(client.get(QUEUE))
    assert client.post(at("approve", row)).status_code == 302
    row.refresh_from_db()
    assert (row.state, Visit.objects.get().assignment) == ("planned", row)
    assert "批准时的判定" in text(client.get(at("detail", row)))


def test_a_leader_refuses_with_a_reason_only(target, cast, signed_in):
    row = asked_for(target, cast)
    client = signed_in(cast.leader_a)
    assert "须填写理由" in text(client.post(at("refuse", row), {"reason": ""}, follow=True))
    client.post(at("refuse", row), {"reason": "线索不实"})
    row.refresh_from_db()
    assert (row.state, row.end_reason) == ("refused", "线索不实")
    assert not Visit.objects.exists()


def test_cancelling_takes_the_visit_back_too_and_frees_the_site(target, cast, signed_in):
    client = signed_in(cast.officer_a)
    client.post(plan_url(target), typed(cast))
    row = Assignment.objects.get()
    client.post(at("cancel", row), {"reason": "人员调整"})
    assert Visit.objects.get().state == "cancelled"
    assert client.post(plan_url(target), typed(cast)).status_code == 302


def test_a_visit_that_has_begun_is_not_cancelled(target, cast):
    row = planning.plan(
        target,
        planned_on=VISIT_DAY,
        lead_inspector=cast.inspector_a,
        second_inspector=cast.second_a,
        expert=None,
        actor=cast.officer_a,
        at=MAY,
    )
    Visit.objects.update(state="on_site", started_at=MAY)
    with pytest.raises(Refused):
        planning.cancel(row, actor=cast.officer_a, at=MAY, reason="不去了")
    row.refresh_from_db()
    assert row.state == "planned"


@pytest.mark.parametrize("person", ["officer_other", "inspector_b", "enterprise_b"])
def test_across_units_nothing_is_there(target, cast, signed_in, person):
    row = asked_for(target, cast)
    client = signed_in(getattr(cast, person))
    assert client.get(plan_url(target)).status_code == 404
    assert client.post(plan_url(target), typed(cast)).status_code == 404
    assert client.post(gate_url(target), typed(cast)).status_code == 404
    assert client.get(at("detail", row)).status_code == 404
    for name in ("approve", "refuse", "cancel"):
        assert client.post(at(name, row), {"reason": "试"}).status_code == 404


def test_an_import_after_publication_says_who_is_on_no_list_and_leads_to_listing_them(signed_in, cast, henan):
    client = signed_in(cast.officer_city)
    rows = [row(1, 是否重点排污单位="是"), row(2), row(3, 统一社会信用代码=None, 场所类型="物料堆场")]
    batch = write(upload(listing(*rows), cast.city, cast.officer_city), cast.officer_city)
    result = client.get(reverse("enterprises:import_detail", args=[batch.pk])).content.decode()
    panel = reverse("inspections:import_targets", args=[batch.pk])
    assert panel in result
    said = client.get(panel).content.decode()
    assert f"2 家（重点 1 家）不在“{henan.title}”的检查对象名单中" in said
    assert f"{LIST}?campaign={henan.pk}&amp;listing=1#listing" in said
    assert 'id="listing" open' in client.get(f"{LIST}?campaign={henan.pk}&listing=1").content.decode()
    build = {"campaign": henan.pk, "unit": cast.city.pk, "scope": "all"}
    client.post(reverse("inspections:target_build"), build)
    assert "不在" not in client.get(panel).content.decode()
    assert AuditEvent.objects.filter(action="campaigns.target.list").exists()


def test_what_an_import_left_unlisted_is_told_to_nobody_else(signed_in, cast, henan):
    batch = write(upload(listing(row(1)), cast.city, cast.officer_city), cast.officer_city)
    panel = reverse("inspections:import_targets", args=[batch.pk])
    for other in (cast.officer_other, cast.officer_a, cast.officer_province):
        assert signed_in(other).get(panel).status_code == 404
