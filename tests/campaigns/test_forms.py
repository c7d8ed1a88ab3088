"""The self-check sheet and the record sheet of the Henan plan as data: every item, every answer that matters."""

import copy
from typing import Any

import pytest

from campaigns.blueprint_files import ROOT
from core.form_engine import reading
from core.form_engine.conditions import slots
from core.form_engine.definitions import read_definition
from core.form_engine.rules import summary, validate, warnings

DAY = "2020-05-12"
SYSTEMS = [
    "生态环境目标管理",
    "环保责任制",
    "环保考核奖惩",
    "污染防治设施管理",
    "环保投入管理",
    "隐患排查整改",
    "固（危）废管理",
    "辐射管理",
    "宣传教育",
    "信息公开",
    "自我培训",
    "相关环保设施操作规程",
]
PERMITS = ["环境影响评价批准", "环保验收", "排污许可", "强制性清洁生产", "危废经营许可", "辐射经营许可"]
FACILITIES = ("污染物防治设施", "在线监控设施", "环境应急设施", "安全防护设施", "相关废物处理设施")
PARTS = ["systems", "permits", "facilities", "mobile", "others"]
RECORD = read_definition(ROOT / "henan-2020" / "forms" / "record.yaml")
SELFCHECK = read_definition(ROOT / "henan-2020" / "forms" / "selfcheck.yaml")


def titles(definition: dict[str, Any], key: str) -> list[str]:
    section = next(s for s in definition["sections"] if s["key"] == key)
    return [item["title"] for item in section["items"]]


def filled() -> dict[str, Any]:
    """A record without any problem, every part complete."""
    system = {"built": "yes", "applied": "yes"}
    permit = {
        "held": "yes",
        "number": "漯环审〔2018〕12号",
        "authority": "漯河市环境保护局",
        "issued_on": "2018-03-01",
        "matches": "yes",
        "in_force": "unlimited",
    }
    facility = {"exists": "yes", "built_law": "yes", "built_task": "none", "running": "ok"}
    answers = {
        "systems": {key: dict(system) for key in keys("systems")},
        "permits": {key: dict(permit) for key in keys("permits")},
        "facilities": {key: dict(facility) for key in keys("facilities")},
        "mobile": {key: {"result": "ok"} for key in keys("mobile")},
        "others": {key: {"result": "ok"} for key in keys("others")},
        "compare": {"tasks": {"result": "na"}, "monitoring": {"done": "no", "reason": "当日无采样条件"}},
    }
    answers["mobile"]["machinery"] = {"result": "ok", "machines": [{"pin": "LSH0001", "kind": "装载机"}]}
    return answers


def keys(section: str) -> list[str]:
    found = next(s for s in RECORD["sections"] if s["key"] == section)
    return [item["key"] for item in found["items"]]


def changed(path: str, **values: Any) -> dict[str, Any]:
    answers = copy.deepcopy(filled())
    section, item = path.split(".")
    answers[section][item] = {**answers[section][item], **values}
    return answers


def said(answers: dict[str, Any]) -> list[str]:
    return [problem.text for problem in validate(RECORD, answers, DAY)]


@pytest.mark.parametrize("definition", [SELFCHECK, RECORD])
def test_both_sheets_have_the_five_parts_with_every_item_of_the_plan(definition):
    assert [s["key"] for s in definition["sections"] if s["key"] in PARTS] == PARTS
    assert titles(definition, "systems") == SYSTEMS
    assert titles(definition, "permits") == PERMITS
    assert {title.split("（")[0] for title in titles(definition, "facilities")} == set(FACILITIES)
    assert len(titles(definition, "mobile")) == len(titles(definition, "others")) == 4
    assert definition["note"].startswith("非原件")


def test_a_complete_record_is_accepted():
    assert said(filled()) == []


@pytest.mark.parametrize("part", [*PARTS, "compare"])
def test_a_part_left_out_is_named_item_by_item(part):
    answers = filled()
    del answers[part]
    problems = validate(RECORD, answers, DAY)
    title = next(s["title"] for s in RECORD["sections"] if s["key"] == part)
    assert {problem.item for problem in problems} == set(titles(RECORD, part))
    assert title in summary(problems)


@pytest.mark.req("HN-10")
def test_radiation_may_be_set_aside_with_a_reason_only():
    assert said(changed("systems.radiation", built="na", applied="")) == [
        "（一）生态环境保护管理制度及落实情况 · 辐射管理 · 不适用的理由：未填写"
    ]
    assert said(changed("systems.radiation", built="na", applied="", reason="没有放射源和射线装置")) == []


