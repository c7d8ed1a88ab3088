"""What is said to whom about campaigns, windows and assignments."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.gate import people_with
from accounts.models import Grant, Unit, User
from accounts.rules import Role, capabilities
from campaigns.models import (
    Assignment,
    Bulletin,
    Campaign,
    ClauseVersion,
    Consent,
    Draw,
    DrawAdjustment,
    Lead,
    PhaseWindow,
    Plan,
    ReadinessEntry,
    ReadinessUrging,
    Signal,
)
from campaigns.rules.signals import TASK
from core import clock
from core.notices import notify


def published(campaign: Campaign, at: datetime) -> None:
    """Officers and contact persons of the cities below learn that the campaign runs."""
    in_force = Grant.objects.in_force(clock.day_of(at)).filter(kind=Grant.Kind.UNIT)
    grants = in_force.filter(
        role__in=[Role.OFFICER, Role.CONTACT], unit__level="city", unit__path__startswith=campaign.unit.path
    )
    notify(
        User.objects.filter(pk__in=grants.values("user"), is_active=True),
        f"{campaign.title}已发布",
        "请登录查看阶段安排、报送时间和台账选项，并登记本市联络人员。",
        url=reverse("campaigns:campaign_detail", args=[campaign.pk]),
        key=f"campaign.published:{campaign.pk}",
        at=at,
    )


def window_asked(row: PhaseWindow, at: datetime) -> None:
    campaign = row.phase.campaign
    notify(
        people_with("campaign.approve_window", campaign.unit, at),
        f"{row.unit.short_name}申请调整“{row.phase.name}”阶段时间",
        f"{row.starts_on} 至 {row.ends_on}。理由：{row.reason}",
        url=reverse("campaigns:campaign_windows", args=[campaign.pk]),
        key=f"window.asked:{row.pk}",
        at=at,
    )


def window_decided(row: PhaseWindow, at: datetime) -> None:
    answer = "已批准" if row.state == PhaseWindow.State.APPROVED else f"未批准：{row.decision_reason}"
    notify(
        User.objects.filter(Q(pk=row.asked_by_id) | Q(pk__in=people_with("report.send", row.unit, at).values("pk"))),
        f"“{row.phase.name}”阶段时间调整{answer}"[:120],
        f"{row.unit.short_name}：{row.starts_on} 至 {row.ends_on}。",
        url=reverse("campaigns:campaign_windows", args=[row.phase.campaign_id]),
        key=f"window.decided:{row.pk}",
        at=at,
    )


def team(row: Assignment) -> list[User]:
    return [person for person in (row.lead_inspector, row.second_inspector, row.expert) if person is not None]


def assigned(row: Assignment, at: datetime) -> None:
    """The team learns where to go, and when."""
    notify(
        team(row),
        f"{row.planned_on} 检查{row.target.enterprise.name}"[:120],
        f"主办人{row.lead_inspector.name}，协办人{row.second_inspector.name}。",
        url=reverse("inspections:week_board") + f"?day={row.planned_on}",
        key=f"assignment.planned:{row.pk}",
        at=at,
    )


def approval_asked(row: Assignment, leaders_of: Unit, at: datetime) -> None:
    """The leaders of the unit learn of it; of a visit outside the plan those above, too: either approves (LH-13)."""
    leaders = people_with("visit.approve", leaders_of, at)
    outside = any(said["rule"] == "planned" and said["answer"] != "allow" for said in row.gate.get("rules", []))
    if (row.lead is None or outside) and leaders_of.parent is not None:
        leaders = leaders | people_with("visit.approve", leaders_of.parent, at)
    notify(
        leaders,
        f"派单待批准：{row.target.enterprise.name}"[:120],
        f"线索：{row.lead.number}，{row.lead.get_kind_display()}。" if row.lead else f"理由：{row.reason}。",
        url=reverse("inspections:assignment_queue"),
        key=f"assignment.asked:{row.pk}",
        at=at,
    )


def lead_registered(row: Lead, at: datetime) -> None:
    """Who handles leads of the unit learns of it; what concerns conduct goes to the inspection group instead."""
    people = nearest_with("visit.plan", row.unit, at)
    if row.is_integrity:
        watchers = Grant.objects.in_force(clock.day_of(at)).filter(role=Role.DISCIPLINE)
        above = [grant.user_id for grant in watchers.select_related("unit") if covers(grant, row.unit)]
        people = User.objects.filter(pk__in=above, is_active=True)
    notify(
        people,
        f"新线索：{row.place}"[:120],
        f"{row.number}，{row.get_kind_display()}。"
        + (f"{row.origin}达到转现场条件，须派人现场核实。" if row.basis else ""),
        url=reverse("campaigns:lead_detail", args=[row.pk]),
        key=f"lead.registered:{row.pk}",
        at=at,
    )


def nearest_with(capability: str, unit: Unit, at: datetime) -> QuerySet[User]:
    """Whom it reaches at the unit or, where the unit has nobody, at the next above that has."""
    people = people_with(capability, unit, at)
    while unit.parent is not None and not people.exists():
        unit = unit.parent
        people = people_with(capability, unit, at)
    return people


def consent_asked(row: Consent, at: datetime) -> None:
    """The enterprise's people are asked whether a research visit may come."""
    target = row.assignment.target
    own = Grant.objects.in_force(clock.day_of(at)).filter(
        kind=Grant.Kind.ENTERPRISE, role=Role.ENTERPRISE, subject_id=target.enterprise_id
    )
    notify(
        User.objects.filter(pk__in=own.values("user"), is_active=True),
        f"请答复是否同意调研指导：{target.enterprise.name}"[:120],
        row.text,
        url=reverse("inspections:consent_answer", args=[row.pk]),
        key=f"consent.asked:{row.pk}",
        at=at,
    )


