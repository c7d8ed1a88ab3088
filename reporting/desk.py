"""What one person owes and has done: the rows of the workbench, and the search across rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.gate import Person, holdings
from accounts.models import User
from campaigns.models import Campaign
from campaigns.services.due.looking import open_to
from core import clock
from core.clock import at_local, day_of
from core.models import AuditEvent, Obligation
from core.paging import counted
from core.wording import grouped_count
from enterprises.models import Enterprise
from enterprises.rules.searching import wanted
from inspections.models import Issue
from penalties.models import PenaltyCase
from reporting.duties.kinds import CEILING
from reporting.models import ReportPeriod
from reporting.services.reminders import of_nobody, supervised_by

SEARCH_LIMIT = 20
# Under which names what a person owes, and the next cut-off, are kept with the person's grants for one request.
OWED, COMING = "owed", "coming"


def owed_by(user: User) -> QuerySet[Obligation]:
    """What the person, the person's units (not those below them) and the person's enterprises still owe.

    What is overdue is on the desk of who supervises it too: whatever a reminder counts stands here, and it alone.
    """
    kept: QuerySet[Obligation] | None = holdings(user).kept.get(OWED)
    if kept is None:
        kept = holdings(user).kept[OWED] = Obligation.objects.open().filter(owing(user))
    return kept.all()


def owing(user: User) -> Q:
    held, today = holdings(user), day_of(clock.now())
    paths = {row.path for row in held.rows if row.path}
    sites = held.scope("enterprise.own").enterprise_ids
    mine = Q(person=user) | Q(enterprise_id=None, unit_path__in=sorted(paths)) & of_nobody(today)
    mine |= supervised_by(held, today) & Q(due_at__lt=at_local(today))
    if sites:
        mine |= Q(enterprise_id__in=sorted(sites))
    return open_to(user, mine)


@dataclass(frozen=True)
class Pile:
    """One heading of the workbench with what is due under it."""

    key: str
    title: str
    tone: str
    rows: list[Obligation]
    more: int

    @property
    def count(self) -> str:
        return grouped_count(len(self.rows) + self.more, CEILING)

    @property
    def rest(self) -> str:
        return grouped_count(self.more, CEILING - len(self.rows))


def piles(user: User, at: datetime, limit: int = 8) -> list[Pile]:
    """逾期、今天、7 天内、以后: the first rows of each, and how many more there are.

    Mostly one query tells all of it. Where more is owed, two a pile at most."""
    midnight = at_local(day_of(at) + timedelta(days=1))
    week = midnight + timedelta(days=6)
    owed = owed_by(user)
    spans = [
        ("late", "已逾期", "red", None, at),
        ("today", "今天到期", "amber", at, midnight),
        ("week", "7 天内到期", "blue", midnight, week),
        ("later", "以后到期", "grey", week, None),
    ]
    head = Head(owed, len(spans) * limit)
    return [Pile(key, title, tone, *head.within(since, until, limit)) for key, title, tone, since, until in spans]


class Head:
    """The first rows of what is owed, by which the piles are filled as far as they reach."""

    def __init__(self, owed: QuerySet[Obligation], size: int) -> None:
        self.owed = owed.order_by("due_at", "id")
        self.rows = list(self.owed[: size + 1])
        # Everything due before this moment is among the rows; None when simply everything is.
        self.reach = self.rows[-1].due_at if len(self.rows) > size else None

    def within(self, since: datetime | None, until: datetime | None, limit: int) -> tuple[list[Obligation], int]:
        """The first rows due in a span, and how many more there are."""
        known = [row for row in self.rows if (not since or row.due_at >= since) and (not until or row.due_at < until)]
        if self.reach is None or (until is not None and until <= self.reach):
            return known[:limit], max(len(known) - limit, 0)
        span = Q() if since is None else Q(due_at__gte=since)
        span &= Q() if until is None else Q(due_at__lt=until)
        found = known if len(known) > limit else list(self.owed.filter(span)[: limit + 1])
        return found[:limit], counted(self.owed.filter(span), CEILING) - limit if len(found) > limit else 0


def done_by(user: User) -> QuerySet[AuditEvent]:
    """What the person has carried out: every own event but denials, signing in or out, and autosaved drafts."""
    return AuditEvent.objects.filter(actor_id=user.pk).exclude(
        Q(action__startswith="denied.") | Q(action__in=["accounts.login", "accounts.logout", "core.submission.save"])
    )


def next_period(user: User, campaigns: Sequence[Campaign], at: datetime) -> ReportPeriod | None:
    """The week whose cut-off comes next in the first of the person's campaigns that has one: not each reports."""
    kept, key = holdings(user).kept, f"{COMING}:{campaigns[0].pk if campaigns else 0}"
    if key not in kept:
        kept[key] = coming(campaigns, at)
    found: ReportPeriod | None = kept[key]
    return found


def coming(campaigns: Sequence[Campaign], at: datetime) -> ReportPeriod | None:
    by_number = {row.pk: row for row in campaigns}
    rows = ReportPeriod.objects.filter(campaign__in=by_number, cutoff_at__gte=at)
    first = {row.campaign_id: row for row in rows.order_by("campaign_id", "cutoff_at").distinct("campaign_id")}
    found = next((first[pk] for pk in by_number if pk in first), None)
    if found is not None:
        found.campaign = by_number[found.campaign_id]
    return found


@dataclass(frozen=True)
class Found:
    """What a search found, room by room."""

    enterprises: list[Enterprise]
    issues: list[Issue]
    cases: list[PenaltyCase]

    @property
    def total(self) -> int:
        return len(self.enterprises) + len(self.issues) + len(self.cases)


def named_or_numbered(words: str, grams: list[str]) -> Q:
    """A row of the ledger by its enterprise's name, or by its number as the ledger writes it: 0093, 93."""
    named = Q(search__contains=grams)
    return named | Q(number=int(words)) if words.isascii() and words.isdecimal() and len(words) <= 9 else named


def search(user: Person, words: str) -> Found:
    """By two characters or more of a name, or a code or number; only what the person may see."""
    grams = wanted(words)
    sites = Enterprise.objects.visible_to(user).filter(search__contains=grams).select_related("unit", "region")
    issues = Issue.objects.visible_to(user).filter(named_or_numbered(words, grams)).select_related("unit")
    cases = PenaltyCase.objects.visible_to(user).filter(Q(party_name__contains=words) | Q(number__contains=words))
    return Found(
        enterprises=list(sites.order_by("sort_key", "id")[:SEARCH_LIMIT]),
        issues=list(issues.order_by("-id")[:SEARCH_LIMIT]),
        cases=list(cases.order_by("-id")[:SEARCH_LIMIT]),
    )
