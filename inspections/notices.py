"""What inspections tell whom: one function a message, called in the transaction of the fact."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.urls import reverse

from accounts.gate import people_with
from accounts.models import Unit, User
from campaigns.models import Campaign, Target
from core.models import Notice
from core.notices import notify, notify_each
from enterprises.models import Enterprise
from enterprises.services.slips import members
from inspections.models import Handover, Issue, OffsiteCheck, Rectification, SelfCheck, VisitRecord


def owners(site: Enterprise, at: datetime) -> list[User]:
    """The people of an enterprise who hold an account for it today."""
    return [grant.user for grant in members(site, at)]


def self_checks_asked(
    rows: Iterable[Target], people: Mapping[int, Iterable[User]], campaign: Campaign, at: datetime
) -> None:
    """To the people of each enterprise (`people` by its key), however many there are at once."""
    body = f"{campaign.title}。请对照环评和排污许可证自查，并在企业自查页点“收到通知”回执。"
    url = reverse("inspections:selfcheck_mine")
    notify_each(
        Notice(
            recipient=user,
            key=f"selfcheck-asked-{row.pk}",
            title=f"请开展环境自查：{row.enterprise.name}"[:120],
            body=body,
            url=url,
            created_at=at,
        )
        for row in rows
        for user in people[row.enterprise_id]
    )


def self_check_handed_in(row: SelfCheck, at: datetime) -> None:
    notify(
        people_with("selfcheck.review", row.unit, at),
        f"{row.enterprise.name}提交了自查情况表",
        f"自查发现 {row.problem_count} 个问题，请受理备案或退回。",
        key=f"selfcheck-{row.pk}-submitted-{row.submission_id}",
        at=at,
        url=reverse("inspections:selfcheck_view", args=[row.pk]),
    )


def self_check_filed(row: SelfCheck, at: datetime) -> None:
    notify(
        owners(row.enterprise, at),
        "自查情况表已备案",
        f"备案编号 {row.number}。需要更正的，请在自查页申请更正。",
        key=f"selfcheck-{row.pk}-filed",
        at=at,
        url=reverse("inspections:selfcheck_view", args=[row.pk]),
    )


def self_check_returned(row: SelfCheck, at: datetime) -> None:
    notify(
        owners(row.enterprise, at),
        "自查情况表被退回，请修改后重新提交",
        f"退回理由：{row.return_reason}",
        key=f"selfcheck-{row.pk}-returned-{row.submission_id}",
        at=at,
        url=reverse("inspections:selfcheck_view", args=[row.pk]),
    )


def record_locked(record: VisitRecord, found: int, at: datetime) -> None:
    """To the enterprise: what was found; nobody is told of a visit before it was made."""
    corrected = "更正" if record.version > 1 else "提交"
    notify(
        owners(record.visit.enterprise, at),
        f"现场检查记录已{corrected}",
        f"记录问题 {found} 个，整改要求和期限见一次性告知书。" if found else "本次检查未发现需要整改的问题。",
        key=f"record-{record.pk}-locked",
        at=at,
        url=reverse("inspections:record_view", args=[record.pk]),
    )


def rectification_reported(issue: Issue, report: Rectification, at: datetime) -> None:
    """To those of the county who may verify it, but not to the one who wrote the finding."""
    people = people_with("issue.verify", issue.unit, at).exclude(pk=issue.found_by_id)
    notify(
        people,
        f"{issue.enterprise_name}报告问题 {issue.number:04d} 已整改，请复核",
        report.text[:200],
        key=f"rectification-{report.pk}-reported",
        at=at,
        url=reverse("inspections:issue_detail", args=[issue.pk]),
    )


def rectification_decided(issue: Issue, at: datetime, *, passed: bool, reason: str) -> None:
    words = "复核通过，已销号" if passed else "未通过复核，请继续整改"
    notify(
        owners(issue.enterprise, at),
        f"问题 {issue.number:04d} {words}",
        reason,
        key=f"issue-{issue.pk}-{'closed' if passed else 'returned'}-{at.isoformat()}",
        at=at,
        url=reverse("inspections:issue_detail", args=[issue.pk]),
    )


def offsite_given(row: OffsiteCheck, at: datetime) -> None:
    notify(
        [row.inspector],
        f"请对{row.enterprise.name}做非现场检查",
        f"方式：{row.get_means_display()}，{row.planned_on} 前完成并上传证据。",
        key=f"offsite-{row.pk}-given",
        at=at,
        url=reverse("inspections:offsite_detail", args=[row.pk]),
    )


def handed_over(row: Handover, at: datetime) -> None:
    notify(
        people_with("issue.edit", row.locality, at),
        f"交叉检查问题移交本单位查处：{row.issue.enterprise_name}"[:120],
        f"问题 {row.issue.number:04d}，{row.handed_on} 移交。请查处并督促整改到位；整改不及时的，由市队直接查办。",
        key=f"handover-{row.pk}-begun",
        at=at,
        url=reverse("inspections:handover_detail", args=[row.pk]),
    )


def escalation_proposed(row: Handover, days: int, at: datetime) -> None:
    """To whoever may confirm it (the team's leader and the city's), and to the locality."""
    city = [row.team, *([row.team.parent] if row.team.parent and row.team.level == Unit.Level.TEAM else [])]
    deciding = [person for unit in city for person in people_with("visit.approve", unit, at)]
    local = [person for name in ("issue.edit", "visit.approve") for person in people_with(name, row.locality, at)]
    what = f"问题 {row.issue.number:04d} 移交{row.locality.short_name}后超期 {days} 日仍未销号"
    notify(
        {person.pk: person for person in [*deciding, *local]}.values(),
        f"升级待确认：{row.issue.enterprise_name}"[:120],
        f"{what}，待确认是否由市队直接查办。",
        key=f"handover-{row.pk}-proposed",
        at=at,
        url=reverse("inspections:handover_detail", args=[row.pk]),
    )


def escalation_decided(row: Handover, at: datetime) -> None:
    units = {row.locality.pk: row.locality, row.team.pk: row.team}.values()
    people = {row.handed_by.pk: row.handed_by}
    people |= {person.pk: person for unit in units for person in people_with("issue.edit", unit, at)}
    taken = row.state == Handover.State.ESCALATED
    notify(
        people.values(),
        f"{'已确认升级，市队直接查办' if taken else '不予升级，仍由属地查处'}：{row.issue.enterprise_name}"[:120],
        f"由{row.team.name}直接查办。" if taken else f"理由：{row.reason}",
        key=f"handover-{row.pk}-decided",
        at=at,
        url=reverse("inspections:handover_detail", args=[row.pk]),
    )
