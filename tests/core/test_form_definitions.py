"""Definition files: what is refused, and where it says the fault stands."""

from pathlib import Path

import pytest

from core import yaml_lines
from core.form_engine import definitions
from tests.core import sample

GOOD = """\
key: f
version: 1
title: 表
sections:
  - key: s
    title: 甲
    items:
      - key: i
        title: 乙
        fields:
          - {key: a, label: 甲, type: yesno}
          - {key: b, label: 乙, type: text, when: {field: a, in: ["no"]}}
"""


def errors_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "form.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        definitions.read_definition(path)
    except definitions.BadDefinition as bad:
        return [error.removeprefix(f"{path}:") for error in bad.errors]
    return []


def test_a_good_file_has_no_error(tmp_path: Path) -> None:
    assert errors_of(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("version: 1", "version: 一", 2, "应当是整数"),
        ("title: 表\n", "", 1, "缺少「title」"),
        ("type: yesno", "type: yesno, colour: red", 11, "没有「colour」这样的键"),
        ("type: text", "type: photo", 12, "只能是 choice"),
        ("type: text", "type: choice", 12, "缺少「options」"),
        ("type: text", "type: list", 12, "缺少「columns」"),
        ("key: i\n", "key: 项目\n", 8, "的写法不对"),
        ("{key: b,", "{key: a,", 12, "「a」用了两次"),
        ("field: a,", "field: c,", 12, "「c」不在它之前"),
        ("field: a,", "field: b,", 12, "「b」不在它之前"),
        ('in: ["no"]', "in: [never]", 12, "没有选项「never」"),
        ("{key: b, label: 乙, type: text", "{key: photos, label: 乙, type: text", 12, "照片专用"),
        ("type: text,", 'type: number, min: "@day",', 12, "min 应当是数字"),
        ("        fields:\n", "        use: pair\n        fields:\n", 10, "没有名为「pair」的模板"),
        ('when: {field: a, in: ["no"]}', 'when: {field: a, near: ["no"]}', 12, "when"),
        ("sections:\n", "sections:\n  - key: s\n    title: 又\n    key: t\n", 7, "写了两次"),
        ("{key: a,", "{key: a", 11, "YAML"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    found = errors_of(tmp_path, GOOD.replace(old, new, 1))
    assert found
    assert said in found[0]
    assert found[0].startswith(f"{line}:")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert errors_of(tmp_path, "") == [
        "1: 文件 应当是一组键值，如 {key: …, version: …, title: …, sections: …}，现在是空的"
    ]


def test_yaml_keeps_times_dates_and_words(tmp_path: Path) -> None:
    path = tmp_path / "plain.yaml"
    path.write_text("at: 17:30\non: 2020-04-03\nanswer: yes\noctal: 012\nflag: true\nsize: 3\n", encoding="utf-8")
    data, lines = yaml_lines.load(path)
    assert data == {"at": "17:30", "on": "2020-04-03", "answer": "yes", "octal": "012", "flag": True, "size": 3}
    assert lines[("answer",)] == 3


def test_templates_are_expanded_and_photos_become_the_last_field() -> None:
    item = sample.definition()["sections"][0]["items"][0]
    assert [field["key"] for field in item["fields"]] == ["established", "carried_out", "reason", "photos"]
    assert "templates" not in sample.definition()


def test_the_digest_is_of_the_content_not_of_the_order_of_keys() -> None:
    form = sample.definition()
    assert definitions.digest(dict(reversed(form.items()))) == definitions.digest(form)
    assert definitions.digest({**form, "title": "另一张"}) != definitions.digest(form)
