"""What a campaign asks for: approval, publication, windows, pledges, the plan of visits."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from accounts.models import User
from campaigns.models import Assignment, Campaign, ClauseVersion, DrawRates, PhaseWindow, Target
from campaigns.services.reports import REPORT_PHASE
from campaigns.states import STANDING, AssignmentState, CampaignState, RatesState, WindowState
from core.clock import day_of
from enterprises.models import PositiveListEntry
from reporting.duties.kinds import Duty, Entry, Find, Rows, link


def campaigns_in(state: str, capability: str) -> Find:
    return lambda user, at: Campaign.objects.within(user, capability).filter(state=state).order_by("pk")


def campaign_entry(row: Campaign) -> Entry:
    return Entry(row.title, link("campaigns:campaign_detail", row.pk))


def windows_asked(user: User, at: datetime) -> Rows:
    over = Campaign.objects.within(user, "campaign.approve_window")
    asked = PhaseWindow.objects.filter(state=WindowState.ASKED, phase__campaign__in=over)
    return asked.select_related("phase__campaign", "unit").order_by("asked_at", "pk")


def window_entry(row: PhaseWindow) -> Entry:
    days = f"{row.starts_on:%m-%d} 至 {row.ends_on:%m-%d}"
    url = link("campaigns:campaign_windows", row.phase.campaign_id)
    return Entry(f"{row.unit.short_name}申请调整“{row.phase.name}”", url, days)


def pledges_due(user: User, at: datetime) -> Rows:
    running = Campaign.objects.visible_to(user).filter(state=CampaignState.PUBLISHED, blueprint__data__has_key="pledge")
    return running.exclude(pledges__user=user).order_by("pk")


def pledge_entry(row: Campaign) -> Entry:
    return Entry("签署廉洁执法承诺书", link("campaigns:pledge_sign", row.pk), row.title)


def clauses_due(user: User, at: datetime) -> Rows:
    """The texts of discipline in force that bind the person and wait for the signature."""
    bound = {user.unit.path} if user.unit is not None else set()
    rows = ClauseVersion.objects.visible_to(user).binding(bound).current(day_of(at))
    return rows.exclude(signatures__user=user).order_by("pk")


def clause_entry(row: ClauseVersion) -> Entry:
    return Entry(f"学习签收{row.name}", link("campaigns:clause_detail", row.pk), f"第 {row.number} 版")


def unplanned(user: User, at: datetime) -> Rows:
    """Targets that nobody visited or planned, while the campaign's inspection phase runs; key sites first.

    Who is on the positive list is not to be disturbed, so nobody owes a plan for it.
    """
    today = day_of(at)
    running = Campaign.objects.filter(
        state=CampaignState.PUBLISHED,
        phases__key=REPORT_PHASE,
        phases__starts_on__lte=today,
        phases__ends_on__gte=today,
    )
    standing = Assignment.objects.filter(target=OuterRef("pk"), state__in=STANDING)
    undisturbed = PositiveListEntry.objects.in_force(today).filter(enterprise=OuterRef("enterprise"))
    rows = Target.objects.within(user, "visit.plan").filter(campaign__in=running, visited_at=None)
    rows = rows.filter(~Exists(standing), ~Exists(undisturbed))
    # Not joined: of all who wait a few are shown, and the sort would read the enterprise of each.
    return rows.prefetch_related("enterprise").order_by("-is_key", "pk")


def target_entry(row: Target) -> Entry:
    return Entry(row.enterprise.name, link("inspections:visit_plan", row.pk), "重点排污单位" if row.is_key else "")


def assignments_asked(user: User, at: datetime) -> Rows:
    rows = Assignment.objects.within(user, "visit.approve").filter(state=AssignmentState.ASKED)
    return rows.select_related("target__enterprise", "planned_by").order_by("planned_on", "pk")


def assignment_entry(row: Assignment) -> Entry:
    url = link("inspections:assignment_detail", row.pk)
    return Entry(row.target.enterprise.name, url, f"{row.planned_by.name}申请派单", row.planned_on)


def rates_asked(user: User, at: datetime) -> Rows:
    """Rates of draws that somebody else asked for: nobody approves what they asked themselves."""
    rows = DrawRates.objects.within(user, "draw.approve").filter(state=RatesState.ASKED).exclude(asked_by=user)
    return rows.select_related("unit", "asked_by").order_by("asked_at", "pk")


def rates_entry(row: DrawRates) -> Entry:
    title = f"{row.unit.short_name} {row.year} 年第 {row.quarter} 季度起的抽查参数"
    return Entry(title, link("campaigns:rates_list"), f"{row.asked_by.name}申请变更")


DUTIES = (
    Duty("rates", "待批准的抽查参数", "draw.approve", rates_asked, rates_entry, "campaigns:rates_list"),
    Duty("asked", "待批准的派单", "visit.approve", assignments_asked, assignment_entry, "inspections:assignment_queue"),
    Duty("pledges", "待签署的承诺书", "visit.record", pledges_due, pledge_entry, "campaigns:campaign_list"),
    Duty("clauses", "待签收的纪律条文", "visit.record", clauses_due, clause_entry, "campaigns:clause_list"),
    Duty(
        "unplanned",
        "还没有派单的检查对象",
        "visit.plan",
        unplanned,
        target_entry,
        "inspections:target_list?visited=no&planned=no",
    ),
    Duty(
        "windows", "待批准的阶段时间", "campaign.approve_window", windows_asked, window_entry, "campaigns:campaign_list"
    ),
    Duty(
        "approve",
        "待批准的行动",
        "campaign.approve",
        campaigns_in(CampaignState.DRAFT, "campaign.approve"),
        campaign_entry,
        "campaigns:campaign_list",
    ),
    Duty(
        "publish",
        "待发布的行动",
        "campaign.manage",
        campaigns_in(CampaignState.APPROVED, "campaign.manage"),
        campaign_entry,
        "campaigns:campaign_list",
    ),
)
