"""Rules by which an off-site check leads to the site, as a blueprint writes them: checked, shown, kept."""

from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse

from campaigns import blueprint_files, services
from campaigns.blueprint_files import BadBlueprint
from campaigns.models import BlueprintVersion
from campaigns.rules.onsite import rules_for, rules_of
from campaigns.services.blueprints import load_blueprints
from core import clock
from core.calendar import load_tables
from tests.campaigns.scene import MARCH, MAY

ROOT = Path(blueprint_files.ROOT)
OWN = (ROOT.parents[1] / "docs/guide/examples/summer.yaml").read_text(encoding="utf-8")
RULES = """
onsite_rules:
  - {key: exceed, name: 超标, means: [monitor], comparison: above, against: limit, from: "2026-01-01", source: 五}
  - {key: stopped, name: 停运, means: [power], indicator: 停运时长, comparison: at_least, threshold_by: hours,
     unit: 小时, from: "2026-01-01", source: 五}
"""
SENTENCE = "  - {place: 五, lines: '90', quote: 在线超标的要现场核实，停运满4小时的也要核实。}\n"
PARAMETER = (
    "  - {key: hours, title: 停运时长, question: 原文没有数值。默认4小时。, "
    'options: [{value: "4", label: 4小时}, {value: "8", label: 8小时}], default: "4", source: 五}\n'
)


def written(rules: str = RULES, parameter: str = PARAMETER) -> str:
    """The example of the manual with rules, the sentence that they stand on, and the parameter of a figure."""
    own = OWN.replace("\ntext:\n", f"\ntext:\n{SENTENCE}", 1)
    return own.replace("\nparameters:\n", f"\nparameters:\n{parameter}", 1) + rules


def refused(rules: str, parameter: str = PARAMETER) -> list[str]:
    with pytest.raises(BadBlueprint) as caught:
        blueprint_files.read_text(written(rules, parameter), "粘贴的内容")
    return caught.value.errors


def test_rules_are_read_with_what_was_chosen_and_only_in_their_days():
    data = blueprint_files.read_text(written(), "x")
    rules = rules_of(data, {"hours": "8"})
    assert [rule.condition for rule in rules] == ["任一指标 > 排放限值", "停运时长 ≥ 8 小时"]
    assert [rule.proposed for rule in rules] == [False, True]
    assert rules_of(data, {})[1].condition == "停运时长 ≥ 4 小时"
    assert [rule.key for rule in rules_for(rules, "power", date(2026, 1, 1))] == ["stopped"]
    assert rules_for(rules, "power", date(2025, 12, 31)) == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("name: 停运,", "name: 停运, colour: red,", "colour"),
        ("comparison: at_least", "comparison: about", "about"),
        ("means: [power]", "means: [balloon]", "balloon"),
        (", source: 五}\n  - {key: stopped", "}\n  - {key: stopped", "source"),
        ("threshold_by: hours", "threshold_by: days", "没有名为「days」的参数"),
        ("threshold_by: hours,", "", "「停运」与什么比较，须写明一个，也只能写一个"),
        ("threshold_by: hours", "threshold: 4, threshold_by: hours", "「停运」与什么比较，须写明一个，也只能写一个"),
        ("unit: 小时, ", "", "须写明 indicator（指标）和 unit（单位）"),
        ('unit: 小时, from: "2026-01-01"', 'unit: 小时, from: "2026-02-30"', "2026-02-30 不是日历上的日子"),
        (
            'unit: 小时, from: "2026-01-01"',
            'unit: 小时, from: "2026-03-01", until: "2026-02-01"',
            "「停运」的结束（2026-02-01）早于开始（2026-03-01）",
        ),
        ("key: stopped", "key: exceed", "「exceed」用了两次"),
    ],
)
def test_a_rule_that_is_wrong_is_named_with_its_line(old, new, sentence):
    assert old in RULES
    errors = refused(RULES.replace(old, new))
    assert any(sentence in error and error.startswith("粘贴的内容:") for error in errors), errors
    assert all(any("一" <= letter <= "鿿" for letter in error) for error in errors)


TWIN = (
    "  - {key: twin, name: 停运二, means: [drone, power], indicator: 停运时长, comparison: above, threshold_by: hours, "
    'unit: 小时, from: "2026-06-01", source: 五}\n'
)


def test_two_rules_of_one_matter_contradict_unless_their_days_are_apart():
    errors = refused(RULES + TWIN)
    assert any("矛盾：同是“用电监控的停运时长”，comparison 不同；只能留一条" in error for error in errors)
    assert any(
        "重复：“用电监控的停运时长”写了两次" in error for error in refused(RULES + TWIN.replace("above", "at_least"))
    )
    apart = RULES.replace('unit: 小时, from: "2026-01-01"', 'unit: 小时, from: "2026-01-01", until: "2026-05-31"')
    assert len(blueprint_files.read_text(written(apart + TWIN), "x")["onsite_rules"]) == 3


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('{value: "8", label: 8小时}', "{value: 很久, label: 8小时}", "选项须是不小于 0 的数，「很久」不是"),
        (', default: "4"', "", "须写明 default（默认值）和 question（为什么取这个默认值）"),
        (" question: 原文没有数值。默认4小时。,", "", "须写明 default（默认值）和 question（为什么取这个默认值）"),
    ],
)
def test_a_threshold_of_ours_is_a_figure_with_its_reason(old, new, sentence):
    assert any(sentence in error for error in refused(RULES, PARAMETER.replace(old, new)))


def test_a_figure_that_the_plan_does_not_say_is_no_figure_of_the_plan():
    quoted = RULES.replace("threshold_by: hours", "threshold: 6")
    assert any("处没有 6 这个数；原文没有写明阈值的，用 threshold_by 引用一个参数" in one for one in refused(quoted))
    assert blueprint_files.read_text(written(quoted.replace("threshold: 6", "threshold: 4")), "x")


@pytest.mark.django_db
def test_datong_says_which_figures_are_not_the_plans(cast, client):
    load_tables()
    load_blueprints(at=MARCH)
    row = BlueprintVersion.objects.get(name="datong-2021")
    rules = rules_of(row.data, {})
    assert [rule.key for rule in rules if not rule.proposed] == ["exceeding"]
    held = {one["key"]: one for one in row.data["parameters"]}
    for said in row.data["onsite_rules"]:
        if "threshold_by" in said:
            one = held[said["threshold_by"]]
            assert "此默认值由平台提出，不是原文。" in one["note"]
            assert next(option["label"] for option in one["options"] if option["value"] == one["default"]).endswith(
                "（默认，平台提出）"
            )
    with clock.travel(MAY):
        client.force_login(cast.officer_a)
        page = client.get(reverse("campaigns:blueprint_detail", args=[row.pk])).content.decode()
        exported = client.get(reverse("campaigns:blueprint_export", args=[row.pk])).content.decode()
    assert ("非现场转现场规则" in page, "任一指标 &gt; 排放限值" in page) == (True, True)
    assert page.count("参数，原文没有数值") == 5
    again = services.check_text(exported, "x")
    assert rules_of(again, {}) == rules
