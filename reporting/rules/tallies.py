"""The shape of a week's figures: counts by path, for a unit and its parts; as JSON, added up, and compared. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from reporting.rules.metrics import EVENTS, Vocabulary, catalogue, label

# "issues" → 12, "type.7" → 3, "fines" → 28000000 (fen). A path that is missing counts nothing.
Tally = Mapping[str, int]
SPANS = {"week": "本周", "total": "累计"}


@dataclass(frozen=True)
class Counts:
    """What was counted in the week, and since the campaign began."""

    week: Tally = field(default_factory=dict)
    total: Tally = field(default_factory=dict)

    def get(self, span: str, path: str) -> int:
        return (self.week if span == "week" else self.total).get(path, 0)

    def data(self) -> dict[str, Any]:
        return {"week": shown(self.week), "total": shown(self.total)}


@dataclass(frozen=True)
class Figures:
    """The figures of one unit and of each part under it (by unit id): what was recorded in (starts_at, cutoff_at].

    `known_at` is the cut-off itself, or later in a correction: then voided, reclassified and corrected rows count as
    they are known then, while what was mended or overdue stays as it stood at the cut-off.
    """

    starts_at: datetime
    cutoff_at: datetime
    known_at: datetime
    own: Counts
    parts: Mapping[int, Counts]

    def data(self) -> dict[str, Any]:
        """Plain data whose canonical text is the same whenever the figures are."""
        return {
            "starts_at": written(self.starts_at),
            "cutoff_at": written(self.cutoff_at),
            "known_at": written(self.known_at),
            **self.own.data(),
            "parts": {str(unit_id): counts.data() for unit_id, counts in sorted(self.parts.items())},
        }


@dataclass(frozen=True)
class Difference:
    path: str
    label: str
    before: int
    after: int

    def data(self) -> dict[str, Any]:
        return {"path": self.path, "label": self.label, "from": self.before, "to": self.after}


def shown(tally: Tally) -> dict[str, int]:
    return {path: count for path, count in sorted(tally.items()) if count}


def written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def read(data: Mapping[str, Any]) -> Figures:
    """The figures that `Figures.data` wrote."""
    return Figures(
        starts_at=datetime.fromisoformat(data["starts_at"]),
        cutoff_at=datetime.fromisoformat(data["cutoff_at"]),
        known_at=datetime.fromisoformat(data["known_at"]),
        own=Counts(data["week"], data["total"]),
        parts={int(unit_id): Counts(part["week"], part["total"]) for unit_id, part in data["parts"].items()},
    )


def add(tallies: Iterable[Tally]) -> dict[str, int]:
    found: dict[str, int] = {}
    for tally in tallies:
        for path, count in tally.items():
            found[path] = found.get(path, 0) + count
    return found


def together(counts: Iterable[Counts]) -> Counts:
    rows = list(counts)
    return Counts(add(row.week for row in rows), add(row.total for row in rows))


def figure_text(path: str, count: int) -> str:
    """1,284, and money in yuan: 280,000.50."""
    if path.rpartition(".")[2] != "fines":
        return f"{count:,}"
    yuan, fen = divmod(count, 100)
    return f"{yuan:,}.{fen:02d}" if fen else f"{yuan:,}"


def happened(counts: Counts) -> list[str]:
    """现场检查 3 次、立案 1 件…: everything that came in this week, empty when nothing did."""
    found = [(metric, counts.get("week", metric.path)) for metric in EVENTS]
    return [f"{metric.label} {figure_text(metric.path, count)} {metric.unit}" for metric, count in found if count]


def difference_lines(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """发现问题：本周 12 → 11，累计 30 → 29: what `Difference.data` wrote, a line a figure."""
    said: dict[str, list[str]] = {}
    for item in items:
        span = SPANS[item["path"].partition(".")[0]]
        before, after = (figure_text(item["path"], item[end]) for end in ("from", "to"))
        said.setdefault(item["label"].removeprefix(span), []).append(f"{span} {before} → {after}")
    return [f"{name}：{'，'.join(parts)}" for name, parts in said.items()]


def differences(before: Counts, after: Counts, words: Vocabulary) -> list[Difference]:
    """What differs between two sets of figures of one unit, in the order people read them."""
    known = list(catalogue(words))
    paths = {path for counts in (before, after) for span in SPANS for path in getattr(counts, span)}
    ordered = [path for path in known if path in paths] + sorted(paths - set(known))
    return [
        Difference(f"{span}.{path}", f"{name}{label(path, words)}", before.get(span, path), after.get(span, path))
        for path in ordered
        for span, name in SPANS.items()
        if before.get(span, path) != after.get(span, path)
    ]
