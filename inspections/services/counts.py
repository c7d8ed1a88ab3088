"""Checks of other systems come in with their numbers, and are counted once together with our own visits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from campaigns.models import Assignment
from core import audit, clock, locks
from core.refusals import Refused
from core.sheets import Column, SheetSpec, read_table
from enterprises.models import Enterprise
from inspections.models import OutsideCheck, Visit
from inspections.rules.counting import PLATFORM, Check, Counted, merged
from inspections.states import VisitState

LIMIT: Final = 2000
SYSTEMS = {label: value for value, label in OutsideCheck.System.choices}
IMPORT: Final = SheetSpec(
    "检查",
    (
        Column("system", "系统", 14, "choice", required=True, choices=SYSTEMS),
        Column("number", "编号", 20, required=True, max_length=60, aliases=("任务编号", "检查编号")),
        Column("enterprise", "企业名称", 28, required=True, aliases=("排污单位",)),
        Column("checked_on", "检查日期", 12, "date", required=True),
        Column("problems", "问题数", 10, "int", required=True, least=0, most=9999),
        Column("people", "执法人员数", 12, "int", required=True, aliases=("人员数",), least=1, most=9999),
    ),
)

Row = tuple[int, dict[str, Any]]
Placed = tuple[int, OutsideCheck]


@dataclass(frozen=True)
class Imported:
    added: int
    known: int


def import_checks(content: bytes, name: str, sites: QuerySet[Enterprise], *, actor: User, at: datetime) -> Imported:
    """All rows of a good table; a check that is known adds nothing. One bad row, and nothing is written."""
    found = understood(read_rows(content, name), sites, actor, at)
    with transaction.atomic():
        locks.hold("outside-checks")
        fresh = unknown(found)
        OutsideCheck.objects.bulk_create(fresh, batch_size=1000)
        done = Imported(len(fresh), len(found) - len(fresh))
        after = {"added": done.added, "known": done.known}
        audit.record("inspections.outsidecheck.import", None, actor=actor, at=at, after=after)
    return done


def understood(rows: list[Row], sites: QuerySet[Enterprise], actor: User, at: datetime) -> list[Placed]:
    """Every row as the check it says, with its number in the table; Refused with the place of every fault."""
    known: dict[str, list[Enterprise]] = {}
    for site in sites.filter(name__in={str(values["enterprise"]) for _, values in rows}).select_related("unit"):
        known.setdefault(site.name, []).append(site)
    problems, found = [], []
    for place, values in rows:
        fitting = known.get(str(values["enterprise"]), [])
        said = fault(values, len(fitting), at)
        if said:
            problems.append(f"第 {place} 行：{said}")
        else:
            found.append((place, check_of(values, fitting[0], actor, at)))
    refuse(problems)
    return found


def unknown(found: list[Placed]) -> list[OutsideCheck]:
    """Those not imported yet. A number that stands twice, or says something else than before, is refused."""
    numbers = {row.number for _, row in found}
    before = {key(row): row for row in OutsideCheck.objects.filter(number__in=numbers)}
    seen: dict[tuple[Any, ...], int] = {}
    problems = []
    for place, row in found:
        known = before.get(key(row))
        if key(row) in seen:
            problems.append(f"第 {place} 行：{row}与第 {seen[key(row)]} 行重复。")
        elif known is not None and said_by(known) != said_by(row):
            day, problem_count, people = said_by(known)
            was = f"{day}，问题 {problem_count} 个，执法人员 {people} 人"
            problems.append(f"第 {place} 行：{row}此前已导入，内容不同（{was}），请核对编号和内容。")
        seen.setdefault(key(row), place)
    refuse(problems)
    return [row for _, row in found if key(row) not in before]


def key(row: OutsideCheck) -> tuple[Any, ...]:
    """Systems of several authorities number alike: a number is one of a system at an enterprise."""
    return row.system, row.enterprise_id, row.number


def said_by(row: OutsideCheck) -> tuple[date, int, int]:
    return row.checked_on, row.problems, row.people


def read_rows(content: bytes, name: str) -> list[Row]:
    reading = read_table(content, IMPORT, name=name)
    problems = [str(error) for error in reading.errors]
    rows = []
    for row in reading.rows:
        problems += [str(error) for error in row.errors]
        rows.append((row.number, dict(row.values)))
    refuse(problems)
    if len(rows) > LIMIT:
        raise Refused(f"一次最多导入 {LIMIT:,} 行，请分开导入。", field="file", status=422)
    return rows


def fault(values: dict[str, Any], sites: int, at: datetime) -> str:
    if sites != 1:
        return f"本辖区企业库中没有（或不止一家）“{values['enterprise']}”。"
    if values["checked_on"] > clock.day_of(at):
        return "检查日期不能晚于今天。"
    return ""


def refuse(problems: list[str]) -> None:
    if problems:
        more = f"（共 {len(problems)} 处，先列 10 处）" if len(problems) > 10 else ""
        raise Refused("；".join(problems[:10]) + more, field="file", status=422)


def check_of(values: dict[str, Any], site: Enterprise, actor: User, at: datetime) -> OutsideCheck:
    return OutsideCheck(
        system=values["system"],
        number=str(values["number"]).strip(),
        enterprise=site,
        unit=site.unit,
        checked_on=values["checked_on"],
        problems=values["problems"],
        people=values["people"],
        imported_by=actor,
        imported_at=at,
    )


def counted(user: User, first: date, last: date) -> list[Counted]:
    """Every check of the days that the person may see, once each; two queries."""
    return merged([*own(user, first, last), *outside(user, first, last)])


def own(user: User, first: date, last: date) -> Iterator[Check]:
    """Visits that were carried out, with the officers who showed their certificates and the problems in the ledger.

    A research visit (调研指导) is no inspection.
    """
    rows = Visit.objects.visible_to(user).filter(
        state=VisitState.SUBMITTED,
        started_at__gte=clock.at_local(first),
        started_at__lt=clock.at_local(last + timedelta(days=1)),
    )
    officers = Count("check_ins", filter=Q(check_ins__is_expert=False), distinct=True)
    counted = rows.exclude(assignment__kind=Assignment.Kind.RESEARCH).annotate(
        problems=Count("issues", distinct=True), people=officers
    )
    for pk, site, unit, began, problems, people in counted.values_list(
        "pk", "enterprise", "unit", "started_at", "problems", "people"
    ):
        yield Check(site, clock.day_of(began) if began else first, unit, PLATFORM, str(pk), problems, people)


def outside(user: User, first: date, last: date) -> Iterator[Check]:
    rows = OutsideCheck.objects.visible_to(user).filter(checked_on__range=(first, last))
    for said in rows.values_list("enterprise", "checked_on", "unit", "system", "number", "problems", "people"):
        yield Check(*said)