@pytest.mark.req("HN-11")
def test_a_system_that_exists_but_is_not_carried_out_can_be_said():
    answers = changed("systems.duty", built="yes", applied="no", note="2020年责任书未签订")
    answers["systems"]["duty"]["photos"] = [{"sha256": "a" * 64}]
    assert said(answers) == []
    (negative,) = reading.negatives(RECORD, answers, DAY)
    assert (negative.item, negative.field, negative.answer) == ("环保责任制", "落实", "未落实")


@pytest.mark.req("HN-12")
def test_a_permit_that_ended_before_the_visit_is_flagged():
    answers = changed("permits.discharge", valid_to="2020-05-11", in_force="no", note="未申请延续")
    assert [w.message for w in warnings(RECORD, answers, DAY)] == ["有效期至早于检查日，手续已过期。"]
    assert warnings(RECORD, changed("permits.discharge", valid_to="2020-05-12", in_force="yes"), DAY) == []


def test_an_ended_permit_called_valid_is_flagged_as_a_contradiction():
    answers = changed("permits.discharge", valid_to="2020-05-11", in_force="yes")
    assert len(warnings(RECORD, answers, DAY)) == 2


@pytest.mark.req("HN-13")
@pytest.mark.parametrize(("question", "answer"), [("held", "no"), ("matches", "no"), ("in_force", "no")])
def test_any_of_the_three_questions_answered_no_begins_a_finding(question, answer):
    answers = changed("permits.eia", **{question: answer}, note="实际规模大于批复")
    assert [n.path for n in reading.negatives(RECORD, answers, DAY)] == [f"permits.eia.{question}"]


@pytest.mark.req("HN-14")
def test_a_whole_kind_of_facility_may_be_set_aside():
    answers = changed("facilities.waste_tailings", exists="na", reason="没有尾矿库")
    for name in ("built_law", "built_task", "running"):
        del answers["facilities"]["waste_tailings"][name]
    assert said(answers) == []
    assert [(n.item, n.reason) for n in reading.not_applicable(RECORD, answers, DAY)] == [
        ("相关废物处理设施（尾矿库）", "没有尾矿库")
    ]


@pytest.mark.req("HN-15")
def test_built_but_not_running_properly_is_an_answer_of_its_own():
    answers = changed("facilities.air", running="abnormal", detail="2#除尘器停运")
    (negative,) = reading.negatives(RECORD, answers, DAY)
    assert negative.answer == "建成但不正常运行"
    assert negative.elements == ("气",)


@pytest.mark.req("HN-16")
def test_a_pin_entered_twice_is_a_warning():
    machines = [{"pin": "LSH0001", "kind": "装载机"}, {"pin": "lsh0001", "kind": "叉车"}]
    answers = changed("mobile.machinery", machines=machines)
    assert said(answers) == []
    assert "重复出现" in warnings(RECORD, answers, DAY)[0].message


@pytest.mark.req("HN-17")
def test_an_obsolete_process_names_the_entry_of_the_catalogue():
    answers = changed("others.obsolete", result="bad", note="仍使用淘汰锅炉")
    assert any("淘汰目录条目" in text for text in said(answers))
    assert said(changed("others.obsolete", result="bad", note="仍使用淘汰锅炉", catalogue="目录第一类第3条")) == []


def test_every_element_is_covered_by_some_item():
    found = {e for s in RECORD["sections"] for item in s["items"] for e in item.get("elements", [])}
    assert found == {"水", "气", "土", "固", "辐射", "噪"}


def test_every_item_of_the_five_parts_has_a_basis():
    for section in RECORD["sections"]:
        for item in section["items"]:
            assert item.get("basis") or section.get("basis"), item["title"]


@pytest.mark.req("HN-21")
@pytest.mark.parametrize(("left_out", "label"), [("due_on", "完成时限"), ("measure", "整改措施"), ("person", "责任人")])
def test_a_problem_of_the_self_check_needs_measure_person_and_date(left_out, label):
    problem = {
        "result": "bad",
        "problem": "危废标识缺失",
        "measure": "补设标识",
        "person": "赵示例",
        "due_on": "2020-04-20",
        "progress": "doing",
    }
    del problem[left_out]
    problems = validate(SELFCHECK, {"facilities": {"waste_hazardous": problem}}, "2020-04-10")
    mine = [p.text for p in problems if p.item == "相关废物处理设施（危废储存场所）"]
    assert mine == [f"（三）污染防治设施建设及运行 · 相关废物处理设施（危废储存场所） · {label}：未填写"]


@pytest.mark.req("HN-20")
def test_an_empty_self_check_lacks_every_item():
    problems = validate(SELFCHECK, {}, "2020-04-10")
    asked = {slot.scope for slot in slots(SELFCHECK) if slot.field.get("required") is True and "when" not in slot.field}
    assert len({p.path.rsplit(".", 1)[0] for p in problems}) == len(asked) == 40
