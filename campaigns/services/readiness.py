"""The start checklist (启动清单): what each unit files, what the superior approves, who is asked for what lacks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.gate import holdings
from accounts.models import Grant, Unit, User
from accounts.rules import capabilities
from campaigns import notices
from campaigns.models import Assignment, Campaign, ContactPerson, ReadinessEntry, ReadinessUrging
from campaigns.rules import readiness as rules
from campaigns.states import READINESS, CampaignState, ReadinessState
from core import audit, clock, locks
from core.files import store
from core.refusals import NotAllowed, Refused
from core.states import advance

FILE, REVIEW = "readiness.file", "readiness.review"
Item = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """One item of one unit."""

    item: Item
    verdict: rules.Verdict

    @property
    def optional(self) -> bool:
        """Its lack is only a remark."""
        return not self.item.get("required", True)


@dataclass(frozen=True)
class Line:
    """One unit with its cells; None stands for an item that units of this level do not owe."""

    unit: Unit
    cells: tuple[Cell | None, ...]
    asks: str

    @property
    def missing(self) -> list[str]:
        """Required items that do not stand."""
        cells = (cell for cell in self.cells if cell is not None)
        return [cell.item["name"] for cell in cells if not cell.verdict.done and not cell.optional]

    @property
    def ready(self) -> bool:
        return not self.missing


def readiness_items(campaign: Campaign, level: str = "") -> list[Item]:
    """The items of the campaign's checklist, in the plan's order; those that units of a level owe."""
    items = campaign.blueprint.data.get("readiness", [])
    return [item for item in items if not level or level in item["who"]]


def readiness_item(campaign: Campaign, unit: Unit, key: str) -> Item:
    for item in readiness_items(campaign, unit.level):
        if item["key"] == key:
            return dict(item)
    raise Refused("启动清单没有这一项。", status=404)


def owing_units(campaign: Campaign) -> QuerySet[Unit]:
    """The units that owe a checklist: of the levels that the plan names, the authority itself among them."""
    levels = {level for item in readiness_items(campaign) for level in item["who"]}
    units = Unit.objects.under(campaign.unit.path).filter(level__in=levels, closed_on=None)
    return units.order_by("path")


def readiness_lines(campaign: Campaign, units: Sequence[Unit], at: datetime) -> list[Line]:
    """The matrix: every unit with a verdict for each item, and who is asked next. Four queries, however many units."""
    items = readiness_items(campaign)
    filed = filed_of(campaign, units)
    named = named_of(campaign, units)
    askable = askable_of(units, at)
    found = []
    for unit in units:
        cells = tuple(
            Cell(item, rules.verdict(item, filed[unit.pk, item["key"]], named[unit.pk]))
            if unit.level in item["who"]
            else None
            for item in items
        )
        found.append(Line(unit, cells, asked_next(unit, cells, named[unit.pk], askable)))
    return found


def filed_of(campaign: Campaign, units: Sequence[Unit]) -> dict[tuple[int, str], list[rules.Filed]]:
    rows = ReadinessEntry.objects.filter(campaign=campaign, unit__in=list(units)).order_by("-version")
    found: dict[tuple[int, str], list[rules.Filed]] = defaultdict(list)
    for unit, key, version, state, data in rows.values_list("unit", "key", "version", "state", "data"):
        found[unit, key].append(rules.Filed(version, state, data))
    return found


def named_of(campaign: Campaign, units: Sequence[Unit]) -> dict[int, list[str]]:
    rows = ContactPerson.objects.filter(campaign=campaign, unit__in=list(units), ended_at=None).order_by("named_at")
    found: dict[int, list[str]] = defaultdict(list)
    for unit, name in rows.values_list("unit", "user__name"):
        found[unit].append(name)
    return found


def askable_of(units: Sequence[Unit], at: datetime) -> dict[tuple[int, str], list[str]]:
    """Who may file for a unit, and who at the unit above may review: names by unit and capability."""
    over = {unit.pk for unit in units} | {unit.parent_id for unit in units if unit.parent_id}
    grants = Grant.objects.in_force(clock.day_of(at)).filter(kind=Grant.Kind.UNIT, unit__in=over, user__is_active=True)
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for grant in grants.select_related("unit", "user").order_by("pk"):
        assert grant.unit is not None
        for capability in {FILE, REVIEW} & capabilities(grant.role, grant.unit.level):
            found[grant.unit.pk, capability].append(grant.user.name)
    return found


def asked_next(
    unit: Unit, cells: Sequence[Cell | None], named: Sequence[str], askable: Mapping[tuple[int, str], list[str]]
) -> str:
    """Who has to do the next thing: the unit itself, or the superior that has a document on its desk."""
    held = [cell for cell in cells if cell is not None]
    if any(not cell.verdict.done and not cell.verdict.waits and cell.item.get("required", True) for cell in held):
        people = list(named) or askable.get((unit.pk, FILE), [])[:2]
        return f"{unit.short_name} {'、'.join(people)}".strip()
    if any(cell.verdict.waits for cell in held):
        people = askable.get((unit.parent_id or 0, REVIEW), [])[:2]
        return f"上级审核 {'、'.join(people)}".strip()
    return ""


def file_readiness(
    campaign: Campaign,
    unit: Unit,
    key: str,
    data: Mapping[str, str],
    *,
    upload: Any = None,
    actor: User,
    at: datetime,
) -> ReadinessEntry:
    """A unit files an item, or the next version of it. A document waits for the superior's review."""
    item = readiness_item(campaign, unit, key)
    refuse_closed(campaign)
    if item["kind"] == "contact":
        raise Refused("联络人员在“组织与联络”页登记。")
    if item["kind"] == "document" and upload is None:
        raise Refused("请上传文件。", field="file", status=422)
    with transaction.atomic():
        locks.hold("readiness", str(campaign.pk), str(unit.pk), key)
        newest = ReadinessEntry.objects.filter(campaign=campaign, unit=unit, key=key).order_by("-version").first()
        held = store(upload, name=upload.name, by=actor, at=at, kind="paper") if upload else None
        row = ReadinessEntry.objects.create(
            campaign=campaign,
            unit=unit,
            key=key,
            kind=item["kind"],
            version=newest.version + 1 if newest else 1,
            data=dict(data),
            file=held,
            file_name=held.name if held else "",
            filed_by=actor,
            filed_at=at,
        )
        after = {"item": item["name"], "version": row.version, "file": held.sha256 if held else ""}
        audit.record("campaigns.readinessentry.file", row, actor=actor, at=at, unit_path=unit.path, after=after)
        if item["kind"] == "document" and unit.parent is not None:
            notices.readiness_filed(row, item["name"], at)
    return row


