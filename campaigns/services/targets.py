"""The list of enterprises that a campaign inspects, and what was done to each."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import Unit, User
from campaigns.models import Assignment, Campaign, Target, TargetPast
from campaigns.services import due
from campaigns.services.duties import SELF_CHECK, open_self_check_duties, self_check_subject
from campaigns.services.gate import policy_for
from campaigns.services.plans.owed import count_brigades
from campaigns.states import ASSIGNMENTS, AssignmentState, CampaignState
from core import audit, clock, locks
from core.obligations import meet, reopen
from core.refusals import Refused
from core.states import advance
from enterprises.models import Enterprise, PositiveListEntry

BATCH = 2000


@dataclass(frozen=True)
class Listed:
    """What building the list did: sites added, sites whose class or unit followed the register, sites on it now."""

    added: int
    changed: int
    total: int


def list_targets(campaign: Campaign, unit: Unit, *, key_only: bool, actor: User | None, at: datetime) -> Listed:
    """Put the sites of a unit and its subtree on the list: the key ones, or all. Again adds only what is new.

    Closed and unconfirmed sites stay off. Class and unit of listed sites not yet visited follow the register.
    """
    if campaign.state == CampaignState.CLOSED:
        raise Refused("行动已结束，不能再纳入检查对象。")
    with transaction.atomic():
        locks.hold("targets", str(campaign.pk))
        listed = Target.objects.filter(campaign=campaign, unit__path__startswith=unit.path)
        changed = follow_register(listed, at)
        before = listed.count()
        add(campaign, sites_to_list(campaign, unit, key_only, at), at)
        total = listed.count()
        fresh = listed.filter(listed_at=at)
        open_self_check_duties(campaign, fresh, at)
        found = Listed(added=total - before, changed=changed, total=total)
        if found.added or found.changed:
            after = {"unit": unit.path, "key_only": key_only, "added": found.added, "changed": found.changed}
            audit.record("campaigns.target.list", campaign, actor=actor, at=at, after=after)
    return found


def sites_to_list(campaign: Campaign, unit: Unit, key_only: bool, at: datetime) -> QuerySet[Enterprise]:
    """What the register has under the unit and the list has not; where the plan spares the positive list's other sites
    special inspections (LH-06), those are left out by themselves.
    """
    sites = Enterprise.objects.filter(unit__path__startswith=unit.path, is_confirmed=True).exclude(state="closed")
    if key_only:
        sites = sites.filter(is_key=True)
    if policy_for(campaign).positive_list.others == "excluded":
        spared = PositiveListEntry.objects.in_force(clock.day_of(at)).values("enterprise")
        sites = sites.exclude(is_key=False, pk__in=spared)
    return sites.exclude(pk__in=Target.objects.filter(campaign=campaign).values("enterprise"))


@dataclass(frozen=True)
class Unlisted:
    """Sites that could be inspected by a campaign and stand on no list of it; `key` of them are key ones."""

    campaign: Campaign
    total: int
    key: int


def unlisted(campaign: Campaign, sites: QuerySet[Enterprise], at: datetime) -> Unlisted:
    """Of these sites, those under the campaign's authority that nobody has put on its list."""
    missing = sites.filter(pk__in=sites_to_list(campaign, campaign.unit, key_only=False, at=at).values("pk"))
    found = missing.aggregate(total=Count("pk"), key=Count("pk", filter=Q(is_key=True)))
    return Unlisted(campaign, found["total"], found["key"])


def add(campaign: Campaign, sites: QuerySet[Enterprise], at: datetime) -> None:
    rows = sites.values_list("pk", "unit_id", "is_key").iterator(chunk_size=BATCH)
    Target.objects.bulk_create(
        (
            Target(campaign=campaign, enterprise_id=pk, unit_id=unit_id, is_key=is_key, listed_at=at)
            for pk, unit_id, is_key in rows
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def follow_register(listed: QuerySet[Target], at: datetime) -> int:
    """Bring class and unit of targets not yet visited up to date; what they were is kept. Returns how many changed.

    The rows are locked and read once: what the register or a visit changes meanwhile waits for the next time.
    """
    site = Enterprise.objects.filter(pk=OuterRef("enterprise"))
    stale = listed.filter(visit_count=0).filter(~Q(is_key=F("enterprise__is_key")) | ~Q(unit=F("enterprise__unit")))
    before = list(stale.select_for_update(of=("self",)).order_by("pk").values_list("pk", "unit_id", "is_key"))
    for some in (before[first : first + BATCH] for first in range(0, len(before), BATCH)):
        TargetPast.objects.bulk_create(
            TargetPast(target_id=pk, unit_id=unit_id, is_key=is_key, until=at) for pk, unit_id, is_key in some
        )
        Target.objects.filter(pk__in=[pk for pk, _, _ in some]).update(
            is_key=Subquery(site.values("is_key")), unit_id=Subquery(site.values("unit"))
        )
    return len(before)


def record_self_check(target_id: int, at: datetime) -> None:
    """The self-check of a listed site was handed in."""
    Target.objects.filter(pk=target_id).update(self_checked_at=at)
    meet(SELF_CHECK, self_check_subject(target_id), at=at)


def withdraw_self_check(target_id: int) -> None:
    """The self-check was sent back: it is owed again."""
    Target.objects.filter(pk=target_id).update(self_checked_at=None)
    reopen(SELF_CHECK, self_check_subject(target_id))


def record_visit(
    target_id: int, at: datetime, *, actor: User | None = None, counts: bool = True, on: date | None = None
) -> None:
    """A visit of a listed site ended: its standing assignment is done. With `counts` it is a visit for the gate.

    A visit that found the gates closed or the works halted does not count (严禁以停代查): see `postpone`; nor does
    research, which is no inspection, or the verification of one. `on` is the day it took place, where its record came
    in later.
    """
    with transaction.atomic():
        standing = Assignment.objects.filter(target=target_id, state=AssignmentState.PLANNED)
        if not standing.exclude(kind=Assignment.Kind.ENFORCE).exists():
            enter_result(target_id, at)
            if counts:
                Target.objects.filter(pk=target_id).update(visited_at=at, visit_count=F("visit_count") + 1)
                list_checked(target_id, on or clock.day_of(at), at, standing.first())
        for pk in standing.values_list("pk", flat=True):
            stamps = {"ended_at": at, "in_vain": not counts}
            done = advance(Assignment, pk, "finish", table=ASSIGNMENTS, actor=actor, at=at, stamps=stamps)
            campaign = Campaign.objects.select_related("blueprint").get(targets=target_id)
            count_brigades(campaign, done.planned_on, at=at)


def enter_result(target_id: int, at: datetime) -> None:
    """The record of an inspection is in the platform, whether or not it counts as a visit (HN-42)."""
    Target.objects.filter(pk=target_id).update(result_at=at)


def list_checked(target_id: int, day: date, at: datetime, by: Assignment | None = None) -> None:
    """A visit to a site of the positive list is the check that a plan orders each month or quarter (正面清单检查).

    It is the check of whose people went: the city's own team meets the city's quarter, not the county's month.
    """
    listed = PositiveListEntry.objects.in_force(day).filter(enterprise__targets=target_id)
    if listed.exists():
        target = Target.objects.select_related("campaign__blueprint", "campaign__unit", "unit__parent").get(
            pk=target_id
        )
        unit = by.sent_by if by is not None and by.sent_by is not None else target.unit
        due.done(due.LIST_CHECK, campaign=target.campaign, unit=unit, on=day, at=at)
