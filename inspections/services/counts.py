"""Checks of other systems come in with their numbers, and are counted once together with our own visits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.models import User
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


@dataclass(frozen=True)
class Imported:
    added: int
    known: int


def import_checks(content: bytes, name: str, sites: QuerySet[Enterprise], *, actor: User, at: datetime) -> Imported:
    """All rows of a good table; a number that is known adds nothing. One bad row, and nothing is written."""
    rows = read_rows(content, name)
    problems, found = [], []
    named = {str(values["enterprise"]) for _, values in rows}
    known_sites: dict[str, list[Enterprise]] = {}
    for site in sites.filter(name__in=named).select_related("unit"):
        known_sites.setdefault(site.name, []).append(site)
    for number, values in rows:
        fitting = known_sites.get(str(values["enterprise"]), [])
        said = fault(values, len(fitting), at)
        if said:
            problems.append(f"第 {number} 行：{said}")
        else:
            found.append(check_of(values, fitting[0], actor, at))
    refuse(problems)
    with transaction.atomic():
        locks.hold("outside-checks")
        taken = set(OutsideCheck.objects.values_list("system", "number").filter(number__in=[r.number for r in found]))
        fresh = {(row.system, row.number): row for row in found if (row.system, row.number) not in taken}
        OutsideCheck.objects.bulk_create(fresh.values(), batch_size=1000)
        done = Imported(len(fresh), len(found) - len(fresh))
        after = {"added": done.added, "known": done.known}
        audit.record("inspections.outsidecheck.import", None, actor=actor, at=at, after=after)
    return done


def read_rows(content: bytes, name: str) -> list[tuple[int, dict[str, Any]]]:
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
    """Visits that were carried out: two officers each, and the problems that stand in the ledger."""
    rows = Visit.objects.visible_to(user).filter(
        state=VisitState.SUBMITTED,
        started_at__gte=clock.at_local(first),
        started_at__lt=clock.at_local(last + timedelta(days=1)),
    )
    counts: QuerySet[Any] = rows.annotate(problems=Count("issues", distinct=True))
    for row in counts:
        day = clock.day_of(row.started_at) if row.started_at else first
        yield Check(row.enterprise_id, day, row.unit_id, PLATFORM, str(row.pk), row.problems, 2)


def outside(user: User, first: date, last: date) -> Iterator[Check]:
    for row in OutsideCheck.objects.visible_to(user).filter(checked_on__range=(first, last)):
        yield Check(row.enterprise_id, row.checked_on, row.unit_id, row.system, row.number, row.problems, row.people)
