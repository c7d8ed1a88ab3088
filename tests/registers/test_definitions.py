"""Definitions with faults are refused with a Chinese sentence that names the line."""

import pytest

from campaigns.registers.files import BadRegister, read_text

GOOD = """\
key: sample
title: 示例登记
theme: 督办与督查
about: 一个示例。
scope: standing
source:
  - {plan: henan-2020, place: 五（一）第6句}
create: {capabilities: [issue.edit]}
read: {capability: issue.view}
fields:
  - {key: subject, label: 事项, type: text, required: true}
  - {key: kind, label: 类别, type: choice, options: [甲, 乙]}
states:
  - {key: open, label: 在办}
  - {key: closed, label: 办结, final: true}
transitions:
  - {action: close, label: 办结, from: [open], to: closed, who: {capabilities: [issue.edit]}}
"""


def test_a_good_one_is_read() -> None:
    data = read_text(GOOD, "x")
    assert data["fields"][1]["options"] == [{"value": "甲", "label": "甲"}, {"value": "乙", "label": "乙"}]


@pytest.mark.parametrize(
    "old,new,line,said",
    [
        ("about: 一个示例。", "about: 一个示例。\ncolour: red", 5, "colour"),
        ("{key: kind, label", "{key: subject, label", 12, "「subject」用了两次"),
        ("{key: open, label: 在办}", "{key: open, label: 在办}\n  - {key: stuck, label: 卡住}", 15, "「卡住」没有出路"),
        ("to: closed, who: {capabilities: [issue.edit]}", "to: closed, who: {side: own}", 17, "没有写明由谁办理"),
        (
            "to: closed, who: {capabilities: [issue.edit]}",
            "to: closed, who: {capabilities: [issue.fly]}",
            17,
            "平台没有「issue.fly」这项权限",
        ),
        ("to: closed,", "to: gone,", 17, "没有名为「gone」的状态"),
        ("create: {capabilities: [issue.edit]}", "create: {groups: [command]}", 8, "常年登记簿没有工作组"),
        ("type: text, required: true}", "type: text, at: answer}", 11, "没有名为「answer」的办理"),
        ("read: {capability: issue.view}", "read: {confidential: true}", 9, "没有写明谁能查看"),
        ("type: choice, options: [甲, 乙]", "type: choice, options: [甲, 甲]", 12, "「甲」用了两次"),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, line: int, said: str) -> None:
    assert old in GOOD
    with pytest.raises(BadRegister) as bad:
        read_text(GOOD.replace(old, new, 1), "x")
    assert any(error.startswith(f"x:{line}:") and said in error for error in bad.value.errors), bad.value.errors


@pytest.mark.parametrize(
    "more,said",
    [
        ("clocks:\n  - {key: c, title: 答复, open: [create], met: [close], workdays: 3, hours: 2}", "之一"),
        ("clocks:\n  - {key: c, title: 答复, open: [never], met: [close], hours: 2}", "没有名为「never」的办理"),
        ("checks:\n  - {say: 错, unique: [nothing]}", "没有名为「nothing」的栏目"),
        ("checks:\n  - {say: 错, must: {field: ghost, in: [甲]}}", "「ghost」不是本登记簿的栏目"),
        ("checks:\n  - {say: 错, must: {field: kind, like: 甲}}", "看不懂的条件"),
        ("checks:\n  - {say: 错, same: [kind]}", "须一起写"),
        ("notices:\n  - {on: [create], text: 有新登记}", "通知没有写明发给谁"),
        ("indicators:\n  - {key: i, title: 缺, kind: uncovered, values: subject}", "一个选择题栏目"),
        ("indicators:\n  - {key: i, title: 缺, kind: target}", "至少几"),
    ],
)
def test_what_else_a_definition_may_get_wrong(more: str, said: str) -> None:
    with pytest.raises(BadRegister) as bad:
        read_text(GOOD + more + "\n", "x")
    assert any(said in error for error in bad.value.errors), bad.value.errors
