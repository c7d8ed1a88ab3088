"""What the signed-in shell (templates/base.html) shows around every page.

Lazy: fragments and public pages ask nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.gate import able_somewhere
from accounts.models import User
from campaigns.models import Campaign
from campaigns.services import choosing
from core import clock
from core.models import Notice
from reporting import desk, navigation
from reporting.models import ReportPeriod, UnitReport
from reporting.navigation import Entry, Group
from reporting.states import ReportState

WEEKLY = "周报"
# How many characters of another campaign's name stand in a chip.
SHORT = 12
# Longer than any reporting week that holidays stretch.
RECENT = timedelta(days=16)
BADGE_CEILING = 100
# By which of its columns a row belongs to a campaign.
TO_CAMPAIGN = {
    *("campaign", "period", "report", "visit", "target", "assignment"),
    *("issue", "case", "record", "draw", "plan", "entry", "bulletin"),
}


@dataclass(frozen=True)
class Countdown:
    """A cut-off the person answers for: when, what it is called before and after, and whether it has passed.

    `gone` "" is 周报截止已过; who has not sent reads 周报已逾期.
    """

    due_at: datetime
    label: str
    late: bool
    gone: str = ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Nobody signed in (or the middleware never ran, as on a broken page): no shell."""
    user = getattr(request, "user", None)
    if not isinstance(user, SimpleLazyObject | User):
        return {"shell": None}
    return {"shell": SimpleLazyObject(lambda: shell_of(request, user))}


def shell_of(request: HttpRequest, user: Any) -> dict[str, Any] | None:
    if not user.is_authenticated:
        return None
    view_name = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "unit": user.unit.name if user.unit else "",
        "nav": nav(user, view_name),
        "inbox_count": Notice.objects.visible_to(user).unread()[:BADGE_CEILING].count(),
        "account_links": [link(entry, view_name, None) for entry in navigation.ACCOUNT],
        "search_url": url_or_none(navigation.SEARCH_URL_NAME),
        "inbox_url": url_or_none(navigation.INBOX_URL_NAME),
    }


def nav(user: User, view_name: str) -> list[dict[str, Any]]:
    groups = navigation.menu(lambda capability: able_somewhere(user, capability))
    figures = badges(user)
    return [group_of(group, view_name, figures) for group in groups]


def group_of(group: Group, view_name: str, figures: dict[str, int]) -> dict[str, Any]:
    return {
        "title": group.title,
        "entries": [link(entry, view_name, figures.get(entry.badge)) for entry in group.entries],
    }


def link(entry: Entry, view_name: str, badge: int | None) -> dict[str, Any]:
    return {
        "title": entry.title,
        "url": address(entry.url_name),
        "icon": entry.icon,
        "current": entry.covers(view_name),
        "badge": badge or None,
    }


def badges(user: User) -> dict[str, int]:
    """Figures beside entries, by Entry.badge. One cheap query each, at most three; none counts what 99+ says."""
    midnight = clock.at_local(clock.today() + timedelta(days=1))
    return {"owed": desk.owed_by(user).filter(due_at__lt=midnight)[:BADGE_CEILING].count()}


def campaign_line(user: User, chosen: object, page: Campaign | None = None) -> dict[str, Any]:
    """The campaign in the top bar: the one that the page is of, else the first of the person's; the phases that are
    open today, and the countdown to the next cut-off."""
    running = choosing.campaigns_of(user, clock.today(), chosen)
    campaigns = [page, *(row for row in running if row.pk != page.pk)] if page else running
    if not campaigns:
        return {"campaign": None, "phase_label": "", "countdown": None, "others": []}
    campaign = campaigns[0]
    period = desk.next_period(user, campaigns, clock.now()) if able_somewhere(user, "report.view") else None
    own = period if period and period.campaign_id == campaign.pk else None
    owner = period.campaign if period else campaign
    return {
        "campaign": campaign,
        "phase_label": phase_label(campaign, own, clock.today()),
        "countdown": countdown(user, owner, period, clock.now(), of="" if owner.pk == campaign.pk else named(owner)),
        "others": campaigns[1:],
    }


def campaign_of_page(user: User, context: Mapping[str, Any]) -> Campaign | None:
    """The campaign that the rows of a page belong to: the one it names, else that of the first row that has one."""
    rows = [value for value in (context.get("campaign"), *context.values()) if isinstance(value, Model)]
    found = next((one for one in map(campaign_of, rows) if one), None)
    seen = found is not None and Campaign.objects.visible_to(user).filter(pk=found.pk).exists()
    return found if seen else None


def campaign_of(row: Model | None) -> Campaign | None:
    if row is None or isinstance(row, Campaign):
        return row
    ways = [field.name for field in row._meta.concrete_fields if field.is_relation and field.name in TO_CAMPAIGN]
    return next((one for one in (campaign_of(getattr(row, name)) for name in ways) if one), None)


def phase_label(campaign: Campaign, period: ReportPeriod | None, day: date) -> str:
    """The phase begun last among those open that day, how many are, and the reporting week: short enough for a chip."""
    phases = [phase for phase in campaign.phases.all() if phase.open_on(day)]
    names = list(dict.fromkeys(phase.name for phase in sorted(phases, key=lambda phase: phase.starts_on)))
    said = [names[-1] if len(names) == 1 else f"{names[-1]}等 {len(names)} 个阶段"] if names else []
    return " · ".join(said + ([f"第 {period.number} 周"] if period else []))


def named(campaign: Campaign) -> str:
    """A campaign other than the one in the bar, short enough for a chip."""
    title = campaign.title
    return f"“{title if len(title) <= SHORT else title[: SHORT - 1] + '…'}”"


def countdown(
    user: User, campaign: Campaign, period: ReportPeriod | None, at: datetime, of: str = ""
) -> Countdown | None:
    """The next cut-off; or how long the last one is past while the own unit has not sent and that is the nearer one.
    `of` names its campaign where the bar names another."""
    label, overdue = f"距{of}{WEEKLY}截止", f"{of}{WEEKLY}已逾期"
    recent = own_reports(user, campaign, at) if able_somewhere(user, "report.prepare") else []
    passed = [report for report in recent if report.period.cutoff_at < at]
    if passed and passed[-1].state == ReportState.OPEN and nearer(passed[-1].period, period, at):
        return Countdown(passed[-1].period.cutoff_at, label, late=True, gone=overdue)
    if period is None:
        return None
    unsent = any(report.period_id == period.pk and report.state == ReportState.OPEN for report in recent)
    return Countdown(period.cutoff_at, label, late=False, gone=overdue if unsent else "")


def nearer(last: ReportPeriod, following: ReportPeriod | None, at: datetime) -> bool:
    return following is None or at - last.cutoff_at <= following.cutoff_at - at


def own_reports(user: User, campaign: Campaign, at: datetime) -> list[UnitReport]:
    """What the person's unit had or has to send around this moment, by cut-off."""
    rows = UnitReport.objects.within(user, "report.prepare").filter(
        period__campaign=campaign, period__cutoff_at__gte=at - RECENT, period__starts_at__lte=at
    )
    return list(rows.select_related("period").order_by("period__cutoff_at", "pk"))


def url_or_none(name: str | None) -> str | None:
    return address(name) if name else None


@cache
def address(name: str) -> str:
    """Of a page of the menu, which is the same for everybody."""
    return reverse(name)
