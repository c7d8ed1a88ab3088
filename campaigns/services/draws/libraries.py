"""One list of items and two pools (一单两库): kept by people, versioned whenever they changed."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.models import Unit, User
from campaigns.draw_rules import canonical, sealed
from campaigns.models import InspectorProfile, PoolVersion, Rating, RegisterEntry
from campaigns.services.draws.rates import above
from core import audit, locks
from core.refusals import Refused
from enterprises.models import Enterprise
from enterprises.rules.industries import industry_name

ELEMENTS = ("大气", "水", "土壤", "固废", "危废", "噪声", "辐射")
POLICIES = ("环保税减免", "绿色信贷", "错峰生产豁免", "重污染天气管控豁免", "其他优惠")
SPECIALITIES = ("大气", "水", "固废危废", "噪声", "辐射", "自动监控", "生态", "排污许可", "千名精兵", "业务骨干")


def keep_version(
    unit: Unit, kind: str, rows: Sequence[Any], *, actor: User, at: datetime, scope: str = ""
) -> PoolVersion:
    """The version that says exactly this: the newest if nothing changed, else the next."""
    text = canonical(rows)
    digest = sealed(text)
    with transaction.atomic():
        locks.hold("pool", str(unit.pk), kind, scope)
        last = PoolVersion.objects.filter(unit=unit, kind=kind, scope=scope).defer("text").order_by("-number").first()
        if last is not None and last.digest == digest:
            return last
        made = PoolVersion.objects.create(
            unit=unit,
            kind=kind,
            scope=scope,
            number=last.number + 1 if last else 1,
            text=text,
            size=len(rows),
            digest=digest,
            made_by=actor,
            made_at=at,
        )
        after = {"kind": kind, "number": made.number, "size": made.size, "digest": digest}
        audit.record("campaigns.poolversion.keep", made, actor=actor, at=at, unit_path=unit.path, after=after)
    return made


def items_of(unit: Unit) -> PoolVersion | None:
    """The list of items in use: the unit's own, else that of the nearest unit above."""
    rows = PoolVersion.objects.filter(kind=PoolVersion.Kind.ITEMS, unit__path__in=[*above(unit.path), unit.path])
    return max(rows.select_related("unit"), key=lambda row: (len(row.unit.path), row.number), default=None)


def keep_items(unit: Unit, lines: str, *, actor: User, at: datetime) -> PoolVersion:
    """One item a line: 事项｜依据. Refused with the number of the line that cannot be read."""
    rows = [[number, *row] for number, row in enumerate(read_lines(lines, ("事项", "依据")), start=1)]
    if not rows:
        raise Refused("请至少写一个抽查事项。", field="lines", status=422)
    return keep_version(unit, PoolVersion.Kind.ITEMS, rows, actor=actor, at=at)


def read_lines(lines: str, parts: Sequence[str]) -> list[list[str]]:
    """A list as people type it, a row a line, its parts divided by ｜; no part empty, no first part twice."""
    rows: list[list[str]] = []
    names: set[str] = set()
    for number, line in enumerate(lines.splitlines(), start=1):
        if not line.strip():
            continue
        row = [part.strip() for part in line.replace("|", "｜").split("｜", len(parts) - 1)]
        if len(row) != len(parts) or not all(row):
            said = f"第 {number} 行须写成“{'｜'.join(parts)}”，{'、'.join(parts[:-1])}和{parts[-1]}都不能空。"
            raise Refused(said, field="lines", status=422)
        if row[0] in names:
            raise Refused(f"第 {number} 行的{parts[0]}“{row[0]}”与前面重复。", field="lines", status=422)
        names.add(row[0])
        rows.append(row)
    return rows


HELPERS = {
    PoolVersion.Kind.EXPERTS: ("专家", "业务专长", "单位"),
    PoolVersion.Kind.INSTITUTIONS: ("专业机构", "业务类别", "资质"),
}


def keep_institutions(unit: Unit, lines: str, *, actor: User, at: datetime) -> PoolVersion:
    """Professional institutions, apart from the experts: none of either is drawn as an inspector."""
    rows = read_lines(lines, HELPERS[PoolVersion.Kind.INSTITUTIONS])
    taken = set(experts_of(unit).values_list("title", flat=True))
    for row in rows:
        if row[0] in taken:
            raise Refused(f"“{row[0]}”已在专家库中，专家和专业机构须分库登记。", field="lines", status=422)
    return keep_version(unit, PoolVersion.Kind.INSTITUTIONS, rows, actor=actor, at=at)


