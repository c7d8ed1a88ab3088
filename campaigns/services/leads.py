"""Leads from the first word to the end: registered, accepted, merged, sent somebody for, closed. One writer of all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts.models import Unit, User
from campaigns import notices
from campaigns.models import Assignment, Lead, Reporter
from campaigns.rules.leads import CONDUCT, NEAR_DAYS, Event, Term, is_same_event, terms_of, times_over
from campaigns.services import integrity
from campaigns.states import LEADS, LeadState
from core import audit, clock
from core.models import Obligation
from core.numbering import next_number
from core.obligations import hand_over, meet, open_obligation, reopen
from core.refusals import Refused
from core.states import advance
from enterprises.models import Enterprise

FIRST, CLOSING = ("lead.accept", "lead.assign"), "lead.close"
# What lies further apart than this is not compared at all (about two kilometres).
BOX = Decimal("0.02")
# What is told of a time before this is a slip of the pen.
EARLIEST = clock.at_local(date(2000, 1, 1))


@dataclass(frozen=True)
class Told:
    """What came in. Without an enterprise it names a place; a measured exceedance names value and limit."""

    kind: str
    detail: str
    occurred_at: datetime
    enterprise: Enterprise | None = None
    address: str = ""
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    factor: str = ""
    value: Decimal | None = None
    limit: Decimal | None = None
    reporter: str = ""
    contact: str = ""
    is_integrity: bool = False
    # Of a lead that follows from a rule: what raised it, where that is seen, and the rule in the plan's words.
    origin: str = ""
    origin_url: str = ""
    basis: str = ""


def register(told: Told, *, unit: Unit, actor: User | None, at: datetime) -> Lead:
    """Register a lead with its number and its clocks. Of an enterprise it belongs to the enterprise's unit."""
    refuse_unfit(told, at)
    owner = told.enterprise.unit if told.enterprise else unit
    with transaction.atomic():
        year = clock.local(at).year
        row = Lead.objects.create(
            number=f"线索{year}-{next_number('lead', '', year):05d}",
            kind=told.kind,
            unit=owner,
            enterprise=told.enterprise,
            address=told.address.strip()[:200],
            longitude=told.longitude,
            latitude=told.latitude,
            detail=told.detail.strip()[:300],
            occurred_at=told.occurred_at,
            factor=told.factor.strip()[:40],
            value=told.value,
            limit=told.limit,
            is_integrity=told.is_integrity,
            origin=told.origin[:120],
            origin_url=told.origin_url,
            basis=told.basis[:1000],
            has_reporter=bool(told.reporter.strip()),
            entered_by=actor,
            entered_at=at,
        )
        keep_reporter(row, told)
        audit.record("campaigns.lead.register", row, actor=actor, at=at, after=described(row))
        if row.is_integrity:
            integrity.owe(row, at)
        start_clocks(row, FIRST, at)
        notices.lead_registered(row, at)
        if row.is_integrity and actor is not None:  # an entry has a writer; of the public page there is none
            row = integrity.hand_over(row, actor=actor, at=at)
    return row


def described(row: Lead) -> dict[str, Any]:
    """For the trail: never who reported."""
    return {"number": row.number, "kind": row.kind, "enterprise": row.enterprise_id, "unit": row.unit.path}


def refuse_unfit(told: Told, at: datetime) -> None:
    if not told.detail.strip():
        raise Refused("请写明线索内容。", field="detail", status=422)
    if told.enterprise is None and not told.address.strip() and told.longitude is None:
        raise Refused("企业不明的，须写明地址或坐标。", field="address", status=422)
    if (told.longitude is None) != (told.latitude is None):
        raise Refused("经度和纬度须同时填写。", field="latitude", status=422)
    if told.occurred_at > at:
        raise Refused("发生时间不能晚于现在。", field="occurred_at", status=422)
    if told.occurred_at < EARLIEST:
        raise Refused("发生时间不能早于 2000 年，请核对年份。", field="occurred_at", status=422)
    if told.limit is not None and told.limit <= 0:
        raise Refused("排放限值须大于 0。", field="limit", status=422)
    if told.value is not None and told.limit is not None and times_over(told.value, told.limit) is None:
        raise Refused(f"数值 {told.value} 没有超过限值 {told.limit}，不是超标线索。", field="value", status=422)


def keep_reporter(row: Lead, told: Told) -> None:
    if told.reporter.strip():
        Reporter.objects.create(lead=row, name=told.reporter.strip()[:40], contact=told.contact.strip()[:60])


