"""Leads in and out as a table: all rows of a good file become leads, of a bad one none."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Unit, User
from campaigns.models import Lead
from campaigns.services import leads
from core import clock, locks
from core.refusals import Refused
from core.sheets import Column, SheetSpec, read_table
from enterprises.models import Enterprise

LIMIT: Final = 2000
Rows = list[tuple[int, dict[str, Any]]]
KIND_WORDS = {label: value for value, label in Lead.Kind.choices}
COLUMNS = (
    Column("kind", "来源", 16, "choice", required=True, choices=KIND_WORDS, read=lambda row: row.get_kind_display()),
    Column("enterprise", "企业名称", 28, aliases=("排污单位",), read=lambda row: name_of(row)),
    Column("uscc", "统一社会信用代码", 22, read=lambda row: code_of(row)),
    Column("address", "地址", 28, max_length=200),
    Column("longitude", "经度", 13, "longitude"),
    Column("latitude", "纬度", 13, "latitude"),
    Column("occurred_at", "发生时间", 18, "datetime", required=True, aliases=("超标时间", "举报时间")),
    Column("detail", "线索内容", 44, required=True, max_length=300),
    Column("factor", "超标因子", 14, max_length=40),
    Column("value", "监测数值", 12, "number"),
    Column("limit", "排放限值", 12, "number"),
)
IMPORT_SHEET: Final = SheetSpec("线索", COLUMNS)
EXPORT_SHEET: Final = SheetSpec(
    "线索",
    (
        Column("number", "编号", 18),
        Column("state", "状态", 10, read=lambda row: row.get_state_display()),
        Column("unit", "办理单位", 14, read=lambda row: row.unit.short_name),
        *COLUMNS,
        Column("entered_at", "登记时间", 18, "datetime"),
        Column("merged", "并入", 18, read=lambda row: row.merged_into.number if row.merged_into else ""),
        Column("end_reason", "结果", 40),
        Column("origin", "来自", 36),
        Column("basis", "转现场规则", 60),
    ),
    frozen_columns=1,
)


def name_of(row: Lead) -> str:
    return row.enterprise.name if row.enterprise else ""


def code_of(row: Lead) -> str:
    return (row.enterprise.entity.uscc or "") if row.enterprise else ""


def export_rows(rows: QuerySet[Lead]) -> Iterator[Lead]:
    """Never who reported."""
    related = rows.select_related("unit", "enterprise__entity", "merged_into").order_by("-entered_at", "-pk")
    yield from related.iterator(chunk_size=1000)


@dataclass(frozen=True)
class Imported:
    added: int
    known: int


def import_leads(content: bytes, name: str, *, unit: Unit, actor: User, at: datetime) -> Imported:
    """Register every row; the same row again (source, place, time, factor, words) is known and adds nothing.

    Refused (422) with the place of every bad cell; then nothing is written.
    """
    rows = read_rows(content, name)
    sites = sites_of(rows, actor)
    added = 0
    with transaction.atomic():
        locks.hold("lead-import", str(unit.pk))  # the same table sent twice at once comes in once
        for number, values in rows:
            told = told_by(values, sites.get(number))
            if is_known(told, unit):
                continue
            try:
                leads.register(told, unit=unit, actor=actor, at=at)
            except Refused as refusal:
                raise Refused(f"第 {number} 行：{refusal.message}", field="file", status=422) from refusal
            added += 1
    return Imported(added, len(rows) - added)


def refuse_problems(problems: list[str]) -> None:
    if problems:
        more = f"（共 {len(problems)} 处，先列 10 处）" if len(problems) > 10 else ""
        raise Refused("；".join(problems[:10]) + more, field="file", status=422)


def read_rows(content: bytes, name: str, spec: SheetSpec = IMPORT_SHEET) -> Rows:
    reading = read_table(content, spec, name=name)
    problems = [str(error) for error in reading.errors]
    rows = []
    for row in reading.rows:
        problems += [str(error) for error in row.errors]
        rows.append((row.number, row.values))
    refuse_problems(problems)
    if len(rows) > LIMIT:
        raise Refused(f"一次最多导入 {LIMIT:,} 行，本表有 {len(rows):,} 行，请分开导入。", field="file", status=422)
    return rows


def sites_of(rows: Rows, actor: User) -> dict[int, Enterprise]:
    """The site of each line that names one. Refused where name and code do not say together which one is meant."""
    found, problems = matched(rows, actor)
    refuse_problems(list(problems.values()))
    return found


def matched(rows: Rows, actor: User) -> tuple[dict[int, Enterprise], dict[int, str]]:
    """By line, the one site that is meant, or the sentence why more than one or another could be; two queries."""
    by_code = grouped(found_sites(rows, actor, "entity__uscc", "uscc"), lambda site: site.entity.uscc or "")
    by_name = grouped(found_sites(rows, actor, "name", "enterprise"), lambda site: site.name)
    found, problems = {}, {}
    for number, values in rows:
        name, code = said_in(values, "enterprise"), said_in(values, "uscc")
        fitting = by_code.get(code, []) if code else by_name.get(name, [])
        meant = named(name, fitting) if code and name else fitting
        if len(meant) == 1:
            found[number] = meant[0]
        elif fitting:
            problems[number] = unclear(number, name, fitting, meant)
    return found, problems


def named(name: str, sites: list[Enterprise]) -> list[Enterprise]:
    """Those that bear the name themselves, else those whose legal entity does."""
    return [site for site in sites if site.name == name] or [site for site in sites if site.entity.name == name]


def unclear(number: int, name: str, fitting: list[Enterprise], meant: list[Enterprise]) -> str:
    if not meant:
        known = "、".join(site.name for site in fitting[:3])
        return f"第 {number} 行：企业名称“{name}”与统一社会信用代码不符，该代码登记的是：{known}"
    known = "、".join(f"{site.name}（{site.unit.short_name}）" for site in meant[:3])
    return f"第 {number} 行：符合的企业有 {len(meant)} 家：{known}；请同时写明场所名称和代码，仍不能区分的逐条登记"


def said_in(values: dict[str, Any], key: str) -> str:
    return str(values.get(key) or "").strip()


def grouped(sites: Iterable[Enterprise], key: Callable[[Enterprise], str]) -> dict[str, list[Enterprise]]:
    found: dict[str, list[Enterprise]] = {}
    for site in sites:
        found.setdefault(key(site), []).append(site)
    return found


def found_sites(rows: Rows, actor: User, lookup: str, key: str) -> QuerySet[Enterprise]:
    said = {said_in(values, key) for _, values in rows} - {""}
    sites = Enterprise.objects.visible_to(actor).select_related("unit", "entity").order_by("pk")
    return sites.filter(**{f"{lookup}__in": said})


def told_by(values: dict[str, Any], site: Enterprise | None) -> leads.Told:
    """A name that nobody bears stays as the place, so that nothing told is lost."""
    name = said_in(values, "enterprise")
    return leads.Told(
        kind=values["kind"],
        detail=values["detail"],
        occurred_at=values["occurred_at"].replace(tzinfo=clock.SHANGHAI),
        enterprise=site,
        address=" ".join(part for part in ("" if site else name, values.get("address") or "") if part),
        longitude=values.get("longitude"),
        latitude=values.get("latitude"),
        factor=values.get("factor") or "",
        value=values.get("value"),
        limit=values.get("limit"),
    )


def is_known(told: leads.Told, unit: Unit) -> bool:
    owner = told.enterprise.unit if told.enterprise else unit
    rows = Lead.objects.filter(unit=owner, kind=told.kind, occurred_at=told.occurred_at, detail=told.detail.strip())
    rows = rows.filter(enterprise=told.enterprise, factor=told.factor.strip()[:40])
    if told.enterprise is None:  # then the place alone tells one from another
        place = {"address": told.address.strip()[:200], "longitude": told.longitude, "latitude": told.latitude}
        rows = rows.filter(**place)
    return rows.exists()
