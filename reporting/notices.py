"""What is said to whom about weekly reports. Keys make each sentence arrive once, however often it is written."""

from datetime import datetime

from django.urls import reverse

from accounts.gate import people_with
from core.clock import local
from core.notices import notify
from reporting.models import ReportPeriod, Summary, UnitReport
from reporting.rules.weeks import late_text


def frozen(period: ReportPeriod, missing: list[UnitReport], sent: int, at: datetime) -> None:
    """To the province: the week is closed. To each city that did not send: it stands with the platform's figures."""
    total = sent + len(missing)
    names = "、".join(report.unit.short_name for report in missing)
    notify(
        people_with("report.receive", period.campaign.unit, at),
        f"{period}周报已封账，{sent}/{total} 已报送",
        f"未报送：{names}。数字按平台封账数计入。" if missing else "各市均已按时报送。",
        key=f"period:{period.pk}:frozen",
        at=at,
        url=reverse("reporting:period_detail", args=[period.pk]),
    )
    for report in missing:
        notify(
            people_with("report.send", report.unit, at),
            f"{period}周报未按时报送",
            f"{local(period.cutoff_at):%m-%d %H:%M} 已按平台数字封账，请尽快补报文字说明，补报将标记为迟报。",
            key=f"report:{report.pk}:missing",
            at=at,
            url=reverse("reporting:report_detail", args=[report.pk]),
        )


def edition(summary: Summary, at: datetime) -> None:
    """To the province: a late or corrected report made a new edition."""
    units = "、".join(change["unit"] for change in summary.differences)
    notify(
        people_with("report.receive", summary.period.campaign.unit, at),
        f"{summary.period}汇总已更新为第 {summary.edition} 版",
        f"涉及：{units}。",
        key=f"summary:{summary.period_id}:{summary.edition}",
        at=at,
        url=reverse("reporting:period_detail", args=[summary.period_id]),
    )


def late(report: UnitReport, at: datetime) -> None:
    to_province(report, f"{report.unit.short_name}补报{report.period}周报", late_text(at, report.period.cutoff_at), at)


def corrected(report: UnitReport, number: int, reason: str, at: datetime) -> None:
    to_province(report, f"{report.unit.short_name}报送{report.period}周报更正版（第 {number} 版）", reason, at)


def to_province(report: UnitReport, title: str, body: str, at: datetime) -> None:
    notify(
        people_with("report.receive", report.period.campaign.unit, at),
        title,
        body,
        key=f"report:{report.pk}:sent:{at.isoformat()}",
        at=at,
        url=reverse("reporting:report_detail", args=[report.pk]),
    )


def returned(report: UnitReport, at: datetime) -> None:
    """To the city: correct it."""
    notify(
        people_with("report.send", report.unit, at),
        f"{report.period}周报被退回更正",
        f"退回理由：{report.return_reason}",
        key=f"report:{report.pk}:returned:{at.isoformat()}",
        at=at,
        url=reverse("reporting:report_detail", args=[report.pk]),
    )


def reminded(report: UnitReport, at: datetime) -> int:
    """To the city: please send. At most once a day. Returns how many people were told now."""
    cutoff, superior = local(report.period.cutoff_at), report.period.campaign.unit.short_name
    past = at > report.period.cutoff_at
    return notify(
        people_with("report.send", report.unit, at),
        f"请{'补报' if past else '报送'}{report.period}周报",
        f"截止时间为 {cutoff:%m-%d %H:%M}{'，已过截止时间' if past else ''}，{superior}正在汇总，请尽快报送。",
        key=f"report:{report.pk}:reminded:{local(at):%Y-%m-%d}",
        at=at,
        url=reverse("reporting:report_detail", args=[report.pk]),
    )
