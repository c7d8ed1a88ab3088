"""Finding the head of a table among titles, merged cells and columns that nobody asked for. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from core.sheets.parsing import key_of, letter, shown
from core.sheets.spec import Column, SheetError, SheetSpec

# A head stands among the first rows that have content; below it may stand one more row of sub-titles.
SEARCHED: Final = 20
BRACKETED: Final = re.compile(r"[（(\[【].*?[)）\]】]")


@dataclass(frozen=True)
class Head:
    """Where the head of one sheet is and what its columns are: `titles` by letter, `places` by column key."""

    sheet: str
    row: int
    depth: int
    titles: dict[str, str]
    places: dict[str, int]
    repeated: tuple[tuple[str, int], ...] = ()

    @property
    def mapping(self) -> dict[str, str]:
        return {key: letter(place) for key, place in self.places.items()}


def place_of(text: str) -> int:
    place = 0
    for character in text.strip().upper():
        place = place * 26 + ord(character) - 64
    return place - 1


def spellings(title: str) -> tuple[str, ...]:
    """The title itself, and without what stands in brackets."""
    whole, bare = key_of(title), key_of(BRACKETED.sub("", title))
    return (whole,) if bare in {whole, ""} else (whole, bare)


def known_titles(spec: SheetSpec) -> dict[str, str]:
    """Every spelling under which a column is known; a column's full title is stronger than another's shortened one."""
    known: dict[str, str] = {}
    for column in spec.columns:
        for title in (column.title, *column.aliases, column.key):
            known.setdefault(key_of(title), column.key)
        if column.group:
            known.setdefault(key_of(column.group + column.title), column.key)
    for column in spec.columns:
        for spelling in spellings(column.title):
            known.setdefault(spelling, column.key)
    return known


def find_head(sheet: str, rows: Sequence[tuple[int, list[Any]]], spec: SheetSpec) -> Head | None:
    """The row (or two) that names most columns of `spec`; None if none fits."""
    known = known_titles(spec)
    best: Head | None = None
    for index in range(min(len(rows), SEARCHED)):
        for depth in (1, 2):
            if index + depth > len(rows) or (depth == 2 and rows[index + 1][0] != rows[index][0] + 1):
                continue
            found = read_head(sheet, rows[index : index + depth], known)
            if best is None or len(found.places) > len(best.places):
                best = found
    return best if best is not None and len(best.places) >= least(spec) else None


def placed(head: Head, mapping: Mapping[str, str]) -> Head:
    """The head with a person's word (column key to letter) on what stands where."""
    return replace(head, places={**head.places, **{key: place_of(at) for key, at in mapping.items()}})


def least(spec: SheetSpec) -> int:
    """Two named columns make a head; a sheet of one column needs that one."""
    return min(2, len(spec.columns))


def fullest(sheet: str, rows: Sequence[tuple[int, list[Any]]]) -> Head | None:
    """Where no row is recognised: the first with most texts, for a person to map by hand."""
    if not rows:
        return None
    row = max(rows[:SEARCHED], key=lambda row: (sum(isinstance(cell, str) for cell in row[1]), -row[0]))
    return read_head(sheet, [row], {})


def read_head(sheet: str, rows: Sequence[tuple[int, list[Any]]], known: Mapping[str, str]) -> Head:
    """One row, or two of which the upper one has merged cells (a merged cell has its text in its first cell only)."""
    titles: dict[str, str] = {}
    places: dict[str, int] = {}
    repeated: list[tuple[str, int]] = []
    for place, spellings_here in enumerate(candidates([cells for _, cells in rows])):
        if not spellings_here:
            continue
        titles[letter(place)] = spellings_here[0]
        key = next((known[key_of(title)] for title in spellings_here if key_of(title) in known), None)
        key = key or next((known[s] for title in spellings_here for s in spellings(title) if s in known), None)
        if key in places:
            repeated.append((spellings_here[0], place))
        elif key:
            places[key] = place
    return Head(sheet, rows[-1][0], len(rows), titles, places, tuple(repeated))


def candidates(rows: Sequence[list[Any]]) -> list[list[str]]:
    """What each column may be called: upper and lower title together, the lower, the upper."""
    if len(rows) == 1:
        return [[text] if (text := shown(cell)) else [] for cell in rows[0]]
    upper, lower = rows[0], rows[1]
    named: list[list[str]] = []
    group = ""
    for place in range(max(len(upper), len(lower))):
        top = shown(upper[place]) if place < len(upper) else ""
        below = shown(lower[place]) if place < len(lower) else ""
        group = top or (group if below else "")
        whole = below if below == group else group + below
        named.append([title for title in (whole, below, top) if title])
    return named


def complaints(head: Head, spec: SheetSpec) -> list[SheetError]:
    """Required columns that the head lacks, and titles that stand twice."""
    found = [
        SheetError(
            head.sheet, head.row, "", column.title, "", f"表头缺少“{column.title}”列，请补上或手工指定对应的列。"
        )
        for column in missing_columns(head, spec)
    ]
    for title, place in head.repeated:
        said = f"表头“{title}”重复出现，只读取了前面一列，请只保留一列。"
        found.append(SheetError(head.sheet, head.row, letter(place), title, title, said))
    return found


def missing_columns(head: Head, spec: SheetSpec) -> list[Column]:
    return [column for column in spec.columns if column.required and column.key not in head.places]