def start_clocks(row: Lead, kinds: Iterable[str], at: datetime) -> None:
    """What the lead owes from now (GS-40, DT-16, GS-32). What concerns conduct has a clock of its own (integrity)."""
    if not row.is_integrity:
        told = [(row.kind, row.basis), *row.merged.values_list("kind", "basis")]
        terms = [term for kind, basis in told for term in terms_of(kind, hours_of(kind, basis)) if term.kind in kinds]
        for term in {one.kind: one for one in sorted(terms, key=lambda one: one.within, reverse=True)}.values():
            owe(row, term, at)


def hours_of(kind: str, basis: str) -> dict[str, int]:
    """How soon somebody is sent. What a rule raised always has a clock: of its source, else that of the rules."""
    return ({kind: settings.LEAD_ONSITE_HOURS} if basis else {}) | settings.LEAD_ASSIGN_HOURS


def owe(row: Lead, term: Term, at: datetime) -> None:
    """Owed by the unit. The enterprise is named in the title only: what is owed of an enterprise is told to it."""
    due = clock.end_of_day(clock.day_of(at + term.within)) if term.within >= timedelta(days=8) else at + term.within
    open_obligation(
        kind=term.kind,
        subject=subject(row),
        unit_path=row.unit.path,
        due_at=due,
        at=at,
        title=f"{term.title}：{row.number} {row.place}",
        source=term.source,
        url=reverse("campaigns:lead_detail", args=[row.pk]),
    )


def subject(row: Lead) -> str:
    return f"lead:{row.pk}"


def meet_all(row: Lead, kinds: Iterable[str], at: datetime) -> None:
    for kind in kinds:
        meet(kind, subject(row), at=at)


def accept(row: Lead, *, actor: User, at: datetime) -> Lead:
    """Taken up; from now on the term of handling runs."""
    with transaction.atomic():
        accepted = advance(Lead, row.pk, "accept", table=LEADS, actor=actor, at=at)
        meet(FIRST[0], subject(row), at=at)
        start_clocks(accepted, [CLOSING], at)
    return accepted


def refuse(row: Lead, *, actor: User, at: datetime, reason: str) -> Lead:
    return end(row, "refuse", actor=actor, at=at, reason=reason)


def close(row: Lead, *, actor: User, at: datetime, reason: str) -> Lead:
    """Done, with its result. Refused while somebody is still on the way."""
    standing = Assignment.objects.standing().filter(lead=row)
    if standing.exists():
        raise Refused("据此派出的检查还没有完成，完成后再办结。")
    return end(row, "close", actor=actor, at=at, reason=reason)


def end(row: Lead, action: str, *, actor: User, at: datetime, reason: str) -> Lead:
    """The lead ends, and with it those merged into it: they are the same event."""
    with transaction.atomic():
        stamps = {"ended_at": at, "end_reason": reason.strip()[:300]}
        ended = advance(Lead, row.pk, action, table=LEADS, actor=actor, at=at, reason=reason, stamps=stamps)
        meet_all(ended, [*FIRST, CLOSING, CONDUCT.kind], at)
    return ended


def identify(row: Lead, enterprise: Enterprise, *, actor: User, at: datetime) -> Lead:
    """The place turned out to be an enterprise's; from now on a visit can rest on the lead."""
    with transaction.atomic():
        locked = Lead.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if locked.state not in {LeadState.REGISTERED, LeadState.ACCEPTED}:
            raise Refused(f"线索{locked.get_state_display()}，不能再改所属企业。")
        before, told = locked.enterprise_id, locked.unit_id
        locked.enterprise, locked.unit = enterprise, enterprise.unit
        locked.save(update_fields=["enterprise", "unit"])
        after = {"enterprise": enterprise.pk}
        audit.record("campaigns.lead.identify", locked, actor=actor, at=at, before={"enterprise": before}, after=after)
        rename(locked)
        if locked.unit_id != told:
            hand_over(Obligation.objects.filter(subject=subject(locked)), locked.unit.path, at=at)
            notices.lead_registered(locked, at)
    return locked


def rename(row: Lead) -> None:
    """What is owed of the lead is called by where it belongs now."""
    for term in Obligation.objects.open().filter(subject=subject(row), reader=""):
        term.title = f"{term.title.partition('：')[0]}：{row.number} {row.place}"[:200]
        term.save(update_fields=["title"])


def similar(row: Lead, user: User) -> list[Lead]:
    """Open leads that may tell of the same event (GS-37), of those that the person sees; a fixed number of queries."""
    near = Q(enterprise=row.enterprise_id) if row.enterprise_id else Q(pk__in=[])
    if row.longitude is not None and row.latitude is not None:
        near |= Q(
            longitude__range=(row.longitude - BOX, row.longitude + BOX),
            latitude__range=(row.latitude - BOX, row.latitude + BOX),
        )
    days = timedelta(days=NEAR_DAYS)
    rows = Lead.objects.visible_to(user).filter(near)
    rows = rows.filter(
        occurred_at__range=(row.occurred_at - days, row.occurred_at + days),
        is_integrity=row.is_integrity,
        state__in=[LeadState.REGISTERED, LeadState.ACCEPTED, LeadState.ASSIGNED],
    )
    found = rows.exclude(pk=row.pk).select_related("enterprise", "unit").order_by("entered_at", "pk")[:50]
    return [other for other in found if is_same_event(event_of(row), event_of(other))]


