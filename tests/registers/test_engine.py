"""The engine of registers: filing, correcting, moving, clocks, notices, who reads what."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import BlueprintVersion, Campaign, RegisterEntry, RegisterVersion
from campaigns.registers import services
from campaigns.services.blueprints import load_blueprints
from core import clock
from core.models import AuditEvent, Notice, Obligation, Submission
from core.refusals import NotAllowed, Refused
from tests.cast import Cast
from tests.registers import scene

HELP = {"subject": "企业拒绝开门", "kind": "企业不配合", "detail": "门卫称负责人不在，拒绝进入。"}


@pytest.fixture
def helped(cast: Cast, plan: Campaign) -> RegisterEntry:
    scene.load("field_help")
    return scene.file("field_help", cast.inspector_a, plan, **HELP)


def test_an_entry_has_a_number_a_sheet_a_step_and_an_event(cast: Cast, helped: RegisterEntry) -> None:
    assert helped.label == "现场求助〔2020〕1 号"
    assert (helped.title, helped.state, helped.is_open, helped.unit) == ("企业拒绝开门", "open", True, cast.county_a)
    sheet = Submission.objects.get(kind="register", subject_id=helped.pk)
    assert (sheet.state, sheet.version, sheet.definition.key) == ("final", 1, "register_field_help")
    assert [step.action for step in helped.steps.all()] == ["create"]
    assert AuditEvent.objects.filter(action="campaigns.registerentry.file", object_id=str(helped.pk)).count() == 1


@pytest.mark.req("HN-05")
def test_a_call_from_the_field_reaches_the_group_and_its_answer_is_kept(
    cast: Cast, plan: Campaign, helped: RegisterEntry
) -> None:
    told = Notice.objects.filter(title__startswith="现场求助待受理")
    assert {notice.recipient for notice in told} == {cast.officer_province}
    services.move(helped, "accept", {}, actor=cast.officer_province, at=scene.AT + timedelta(minutes=30))
    row = services.move(
        helped,
        "answer",
        {"answer": "出示证件后再次要求进入，并全程录像。"},
        actor=cast.officer_province,
        at=scene.AT + timedelta(hours=3),
    )
    assert row.state == "answered"
    step = row.steps.get(action="answer")
    assert (step.values["answer"], step.by) == ("出示证件后再次要求进入，并全程录像。", cast.officer_province)
    assert Notice.objects.filter(recipient=cast.inspector_a, title__startswith="求助已答复").exists()
    met = {row.period: row.met_at for row in Obligation.objects.filter(kind="register_field_help")}
    assert met == {"accept": scene.AT + timedelta(minutes=30), "answer": scene.AT + timedelta(hours=3)}


def test_a_call_answered_late_is_late(cast: Cast, helped: RegisterEntry) -> None:
    late = scene.AT + timedelta(hours=25)
    services.move(helped, "answer", {"answer": "已协调属地政府。"}, actor=cast.officer_province, at=late)
    term = Obligation.objects.get(kind="register_field_help", period="answer")
    assert term.due_at == scene.AT + timedelta(hours=24)
    assert term.is_late(late)


def test_asking_again_opens_the_clock_again(cast: Cast, helped: RegisterEntry) -> None:
    services.move(helped, "answer", {"answer": "请再试。"}, actor=cast.officer_province, at=scene.AT)
    later = scene.AT + timedelta(days=1)
    row = services.move(helped, "again", {}, actor=cast.inspector_a, at=later, reason="仍不开门")
    assert row.due_at == later + timedelta(hours=2)
    rounds = Obligation.objects.filter(kind="register_field_help", period__startswith="answer").order_by("pk")
    assert [(one.period, one.met_at) for one in rounds] == [("answer", scene.AT), ("answer:2", None)]


def test_a_transition_asks_for_its_fields_its_reason_and_its_people(cast: Cast, helped: RegisterEntry) -> None:
    with pytest.raises(Refused) as refused:
        services.move(helped, "answer", {}, actor=cast.officer_province, at=scene.AT)
    assert "answer" in refused.value.errors
    with pytest.raises(NotAllowed):
        services.move(helped, "answer", {"answer": "好"}, actor=cast.inspector_a, at=scene.AT)
    with pytest.raises(Refused, match="不能办理“关闭”"):
        services.move(helped, "close", {"outcome": "yes"}, actor=cast.inspector_a, at=scene.AT)
    services.move(helped, "answer", {"answer": "好"}, actor=cast.officer_province, at=scene.AT)
    with pytest.raises(Refused, match="理由"):
        services.move(helped, "again", {}, actor=cast.inspector_a, at=scene.AT)


def test_a_correction_is_a_new_version_with_a_reason(cast: Cast, helped: RegisterEntry) -> None:
    changed = HELP | {"subject": "企业拒绝开门取样"}
    with pytest.raises(Refused, match="理由"):
        services.correct_entry(helped, changed, actor=cast.inspector_a, at=scene.AT, reason=" ")
    with pytest.raises(NotAllowed):
        services.correct_entry(helped, changed, actor=cast.officer_a, at=scene.AT, reason="补充")
    row = services.correct_entry(helped, changed, actor=cast.inspector_a, at=scene.AT, reason="补充")
    assert row.title == "企业拒绝开门取样"
    versions = Submission.objects.filter(kind="register", subject_id=row.pk).order_by("version")
    said = [(one.state, one.answers["entry"]["entry"]["subject"]) for one in versions]
    assert said == [("superseded", "企业拒绝开门"), ("final", "企业拒绝开门取样")]


def test_nothing_is_written_of_an_entry_that_is_refused(cast: Cast, plan: Campaign) -> None:
    scene.load("field_help")
    with pytest.raises(Refused) as refused:
        scene.file("field_help", cast.inspector_a, plan, subject="只有题目")
    assert set(refused.value.errors) == {"kind", "detail"}
    assert not RegisterEntry.objects.exists()
    assert not Submission.objects.exists()


def test_a_plan_that_does_not_order_the_register_cannot_be_filed_under(cast: Cast, plan: Campaign) -> None:
    scene.load("field_help")
    plan.blueprint.data = {"registers": []}
    plan.blueprint.save()
    with pytest.raises(NotAllowed):
        scene.file("field_help", cast.inspector_a, plan, **HELP)


def test_a_reference_must_be_seen_by_who_types_it(cast: Cast, plan: Campaign) -> None:
    scene.load("field_help")
    with pytest.raises(Refused) as refused:
        scene.file("field_help", cast.inspector_a, plan, **HELP, visit="999999")
    assert refused.value.errors["visit"] == ["没有找到编号为「999999」的现场检查"]


def test_an_enterprise_of_another_county_cannot_be_named(cast: Cast, plan: Campaign) -> None:
    scene.load("field_help")
    with pytest.raises(Refused) as refused:
        scene.file("field_help", cast.inspector_a, plan, **HELP, enterprise=str(cast.site_b.pk))
    assert refused.value.errors["enterprise"] == ["没有找到这家排污单位"]


def test_who_sees_an_entry(cast: Cast, helped: RegisterEntry) -> None:
    def sees(user: object) -> bool:
        return RegisterEntry.objects.visible_to(user).filter(pk=helped.pk).exists()  # type: ignore[arg-type]

    for person in (cast.inspector_a, cast.officer_a, cast.officer_city, cast.officer_province):
        assert sees(person), person.name
    for person in (cast.inspector_b, cast.officer_other, cast.enterprise_a, cast.administrator, cast.disabled):
        assert not sees(person), person.name


def test_a_changed_definition_is_a_new_version_and_entries_keep_theirs(cast: Cast, helped: RegisterEntry) -> None:
    old = scene.version("field_help")
    text = old.text.replace("hours: 24", "hours: 48")
    new = services.write_register(text, "粘贴", change="答复时限改为48小时", actor=cast.administrator, at=scene.AT)
    assert (new.version, new.data["clocks"][1]["hours"]) == (2, 48)
    helped.refresh_from_db()
    assert helped.version == old
    with pytest.raises(Refused, match="完全相同"):
        services.write_register(text, "粘贴", change="同样", actor=cast.administrator, at=scene.AT)


def test_loading_again_changes_nothing(all_registers: None) -> None:
    before = RegisterVersion.objects.count()
    again = services.load_registers(at=scene.AT)
    assert (again.new, again.known, RegisterVersion.objects.count()) == ([], before, before)


def test_the_clock_follows_working_days(cast: Cast, plan: Campaign) -> None:
    """Friday 2020-04-30 09:00: 1 to 5 May are days off, 9 May is worked."""
    scene.load("expert_question")
    at = datetime(2020, 4, 30, 1, 0, tzinfo=UTC)
    row = scene.file(
        "expert_question", cast.inspector_a, plan, at=at, **scene.filler("expert_question", cast, cast.inspector_a)
    )
    assert row.due_at == clock.end_of_day(date(2020, 5, 8))


def test_pages_of_an_entry_can_be_filled_through_the_browser(cast: Cast, plan: Campaign, client) -> None:  # type: ignore[no-untyped-def]
    scene.load("field_help")
    client.force_login(cast.inspector_a)
    with clock.travel(scene.AT):
        url = reverse("campaigns:register_new", args=["field_help"])
        assert "求助事项" in client.get(url).content.decode()
        sent = HELP | {"campaign": plan.pk, "filing_unit": cast.county_a.pk, "enterprise": "漯河示例纸业有限公司"}
        bad = client.post(url, sent | {"kind": ""})
        assert bad.status_code == 422
        assert "企业拒绝开门" in bad.content.decode()
        answer = client.post(url, sent)
    row = RegisterEntry.objects.get()
    assert answer.headers["Location"] == reverse("campaigns:register_entry", args=[row.pk])
    assert row.enterprise == cast.site_a


def test_every_error_of_a_form_is_said_in_one_round(cast: Cast, plan: Campaign, client) -> None:  # type: ignore[no-untyped-def]
    scene.load("obstacle")
    client.force_login(cast.inspector_a)
    sent = {"campaign": plan.pk, "filing_unit": cast.county_a.pk, "subject": "拒绝进入", "to": "当地政府"}
    sent |= {"detail": "经过", "enterprise": "没有这家厂", "met_on": "2020-06-30"}
    with clock.travel(scene.AT):
        page = client.post(reverse("campaigns:register_new", args=["obstacle"]), sent)
    assert set(page.context["form"].errors) == {"enterprise", "met_on"}


def test_a_list_costs_the_same_queries_however_long_it_is(cast: Cast, helped: RegisterEntry, client) -> None:  # type: ignore[no-untyped-def]
    def more(count: int) -> None:
        start = RegisterEntry.objects.count()
        for number in range(start + 1, start + count + 1):
            helped.pk, helped.number = None, number
            helped.save(force_insert=True)

    client.force_login(cast.officer_a)
    costs = []
    for count in (9, 60):
        more(count)
        with clock.travel(scene.AT), CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("campaigns:register_list", args=["field_help"]))
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert "共 70 件" in page.content.decode()


def test_the_due_list_cites_the_plan_by_its_title_and_says_that_a_register_asks(
    cast: Cast, client: Client, plan: Campaign
) -> None:
    load_blueprints(at=scene.AT, only=["henan-2020"])
    scene.load("field_help")
    title = BlueprintVersion.objects.get(name="henan-2020").title
    scene.file("field_help", cast.inspector_a, plan, **HELP)
    found = Obligation.objects.filter(kind="register_field_help")
    assert {row.source for row in found} == {f"{title} 二（一）指挥管理组职责"}
    client.force_login(cast.officer_a)
    page = client.get(reverse("campaigns:due_list"), {"kind": "register_", "state": "all"}).content.decode()
    assert page.count('<span class="sub">登记簿') == found.count() == 2
    assert title in page
    assert "henan-2020" not in page
    other = client.get(reverse("campaigns:due_list"), {"kind": "lead.", "state": "all"}).content.decode()
    assert "企业拒绝开门" not in other
