"""The words of docs/glossary.md are those of the code, and the architecture has the headings that code cites."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "accounts", "enterprises", "campaigns", "inspections", "penalties", "reporting")
SOURCES = {
    file: file.read_text(encoding="utf-8")
    for room in (*ROOMS, "config", "tests")
    for file in (ROOT / room).rglob("*.py")
    if "migrations" not in file.parts
}


def test_every_code_word_of_the_glossary_exists() -> None:
    rows = re.findall(r"^\|[^|]+\|([^|]+)\|", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    words = {word for row in rows for word in re.findall(r"`(\w+)`", row)}
    known = {word for file, text in SOURCES.items() if "tests" not in file.parts for word in re.findall(r"\w+", text)}
    assert len(words) > 90
    assert not sorted(words - known)


def test_every_heading_of_the_architecture_that_code_cites_exists() -> None:
    paper = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    said = {
        heading
        for text in SOURCES.values()
        for heading in re.findall(r"docs/architecture\.md, \"([^\"]+)\"", text)
    }  # fmt: skip
    assert said
    assert not sorted(heading for heading in said if f"## {heading}" not in paper and f"**{heading}.**" not in paper)
