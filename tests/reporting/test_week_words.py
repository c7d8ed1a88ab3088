"""A reporting week is called 第 N 周 on every page, notice, sheet and paper and in the guide, never 第 N 期."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "accounts", "enterprises", "campaigns", "inspections", "penalties", "reporting")
# 第 {{ date.number }} 期, 第 3 期, 本期, 报送期; not 期限, 期间, 期满.
WRONG = re.compile(r"期周报|第\s?(\{+[^{}]{1,40}\}+|\d+|N)\s?期|[本上下各每]期(?![限间满])|报送期(?!限)")


def said() -> dict[str, str]:
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("docs/guide/*.md"), *ROOT.glob("static/js/**/*.js")]
    files += [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    return {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}


def test_a_week_has_one_name() -> None:
    found = {name: wrong.group() for name, text in said().items() for wrong in WRONG.finditer(text)}
    assert found == {}
