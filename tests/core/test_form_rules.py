"""The pure rules of the form engine."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.form_engine import conditions, normalise, reading, rules
from tests.core import sample

VECTORS = json.loads((Path(conditions.__file__).parent / "vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS["conditions"], ids=lambda v: v["name"])
def test_conditions_hold_as_the_vectors_say(vector: dict[str, Any]) -> None:
    held = conditions.evaluate(vector["condition"], vector["answers"], vector.get("scope", ""), vector.get("day", ""))
    assert held is vector["holds"]


@pytest.mark.parametrize("vector", VECTORS["values"], ids=lambda v: v["name"])
def test_typed_values_become_what_the_vectors_say(vector: dict[str, Any]) -> None:
    assert normalise.clean_value(vector["field"], vector["typed"]) == vector["clean"]


@pytest.mark.parametrize("vector", VECTORS["forms"], ids=lambda v: v["name"])
def test_forms_are_judged_as_the_vectors_say(vector: dict[str, Any]) -> None:
    form = VECTORS["definitions"][vector["definition"]]
    day = vector.get("day", "")
    shown = [slot.path for slot in conditions.visible_fields(form, vector["answers"], day)]
    found = [[p.path, p.text] for p in rules.validate(form, vector["answers"], day)]
    done = [[p.key, p.filled, p.total] for p in rules.progress(form, vector["answers"], day)]
    warned = [p.text for p in rules.warnings(form, vector["answers"], day)]
    assert [shown, found, done, warned] == [
        vector["visible"],
        vector["problems"],
        vector["progress"],
        vector["warnings"],
    ]


def test_a_complete_sheet_has_no_problem() -> None:
    assert rules.validate(sample.definition(), sample.complete(), sample.DAY) == []


@pytest.mark.req("HN-01")
def test_a_sheet_without_the_part_of_mobile_sources_names_its_items() -> None:
    answers = sample.complete()
    del answers["mobile"]
    problems = rules.validate(sample.definition(), answers, sample.DAY)
    assert [problem.text for problem in problems] == ["四、移动源 · 非道路移动机械：未填写"]
    assert rules.summary(problems) == "有 1 项没有填好：四、移动源（非道路移动机械）"


def test_an_empty_sheet_lists_every_item_once() -> None:
    problems = rules.validate(sample.definition(), {}, sample.DAY)
    assert [problem.item for problem in problems] == [
        "目标管理制度",
        "辐射管理制度",
        "环境影响评价",
        "污染防治设施",
        "非道路移动机械",
    ]


def test_established_and_not_carried_out_may_stand_together() -> None:
    answers = {"systems": {"targets": {"established": "have", "carried_out": "none"}}}
    clean, wrong = rules.normalise(sample.definition(), answers)
    assert (clean, wrong) == (answers, [])
    assert not [p for p in rules.validate(sample.definition(), clean, sample.DAY) if "targets" in p.path]


def test_not_applicable_needs_its_reason() -> None:
    answers = sample.complete()
    del answers["systems"]["radiation"]["reason"]
    found = [problem.text for problem in rules.validate(sample.definition(), answers, sample.DAY)]
    assert found == ["一、环保制度 · 辐射管理制度 · 不适用的理由：未填写"]


def test_a_problem_needs_measure_person_and_date() -> None:
    answers = sample.complete()
    answers["facilities"]["treatment"] = {"result": "bad", "problem": "布袋破损", "due_on": "2020-05-11"}
    found = [problem.text for problem in rules.validate(sample.definition(), answers, sample.DAY)]
    where = "三、设施 · 污染防治设施 · "
    assert found == [
        f"{where}整改措施：未填写",
        f"{where}责任人：未填写",
        f"{where}完成时限：不能早于 2020-05-12",
        f"{where}照片：缺少照片",
    ]


def test_an_expired_permit_is_marked() -> None:
    answers = sample.complete()
    answers["permits"]["eia"]["valid_to"] = "2020-05-11"
    found = [problem.text for problem in rules.warnings(sample.definition(), answers, sample.DAY)]
    assert found == ["二、环保手续 · 环境影响评价 · 有效期至：已过有效期"]


def test_the_same_pin_twice_is_a_warning() -> None:
    answers = sample.complete()
    answers["mobile"] = {
        "machines": {"has": "have", "list": [{"pin": "LG01"}, {"pin": "X2"}, {"pin": "lg01"}]},
        "fuel": {"ok": "yes"},
    }
    assert rules.validate(sample.definition(), answers, sample.DAY) == []
    found = [problem.text for problem in rules.warnings(sample.definition(), answers, sample.DAY)]
    assert found == ["四、移动源 · 非道路移动机械 · 机械清单：PIN码 LG01 在第 1、3 行重复出现"]


def test_list_rows_say_what_is_wrong_with_which_row() -> None:
    answers = sample.complete()
    rows = [{"pin": "A", "made_on": "去年"}, {"power": 0}, {"pin": "C"}, {"pin": "D" * 18}]
    answers["mobile"] = {"machines": {"has": "have", "list": rows}, "fuel": {"ok": "yes"}}
    found = [problem.message for problem in rules.validate(sample.definition(), answers, sample.DAY)]
    assert found == [
        "第 1 行「出厂日期」「去年」不是日期，请写成 2020-04-03",
        "第 2 行「PIN码」未填写",
        "第 2 行「功率」不能小于 1",
        "第 4 行「PIN码」最多 17 字，现在 18 字",
        "最多 3 行，现在 4 行",
    ]


def test_what_a_hidden_field_held_is_not_sent() -> None:
    answers = sample.complete()
    answers["systems"]["targets"]["reason"] = "以前写的"
    answers["_findings"] = [{"text": "留着"}]
    pruned = rules.prune(sample.definition(), answers, sample.DAY)
    assert "reason" not in pruned["systems"]["targets"]
    assert pruned["_findings"] == [{"text": "留着"}]


def test_an_answer_under_a_hidden_answer_is_hidden_too() -> None:
    form = VECTORS["definitions"]["chain"]
    answers = {"a": {"b": {"first": "no", "second": "yes", "third": "x"}}}
    shown = [slot.path for slot in rules.visible_fields(form, answers)]
    assert [path for path in shown if path.startswith("a.b.")] == ["a.b.first"]


def test_progress_counts_items_by_section() -> None:
    answers = sample.complete()
    answers["systems"]["targets"] = {"established": "have"}
    done = [(p.key, p.filled, p.total) for p in rules.progress(sample.definition(), answers, sample.DAY)]
    assert done == [("systems", 1, 2), ("permits", 1, 1), ("facilities", 1, 1), ("mobile", 1, 1)]


def test_changes_are_told_in_words() -> None:
    new = sample.complete()
    new["systems"]["targets"]["carried_out"] = "have"
    del new["systems"]["radiation"]["reason"]
    found = [(c.path, c.before, c.after) for c in rules.changes(sample.definition(), sample.complete(), new)]
    assert found == [
        ("systems.targets.carried_out", "无", "有"),
        ("systems.radiation.reason", "没有辐射源", ""),
    ]


@pytest.mark.parametrize(
    "answers",
    [
        [],
        "text",
        {"systems": 3},
        {"systems": {"targets": []}},
        {"systems": {"targets": {"unknown": "x"}}},
        {"nowhere": {"targets": {"established": "have"}}},
        {"systems": {"targets": {"established": True}}},
        {"systems": {"targets": {"established": {"a": 1}}}},
        {"systems": {"targets": {"photos": [{"sha256": "../../etc/passwd"}]}}},
        {"systems": {"targets": {"photos": [{"sha256": sample.SHA, "extra": "x"}]}}},
        {"systems": {"targets": {"photos": [{"sha256": sample.SHA, "lon": "114"}]}}},
        {"facilities": {"volume": {"tons": 10**15}}},
        {"facilities": {"volume": {"tons": float("inf")}}},
        {"mobile": {"machines": {"list": [{"nope": "x"}]}}},
        {"mobile": {"machines": {"list": ["x"]}}},
    ],
)
def test_an_answer_of_the_wrong_shape_is_reported(answers: Any) -> None:
    assert rules.normalise(sample.definition(), answers)[1]


def test_texts_lose_what_no_database_stores_and_keep_everything_else() -> None:
    answers = {"facilities": {"treatment": {"problem": " 第一行\r\n\x00第二行\ud800 （见照片） "}}}
    clean, _ = rules.normalise(sample.definition(), answers)
    assert clean["facilities"]["treatment"]["problem"] == "第一行\n第二行 （见照片）"


def test_blank_answers_are_no_answers() -> None:
    answers = {"systems": {"targets": {"reason": "　 ", "photos": []}}, "mobile": {"machines": {"list": [{"pin": ""}]}}}
    assert rules.normalise(sample.definition(), answers) == ({}, [])


def test_normalising_twice_changes_nothing() -> None:
    once, _ = rules.normalise(sample.definition(), {"facilities": {"volume": {"tons": "１，２３４．５０"}}})
    assert once == {"facilities": {"volume": {"tons": 1234.5}}}
    assert rules.normalise(sample.definition(), once) == (once, [])


@pytest.mark.parametrize(
    ("lon", "lat", "said"),
    [(114.0, 33.5, None), (33.5, 114.0, "似乎填反了"), (2.3, 48.8, "不在我国境内"), (None, 33.5, None)],
)
def test_the_place_of_a_photo_is_doubted(lon: float | None, lat: float | None, said: str | None) -> None:
    answers = sample.complete()
    answers["systems"]["targets"]["photos"] = [{"sha256": sample.SHA, "lon": lon, "lat": lat}]
    found = [problem.message for problem in rules.validate(sample.definition(), answers, sample.DAY)]
    assert [said in message for message in found] == ([True] if said else [])


def test_every_no_is_a_negative_with_basis_elements_and_texts() -> None:
    answers = sample.complete()
    answers["systems"]["targets"]["photos"] = [{"sha256": sample.SHA}]
    found = reading.negatives(sample.definition(), answers, sample.DAY)
    assert [(n.path, n.answer, n.basis, n.elements) for n in found] == [
        ("systems.targets.carried_out", "无", "方案三（一）", ("水", "气")),
        ("permits.eia.matches", "否", "环境影响评价法", ()),
    ]
    assert found[0].photos == ({"sha256": sample.SHA},)
    assert found[1].sentence == "环境影响评价：是否与实际相符 — 否。漯环审〔2018〕3号"


def test_items_set_aside_are_listed_with_their_reason() -> None:
    found = reading.not_applicable(sample.definition(), sample.complete(), sample.DAY)
    assert [(n.item, n.reason) for n in found] == [("辐射管理制度", "没有辐射源"), ("非道路移动机械", "")]


def test_the_table_of_answers_is_in_words() -> None:
    answers = sample.complete()
    answers["facilities"]["volume"] = {"tons": 12, "note": "估算"}
    answers["mobile"] = {"machines": {"has": "have", "list": [{"pin": "A1", "power": 55}]}, "fuel": {"ok": "no"}}
    cells = {cell.path: cell.value for cell in reading.answers_table(sample.definition(), answers, sample.DAY)}
    assert cells["facilities.volume.tons"] == "12 吨"
    assert cells["mobile.machines.list"] == "PIN码 A1，功率 55 kW"
    assert cells["mobile.fuel.ok"] == "否"
