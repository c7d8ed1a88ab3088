"""Problems of cross-region checks (区域交叉执法): given to the locality, and to the city's team if late.

The platform only proposes. Whether the team handles it directly is said by its leader or the city's, with a reason when
not. It is proposed once.
"""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.models import Unit, User
from campaigns.models import Campaign
from campaigns.services import due
from campaigns.states import CampaignState
from core import audit, locks
from core.calendar import LOCK
from core.clock import day_of
from core.models import Obligation
from core.obligations import pass_on
from core.refusals import NotAllowed, Refused
from core.states import advance
from inspections import notices
from inspections.models import Handover, Issue
from inspections.rules.handing import escalates_on
from inspections.services import locality
from inspections.services.issues import TERM, locked
from inspections.services.versions import write_version
from inspections.states import HANDOVERS, HandoverState, IssueState


def hand_over(issue: Issue, *, handed_on: date, receipt: str, actor: User, at: datetime) -> Handover:
    """Give a problem to its locality; what the plan orders after that opens for it."""
    if said := objection(issue, actor):
        raise said
    refuse_day(issue, handed_on, at)
    with transaction.atomic():
        locks.hold(LOCK)  # before any row: the obligation of the plan opens under it
        row = locked(issue.pk)
        refuse_settled(row)
        handover = kept(row, handed_on=handed_on, receipt=receipt.strip()[:100], actor=actor, at=at)
        locality.open_for(row, on=handed_on, at=at)
        write_version(row, "hand_over", actor=actor, at=at)
        after = {"locality": row.unit.name, "handed_on": handed_on, "receipt": handover.receipt}
        audit.record("inspections.handover.begin", handover, actor=actor, at=at, after=after)
        notices.handed_over(handover, at)
    return handover


def kept(issue: Issue, *, handed_on: date, receipt: str, actor: User, at: datetime) -> Handover:
    said = {"handed_on": handed_on, "receipt": receipt, "handed_by": actor, "handed_at": at}
    try:
        with transaction.atomic():
            return Handover.objects.create(issue=issue, locality=issue.unit, team=team_over(issue), **said)
    except IntegrityError as error:
        raise Refused("该问题已经移交属地，不能再次移交。") from error


def refuse_settled(issue: Issue) -> None:
    if issue.state not in IssueState.open():
        raise Refused(f"{issue}{issue.get_state_display()}，不能移交或升级。")


def refuse_day(issue: Issue, handed_on: date, at: datetime) -> None:
    if handed_on > day_of(at):
        raise Refused("移交日期不能晚于今天。", field="handed_on", status=422)
    if handed_on < day_of(issue.occurred_at):
        raise Refused("移交日期不能早于检查日期。", field="handed_on", status=422)


def objection(issue: Issue, user: User) -> Refused | None:
    """Why this person may not hand this problem over; None when nothing speaks against it. The gate is asked before."""
    home, team = county_of(issue.unit), issue.visit.assignment
    if home is None:
        return Refused("该问题由市级单位负责，没有可以移交的属地。")
    if at_home(user, home):
        return NotAllowed("移交由交叉检查组所在单位或者市级办理，属地不能自行移交。")
    if allowed_days(issue.campaign) is None or issue.campaign.state != CampaignState.PUBLISHED:
        return Refused("本行动的方案没有规定把问题移交属地查处，或者行动不在进行。")
    if at_home(team.lead_inspector, home) and at_home(team.second_inspector, home):
        return Refused("检查组是属地自己的人员，不是区域交叉检查，不需要移交。")
    return None


def at_home(user: User, home: Unit) -> bool:
    return user.unit is not None and user.unit.path.startswith(home.path)


def upwards(unit: Unit) -> list[Unit]:
    """The unit and those above it, from the nearest."""
    keys = [int(one) for one in unit.path.strip("/").split("/")]
    return sorted(Unit.objects.filter(pk__in=keys), key=lambda one: -len(one.path))


