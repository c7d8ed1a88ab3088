"""The leaflet of a campaign (明白纸): its items, pushed to chosen enterprises, and how many signed for it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.gate import holdings
from accounts.models import User
from campaigns.models import Campaign, RegisterEntry, RegisterVersion, Target
from campaigns.registers.services.checks import VOID
from campaigns.registers.services.filing import Filing, put_entry
from campaigns.registers.services.loading import version_of
from campaigns.registers.services.rights import ordered_by
from core import audit, clock, locks
from core.refusals import Refused

REGISTER, FORM = "publicity", "明白纸"
PUSH = "issue.edit"
AT_ONCE = 50
# So many in one transaction: whoever files in the same register waits no longer than for these.
BATCH = 10


def leaflet_of(campaign: Campaign) -> dict[str, Any]:
    """Title and items as the plan has them; {} where it has none."""
    found: dict[str, Any] = campaign.blueprint.data.get("leaflet") or {}
    return found


def given(campaign: Campaign) -> QuerySet[RegisterEntry]:
    """Every entry by which the leaflet went to an enterprise."""
    rows = RegisterEntry.objects.filter(register=REGISTER, campaign=campaign, values__forms__contains=[FORM])
    return rows.exclude(state=VOID)


def handed_out(entry: RegisterEntry) -> dict[str, Any]:
    """The leaflet that an entry says was given, to be read above the signature for it; {} where it was none."""
    if entry.register != REGISTER or entry.campaign is None or FORM not in entry.values.get("forms", []):
        return {}
    return leaflet_of(entry.campaign)


def pushable(campaign: Campaign, user: User) -> QuerySet[Target]:
    """The listed enterprises that the person may push to and that have not got the leaflet yet."""
    held = holdings(user).scope(PUSH)
    rows: QuerySet[Target] = Target.objects.visible_to(user).filter(campaign=campaign)
    paths = [path for path in held.paths if path.startswith(campaign.unit.path) or campaign.unit.path.startswith(path)]
    mine = [unit for unit in rows.values_list("unit__path", flat=True).distinct() if unit.startswith(tuple(paths))]
    return rows.filter(unit__path__in=mine).exclude(enterprise__in=given(campaign).values("enterprise"))


def push(campaign: Campaign, targets: QuerySet[Target], *, actor: User, at: datetime) -> int:
    """Send the leaflet to these enterprises, each with an entry that it signs; at most AT_ONCE, a few at a time."""
    version = version_of(REGISTER)
    if version is None or REGISTER not in ordered_by(campaign) or not leaflet_of(campaign):
        raise Refused("本行动的方案没有明白纸。")
    if campaign.state != Campaign.State.PUBLISHED:
        raise Refused("行动发布后才能推送明白纸。")
    done = 0
    while done < AT_ONCE and (count := push_some(version, campaign, targets, actor, at)):
        done += count
    if not done:
        raise Refused("没有可推送的企业：所选企业都已收到，或不在检查对象名单内。", status=422)
    return done


def push_some(
    version: RegisterVersion, campaign: Campaign, targets: QuerySet[Target], actor: User, at: datetime
) -> int:
    """The next few of these that have not got it; a transaction of its own."""
    with transaction.atomic():
        locks.hold("leaflet", str(campaign.pk))
        missing = targets.exclude(enterprise__in=given(campaign).exclude(enterprise=None).values("enterprise"))
        rows = list(missing.select_related("unit").order_by("pk")[:BATCH])
        for target in rows:
            values = {
                "enterprise": str(target.enterprise_id),
                "given_on": clock.day_of(at).isoformat(),
                "way": "平台推送",
                "forms": [FORM],
            }
            put_entry(version, Filing(target.unit, values, campaign), actor=actor, at=at)
        if rows:
            audit.record("campaigns.leaflet.push", campaign, actor=actor, at=at, after={"enterprises": len(rows)})
    return len(rows)


@dataclass(frozen=True)
class Receipts:
    """How many of a unit's enterprises got the leaflet, and signed for it."""

    unit: str
    listed: int
    given: int
    signed: int

    @property
    def rate(self) -> str:
        return f"{self.signed / self.given:.1%}" if self.given else "—"

    @property
    def missing(self) -> int:
        return self.given - self.signed


def receipts(campaign: Campaign, user: User) -> list[Receipts]:
    """By unit, of what the person may see; three queries."""
    targets = Target.objects.visible_to(user).filter(campaign=campaign)
    listed = counted(targets.values_list("unit", "enterprise"))
    seen = given(campaign).filter(pk__in=RegisterEntry.objects.visible_to(user).values("pk"))
    got = counted(seen.values_list("unit", "enterprise"))
    signed = counted(seen.filter(state="signed").values_list("unit", "enterprise"))
    names = dict(targets.values_list("unit", "unit__short_name")) | dict(seen.values_list("unit", "unit__short_name"))
    return [Receipts(names[pk], listed[pk], got[pk], signed[pk]) for pk in sorted(names)]


def counted(pairs: Iterable[tuple[int, int | None]]) -> Counter[int]:
    return Counter(unit for unit, _ in set(pairs))


def whole(lines: list[Receipts]) -> Receipts:
    return Receipts("合计", *(sum(getattr(line, name) for line in lines) for name in ("listed", "given", "signed")))