def refuse_closed(campaign: Campaign) -> None:
    if campaign.state != CampaignState.PUBLISHED:
        raise Refused("行动发布后、结束前才能填报启动清单。")


def reviews(user: User, unit: Unit) -> bool:
    """Whether the person reviews what a unit files: for a unit above it, never for the own."""
    paths = holdings(user).scope(REVIEW).paths
    return any(unit.path.startswith(path) and unit.path != path for path in paths)


def approve_readiness(entry: ReadinessEntry, *, actor: User, at: datetime) -> ReadinessEntry:
    return _decide(entry, "approve", actor=actor, at=at)


def return_readiness(entry: ReadinessEntry, *, actor: User, at: datetime, reason: str) -> ReadinessEntry:
    return _decide(entry, "return", actor=actor, at=at, reason=reason)


def _decide(entry: ReadinessEntry, action: str, *, actor: User, at: datetime, reason: str = "") -> ReadinessEntry:
    if not reviews(actor, entry.unit):
        raise NotAllowed
    if entry.kind != "document":
        raise Refused("只有方案和措施文件须审核。")
    if entry.filed_by_id == actor.pk:
        raise Refused("填报人不能审核自己上传的文件。")
    stamps = {"decided_by": actor, "decided_at": at, "decision_reason": reason.strip()[:200]}
    with transaction.atomic():
        row = advance(
            ReadinessEntry, entry.pk, action, table=READINESS, actor=actor, at=at, reason=reason, stamps=stamps
        )
        notices.readiness_decided(row, readiness_item(entry.campaign, entry.unit, entry.key)["name"], at)
    return row


