"""What a campaign tells enterprises in writing (明白纸、一封信): the text, pushed to chosen ones, and who signed."""

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
from campaigns.services.wording import localised_all
from core import audit, clock, locks
from core.refusals import Refused

REGISTER, LEAFLET, LETTER = "publicity", "leaflet", "letter"
# What the register of publicity calls them.
FORMS = {LEAFLET: "明白纸", LETTER: "一封信"}
PUSH = "issue.edit"
AT_ONCE = 50
# So many in one transaction: whoever files in the same register waits no longer than for these.
BATCH = 10


def text_of(campaign: Campaign, kind: str = LEAFLET) -> dict[str, Any]:
    """Title and items as the plan has them, in the name of the campaign's authority; {} where it has none."""
    found = localised_all(campaign, campaign.blueprint.data.get(kind) or {})
    if found and kind == LETTER:
        found["signed"] = campaign.unit.name
    return found


def given(campaign: Campaign, kind: str = LEAFLET) -> QuerySet[RegisterEntry]:
    """Every entry by which it went to an enterprise."""
    rows = RegisterEntry.objects.filter(register=REGISTER, campaign=campaign, values__forms__contains=[FORMS[kind]])
    return rows.exclude(state=VOID)


def handed_out(entry: RegisterEntry) -> list[dict[str, Any]]:
    """The texts that an entry says were given, to be read above the signature for them."""
    if entry.register != REGISTER or entry.campaign is None:
        return []
    said = entry.values.get("forms", [])
    texts = [text_of(entry.campaign, kind) for kind, form in FORMS.items() if form in said]
    return [text for text in texts if text]


def pushable(campaign: Campaign, user: User, kind: str = LEAFLET) -> QuerySet[Target]:
    """The listed enterprises that the person may push to and that have not got it yet."""
    held = holdings(user).scope(PUSH)
    rows: QuerySet[Target] = Target.objects.visible_to(user).filter(campaign=campaign)
    paths = [path for path in held.paths if path.startswith(campaign.unit.path) or campaign.unit.path.startswith(path)]
    mine = [unit for unit in rows.values_list("unit__path", flat=True).distinct() if unit.startswith(tuple(paths))]
    return rows.filter(unit__path__in=mine).exclude(enterprise__in=given(campaign, kind).values("enterprise"))


def push(campaign: Campaign, targets: QuerySet[Target], *, actor: User, at: datetime, kind: str = LEAFLET) -> int:
    """Send it to these enterprises, each with an entry that it signs; at most AT_ONCE, a few at a time."""
    version = version_of(REGISTER)
    if version is None or REGISTER not in ordered_by(campaign) or not text_of(campaign, kind):
        raise Refused(f"本行动的方案没有{FORMS[kind]}。")
    if campaign.state != Campaign.State.PUBLISHED:
        raise Refused(f"行动发布后才能推送{FORMS[kind]}。")
    done = 0
    while done < AT_ONCE and (count := push_some(version, campaign, targets, actor, at, kind)):
        done += count
    if not done:
        raise Refused("没有可推送的企业：所选企业都已收到，或不在检查对象名单内。", status=422)
    return done


def push_some(
    version: RegisterVersion, campaign: Campaign, targets: QuerySet[Target], actor: User, at: datetime, kind: str
) -> int:
    """The next few of these that have not got it; a transaction of its own."""
    with transaction.atomic():
        locks.hold("leaflet", str(campaign.pk))
        missing = targets.exclude(enterprise__in=given(campaign, kind).exclude(enterprise=None).values("enterprise"))
        rows = list(missing.select_related("unit").order_by("pk")[:BATCH])
        for target in rows:
            values = {
                "enterprise": str(target.enterprise_id),
                "given_on": clock.day_of(at).isoformat(),
                "way": "平台推送",
                "forms": [FORMS[kind]],
            }
            put_entry(version, Filing(target.unit, values, campaign), actor=actor, at=at)
        if rows:
            audit.record(
                "campaigns.leaflet.push",
                campaign,
                actor=actor,
                at=at,
                after={"form": FORMS[kind], "enterprises": len(rows)},
            )
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


def receipts(campaign: Campaign, user: User, kind: str = LEAFLET) -> list[Receipts]:
    """By unit, of what the person may see; three queries."""
    targets = Target.objects.visible_to(user).filter(campaign=campaign)
    listed = counted(targets.values_list("unit", "enterprise"))
    seen = given(campaign, kind).filter(pk__in=RegisterEntry.objects.visible_to(user).values("pk"))
    got = counted(seen.values_list("unit", "enterprise"))
    signed = counted(seen.filter(state="signed").values_list("unit", "enterprise"))
    names = dict(targets.values_list("unit", "unit__short_name")) | dict(seen.values_list("unit", "unit__short_name"))
    return [Receipts(names[pk], listed[pk], got[pk], signed[pk]) for pk in sorted(names)]


def counted(pairs: Iterable[tuple[int, int | None]]) -> Counter[int]:
    return Counter(unit for unit, _ in set(pairs))


def whole(lines: list[Receipts]) -> Receipts:
    return Receipts("合计", *(sum(getattr(line, name) for line in lines) for name in ("listed", "given", "signed")))
