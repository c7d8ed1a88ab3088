"""Pure rules of self-checks and visits."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from inspections.rules import findings, selfcheck, team, timing, told
from inspections.rules.places import full_address
from inspections.rules.selfcheck import Standing
from tests.inspections.scene import FINDING

DAY = date(2020, 5, 12)
APRIL_30 = date(2020, 4, 30)
TYPES, HANDLINGS = range(1, 28), range(1, 6)
NOON = datetime(2020, 5, 12, 4, 0, tzinfo=UTC)


def shanghai(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2020, 5, day, hour, minute, second, tzinfo=timing.SHANGHAI)


@pytest.mark.parametrize(
    "received, late",
    [
        (shanghai(12, 23, 59, 59), False),
        (shanghai(13, 0, 0), True),
        (shanghai(13, 0, 1), True),
        (datetime(2020, 5, 12, 15, 59, tzinfo=UTC), False),
        (datetime(2020, 5, 12, 16, 1, tzinfo=UTC), True),
    ],
)
def test_a_record_is_in_time_until_midnight_in_shanghai(received: datetime, late: bool) -> None:
    assert timing.is_late(shanghai(12, 17, 30), received) is late


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("11:40", time(11, 40)),
        ("１１：４０", time(11, 40)),
        ("9.05", time(9, 5)),
        ("11点40分", time(11, 40)),
        ("25:00", None),
    ],
)
def test_a_time_is_read_as_people_write_it(typed: str, meant: time | None) -> None:
    assert timing.read_time(typed) == meant


def test_the_end_of_a_visit_is_neither_before_its_beginning_nor_in_the_future() -> None:
    begun = shanghai(12, 9, 12, 30)
    assert "早于开始时间" in timing.ended(begun, "", "09:11", NOON).fault
    assert "还没有到" in timing.ended(begun, "", "12:01", NOON).fault
    assert timing.ended(begun, "", "09:12", NOON).at == begun
    assert timing.ended(begun, "2020-05-12", "11:40", NOON).at == shanghai(12, 11, 40)


def test_the_end_of_a_visit_says_which_field_cannot_be_read() -> None:
    begun = shanghai(12, 9, 0)
    assert timing.ended(begun, "", "", NOON).fault == "未填写"
    assert "不是时间" in timing.ended(begun, "", "中午", NOON).fault
    assert timing.ended(begun, "明天", "11:40", NOON).field == "ended_on"


def officer(name: str, valid_to: date = date(2027, 1, 1)) -> team.Shown:
    return team.Shown(name, certificate="豫L1", valid_from=date(2018, 1, 1), valid_to=valid_to)


def test_two_valid_certificates_begin_a_visit() -> None:
    assert team.start_refusal([officer("甲"), officer("乙")], DAY) == ""


def test_one_certificate_or_an_expert_does_not() -> None:
    assert "已有 1 名" in team.start_refusal([officer("甲")], DAY)
    said = team.start_refusal([officer("甲"), team.Shown("丙", is_expert=True)], DAY)
    assert "专家没有执法权" in said


def test_a_lapsed_certificate_is_named() -> None:
    assert "乙的执法证当日无效" in team.start_refusal([officer("甲"), officer("乙", date(2020, 5, 11))], DAY)


def test_without_an_expert_this_is_said() -> None:
    assert team.expert_label(None) == "未配专家"


def finding(**changes: object) -> findings.Finding:
    return findings.read([FINDING | changes])[0]


def faults(**changes: object) -> dict[str, str]:
    found = findings.faults(finding(**changes), issue_types=TYPES, handlings=HANDLINGS, visited_on=DAY)
    return {one.field: one.message for one in found}


def test_a_complete_finding_has_no_fault() -> None:
    assert faults() == {}


@pytest.mark.parametrize(
    "field, value",
    [
        ("nature", ""),
        ("gravity", "很大"),
        ("elements", []),
        ("elements", ["火"]),
        ("basis_kind", ""),
        ("basis_text", "  "),
        ("issue_type", 28),
        ("issue_type", None),
        ("is_producing", ""),
        ("pollution", ""),
        ("behaviour", ""),
        ("handling", 6),
        ("handling", None),
        ("demand", ""),
        ("deadline_on", ""),
        ("deadline_on", "下周"),
        ("deadline_on", "2020-05-11"),
    ],
)
def test_each_place_of_a_finding_is_asked_for(field: str, value: object) -> None:
    assert list(faults(**{field: value})) == [field]


def test_too_long_a_text_says_how_long_it_is() -> None:
    assert faults(pollution="烟" * 501) == {"pollution": "最多 500 字，现在 501 字"}


def test_immediate_rectification_needs_no_date() -> None:
    assert faults(handling=3, deadline_on="") == {}


def test_numbers_may_come_as_text() -> None:
    assert (finding(issue_type="7").issue_type, finding(handling="4").handling) == (7, 4)


@pytest.mark.parametrize("raw", [None, "x", {}, [1], [None], [{"photos": "x", "elements": 3, "nature": ["a"]}]])
def test_any_shape_can_be_read(raw: object) -> None:
    for one in findings.read(raw):
        assert findings.faults(one, issue_types=TYPES, handlings=HANDLINGS, visited_on=DAY)


def test_the_description_is_made_of_the_three() -> None:
    assert finding().description == "检查时正在生产；排口可见烟羽；布袋除尘设施不正常运行"
    assert finding(is_producing="no").description.startswith("检查时未生产")
    assert finding(pollution="无。").description == "检查时正在生产；未见污染现象；布袋除尘设施不正常运行"


def test_findings_of_one_key_are_found() -> None:
    assert findings.twins([finding(), finding(), finding(key="f2")]) == ["f1"]


def test_what_a_correction_changes_is_told_by_name() -> None:
    assert set(findings.changed(finding(), finding(gravity="grave", demand="停用"))) == {"gravity", "demand"}
    assert set(findings.changed(finding(), finding(pollution="黑烟"))) == {"pollution", "description"}
    assert findings.changed(finding(), finding(item_path="x.y.z")) == {}


def test_everything_is_told_at_once() -> None:
    names = {3: "立行立改", 4: "限期整改"}
    both = [finding(), finding(key="f2", nature="system", handling=3, deadline_on="", proposal="")]
    text = told.notice_text(both, names)
    assert text.splitlines()[0] == "经现场检查，发现你单位存在以下 2 个问题，现一次性告知："
    assert "拟采取的措施：限期整改，建议立案。" in text
    assert "整改要求：立即检修除尘设施，于 2020 年 5 月 22 日前完成。" in text
    assert text.splitlines()[2].startswith("2．（制度）")


def test_nothing_found_is_told_too() -> None:
    assert told.notice_text([], {}) == "本次检查未发现需要整改的生态环境问题。"


@pytest.mark.parametrize(
    "state, day, expected",
    [
        ("", date(2020, 4, 30), Standing.MISSING),
        ("", date(2020, 5, 1), Standing.OVERDUE),
        ("draft", date(2020, 5, 1), Standing.OVERDUE),
        ("submitted", date(2020, 5, 1), Standing.WAITING),
        ("accepted", date(2020, 5, 1), Standing.FILED),
        ("superseded", date(2020, 5, 1), Standing.FILED),
        ("returned", date(2020, 5, 1), Standing.RETURNED),
    ],
)
def test_the_day_alone_makes_a_missing_self_check_overdue(state: str, day: date, expected: Standing) -> None:
    assert selfcheck.standing(state, APRIL_30, day) is expected


def test_the_last_day_is_in_time() -> None:
    assert not selfcheck.is_late(APRIL_30, APRIL_30)
    assert selfcheck.is_late(date(2020, 5, 1), APRIL_30)


@pytest.mark.parametrize(
    "ticks", [None, [], {"a": "mended"}, {"a": {"state": ["mended"]}}, {"a": {"state": "perhaps"}}]
)
def test_a_problem_without_a_known_word_is_not_ticked(ticks: object) -> None:
    assert selfcheck.unticked(["a"], ticks) == ["a"]


def test_a_ticked_problem_is_ticked() -> None:
    assert selfcheck.unticked(["a", "b"], {"a": {"state": "mended"}, "b": {"state": "absent"}}) == []


def test_a_deadline_that_is_no_date_is_none() -> None:
    assert replace(finding(), deadline="x").deadline_on is None


@pytest.mark.parametrize(
    "written,whole",
    [
        ("示例路 1 号", "河南省漯河市源汇区示例镇示例路 1 号"),
        ("源汇区示例路 1 号", "河南省漯河市源汇区示例镇示例路 1 号"),
        ("漯河市源汇区示例镇示例路 1 号", "河南省漯河市源汇区示例镇示例路 1 号"),
        ("河南省 漯河市 源汇区 示例路", "河南省漯河市源汇区示例镇示例路"),
        ("", "河南省漯河市源汇区示例镇"),
    ],
)
def test_an_address_is_whole_and_says_nothing_twice(written: str, whole: str) -> None:
    assert full_address(["河南省", "漯河市", "源汇区", "", "示例镇", "示例镇"], written) == whole
