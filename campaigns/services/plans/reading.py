"""A plan as a sheet: what is written out, and what is read back with every fault by row and column."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Final

from django.db.models import QuerySet

from accounts.models import User
from campaigns.models import Plan, PlanRow, Target
from campaigns.services.plans.rows import Wish, faults
from campaigns.services.plans.scope import Scope, scope_of, targets_of
from core import clock
from core.sheets import Column, SheetError, SheetSpec, TableRow, read_table

PLAN_SHEET: Final = SheetSpec(
    name="执法计划",
    columns=(
        Column("target", "对象编号", 10, kind="int", required=True, read=lambda row: row.target_id),
        Column("name", "排污单位", 36, read=lambda row: row.target.enterprise.name),
        Column("unit", "责任单位", 14, read=lambda row: row.target.unit.short_name),
        Column("town", "乡镇", 12, read=lambda row: row.target.enterprise.town),
        Column("key", "重点", 6, read=lambda row: "是" if row.target.is_key else "否"),
        Column("month", "月份", 10, read=lambda row: f"{row.week_on:%Y-%m}" if row.week_on else ""),
        Column("week_on", "检查周", 14, kind="date", required=True, aliases=("检查周（周一）",)),
        Column("lead", "主办人", 12, required=True, read=lambda row: row.lead.name if row.lead_id else ""),
        Column("second", "协办人", 12, read=lambda row: row.second.name if row.second_id else ""),
    ),
    frozen_columns=2,
)


@dataclass
class Read:
    """The rows of a sheet that may stand, and what is wrong with the others."""

    wishes: list[Wish] = field(default_factory=list)
    errors: list[SheetError] = field(default_factory=list)


def sheet_rows(plan: Plan) -> QuerySet[PlanRow]:
    rows = plan.rows.select_related("target__enterprise", "target__unit", "lead", "second")
    return rows.order_by("week_on", "lead__name", "id")


def read_rows(plan: Plan, source: IO[bytes] | bytes, *, name: str, at: datetime) -> Read:
    """Understand an uploaded plan; nothing is written. Refused where the file is no table at all."""
    reading = read_table(source, PLAN_SHEET, name=name)
    found = Read(errors=list(reading.errors))
    scope = scope_of(plan, clock.day_of(at))
    sheet = Sheet(scope, letters=reading.mapping)
    for row in reading.rows:
        wish, errors = sheet.understood(row)
        found.errors += errors
        if wish is not None:
            found.wishes.append(wish)
    return found


class Sheet:
    """What the cells of one sheet may mean, looked up once."""

    def __init__(self, scope: Scope, letters: Mapping[str, str]) -> None:
        self.scope, self.letters = scope, letters
        rows = Target.objects.filter(campaign=scope.plan.campaign_id).select_related("unit", "enterprise")
        self.targets = rows.filter(pk__in=targets_of(scope.plan.campaign, scope.plan.unit)).in_bulk()
        self.people: dict[str, list[User]] = defaultdict(list)
        for person in scope.people.values():
            self.people[person.user.name].append(person.user)
            self.people[person.user.username].append(person.user)
        self.seen: dict[int, int] = {}

    def understood(self, row: TableRow) -> tuple[Wish | None, list[SheetError]]:
        """The row as a wish, or every reason why it cannot stand."""
        errors = list(row.errors)
        said = dict(self.puzzles(row))
        errors += [self.error(row, column, sentence) for column, sentence in said.items()]
        if errors:
            return None, errors
        values = row.values
        second = self.people[values["second"]][0] if values.get("second") else None
        wish = Wish(self.targets[values["target"]], values["week_on"], self.people[values["lead"]][0], second)
        self.seen[wish.target.pk] = row.number
        wrong = [self.error(row, column, sentence) for column, sentence in faults(self.scope, wish)]
        return (None if wrong else wish), wrong

    def puzzles(self, row: TableRow) -> Iterator[tuple[str, str]]:
        number = row.values.get("target")
        if number is not None and number not in self.targets:
            yield "target", f"对象编号 {number} 不是{self.scope.plan.unit.short_name}的检查对象。"
        if number in self.seen:
            yield "target", f"对象编号 {number} 在第 {self.seen[number]} 行已经出现过。"
        for column, label in (("lead", "主办人"), ("second", "协办人")):
            name = row.values.get(column)
            if name and not self.people.get(name):
                yield column, f"{label}“{name}”不是{self.scope.plan.unit.short_name}的执法人员。"
            elif name and len(self.people[name]) > 1:
                yield column, f"有多名执法人员叫“{name}”，请改写用户名。"

    def error(self, row: TableRow, column: str, sentence: str) -> SheetError:
        spec = next(one for one in PLAN_SHEET.columns if one.key == column)
        value: Any = row.values.get(column)
        return SheetError(row.sheet, row.number, self.letters.get(column, ""), spec.title, str(value or ""), sentence)