def consent_answered(row: Consent, at: datetime) -> None:
    assignment = row.assignment
    notify(
        [*team(assignment), assignment.planned_by],
        f"调研指导：{assignment.target.enterprise.name}{row.get_answer_display()}"[:120],
        f"答复人 {row.signer}。",
        url=reverse("inspections:assignment_detail", args=[assignment.pk]),
        key=f"consent.answered:{row.pk}",
        at=at,
    )


def signal_published(row: Signal, counts: Mapping[Unit, int], at: datetime) -> None:
    """Who plans visits of the units concerned learns how many of those are reached, and of the task if there is one."""
    task = f"请按“{TASK}”任务模板安排核查。" if row.checks else "检查顺序已相应提前。"
    reached: Counter[User] = Counter()
    for unit, count in counts.items():
        for planner in set(people_with("visit.plan", unit, at)):
            reached[planner] += count
    for total in set(reached.values()):
        notify(
            [planner for planner, count in reached.items() if count == total],
            f"{row}：{'涉气企业清单' if row.checks else '优先检查建议'}"[:120],
            f"{row.detail} 涉及 {total} 家。{task}"[:500],
            url=reverse("campaigns:signal_detail", args=[row.pk]),
            key=f"signal.published:{row.pk}",
            at=at,
        )


def clauses_published(row: ClauseVersion, people: Iterable[User], at: datetime) -> None:
    """Whoever is bound by the text learns that this version is to be signed."""
    again = "条文已换版，签收过旧版的须重新签收。" if row.number > 1 else ""
    notify(
        people,
        f"请学习签收：{row}"[:120],
        f"{row.valid_from} 起施行。{again}",
        url=reverse("campaigns:clause_detail", args=[row.pk]),
        key=f"clauses.published:{row.pk}",
        at=at,
    )


def covers(grant: Grant, unit: Unit) -> bool:
    return grant.unit is not None and unit.path.startswith(grant.unit.path)


def assignment_ended(row: Assignment, at: datetime) -> None:
    """Refused or cancelled: planner and team learn why."""
    notify(
        [*team(row), row.planned_by],
        f"派单{row.get_state_display()}：{row.target.enterprise.name}"[:120],
        f"原定 {row.planned_on}。{row.end_reason}",
        url=reverse("inspections:week_board") + f"?day={row.planned_on}",
        key=f"assignment.ended:{row.pk}:{row.state}",
        at=at,
    )


def draw_published(row: Draw, at: datetime) -> None:
    """Organiser and witness learn that the lists are sealed and that their commitments are awaited."""
    notify(
        [one.user for one in row.participants.select_related("user")],
        f"请提交承诺值：{row.number}"[:120],
        f"{row.title}名单已封存公布，请在 {clock.local(row.commit_by):%m-%d %H:%M} 前提交承诺值。",
        url=reverse("campaigns:draw_detail", args=[row.pk]),
        key=f"draw.published:{row.pk}",
        at=at,
    )


