"""One list of items and two pools (一单两库): kept by people, versioned whenever they changed."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Unit, User
from campaigns.draw_rules import canonical, sealed
from campaigns.models import InspectorProfile, PoolVersion, Rating
from campaigns.services.draws.gathering import above
from core import audit, locks
from core.refusals import Refused
from enterprises.models import Enterprise

SPECIALITIES = ("大气", "水", "固废危废", "噪声", "辐射", "自动监控", "生态", "排污许可")


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
    rows: list[list[Any]] = []
    names: set[str] = set()
    for number, line in enumerate(lines.splitlines(), start=1):
        if not line.strip():
            continue
        name, _, basis = (part.strip() for part in line.replace("|", "｜").partition("｜"))
        if not name or not basis:
            raise Refused(f"第 {number} 行须写成“事项｜依据”，事项和依据都不能空。", field="lines", status=422)
        if name in names:
            raise Refused(f"第 {number} 行的事项“{name}”与前面重复。", field="lines", status=422)
        names.add(name)
        rows.append([len(rows) + 1, name, basis])
    if not rows:
        raise Refused("请至少写一个抽查事项。", field="lines", status=422)
    return keep_version(unit, PoolVersion.Kind.ITEMS, rows, actor=actor, at=at)


def rows_of(version: PoolVersion) -> list[Any]:
    found: list[Any] = json.loads(version.text)
    return found


def rate(enterprise: Enterprise, *, actor: User, at: datetime, basis: str, **said: Any) -> Rating:
    """A new rating (size, credit, risk, offences) takes the place of the old one, which stays. It names its basis."""
    if not basis.strip():
        raise Refused("请写明评定依据（如环境信用评价结果、研判报告的文号）。", field="basis", status=422)
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


def set_specialities(person: User, specialities: Sequence[str], *, actor: User, at: datetime) -> InspectorProfile:
    with transaction.atomic():
        row, _ = InspectorProfile.objects.update_or_create(
            user=person,
            defaults={"specialities": sorted(set(specialities)), "changed_by": actor, "changed_at": at},
        )
        after = {"specialities": row.specialities}
        audit.record("campaigns.inspectorprofile.set", row, actor=actor, at=at, after=after)
    return row
