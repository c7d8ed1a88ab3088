"""Enterprises drawn at random into a register: of those that the campaign visited and that no entry of it names yet."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from accounts.models import Unit, User
from campaigns.models import Campaign, RegisterEntry, RegisterVersion, Target
from campaigns.registers.services.checks import VOID
from campaigns.registers.services.filing import Filing, file_entry
from core import audit, locks
from core.refusals import Refused

MOST = 50


@dataclass(frozen=True)
class Drawn:
    """A draw: how many stood in the pool, the seed that orders them, and what was filed."""

    pool: int
    seed: str
    entries: list[RegisterEntry]


def draw_entries(
    version: RegisterVersion, campaign: Campaign, unit: Unit, count: int, *, actor: User, at: datetime
) -> Drawn:
    """File an entry each for `count` visited enterprises of the campaign, drawn at random; anybody can repeat it
    from the seed and the pool, whose digest is kept."""
    if not 1 <= count <= MOST:
        raise Refused(f"每次抽取 1 至 {MOST} 家。", field="count", status=422)
    with transaction.atomic():
        locks.hold("register-draw", version.key, str(campaign.pk))
        pool = pool_of(version, campaign, unit)
        if not pool:
            raise Refused("没有可抽取的企业：本行动还没有已检查而未回访的企业。", field="count", status=422)
        seed = secrets.token_hex(16)
        said = f"从 {len(pool)} 家已检查、未回访的企业中随机抽取，种子 {seed}，名单摘要 {digest(pool)[:16]}"
        entries = []
        for enterprise in ordered(pool, seed)[:count]:
            values = {version.data["draws"]["enterprise"]: str(enterprise), version.data["draws"]["said"]: said}
            entries.append(file_entry(version, Filing(unit, values, campaign), actor=actor, at=at))
        after = {
            "campaign": campaign.pk,
            "pool": len(pool),
            "digest": digest(pool),
            "seed": seed,
            "drawn": len(entries),
        }
        audit.record("campaigns.register.draw", version, actor=actor, at=at, unit_path=unit.path, after=after)
    return Drawn(len(pool), seed, entries)


def pool_of(version: RegisterVersion, campaign: Campaign, unit: Unit) -> list[int]:
    """The enterprises of a unit's area that were visited and not drawn before."""
    known = RegisterEntry.objects.filter(register=version.key, campaign=campaign, enterprise__isnull=False)
    rows = Target.objects.filter(campaign=campaign, unit__path__startswith=unit.path, visit_count__gt=0)
    rows = rows.exclude(enterprise__in=known.exclude(state=VOID).values("enterprise"))
    return sorted(rows.values_list("enterprise_id", flat=True))


def digest(pool: Iterable[int]) -> str:
    return sha256(",".join(map(str, pool)).encode()).hexdigest()


def ordered(pool: Iterable[int], seed: str) -> list[int]:
    """The pool in the order that the seed gives."""
    return sorted(pool, key=lambda pk: sha256(f"{seed}:{pk}".encode()).hexdigest())
