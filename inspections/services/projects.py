"""Construction projects (建设项目): entered by lines, corrected with what was said before kept, ended with a reason."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from core import audit, clock
from core.refusals import Refused, refused_if_taken
from enterprises.models import Enterprise
from inspections.models import Project, ProjectVersion

KINDS = {label: value for value, label in Project.Kind.choices}
PARTS = ("企业全称", "项目名称", "报告书、报告表或登记表", "批准或备案文号", "批准日期")


def keep_projects(sites: QuerySet[Enterprise], lines: str, *, actor: User, at: datetime) -> list[Project]:
    """One project a line. All or none: the first line that cannot stand is named."""
    read = [read_line(sites, number, line) for number, line in enumerate(lines.splitlines(), start=1) if line.strip()]
    if not read:
        raise Refused("请至少写一个建设项目。", field="lines", status=422)
    refuse_known(read)
    with transaction.atomic():
        with refused_if_taken("其中有文号刚刚被登记，请刷新后再试。", field="lines"):
            made = Project.objects.bulk_create(Project(**said, entered_by=actor, entered_at=at) for _, said in read)
        for row in made:
            after = {"number": row.number, "kind": row.kind}
            audit.record("inspections.project.enter", row, actor=actor, at=at, after=after)
    return made


def read_line(sites: QuerySet[Enterprise], number: int, line: str) -> tuple[int, dict[str, Any]]:
    parts = [part.strip() for part in line.replace("|", "｜").split("｜")]
    if len(parts) != len(PARTS) or not all(parts):
        raise wrong(number, f"须写成“{'｜'.join(PARTS)}”，每一栏都不能空。")
    site, name, kind, document, day = parts
    found = list(sites.filter(name=site)[:2])
    if len(found) != 1:
        raise wrong(number, f"本辖区企业库中没有（或不止一家）“{site}”。")
    if kind not in KINDS:
        raise wrong(number, f"“{kind}”不是报告书、报告表或登记表。")
    try:
        approved_on = date.fromisoformat(day)
    except ValueError:
        raise wrong(number, f"批准日期“{day}”须写成 2021-03-01。") from None
    said = {"enterprise": found[0], "name": name[:120], "kind": KINDS[kind], "number": document[:60]}
    return number, said | {"approved_on": approved_on}


def refuse_known(read: Iterable[tuple[int, dict[str, Any]]]) -> None:
    """Of one enterprise a number is one project."""
    numbers = [said["number"] for _, said in read]
    taken = set(Project.objects.standing().filter(number__in=numbers).values_list("enterprise", "number"))
    for place, said in read:
        if (key := (said["enterprise"].pk, said["number"])) in taken:
            raise wrong(place, f"文号“{said['number']}”已经登记。")
        taken.add(key)


def correct(row: Project, said: Mapping[str, Any], *, reason: str, actor: User, at: datetime) -> Project:
    """What was entered wrongly is said anew; what was said until now is kept as a version, with the reason."""
    if not reason.strip():
        raise Refused("更正须写明理由。", field="reason", status=422)
    with transaction.atomic():
        held = standing(row)
        before = held.said
        after = {name: said[name] for name in Project.SAID}
        if before == after:
            raise Refused("内容没有改动，不需要更正。", field="name", status=422)
        keep_version(held, reason.strip()[:200], actor, at)
        for name, value in after.items():
            setattr(held, name, value)
        with refused_if_taken(f"该企业已有文号“{held.number}”的项目。", field="number"):
            held.save(update_fields=list(Project.SAID))
        audit.record("inspections.project.correct", held, actor=actor, at=at, reason=reason, before=before, after=after)
    return held


def keep_version(row: Project, reason: str, actor: User, at: datetime) -> None:
    ProjectVersion.objects.create(
        project=row,
        number=row.versions.count() + 1,
        name=row.name,
        kind=row.kind,
        document=row.number,
        approved_on=row.approved_on,
        corrected_by=actor,
        corrected_at=at,
        reason=reason,
    )


def end(row: Project, *, ground: str, reason: str, actor: User, at: datetime) -> Project:
    """It is to be checked no more, on a ground that says from when; the row and its history stay."""
    if not reason.strip():
        raise Refused("请写明理由。", field="reason", status=422)
    with transaction.atomic():
        held = standing(row)
        held.ended_on, held.ended_by, held.end_ground = clock.day_of(at), actor, ground
        held.end_reason = reason.strip()[:200]
        held.save(update_fields=["ended_on", "ended_by", "end_ground", "end_reason"])
        after = {"number": held.number, "ground": ground}
        audit.record("inspections.project.end", held, actor=actor, at=at, reason=reason, after=after)
    return held


def standing(row: Project) -> Project:
    """The locked row; refused once it was ended."""
    held = Project.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if held.ended_on is not None:
        raise Refused("该项目已经销项，不能再更正或销项。")
    return held


def wrong(number: int, said: str) -> Refused:
    return Refused(f"第 {number} 行：{said}", field="lines", status=422)
