"""The browser's rules are held to the same vectors as Python's (test_form_rules.py), in a real browser."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from core.form_engine import conditions

VECTORS = json.loads((Path(conditions.__file__).parent / "vectors.json").read_text(encoding="utf-8"))

JUDGE = """
async (vectors) => {
  const { evaluate, visibleFields } = await import("/static/js/form/conditions.js");
  const { cleanValue } = await import("/static/js/form/normalise.js");
  const { progress, validate, warnings } = await import("/static/js/form/rules.js");
  return {
    conditions: vectors.conditions.map((v) => evaluate(v.condition, v.answers, v.scope ?? "", v.day ?? "")),
    values: vectors.values.map((v) => cleanValue(v.field, v.typed)),
    forms: vectors.forms.map((v) => {
      const form = vectors.definitions[v.definition];
      const day = v.day ?? "";
      return {
        visible: visibleFields(form, v.answers, day).map((slot) => slot.path),
        problems: validate(form, v.answers, day).map((one) => [one.path, one.text]),
        progress: progress(form, v.answers, day).map((one) => [one.key, one.filled, one.total]),
        warnings: warnings(form, v.answers, day).map((one) => one.text),
      };
    }),
  };
}
"""


@pytest.fixture
def judged(page: Page, live_server: Any) -> Any:
    page.goto(f"{live_server.url}/static/js/form/rules.js")
    return page.evaluate(JUDGE, VECTORS)


@pytest.mark.journey
def test_the_browser_judges_as_the_vectors_say(judged: Any) -> None:
    for kind, key in (("conditions", "holds"), ("values", "clean")):
        for vector, found in zip(VECTORS[kind], judged[kind], strict=True):
            assert found == vector[key], vector["name"]
    for vector, found in zip(VECTORS["forms"], judged["forms"], strict=True):
        assert found == {key: vector[key] for key in found}, vector["name"]
