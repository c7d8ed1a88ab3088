"""The obligations that follow from a published plan: opened once, moved when what they rest on changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accounts.models import Unit
from campaigns import clocks
from campaigns.clocks import Season, Term
from campaigns.models import Campaign, Responsibility
from campaigns.services.due.entries import ACTIVITY, KINDS, PLAN, Entry, entries_of
from campaigns.services.due.units import laid_upon, settle_units
from campaigns.services.seasons import running_season
from campaigns.services.windows import Windows, windows_of
from campaigns.states import CampaignState
from core import audit, clock, locks
from core.calendar import LOCK, calendar
from core.models import Obligation
from core.models.obligation import ObligationQuerySet
from core.obligations import SAID, move_rows, open_many, waive_rows, write_rows
from core.rules import OnHoliday, WorkCalendar
from core.terms import settle

POLICY_SAID = {
    OnHoliday.KEEP: "逢休息日不变",
    OnHoliday.PREVIOUS: "逢休息日提前到前一个工作日",
    OnHoliday.NEXT: "逢休息日顺延到后一个工作日",
}


@dataclass(frozen=True)
class Frame:
    """The season of a campaign, and that of a unit with windows of its own."""

    campaign: Campaign
    windows: Windows
    season: Season
    work: WorkCalendar

    def of(self, entry: Entry, unit: Unit) -> Season:
        if "phase" not in entry.clock or not any(unit.path.startswith(path) for path in self._granted()):
            return self.season
        phases = {key: self.windows.of(key, unit.path) for key in self.windows.phases}
        return running_season(self.campaign, phases)

    def _granted(self) -> Iterator[str]:
        for paths in self.windows.own.values():
            yield from paths


def frame_of(campaign: Campaign) -> Frame:
    windows = windows_of(campaign)
    phases = {key: (phase.starts_on, phase.ends_on) for key, phase in windows.phases.items()}
    return Frame(campaign, windows, running_season(campaign, phases), calendar())


def open_dues(campaign: Campaign, *, at: datetime) -> None:
    """Lay everything upon its units and open what is not past. Call in the transaction of the publication."""
    settle_units(campaign, at=at)
    take_over(campaign, at=at)
    open_what_lacks(campaign, at=at)


def open_what_lacks(campaign: Campaign, *, at: datetime) -> None:
    """Open every term that is ahead and not open yet; what is open stays. Constant in queries.

    A campaign that does not run opens nothing, whatever is still answered or granted in it.
    """
    if campaign.state != CampaignState.PUBLISHED:
        return
    locks.hold(LOCK)
    held = {key_of(row) for row in of_campaign(campaign).only(*KEY)}
    if campaign.parent is not None:  # what a unit has answered above, or is late with there, it is not asked again
        held |= {key_of(row) for row in of_campaign(campaign.parent).filter(waived_at=None).only(*KEY)}
    found = expected(campaign, frame_of(campaign))
    open_many((row for row in found if row.due_at > at and key_of(row) not in held), at=at)
    give_addresses(campaign)


TAKEN_OVER = "已下达的行动发布，改由其承担，期限以其为准"


def take_over(campaign: Campaign, *, at: datetime) -> None:
    """What the superior's campaign asks of the units of one handed down is asked by the latter alone, in its days.

    What is overdue above, or has been answered there, stays there. Call in the transaction of the publication.
    """
    if campaign.parent is None:
        return
    locks.hold(LOCK)
    asked = Q()
    for entry, unit in asked_of(Responsibility.objects.filter(campaign=campaign)):
        asked |= Q(subject=entry, unit_path=unit)
    rows = of_campaign(campaign.parent).filter(asked, due_at__gt=at).exclude(answers__isnull=False) if asked else None
    if taken := waive_rows(rows, at=at, reason=TAKEN_OVER) if rows is not None else 0:
        audit.record("campaigns.due.take_over", campaign, actor=None, at=at, reason=TAKEN_OVER, after={"taken": taken})


def asked_of(rows: QuerySet[Responsibility]) -> set[tuple[str, str]]:
    """Which entry is laid upon which unit below the authority."""
    leads = rows.filter(role=Responsibility.Role.LEAD).exclude(unit=F("campaign__unit"))
    return set(leads.values_list("entry", "unit__path"))


OVER = "行动已结束，之后的期限不再执行"


def end_dues(campaign: Campaign, *, at: datetime) -> int:
    """The campaign is over: nobody owes what its dates ask for later. What is overdue, and what already followed an
    event (a case closed, a visit), stays. Returns how many ended. Call in the transaction of the closing."""
    locks.hold(LOCK)
    following = [entry.key for entry in entries_of(campaign.blueprint.data) if entry.follows]
    ended = waive_rows(of_campaign(campaign).filter(due_at__gt=at).exclude(subject__in=following), at=at, reason=OVER)
    if ended:
        audit.record("campaigns.due.end", campaign, actor=None, at=at, reason=OVER, after={"ended": ended})
    return ended


KEY = ("kind", "subject", "period", "unit_path")


def key_of(row: Obligation) -> tuple[str, str, str, str]:
    return row.kind, row.subject, row.period, row.unit_path


def of_campaign(campaign: Campaign) -> ObligationQuerySet:
    return Obligation.objects.filter(campaign_id=campaign.pk, kind__in=list(KINDS))


def give_addresses(campaign: Campaign) -> None:
    """Each new row leads to its own page: one statement, once the rows have their numbers."""
    number = Cast("pk", CharField())
    of_campaign(campaign).filter(url="").update(url=Concat(Value("/campaigns/due/"), number, Value("/")))


def expected(campaign: Campaign, frame: Frame) -> Iterator[Obligation]:
    """Every term that the calendar gives, for every unit that leads, as unsaved rows. Two queries.

    What a campaign handed down from this one has taken over is asked there.
    """
    leads, compiled = laid_upon(campaign).leads, compiled_on(campaign)
    below = asked_of(Responsibility.objects.filter(campaign__parent=campaign).exclude(campaign__published_at=None))
    for entry in entries_of(campaign.blueprint.data):
        for unit in leads.get(entry.key, ()):
            if (entry.key, unit.path) in below:
                continue
            if entry.kind == ACTIVITY:
                yield from activities(entry, unit, frame, compiled)
            elif not entry.waits and not entry.follows:
                yield from terms(entry, unit, frame)


def terms(entry: Entry, unit: Unit, frame: Frame) -> Iterator[Obligation]:
    season = frame.of(entry, unit)
    once = entry.clock["kind"] not in {"month_days", "quarter", "weekly"}
    for term in clocks.terms(entry.data, season, frame.work):
        period = str(frame.campaign.year) if once else term.nominal.isoformat()
        yield obligation(entry, unit, frame, term, period)


def activities(entry: Entry, unit: Unit, frame: Frame, compiled: Mapping[str, date | None]) -> Iterator[Obligation]:
    """One a month or quarter; of what rests on a list only the spans that begin after it was compiled."""
    since = compiled.get(entry.once) if entry.once else date.min
    for name, begin, end in clocks.spans(entry.data, entry.every, frame.season):
        if since is not None and begin > since:
            yield obligation(entry, unit, frame, Term(end, end), name, OnHoliday.KEEP)


def compiled_on(campaign: Campaign) -> dict[str, date | None]:
    """On which day each of the campaign's own `dues` that others wait for was met."""
    awaited = {entry.once for entry in entries_of(campaign.blueprint.data) if entry.once}
    if not awaited:
        return {}
    subjects = [f"due.{key}" for key in awaited]
    met = of_campaign(campaign).filter(kind=PLAN, subject__in=subjects).exclude(met_at=None).order_by("-met_at")
    return {subject[4:]: clock.day_of(met_at) for subject, met_at in met.values_list("subject", "met_at") if met_at}


