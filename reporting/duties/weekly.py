"""The county's word, the reports that came in, and those that did not."""

from datetime import datetime

from accounts.models import User
from reporting.duties.kinds import Duty, Entry, Find, Rows, link
from reporting.models import CountyConfirmation, UnitReport
from reporting.states import ReportState


def to_confirm(user: User, at: datetime) -> Rows:
    rows = CountyConfirmation.objects.within(user, "report.confirm").filter(
        confirmed_at=None, report__frozen_at=None, report__period__starts_at__lte=at, report__period__cutoff_at__gte=at
    )
    return rows.select_related("report__period", "unit").order_by("report__period__cutoff_at", "pk")


def confirm_entry(row: CountyConfirmation) -> Entry:
    period = row.report.period
    url = link("reporting:report_confirm", row.pk)
    return Entry(f"确认{row.called}{period}数字", url, due=period.cutoff_at)


def reports_received(state: str) -> Find:
    def find(user: User, at: datetime) -> Rows:
        rows = UnitReport.objects.within(user, "report.receive").filter(state=state).exclude(frozen_at=None)
        return rows.select_related("period__campaign", "unit").order_by("-period__cutoff_at", "unit__order", "pk")

    return find


def received_entry(row: UnitReport) -> Entry:
    late = "未按时报送，补报待接收" if row.is_missing else ""
    return Entry(f"{row.called}{row.period}周报", link("reporting:report_detail", row.pk), late)


def missing_entry(row: UnitReport) -> Entry:
    return Entry(
        f"{row.called}{row.period}周报", link("reporting:period_detail", row.period_id), due=row.period.cutoff_at
    )


DUTIES = (
    Duty("confirm", "待确认的周报数字", "report.confirm", to_confirm, confirm_entry, "reporting:report_list"),
    Duty(
        "receive",
        "待接收的周报",
        "report.receive",
        reports_received(ReportState.SENT),
        received_entry,
        "reporting:report_list",
    ),
    Duty(
        "missing",
        "未报的周报",
        "report.receive",
        reports_received(ReportState.OPEN),
        missing_entry,
        "reporting:report_list",
    ),
)
