"""The user's guide speaks of what exists: every button and menu entry that it names is on a page."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs/guide"
ROOMS = ("core", "accounts", "enterprises", "campaigns", "inspections", "penalties", "reporting")
CHAPTERS = sorted(GUIDE.glob("*.md"))


def words_on_pages() -> str:
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/js/**/*.js")]
    files += [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda file: file.stem)
def test_every_button_of_a_chapter_exists(chapter: Path) -> None:
    pages = words_on_pages()
    named = re.findall(r"【([^】]+)】", chapter.read_text(encoding="utf-8"))
    assert [name for name in named if name and name not in pages] == []


def test_the_first_page_leads_to_every_chapter() -> None:
    said = (GUIDE / "README.md").read_text(encoding="utf-8")
    assert [
        chapter.name for chapter in CHAPTERS if chapter.name != "README.md" and f"]({chapter.name})" not in said
    ] == []
