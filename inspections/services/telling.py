"""Enterprises are told to check themselves: delivered on the platform or by hand, and the receipt of each."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Grant, User
from accounts.rules import Role
from campaigns.models import Campaign, Target
from core import audit, clock, locks
from core.refusals import Refused
from inspections import notices
from inspections.models import SelfCheckNotice

PAPER, PLATFORM = SelfCheckNotice.Way.PAPER, SelfCheckNotice.Way.PLATFORM


@dataclass(frozen=True)
class Told:
    """What telling did: how many got the notice now, and how many have nobody on the platform to get it."""

    delivered: int
    unreached: int


def tell(campaign: Campaign, targets: QuerySet[Target], *, actor: User, at: datetime) -> Told:
    """Tell those that were not told, have not checked themselves and have an account; again tells the others."""
    refuse_ended(campaign)
    with transaction.atomic():
        locks.hold("selfcheck-tell", str(campaign.pk))
        rows = targets.filter(self_check_notice=None, self_checked_at=None)
        waiting = list(rows.select_related("enterprise", "unit"))
        people = people_of([row.enterprise_id for row in waiting], at)
        reached = [row for row in waiting if people.get(row.enterprise_id)]
        SelfCheckNotice.objects.bulk_create(
            [SelfCheckNotice(target=row, way=PLATFORM, delivered_at=at, delivered_by=actor) for row in reached],
            batch_size=1000,
            ignore_conflicts=True,  # who hands the sheet in at this moment has a row by that
        )
        notices.self_checks_asked(reached, people, campaign, at)
        done = Told(len(reached), len(waiting) - len(reached))
        after = {"delivered": done.delivered, "unreached": done.unreached}
        audit.record("inspections.selfchecknotice.tell", campaign, actor=actor, at=at, after=after)
    return done


def people_of(enterprises: list[int], at: datetime) -> dict[int, list[User]]:
    """Who has an account for each of these enterprises today; one query."""
    grants = Grant.objects.in_force(clock.day_of(at)).filter(
        kind=Grant.Kind.ENTERPRISE, role=Role.ENTERPRISE, subject_id__in=enterprises, user__is_active=True
    )
    found: dict[int, list[User]] = {}
    for grant in grants.select_related("user"):
        found.setdefault(grant.subject_id or 0, []).append(grant.user)
    return found


def refuse_ended(campaign: Campaign) -> None:
    if campaign.state != Campaign.State.PUBLISHED:
        raise Refused("行动没有在执行，不再通知企业自查。")


def refuse_unfit(target: Target, note: str, day: date, today: date) -> None:
    refuse_ended(target.campaign)
    if not note.strip():
        raise Refused("请写明送达方式和签收人。", field="note", status=422)
    if day > today:
        raise Refused("送达日期不能晚于今天。", field="on", status=422)
    published_at = target.campaign.published_at
    if published_at is not None and day < clock.day_of(published_at):
        raise Refused("送达日期不能早于行动发布的日期。", field="on", status=422)


def deliver(target: Target, *, note: str, on: date | None, actor: User, at: datetime) -> SelfCheckNotice:
    """Delivered by hand on a day (today where none is said), with the paper's receipt: to whom, in words."""
    today = clock.day_of(at)
    day = on or today
    refuse_unfit(target, note, day, today)
    when = at if day == today else clock.at_local(day)
    with transaction.atomic():
        locks.hold("selfcheck-tell", str(target.campaign_id))
        if SelfCheckNotice.objects.filter(target=target).exists():
            raise Refused("该企业的自查通知已经送达。")
        row = SelfCheckNotice.objects.create(
            target=target, way=PAPER, delivered_at=when, delivered_by=actor, note=note.strip()[:200], receipted_at=when
        )
        after = {"on": day.isoformat()}
        audit.record("inspections.selfchecknotice.deliver", row, actor=actor, at=at, reason=row.note, after=after)
    return row


def receipt(target: Target, *, actor: User, at: datetime) -> SelfCheckNotice:
    """The enterprise says that it has the notice, once."""
    with transaction.atomic():
        row = SelfCheckNotice.objects.select_for_update(of=("self",)).filter(target=target).first()
        if row is None:
            raise Refused("还没有给该企业的自查通知。")
        if row.receipted_at is not None:
            raise Refused("已经回执。")
        row.receipted_at, row.receipted_by = at, actor
        row.save(update_fields=["receipted_at", "receipted_by"])
        audit.record("inspections.selfchecknotice.receipt", row, actor=actor, at=at)
    return row


def shown_by_sheet(target: Target, *, actor: User, at: datetime) -> None:
    """Who hands the sheet in has had the notice: without one it is delivered by that, and receipted."""
    row, _ = SelfCheckNotice.objects.get_or_create(
        target=target, defaults={"way": PLATFORM, "delivered_at": at, "delivered_by": actor}
    )
    SelfCheckNotice.objects.filter(pk=row.pk, receipted_at=None).update(receipted_at=at, receipted_by=actor)
