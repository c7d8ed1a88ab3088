"""The manual in the application: the chapters of docs/guide, in the order of its first page, as HTML."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER: Final[Path] = settings.BASE_DIR / "docs/guide"
FIRST: Final = "README"
LINK: Final = re.compile(r"(?:(?P<folder>examples)/)?(?P<name>[\w-]+)\.(?:md|yaml)(?P<place>#.*)?")


@dataclass(frozen=True)
class Chapter:
    """One file. `sections` are its headings of the second level: anchor and text."""

    name: str
    title: str
    html: SafeString
    sections: tuple[tuple[str, str], ...]


@cache
def chapters() -> dict[str, Chapter]:
    """By name, the first page first, then as it lists them. The files are part of the release: read once."""
    first = (FOLDER / f"{FIRST}.md").read_text(encoding="utf-8")
    names = [FIRST, *dict.fromkeys(re.findall(r"\]\(([\w-]+)\.md\)", first))]
    return {name: read(name) for name in names}


@cache
def examples() -> dict[str, str]:
    return {file.stem: file.read_text(encoding="utf-8") for file in (FOLDER / "examples").glob("*.yaml")}


def read(name: str) -> Chapter:
    """The text is ours, yet HTML in it stays text."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    title, sections = "", list[tuple[str, str]]()
    for token, inner in itertools.pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            title = inner.content
        elif token.type == "heading_open" and token.tag == "h2":
            sections.append((f"s{len(sections) + 1}", inner.content))
            token.attrSet("id", sections[-1][0])
        lead_within(inner.children or [])
        join_lines(inner.children or [])
    html = parser.renderer.render(after_title(tokens), parser.options, {})
    return Chapter(name, title, mark_safe(html), tuple(sections))  # noqa: S308 - rendered without HTML of its own


def after_title(tokens: Sequence[Token]) -> list[Token]:
    """Without the title: the page has its own."""
    ends = next((place for place, token in enumerate(tokens) if token.type == "heading_close"), -1)
    return list(tokens[ends + 1 :])


def lead_within(tokens: Sequence[Token]) -> None:
    """A link to another file of the manual leads to its page."""
    for token in tokens:
        if token.type == "link_open" and (found := LINK.fullmatch(str(token.attrGet("href")))):
            door = "core:guide_example" if found["folder"] else "core:guide_chapter"
            token.attrSet("href", reverse(door, args=[found["name"]]) + (found["place"] or ""))


def join_lines(tokens: Sequence[Token]) -> None:
    """A line that ends in Chinese goes on without a blank."""
    for before, token in itertools.pairwise(tokens):
        if token.type == "softbreak" and not before.content[-1:].isascii():
            token.type, token.content = "text", ""
