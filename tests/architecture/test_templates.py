"""Templates: error pages stand when everything else has fallen, and every page obeys the content security policy."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "405.html", "409.html", "500.html"]


@pytest.mark.parametrize("name", PAGES)
def test_renders_without_context_or_database_and_says_who_can_help(name):
    said = get_template(name).render()
    assert "谁能帮助" in said
    assert re.search(r"<h1>[^<]{6,}</h1>", said)


@pytest.mark.parametrize("name", ["403.html", "409.html"])
def test_a_refusal_is_told_in_its_own_words(name):
    assert "该问题已销号。" in get_template(name).render({"message": "该问题已销号。"})


def test_the_last_resort_extends_nothing_and_loads_nothing():
    source = (TEMPLATES / "500.html").read_text(encoding="utf-8")
    assert "{%" not in source
    assert "{{" not in source


def templates() -> list[Path]:
    return [path for path in TEMPLATES.rglob("*.html") if "documents" not in path.relative_to(TEMPLATES).parts]


def test_no_page_carries_inline_script_style_or_handlers():
    """The policy is script-src 'self'; style-src 'self': what stands inline would be dead in the browser."""
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:|hx-on", re.IGNORECASE)
    guilty = {
        str(path.relative_to(TEMPLATES)): found.group()
        for path in templates()
        if (found := inline.search(path.read_text(encoding="utf-8")))
    }
    assert guilty == {}