def keep_experts(unit: Unit, *, actor: User, at: datetime) -> PoolVersion:
    """The experts of the bureau as the register of experts names them now: one place where they are written."""
    rows = [[row.title, "、".join(row.values["industries"]), row.values["home"]] for row in experts_of(unit)]
    if not rows:
        raise Refused("登记簿“专家库”里还没有在库的专家，请先登记。", field="lines", status=422)
    return keep_version(unit, PoolVersion.Kind.EXPERTS, rows, actor=actor, at=at)


def experts_of(unit: Unit) -> QuerySet[RegisterEntry]:
    rows = RegisterEntry.objects.filter(register="experts", is_open=True, unit__path__startswith=unit.path)
    return rows.order_by("title", "pk")


def latest(unit: Unit, kind: PoolVersion.Kind) -> PoolVersion | None:
    return PoolVersion.objects.filter(unit=unit, kind=kind, scope="").order_by("-number").first()


def rows_of(version: PoolVersion) -> list[Any]:
    found: list[Any] = json.loads(version.text)
    return found


def rate(enterprise: Enterprise, *, actor: User, at: datetime, basis: str, **said: Any) -> Rating:
    """A new rating (size, credit, risk, offences) takes the place of the old one, which stays. It names its basis."""
    if not basis.strip():
        raise Refused("请写明评定依据（如环境信用评价结果、研判报告的文号）。", field="basis", status=422)
    said = in_order(said)
    refuse_unclassed(enterprise, said)
    with transaction.atomic():
        locks.hold("rating", str(enterprise.pk))
        before = Rating.objects.filter(enterprise=enterprise, is_current=True).first()
        Rating.objects.filter(enterprise=enterprise, is_current=True).update(is_current=False)
        row = Rating.objects.create(
            enterprise=enterprise, basis=basis.strip()[:200], rated_by=actor, rated_at=at, **said
        )
        old = {name: getattr(before, name) for name in said} if before else None
        audit.record("campaigns.rating.rate", row, actor=actor, at=at, reason=row.basis, before=old, after=said)
    return row


def in_order(said: dict[str, Any]) -> dict[str, Any]:
    """Elements and policies in the order of their lists: the same kinds are the same class."""
    orders = {"elements": ELEMENTS, "policies": POLICIES}
    return said | {name: [one for one in order if one in said.get(name, [])] for name, order in orders.items()}


def refuse_unclassed(enterprise: Enterprise, said: dict[str, Any]) -> None:
    """Nobody enters the library without the four classes; each is named with the place where it is entered."""
    lacks = {
        "size": not said.get("size") and "规模",
        "elements": not said["elements"] and "要素（污染物种类）",
        "enterprise": not enterprise.industry and "行业（在企业档案中补填）",
    }
    wrong = {name: word for name, word in lacks.items() if word}
    if wrong:
        sentence = f"不能入库：{enterprise.name}缺{'、'.join(wrong.values())}。区域、行业、规模、要素四项分类必填。"
        raise Refused(sentence, field=next(iter(wrong)), status=422)


CLASSES = {"区域": "enterprise__region__name", "行业": "enterprise__industry", "规模": "size", "要素": "elements"}


def tallies(rows: QuerySet[Rating]) -> list[dict[str, Any]]:
    """The library counted by each of the four classes; an enterprise is in one class of each."""
    found = []
    for name, column in CLASSES.items():
        asked = rows.order_by().values_list(column)
        counted = asked.annotate(sites=Count("pk")).values_list(column, "sites").order_by("-sites", column)
        lines = [(class_said(name, value), count) for value, count in counted]
        found.append({"name": name, "lines": lines, "total": sum(count for _, count in lines)})
    return found


def class_said(name: str, value: Any) -> str:
    match name:
        case "行业":
            return industry_name(value) or "未登记行业"
        case "规模":
            return dict(Rating.Size.choices).get(value, "未评定")
        case "要素":
            return "、".join(value) or "未登记"
    return str(value)


def set_specialities(person: User, specialities: Sequence[str], *, actor: User, at: datetime) -> InspectorProfile:
    with transaction.atomic():
        row, _ = InspectorProfile.objects.update_or_create(
            user=person,
            defaults={"specialities": sorted(set(specialities)), "changed_by": actor, "changed_at": at},
        )
        after = {"specialities": row.specialities}
        audit.record("campaigns.inspectorprofile.set", row, actor=actor, at=at, after=after)
    return row
