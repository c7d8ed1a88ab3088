"""Two judges of one form: for answers nobody thought of, the browser and Python say the same."""

import json
import random
from typing import Any

import pytest
from playwright.sync_api import Page

from core.form_engine import conditions, rules
from core.form_engine.reading import negatives
from tests.core import sample

pytestmark = pytest.mark.journey
TYPED = [
    "",
    " ",
    "是",
    "have",
    "none",
    "na",
    "bad",
    "yes",
    "no",
    "applies",
    "2020.4.3",
    "2020年13月1日",
    "２０２０-5-12",
]
TYPED += [
    "20200512",
    "12",
    "１，２３４．５",
    "-0.50",
    "1e3",
    "十吨",
    "长" * 201,
    "𠮷" * 5,
    "a\u0000b",
    "x\r\ny",
    "LG01",
    "ｌｇ０１",
]

JUDGE = """
async ([form, sheets, day]) => {
  const { visibleFields, isFilled, put, slots, lookup } = await import("/static/js/form/conditions.js");
  const { cleanValue } = await import("/static/js/form/normalise.js");
  const { negatives, progress, validate, warnings } = await import("/static/js/form/rules.js");
  return sheets.map((typed) => {
    const answers = {};
    for (const slot of slots(form)) {
      const value = cleanValue(slot.field, lookup(typed, slot.path));
      if (isFilled(value)) put(answers, slot.path, value);
    }
    return {
      answers,
      visible: visibleFields(form, answers, day).map((slot) => slot.path),
      problems: validate(form, answers, day).map((one) => one.text),
      warnings: warnings(form, answers, day).map((one) => one.text),
      progress: progress(form, answers, day).map((one) => [one.filled, one.total]),
      negatives: negatives(form, answers, day).map((one) => one.path),
    };
  });
}
"""


def typed_sheets(form: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Sheets filled blindly; the same ones every time."""
    dice = random.Random(20200512)
    return [typed_sheet(form, dice) for _ in range(count)]


def typed_sheet(form: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    sheet: dict[str, Any] = {}
    for slot in conditions.slots(form):
        if dice.random() < 0.7:
            conditions.put(sheet, slot.path, typed_value(slot.field, dice))
    return sheet


def typed_value(field: dict[str, Any], dice: random.Random) -> Any:
    if field["type"] == "list":
        rows = range(dice.randrange(5))
        return [{c["key"]: typed_value(c, dice) for c in field["columns"] if dice.random() < 0.8} for _ in rows]
    if field["type"] == "photos":
        return [{"sha256": f"{n:064x}", "lon": 33.5, "lat": 114.0} for n in range(dice.randrange(3))]
    if "options" in field and dice.random() < 0.9:
        return str(dice.choice(field["options"])["value"])
    return dice.choice(TYPED)


def judged_by_python(form: dict[str, Any], typed: dict[str, Any]) -> dict[str, Any]:
    answers, wrong = rules.normalise(form, typed)
    assert wrong == []
    return {
        "answers": answers,
        "visible": [slot.path for slot in rules.visible_fields(form, answers, sample.DAY)],
        "problems": [problem.text for problem in rules.validate(form, answers, sample.DAY)],
        "warnings": [problem.text for problem in rules.warnings(form, answers, sample.DAY)],
        "progress": [[p.filled, p.total] for p in rules.progress(form, answers, sample.DAY)],
        "negatives": [negative.path for negative in negatives(form, answers, sample.DAY)],
    }


def test_browser_and_python_agree_on_a_thousand_sheets(page: Page, live_server: Any) -> None:
    form = sample.definition()
    sheets = typed_sheets(form, 1000)
    page.goto(f"{live_server.url}/static/js/form/rules.js")
    found = page.evaluate(JUDGE, [form, sheets, sample.DAY])
    for typed, browser in zip(sheets, found, strict=True):
        assert browser == judged_by_python(form, typed), json.dumps(typed, ensure_ascii=False)