def urge(campaign: Campaign, unit: Unit, *, actor: User, at: datetime) -> ReadinessUrging:
    """Ask a unit for what it lacks (催办): a notice to whoever may file there, at most once a day."""
    if not reviews(actor, unit):
        raise NotAllowed
    refuse_closed(campaign)
    line = readiness_lines(campaign, [unit], at)[0]
    if line.ready:
        raise Refused(f"{unit.short_name}启动清单已经齐备，无须催办。")
    day = clock.day_of(at)
    with transaction.atomic():
        row, created = ReadinessUrging.objects.get_or_create(
            campaign=campaign,
            unit=unit,
            urged_on=day,
            defaults={"missing": line.missing, "urged_by": actor, "urged_at": at},
        )
        if not created:
            raise Refused(f"今天已经催办过{unit.short_name}，同一单位一天只催办一次。")
        after = {"unit": unit.path, "missing": line.missing}
        audit.record("campaigns.readinessurging.urge", row, actor=actor, at=at, unit_path=unit.path, after=after)
        notices.readiness_urged(row, at)
    return row


def urged_on(campaign: Campaign, units: Iterable[Unit]) -> dict[int, Any]:
    """When each unit was last urged."""
    rows = ReadinessUrging.objects.filter(campaign=campaign, unit__in=list(units)).order_by("urged_on")
    return dict(rows.values_list("unit", "urged_on"))


def plan_missing(campaign: Campaign, units: Iterable[Unit]) -> dict[int, str]:
    """What the gate says of units that have no approved document which the plan makes a condition (HS-42).

    Two queries for all units; a unit that lacks nothing is not named.
    """
    every = list(units)
    items = [item for item in readiness_items(campaign) if item.get("gates")] if every else []
    if not items:
        return {}
    above = {int(key) for unit in every for key in unit.path.strip("/").split("/")}
    known = {unit.pk: unit for unit in Unit.objects.under(campaign.unit.path).filter(pk__in=above)}
    rows = ReadinessEntry.objects.filter(campaign=campaign, unit__in=known, state=ReadinessState.APPROVED)
    approved = set(rows.values_list("unit", "key"))
    found = {}
    for unit in every:
        owed = [(owing(unit, item, known), item) for item in items]
        lacking = [(one, item["name"]) for one, item in owed if one and (one.pk, item["key"]) not in approved]
        if lacking:
            found[unit.pk] = "；".join(f"{one.short_name}没有审核通过的“{name}”" for one, name in lacking)
    return found


def owing(unit: Unit, item: Item, known: Mapping[int, Unit]) -> Unit | None:
    """Who answers for an item: the unit itself, or the nearest above it whose level owes it (a team's county)."""
    line = [known[int(key)] for key in unit.path.strip("/").split("/") if int(key) in known]
    return next((one for one in reversed(line) if one.level in item["who"]), None)


def paid_by(assignment: Assignment) -> str:
    """Who pays for a visit across regions that the province's own campaign sends out (HN-55), or ""."""
    campaign, home = assignment.target.campaign, assignment.lead_inspector.unit
    if campaign.unit.level != Unit.Level.PROVINCE or home is None:
        return ""
    if city_path(home.path) == city_path(assignment.target.unit.path):
        return ""
    return next((str(item["paid_by"]) for item in readiness_items(campaign) if item.get("paid_by")), "")


def city_path(path: str) -> str:
    """The first two steps of a path: the province and its city."""
    return "/".join(path.split("/")[:3])
