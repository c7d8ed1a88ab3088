"""Who answers for whom: from the responsible unit of a row to the unit that reports and the part it is shown under."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.models import Unit


@dataclass(frozen=True)
class Places:
    """Three columns of equal length: a unit, the reporting unit above it, and the county (or itself) in between."""

    units: list[int]
    owners: list[int]
    parts: list[int]

    @property
    def part_ids(self) -> dict[int, list[int]]:
        """The parts of each owner, in the order of the tree."""
        found: dict[int, list[int]] = {}
        for owner, part in zip(self.owners, self.parts, strict=True):
            if part not in found.setdefault(owner, []):
                found[owner].append(part)
        return found

    def under(self, owner: int) -> dict[str, int]:
        """One owner's units with their parts, to be kept with its figures (JSON knows text keys only)."""
        rows = zip(self.units, self.owners, self.parts, strict=True)
        return {str(unit): part for unit, above, part in rows if above == owner}


def kept_places(owner: int, kept: Mapping[str, int]) -> Places:
    """The places that `under` wrote: the organisation as it was then."""
    return Places([int(unit) for unit in kept], [owner] * len(kept), list(kept.values()))


def places_of(owners: Iterable[Unit]) -> Places:
    """Every unit below the owners, in one statement."""
    by_path = {owner.path: owner.pk for owner in owners}
    if not by_path:
        return Places([], [], [])
    below = Unit.objects.none()
    for path in by_path:
        below = below | Unit.objects.under(path)
    tree = {path: (pk, level) for pk, path, level in below.order_by("path").values_list("pk", "path", "level")}
    columns = [(pk, *answering(path, tree, by_path)) for path, (pk, _) in tree.items()]
    return Places(*([list(column) for column in zip(*columns, strict=True)] if columns else ([], [], [])))


def answering(path: str, tree: Mapping[str, tuple[int, str]], by_path: Mapping[str, int]) -> tuple[int, int]:
    """The owner of a unit, and the part: the county on the way up, else the owner itself."""
    part = 0
    while path not in by_path:
        pk, level = tree[path]
        if level == Unit.Level.COUNTY:
            part = pk
        path = path[: path.rstrip("/").rindex("/") + 1]
    return by_path[path], part or by_path[path]