def event_of(row: Lead) -> Event:
    return Event(row.occurred_at, row.enterprise_id, row.longitude, row.latitude)


def merge(row: Lead, into: Lead, *, actor: User, at: datetime, reason: str = "") -> Lead:
    """One event, one lead to handle: `row` stays in the register and points at `into`; what it owed is owed there.

    What does not look like one event is merged only for a reason."""
    if row.pk == into.pk:
        raise Refused("线索不能合并到自身。", field="into", status=422)
    with transaction.atomic():
        kept = both_locked(row, into)[into.pk]
        if kept.state not in {LeadState.REGISTERED, LeadState.ACCEPTED, LeadState.ASSIGNED}:
            raise Refused(f"{kept.number}{kept.get_state_display()}，不能再并入。", field="into")
        if kept.is_integrity != row.is_integrity:
            raise Refused("反映执法人员的线索不能与环境违法线索合并。", field="into")
        if not reason.strip() and not is_same_event(event_of(row), event_of(kept)):
            raise Refused("两条线索的企业、地点或时间不同，合并须写明理由。", field="reason", status=422)
        reason = f"与 {kept.number} 为同一事件" + (f"：{reason.strip()}" if reason.strip() else "")
        stamps = {"merged_into": kept, "ended_at": at, "end_reason": reason[:300]}
        merged = advance(Lead, row.pk, "merge", table=LEADS, actor=actor, at=at, reason=reason, stamps=stamps)
        Lead.objects.filter(merged_into=merged).update(merged_into=kept)
        if not merged.is_integrity:
            carry_terms(merged, kept, at)
        meet_all(merged, [*FIRST, CLOSING, CONDUCT.kind], at)
    return merged


def both_locked(row: Lead, into: Lead) -> dict[int, Lead]:
    """In one order, whichever goes into the other: who merges them the other way at this moment waits."""
    held = Lead.objects.select_for_update(of=("self",)).filter(pk__in=[row.pk, into.pk]).order_by("pk")
    return {one.pk: one for one in held}


def carry_terms(merged: Lead, kept: Lead, at: datetime) -> None:
    """No term grows longer by a merger: what is open of the one is owed by the other, by the earlier day."""
    done = {LeadState.REGISTERED: (), LeadState.ACCEPTED: FIRST[:1], LeadState.ASSIGNED: FIRST}[LeadState(kept.state)]
    due = dict(Obligation.objects.open().filter(subject=subject(kept)).values_list("kind", "due_at"))
    for term in Obligation.objects.open().filter(subject=subject(merged)).exclude(kind__in=done):
        open_obligation(
            kind=term.kind,
            subject=subject(kept),
            unit_path=kept.unit.path,
            due_at=min(term.due_at, due.get(term.kind, term.due_at)),
            at=at,
            title=f"{term.title.partition('：')[0]}：{kept.number} {kept.place}",
            source=term.source,
            url=reverse("campaigns:lead_detail", args=[kept.pk]),
        )
    if done and CLOSING not in due:
        start_clocks(kept, [CLOSING], at)


def send(row: Lead, *, actor: User, at: datetime) -> Lead:
    """Somebody goes: the lead is used up. The gate has asked before whether it may be."""
    sent = advance(Lead, row.pk, "assign", table=LEADS, actor=actor, at=at)
    meet_all(sent, FIRST, at)
    if row.state == LeadState.REGISTERED:
        start_clocks(sent, [CLOSING], at)
    return sent


def release(row: Lead, *, actor: User, at: datetime) -> None:
    """The visit was refused or cancelled: the lead waits again, and so does its clock."""
    if row.state == LeadState.ASSIGNED:
        advance(Lead, row.pk, "release", table=LEADS, actor=actor, at=at)
        reopen(FIRST[1], subject(row))


def reporter_of(row: Lead, *, actor: User, at: datetime, reason: str) -> Reporter:
    """Who reported, to one who may know, with the reason kept in the trail (never the name)."""
    if not reason.strip():
        raise Refused("查看举报人须写明理由。", field="reason", status=422)
    found = Reporter.objects.filter(lead=row).first()
    if found is None:
        raise Refused("这条线索没有登记举报人。", status=404)
    audit.record("campaigns.lead.identity", row, actor=actor, at=at, reason=reason)
    return found
