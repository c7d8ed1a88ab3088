"""Ratings of many enterprises as a table: all rows of a good file are kept, of a bad one none."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from campaigns.models import Rating
from campaigns.services.draws.libraries import ELEMENTS, POLICIES, rate
from core.refusals import Refused
from core.sheets import Column, SheetSpec, read_table
from enterprises.models import Enterprise

LIMIT: Final = 2000
SHOWN = 10


def several(known: tuple[str, ...]) -> Any:
    """Words of a list, divided by 、 or commas; one that the list has not is named."""

    def parse(value: Any) -> list[str]:
        said = [part.strip() for part in str(value).replace("，", "、").replace(",", "、").split("、") if part.strip()]
        if strange := [one for one in said if one not in known]:
            raise ValueError(f"“{strange[0]}”不在可填的内容中：{'、'.join(known)}")
        return said

    return parse


def words(choices: Any) -> dict[str, str]:
    return {str(label): str(value) for value, label in choices}


RATING_SHEET: Final = SheetSpec(
    "分级评定",
    (
        Column("enterprise", "排污单位", 30, required=True, aliases=("企业全称", "企业名称")),
        Column("size", "规模", 8, "choice", required=True, choices=words(Rating.Size.choices)),
        Column("elements", "要素", 16, required=True, parse=several(ELEMENTS)),
        Column("credit", "环境信用", 12, "choice", choices=words(Rating.Credit.choices)),
        Column("risk", "风险等级", 10, "choice", choices=words(Rating.Risk.choices)),
        Column("policies", "优惠政策", 20, parse=several(POLICIES)),
        Column("permit", "许可执行", 14, "choice", choices=words(Rating.Permit.choices)),
        Column("management", "管理水平", 10, "choice", choices=words(Rating.Management.choices)),
        Column("offences", "近两年违法次数", 10, "int", least=0, most=999),
        Column("petitions", "近一年信访件数", 10, "int", least=0, most=999),
        Column("basis", "评定依据", 36, required=True, max_length=200),
    ),
)


def import_ratings(content: bytes, name: str, *, sites: QuerySet[Enterprise], actor: User, at: datetime) -> int:
    """Rate every enterprise of the table. Refused (422) with the place of every fault; then nothing is written."""
    rows = read_rows(content, name)
    meant = sites_named({values["enterprise"].strip() for _, values in rows}, sites)
    problems = list(unclear(rows, meant))
    with transaction.atomic():
        for number, values in [] if problems else rows:
            try:
                rate(meant[values["enterprise"].strip()][0], actor=actor, at=at, **told_by(values))
            except Refused as refusal:
                problems.append(f"第 {number} 行：{refusal.message}")
        refuse(problems)
    return len(rows)


def read_rows(content: bytes, name: str) -> list[tuple[int, dict[str, Any]]]:
    reading = read_table(content, RATING_SHEET, name=name)
    problems = [str(error) for error in reading.errors]
    rows = []
    for row in reading.rows:
        problems += [str(error) for error in row.errors]
        rows.append((row.number, row.values))
    refuse(problems)
    if len(rows) > LIMIT:
        raise Refused(f"一次最多导入 {LIMIT:,} 行，本表有 {len(rows):,} 行，请分开导入。", field="file", status=422)
    return rows


def sites_named(names: set[str], sites: QuerySet[Enterprise]) -> dict[str, list[Enterprise]]:
    found: dict[str, list[Enterprise]] = defaultdict(list)
    for site in sites.filter(name__in=names):
        found[site.name].append(site)
    return found


def unclear(rows: list[tuple[int, dict[str, Any]]], meant: dict[str, list[Enterprise]]) -> Iterator[str]:
    """Names that no enterprise bears, that several bear, and that stand twice."""
    seen: dict[str, int] = {}
    for number, values in rows:
        name = values["enterprise"].strip()
        count = len(meant.get(name, []))
        if count != 1:
            said = "本辖区没有这家企业" if not count else f"本辖区有 {count} 家同名企业，请逐家登记"
            yield f"第 {number} 行：“{name}”{said}"
        elif name in seen:
            yield f"第 {number} 行：“{name}”已在第 {seen[name]} 行写过"
        seen.setdefault(name, number)


def told_by(values: dict[str, Any]) -> dict[str, Any]:
    """As `rate` asks for it; what is empty is not known."""
    lists = {name: values.get(name) or [] for name in ("elements", "policies")}
    choices = {name: values.get(name) or "" for name in ("size", "credit", "risk", "permit", "management")}
    numbers = {"offences": values.get("offences") or 0, "petitions": values.get("petitions")}
    return {"basis": values["basis"], **lists, **choices, **numbers}


def refuse(problems: list[str]) -> None:
    if problems:
        more = f"（共 {len(problems)} 处，先列 {SHOWN} 处）" if len(problems) > SHOWN else ""
        raise Refused("没有导入：" + "；".join(problems[:SHOWN]) + more, field="file", status=422)