def draw_held(row: Draw, drawn: int, at: datetime) -> None:
    notify(
        [one.user for one in row.participants.select_related("user")],
        f"已抽取 {drawn} 家：{row.number}"[:120],
        f"{row.title}。结果、证明文件和核验脚本见抽查页面。",
        url=reverse("campaigns:draw_detail", args=[row.pk]),
        key=f"draw.held:{row.pk}",
        at=at,
    )


def adjustment_asked(row: DrawAdjustment, at: datetime) -> None:
    draw = row.drawn.draw
    notify(
        people_with("draw.approve", draw.unit, at),
        f"抽取后调整待批准：{draw.number}"[:120],
        f"第 {row.drawn.order} 家，{row.get_kind_display()}。理由：{row.reason}",
        url=reverse("campaigns:draw_detail", args=[draw.pk]),
        key=f"adjustment.asked:{row.pk}",
        at=at,
    )


def plan_reported(row: Plan, at: datetime) -> None:
    """The superior's officers learn that a plan waits to be filed."""
    if row.unit.parent is None:
        return
    notify(
        people_with("plan.file", row.unit.parent, at),
        f"{row}待备案"[:120],
        f"{row.campaign.title}。请核对四要素、覆盖和分工后备案，或写明理由退回。",
        url=reverse("campaigns:plan_detail", args=[row.pk]),
        key=f"plan.reported:{row.pk}:{at.isoformat()}",
        at=at,
    )


def plan_answered(row: Plan, answer: str, at: datetime) -> None:
    """Who made and who reported the plan learn what the superior said."""
    notify(
        User.objects.filter(pk__in=[row.made_by_id, row.reported_by_id]),
        f"{row}{answer}"[:120],
        row.campaign.title,
        url=reverse("campaigns:plan_detail", args=[row.pk]),
        key=f"plan.answered:{row.pk}:{row.state}:{at.isoformat()}",
        at=at,
    )


def readiness_filed(row: ReadinessEntry, name: str, at: datetime) -> None:
    """The unit above learns that a document waits for its review."""
    assert row.unit.parent is not None
    notify(
        people_with("readiness.review", row.unit.parent, at),
        f"{row.unit.short_name}上传“{name}”第 {row.version} 版，待审核"[:120],
        row.campaign.title,
        url=reverse("campaigns:readiness_unit", args=[row.campaign_id, row.unit_id]),
        key=f"readiness.filed:{row.pk}",
        at=at,
    )


def readiness_decided(row: ReadinessEntry, name: str, at: datetime) -> None:
    answer = "已通过" if row.state == ReadinessEntry.State.APPROVED else f"退回修改：{row.decision_reason}"
    notify(
        User.objects.filter(pk=row.filed_by_id),
        f"“{name}”第 {row.version} 版{answer}"[:120],
        row.campaign.title,
        url=reverse("campaigns:readiness_unit", args=[row.campaign_id, row.unit_id]),
        key=f"readiness.decided:{row.pk}",
        at=at,
    )


def readiness_urged(row: ReadinessUrging, at: datetime) -> None:
    """Whoever may file for the unit is asked for what is missing."""
    notify(
        people_with("readiness.file", row.unit, at),
        f"催办：{row.unit.short_name}启动清单还缺 {len(row.missing)} 项"[:120],
        f"{row.campaign.title}：{'、'.join(row.missing)}。",
        url=reverse("campaigns:readiness_unit", args=[row.campaign_id, row.unit_id]),
        key=f"readiness.urged:{row.pk}",
        at=at,
    )


def bulletin_published(row: Bulletin, units: Iterable[Unit], at: datetime) -> None:
    """Whoever signs for a receiving unit learns that a notice waits."""
    grants = Grant.objects.in_force(clock.day_of(at)).filter(kind=Grant.Kind.UNIT, unit__in=list(units))
    able = [g.user_id for g in grants.select_related("unit") if "bulletin.receive" in capabilities(g.role, "city")]
    version = f"（第 {row.version} 版）" if row.version > 1 else ""
    asked = "请签收并确认。" if row.asks_confirmation else "请签收。"
    contact = f"联系人：{row.contact['name']} {row.contact['phone']}。" if row.contact else ""
    notify(
        User.objects.filter(pk__in=able, is_active=True),
        f"通知：{row.title}{version}"[:120],
        f"{row.campaign.title}。{asked}{contact}",
        url=reverse("campaigns:bulletin_detail", args=[row.campaign_id, row.pk]),
        key=f"bulletin.published:{row.pk}",
        at=at,
    )