def obligation(
    entry: Entry, unit: Unit, frame: Frame, term: Term, period: str, policy: OnHoliday | None = None, about: str = ""
) -> Obligation:
    policy = policy or clocks.policy_of(entry.data, frame.season)
    return Obligation(
        campaign_id=frame.campaign.pk,
        kind=entry.kind,
        subject=entry.key,
        period=period,
        unit_path=unit.path,
        title=f"{entry.title}{titled(entry, period, about)}"[:200],
        source=entry.source,
        rule=rule_said(entry, policy),
        due_at=entry.instant(term.day),
        nominal_on=term.nominal,
        on_holiday=policy.value,
        provisional=term.provisional,
    )


def titled(entry: Entry, period: str, about: str) -> str:
    if about:
        return f"：{about}"
    month = entry.clock["kind"] == "month_days" or entry.every
    return f"（{period}）" if month or entry.clock["kind"] == "quarter" else ""


def retime(campaign: Campaign, *, at: datetime) -> list[Obligation]:
    """What is open falls due as the campaign's dates, windows and policy now say. Returns the rows whose day moved."""
    locks.hold(LOCK)
    frame = frame_of(campaign)
    wanted = {key_of(row): row for row in expected(campaign, frame)}
    following = {entry.key: entry for entry in entries_of(campaign.blueprint.data) if entry.follows}
    moved, written = [], []
    for row in of_campaign(campaign).open().select_for_update().order_by("pk"):
        before = {name: getattr(row, name) for name in SAID}
        if now := wanted.get(key_of(row)):
            for name in SAID:
                setattr(row, name, getattr(now, name))
        elif entry := following.get(row.subject):
            follow(row, entry, frame)
        if row.due_at != before["due_at"]:
            moved.append(row)
        elif any(getattr(row, name) != said for name, said in before.items()):
            written.append(row)
    write_rows(written)
    move_rows(moved, at=at)
    return moved


def follow(row: Obligation, entry: Entry, frame: Frame) -> None:
    """What came after an event keeps its day of the event; the policy is the campaign's as it now is."""
    policy = clocks.policy_of(entry.data, frame.season)
    row.on_holiday, row.rule = policy.value, rule_said(entry, policy)
    settle(row, frame.work)


def rule_said(entry: Entry, policy: OnHoliday) -> str:
    counted = entry.follows and entry.clock.get("count") == "workday"
    return (entry.said if counted else f"{entry.said}；{POLICY_SAID[policy]}")[:200]
