"""A visit up to its record: certificates, the beginning, the pen, and what the sheet asks for."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from campaigns.services import list_items
from core.form_engine.conditions import lookup, put
from core.form_engine.rules import Problem, validate, warnings
from core.form_engine.services import Result, put_submission
from core.models import Submission, SubmissionConflict
from core.refusals import NotAllowed, Refused
from enterprises.models import Permit, PositiveListEntry
from inspections.models import CheckIn, VisitRecord
from inspections.services import checking, signing, visits
from tests import factories as make
from tests.inspections import scene as stage
from tests.inspections.scene import MORNING, NOON, Scene


def content(record: VisitRecord, answers: dict[str, Any], at: datetime = NOON) -> list[Problem]:
    """Everything that is missing but signatures."""
    sheet = stage.sheet_of(record)
    sheet.answers = answers
    return signing.gaps(record, sheet, at)


def paths(record: VisitRecord, answers: dict[str, Any], at: datetime = NOON) -> list[str]:
    return [one.path for one in content(record, answers, at)]


@pytest.mark.req("HS-76")
@pytest.mark.req("HN-25")
def test_one_certificate_cannot_begin_a_visit(scene: Scene) -> None:
    visit, lead = stage.planned(scene), scene.cast.inspector_a
    visits.check_in(visit, actor=lead, at=MORNING)
    with pytest.raises(Refused, match="不得单人执法"):
        visits.start(visit, actor=lead, at=MORNING)
    visit.refresh_from_db()
    assert (visit.state, visit.records.count()) == ("planned", 0)


def test_an_expert_is_no_second_officer(scene: Scene) -> None:
    visit, lead = stage.planned(scene, expert=True), scene.cast.inspector_a
    for person in (lead, scene.cast.expert):
        visits.check_in(visit, actor=person, at=MORNING)
    with pytest.raises(Refused, match="专家没有执法权"):
        visits.start(visit, actor=lead, at=MORNING)
    assert CheckIn.objects.get(user=scene.cast.expert).certificate is None


def test_a_certificate_that_lapsed_is_not_shown(scene: Scene) -> None:
    scene.cast.second_a.certificates.update(valid_to=date(2020, 5, 11))
    with pytest.raises(Refused, match="没有今天有效的执法证"):
        visits.check_in(stage.planned(scene), actor=scene.cast.second_a, at=MORNING)


def test_whoever_of_the_two_begins_holds_the_pen(scene: Scene) -> None:
    visit = stage.planned(scene)
    for person in (scene.cast.inspector_a, scene.cast.second_a):
        visits.check_in(visit, actor=person, at=MORNING)
    assert visits.start(visit, actor=scene.cast.second_a, at=MORNING).writer == scene.cast.second_a


def test_nobody_else_checks_in(scene: Scene) -> None:
    with pytest.raises(NotAllowed, match="不在本次检查的派单人员"):
        visits.check_in(stage.planned(scene), actor=scene.cast.inspector_b, at=MORNING)


def test_certificates_are_shown_on_the_planned_day_or_later(scene: Scene) -> None:
    visit = stage.planned(scene, planned_on=date(2020, 5, 13))
    with pytest.raises(Refused, match="计划在 2020-05-13 进行"):
        visits.check_in(visit, actor=scene.cast.inspector_a, at=MORNING)


def test_shown_twice_the_first_moment_stands(scene: Scene) -> None:
    visit = stage.planned(scene)
    visits.check_in(visit, actor=scene.cast.inspector_a, at=MORNING)
    assert visits.check_in(visit, actor=scene.cast.inspector_a, at=NOON).shown_at == MORNING


def test_begun_twice_there_is_one_record(scene: Scene) -> None:
    record = stage.begun(scene)
    again = visits.start(record.visit, actor=scene.cast.second_a, at=NOON)
    assert (again.pk, record.visit.started_at) == (record.pk, MORNING)


def test_the_sheet_begins_with_what_the_register_knows(scene: Scene) -> None:
    site = scene.cast.site_a
    Permit.objects.create(enterprise=site, kind="discharge", number="9141…001P", valid_to=date(2023, 4, 1))
    PositiveListEntry.objects.create(
        enterprise=site, ground="守法", valid_from=date(2020, 1, 1), entered_at=MORNING, entered_by=None
    )
    lead = make.lead(site, scene.cast.officer_a)
    answers = stage.sheet_of(stage.begun(scene, lead=lead, approved_at=MORNING)).answers
    assert lookup(answers, "visit_basic.unit.name") == "漯河示例纸业有限公司"
    assert lookup(answers, "visit_basic.unit.is_positive") == "yes"
    assert lookup(answers, "visit_basic.place.county") == "源汇区"
    assert lookup(answers, "permits.discharge.valid_to") == "2023-04-01"
    assert "有效期至 2023-04-01" in lookup(answers, "visit_closing.permits.text")


def test_the_industries_are_those_the_campaign_adopted(scene: Scene) -> None:
    form = stage.sheet_of(stage.begun(scene)).definition.data
    items = {item["key"]: item for item in form["sections"][0]["items"]}
    options = items["industry"]["fields"][0]["options"]
    assert len(options) == len(list_items(scene.campaign, "industry")) == 22


@pytest.mark.req("HN-01")
def test_a_record_without_the_part_on_mobile_sources_is_refused_with_its_items(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    del answers["mobile"]
    said = {one.item for one in content(record, answers) if one.section.startswith("（四）道路移动源")}
    assert said == {
        "非道路移动机械（PIN 码）",
        "使用符合环保要求的车辆",
        "使用符合环保要求的油品",
        "建设铁路专用线",
    }


@pytest.mark.req("HN-10")
def test_the_twelve_systems_are_asked_and_radiation_may_be_set_aside_with_a_reason(scene: Scene) -> None:
    record = stage.begun(scene)
    data = stage.sheet_of(record).definition.data
    systems = next(section for section in data["sections"] if section["key"] == "systems")
    assert len(systems["items"]) == 12
    answers = stage.record_answers(record)
    answers["systems"]["radiation"] = {"built": "na"}
    assert paths(record, answers) == ["systems.radiation.reason"]
    put(answers, "systems.radiation.reason", "没有辐射源")
    assert paths(record, answers) == []


@pytest.mark.req("HN-11")
def test_built_and_applied_are_judged_apart(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record, stage.finding(item_path="systems.funds.applied"))
    answers["systems"]["funds"] = {"built": "yes", "applied": "no", "note": "台账缺三月份"}
    assert paths(record, answers) == []


@pytest.mark.req("HN-12")
def test_a_permit_that_had_expired_is_marked(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    put(answers, "permits.discharge.issued_on", "2018-03-01")
    put(answers, "permits.discharge.valid_to", "2020-05-11")
    form = stage.sheet_of(record).definition.data
    said = [one.text for one in warnings(form, answers, "2020-05-12")]
    assert any("排污许可 · 有效期至：有效期至早于检查日，手续已过期。" in text for text in said)
    permits = next(section for section in form["sections"] if section["key"] == "permits")
    assert len(permits["items"]) == 6


@pytest.mark.req("HN-13")
@pytest.mark.parametrize("answer", [{"held": "no"}, {"matches": "no"}, {"in_force": "no"}])
def test_each_no_about_a_permit_asks_for_a_finding_or_a_reason(scene: Scene, answer: dict[str, str]) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    answers["permits"]["eia"] |= answer | {"note": "批建不符"}
    (name,) = answer
    path = f"permits.eia.{name}"
    assert path in paths(record, answers)
    assert path not in paths(record, answers | {"_findings": [stage.finding(item_path=path)]})
    assert path not in paths(record, answers | {"_dismissed": {path: "已申请变更，正在审批"}})
    assert path in paths(record, answers | {"_dismissed": {path: " "}})


@pytest.mark.req("HN-14")
def test_an_enterprise_without_a_tailings_pond_sets_the_whole_item_aside(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    answers["facilities"]["waste_tailings"] = {"exists": "na", "reason": "本企业没有尾矿库"}
    assert paths(record, answers) == []


@pytest.mark.req("HN-15")
def test_built_but_not_running_is_an_answer_of_its_own(scene: Scene) -> None:
    form = stage.sheet_of(stage.begun(scene)).definition.data
    facilities = next(section for section in form["sections"] if section["key"] == "facilities")
    fields = {field["key"]: field for field in facilities["items"][0]["fields"]}
    assert {"built_law", "built_task", "running"} <= set(fields)
    labels = {option["value"]: option["label"] for option in fields["running"]["options"]}
    assert labels["abnormal"] == "建成但不正常运行"


@pytest.mark.req("HN-16")
def test_a_pin_entered_twice_is_warned_of_and_not_refused(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    put(answers, "mobile.machinery.machines", [{"pin": "LG01", "kind": "叉车"}, {"pin": "lg01", "kind": "装载机"}])
    form = stage.sheet_of(record).definition.data
    assert any("LG01 在第 1、2 行重复出现" in one.text for one in warnings(form, answers, "2020-05-12"))
    assert paths(record, answers) == []


@pytest.mark.req("HN-17")
def test_obsolete_equipment_names_its_entry_of_the_catalogue(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record, stage.finding(item_path="others.obsolete.result"))
    answers["others"]["obsolete"] = {"result": "bad", "note": "仍在用"}
    assert paths(record, answers) == ["others.obsolete.catalogue"]
    put(answers, "others.obsolete.catalogue", "《产业结构调整指导目录（2019年本）》淘汰类一（十七）")
    assert paths(record, answers) == []


@pytest.mark.req("HN-26")
def test_every_finding_names_the_kind_of_its_basis(scene: Scene) -> None:
    record = stage.begun(scene)
    (problem,) = content(record, stage.record_answers(record, stage.finding(basis_kind="")))
    assert problem.text == "问题清单 · 问题 1 · 依据类型：请选择法律法规、检查标准或攻坚要求"


@pytest.mark.req("HN-27")
def test_an_offence_that_is_only_filed_cannot_end_the_visit(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record, stage.finding(handling=2, demand="", deadline_on=""))
    stage.save(record, answers)
    with pytest.raises(Refused, match="还没有填好"):
        stage.sign_all(record)
    assert paths(record, answers) == ["_findings.f1.demand"]


@pytest.mark.req("HS-71")
def test_whether_the_works_were_running_must_be_said(scene: Scene) -> None:
    record = stage.begun(scene)
    assert paths(record, stage.record_answers(record, stage.finding(is_producing=""))) == ["_findings.f1.is_producing"]
    assert paths(record, stage.record_answers(record, stage.finding(pollution=""))) == ["_findings.f1.pollution"]


@pytest.mark.req("HS-70")
@pytest.mark.parametrize(
    "path, words",
    [
        ("visit_basic.unit.name", "企业名称"),
        ("visit_basic.place.longitude", "经度"),
        ("visit_basic.place.latitude", "纬度"),
        ("visit_basic.place.county", "县市区"),
        ("visit_basic.place.town", "乡镇或开发区"),
    ],
)
def test_what_the_ledger_must_have_is_asked_for_at_its_place(scene: Scene, path: str, words: str) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    put(answers, path, "")
    (problem,) = content(record, answers)
    assert (problem.path, problem.text.endswith(f"{words}：未填写")) == (path, True)


@pytest.mark.req("HS-68")
def test_another_industry_is_named(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    put(answers, "visit_basic.industry.industry", "22")
    assert paths(record, answers) == ["visit_basic.industry.industry_text"]
    put(answers, "visit_basic.industry.industry_text", "殡葬用品制造")
    assert paths(record, answers) == []


@pytest.mark.req("HS-69")
def test_there_is_no_grade_c(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    put(answers, "visit_basic.level.performance_grade", "C级")
    (problem,) = content(record, answers)
    assert (problem.path, problem.message) == ("visit_basic.level.performance_grade", "没有「C级」这个选项")


@pytest.mark.req("HS-73")
def test_a_time_limited_rectification_has_its_date(scene: Scene) -> None:
    record = stage.begun(scene)
    (problem,) = content(record, stage.record_answers(record, stage.finding(handling=4, deadline_on="")))
    assert (problem.path, problem.message) == ("_findings.f1.deadline_on", "选择限期整改须填写整改期限")


def test_coordinates_that_were_swapped_are_named_and_stay_as_typed(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    put(answers, "visit_basic.place.longitude", "33.5678")
    put(answers, "visit_basic.place.latitude", "114.0263")
    said = content(record, answers)
    assert [one.path for one in said] == ["visit_basic.place.longitude", "visit_basic.place.latitude"]
    assert "像是纬度，请核对经度和纬度是否填反了" in said[0].message
    assert lookup(answers, "visit_basic.place.longitude") == "33.5678"


def test_degrees_minutes_and_full_width_digits_are_read(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    put(answers, "visit_basic.place.longitude", "东经114°01′35″")
    put(answers, "visit_basic.place.latitude", "３３．５６７８")
    assert paths(record, answers) == []


@pytest.mark.parametrize("path", list(checking.MUST_BE_YES))
def test_rights_that_were_not_told_stop_the_record(scene: Scene, path: str) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    put(answers, path, "no")
    assert paths(record, answers) == [path]


@pytest.mark.req("HN-24")
def test_each_problem_of_the_self_check_is_looked_at(scene: Scene) -> None:
    stage.filed(scene, bad=("systems.funds", "facilities.air"))
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    assert paths(record, answers) == ["_selfcheck.systems.funds", "_selfcheck.facilities.air"]
    ticks = {"systems.funds": {"state": "mended"}, "facilities.air": {"state": "absent"}}
    assert paths(record, answers | {"_selfcheck": ticks}) == []


def test_a_self_check_that_still_waits_is_at_hand_too(scene: Scene) -> None:
    stage.handed_in(scene, bad=("systems.funds",))
    record = stage.begun(scene)
    assert paths(record, stage.record_answers(record)) == ["_selfcheck.systems.funds"]


def test_only_the_one_with_the_pen_writes(scene: Scene) -> None:
    record, second = stage.begun(scene), scene.cast.second_a
    with pytest.raises(Refused, match="现在由李一检执笔"):
        stage.save(record, stage.record_answers(record), by=second)
    visits.take_pen(record.visit, actor=second, at=NOON)
    assert stage.save(record, stage.record_answers(record), by=second).result is Result.SAVED
    with pytest.raises(Refused, match="现在由王二检执笔"):
        stage.save(record, stage.record_answers(record, stage.finding()), by=scene.cast.inspector_a)


def test_two_writers_do_not_overwrite_each_other_and_both_are_kept(scene: Scene) -> None:
    record, second = stage.begun(scene), scene.cast.second_a
    base = stage.sheet_of(record).revision
    mine, theirs = stage.record_answers(record), stage.record_answers(record, stage.finding())
    stage.save(record, mine)
    visits.take_pen(record.visit, actor=second, at=NOON)
    outcome = put_submission(stage.incoming(record, theirs, revision=base), user=second, at=NOON)
    assert outcome.result is Result.CONFLICT
    assert Submission.objects.get(pk=record.client_id).answers["_findings"] == []
    assert SubmissionConflict.objects.get().answers["_findings"][0]["key"] == "f1"


def test_the_pen_stays_within_the_team(scene: Scene) -> None:
    with pytest.raises(NotAllowed):
        visits.take_pen(stage.begun(scene).visit, actor=scene.cast.inspector_b, at=NOON)


def test_the_form_changes_version_with_its_checklist_only(scene: Scene) -> None:
    first = stage.sheet_of(stage.begun(scene)).definition
    assert stage.sheets.record_definition(scene.campaign, NOON) == first
    form = scene.campaign.forms.get(purpose="record")
    data = {**form.definition.data, "version": 2, "note": "补充说明"}
    form.definition = stage.publish_definition(data, datetime(2020, 5, 20, tzinfo=UTC))
    form.save()
    second = stage.sheets.record_definition(scene.campaign, NOON)
    assert (second.key, second.version) == (first.key, first.version + 1)
    assert validate(second.data, {}) != []