def county_of(unit: Unit) -> Unit | None:
    return next((one for one in upwards(unit) if one.level == Unit.Level.COUNTY), None)


def team_over(issue: Issue) -> Unit:
    """The city's own enforcement team (市综合行政执法队) above the locality; where it has none or several, the city."""
    city = next((one for one in upwards(issue.unit) if one.level == Unit.Level.CITY), issue.campaign.unit)
    # Offices may stand at the level of teams, too; what enforces is called 队 (campaigns.services.due.units).
    teams = list(city.children.filter(level=Unit.Level.TEAM, name__contains="队", closed_on=None)[:2])
    return teams[0] if len(teams) == 1 else city


def sweep(at: datetime) -> int:
    """Propose what its locality has left too long. Safe any number of times, anywhere. Returns how many were new."""
    waiting = Handover.objects.filter(
        state=HandoverState.HANDED,
        issue__state__in=IssueState.open(),
        issue__campaign__state=CampaignState.PUBLISHED,
    )
    campaigns = Campaign.objects.filter(pk__in=waiting.values("issue__campaign")).select_related("blueprint")
    days = {campaign.pk: allowed_days(campaign) for campaign in campaigns}
    rows = waiting.select_related("issue").order_by("pk")
    return sum(propose(row.pk, at) for row in rows if is_late(row, days.get(row.issue.campaign_id), at))


def is_late(row: Handover, days: int | None, at: datetime) -> bool:
    return days is not None and escalates_on(row.handed_on, row.issue.deadline_on, days) <= day_of(at)


def allowed_days(campaign: Campaign) -> int | None:
    return due.days_after(due.HANDED_OVER, campaign)


def propose(pk: int, at: datetime) -> int:
    """升级待确认, once: who comes second finds it proposed, mended or with a later term."""
    with transaction.atomic():
        issue = locked(Handover.objects.get(pk=pk).issue_id)
        row = Handover.objects.select_for_update(of=("self",)).select_related("locality", "team").get(pk=pk)
        row.issue, days = issue, allowed_days(issue.campaign)
        if row.state != HandoverState.HANDED or issue.state not in IssueState.open() or not is_late(row, days, at):
            return 0
        stamps = {"days": days, "proposed_at": at}
        advance(Handover, pk, "propose", table=HANDOVERS, actor=None, at=at, stamps=stamps)
        write_version(issue, "propose", actor=None, at=at)
        notices.escalation_proposed(row, days or 0, at)
    return 1


def confirm(row: Handover, *, actor: User, at: datetime) -> Handover:
    """The city's team handles it directly: the row of the ledger, and what stands open of it, is the team's."""
    with transaction.atomic():
        issue = locked(row.issue_id)
        refuse_settled(issue)
        stamps = {"decided_by": actor, "decided_at": at}
        said = {"from": row.locality.name, "to": row.team.name}
        done = advance(Handover, row.pk, "confirm", table=HANDOVERS, actor=actor, at=at, stamps=stamps, said=said)
        issue.unit = row.team
        issue.save(update_fields=["unit"])
        pass_on(Obligation.objects.filter(kind=TERM, subject=locality.period(issue)), row.team.path, at=at)
        locality.freed(issue, at=at, reason=f"已升级，由{row.team.name}直接查办")
        write_version(issue, "escalate", actor=actor, at=at)
        notices.escalation_decided(done, at)
    return done


def keep(row: Handover, *, actor: User, at: datetime, reason: str) -> Handover:
    """It stays with the locality; the reason is kept."""
    with transaction.atomic():
        issue = locked(row.issue_id)
        stamps = {"decided_by": actor, "decided_at": at, "reason": reason.strip()[:200]}
        done = advance(Handover, row.pk, "keep", table=HANDOVERS, actor=actor, at=at, reason=reason, stamps=stamps)
        write_version(issue, "keep", actor=actor, at=at, reason=reason)
        notices.escalation_decided(done, at)
    return done
