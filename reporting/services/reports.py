"""What people do with a weekly report: confirm, write, send, recall, return, correct, accept, remind."""

from datetime import datetime

from django.core import signing
from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from accounts.models import User
from core import audit
from core.audit import digest_of
from core.calendar import calendar
from core.clock import SHANGHAI, day_of, local
from core.obligations import meet, open_obligation, reopen
from core.refusals import Refused
from core.states import advance
from reporting import notices
from reporting.documents import unprintable
from reporting.figures import Places, Span, compute, kept_places, places_of, vocabulary
from reporting.models import CountyConfirmation, ReportPeriod, ReportVersion, UnitReport
from reporting.rules.tallies import Counts, Figures, differences, happened, read
from reporting.rules.weeks import Timeliness, timeliness
from reporting.services.lines import latest_corrections
from reporting.services.periods import OBLIGATION, subject
from reporting.states import REPORTS, ReportState

TEXT_LIMIT = 4000
CORRECTION = "report_correction"
SEEN = "reporting.seen"


def places(report: UnitReport) -> Places:
    """The organisation under the city: as it was when the report froze, before that as it is."""
    return kept_places(report.unit_id, report.places) if report.places is not None else places_of([report.unit])


def figures_at(report: UnitReport, at: datetime) -> Figures:
    """The week as it stood at `at`, at most at the cut-off."""
    period = report.period
    until = max(period.starts_at, min(at, period.cutoff_at))
    return count(report, Span(period.starts_at, until, until))


def corrected_at(report: UnitReport, at: datetime) -> Figures:
    """The same week, voided, reclassified and corrected rows as they are known at `at`."""
    period = report.period
    return count(report, Span(period.starts_at, period.cutoff_at, max(at, period.cutoff_at)))


def count(report: UnitReport, span: Span) -> Figures:
    return compute(report.period.campaign_id, places(report), span)[report.unit_id]


def standing_figures(report: UnitReport) -> Figures | None:
    """The figures that count now once the week is frozen: the last correction's, else the frozen ones."""
    correction = latest_corrections([report.pk]).get(report.pk)
    if correction is not None:
        return read(correction.figures)
    return read(report.figures) if report.figures is not None else None


def is_frozen(report: UnitReport) -> bool:
    """Asked of the database: the caller's copy may be older than the freeze."""
    return UnitReport.objects.filter(pk=report.pk).exclude(frozen_at=None).exists()


def seen_token(report: UnitReport, at: datetime) -> str:
    """Proof, for the form, of the moment whose figures its page shows."""
    return signing.dumps([report.pk, at.isoformat()], salt=SEEN)


def seen_at(report: UnitReport, token: str, at: datetime) -> datetime:
    """The moment a page showed, or `at` when the token is not ours or of another report."""
    try:
        pk, moment = signing.loads(token, salt=SEEN)
    except signing.BadSignature:
        return at
    return min(datetime.fromisoformat(moment), at) if pk == report.pk else at


def save_text(report: UnitReport, text: str, is_nothing: bool, *, actor: User, at: datetime) -> UnitReport:
    """Keep a draft of what will be sent. Refused once it is sent."""
    with transaction.atomic():
        row = UnitReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
        if row.state not in {ReportState.OPEN, ReportState.RETURNED}:
            raise Refused(f"本周周报已报送，不能再改草稿。如需修改，请在截止前撤回，或等待{superior(row)}退回更正。")
        check_text(text)
        row.text, row.is_nothing = text.strip(), is_nothing
        row.save(update_fields=["text", "is_nothing"])
        audit.record("reporting.unitreport.save", row, actor=actor, at=at, after={"digest": digest_of(row.text)})
    return row


def check_text(text: str) -> None:
    if len(text) > TEXT_LIMIT:
        raise Refused(f"情况说明最多 {TEXT_LIMIT} 字，现在 {len(text)} 字。", field="text", status=422)
    unknown = unprintable(text.strip())
    if unknown:
        shown = "、".join(f"“{character}”" for character in unknown[:10])
        raise Refused(f"情况说明里有打印不出的字符：{shown}，请删去或改用汉字。", field="text", status=422)


def check_nothing(text: str, is_nothing: bool, week: Counts) -> None:
    """A report of nothing says so, and only when nothing was recorded: no visit, no issue, no case, no closure."""
    done = happened(week)
    if is_nothing and done:
        raise Refused(
            f"平台本周已有{'、'.join(done)}，不能作“零报告”。请取消勾选后再报送。", field="is_nothing", status=422
        )
    if not is_nothing and not done and not text.strip():
        raise Refused("本周没有新增数据：请勾选“零报告”，或填写情况说明后再报送。", field="text", status=422)


def send(report: UnitReport, text: str, is_nothing: bool, *, seen: str, actor: User, at: datetime) -> UnitReport:
    """Send the first version: the text with the figures that the sender saw. After the cut-off it is late."""
    check_text(text)
    moment = seen_at(report, seen, at)
    figures = standing_figures(report) or figures_at(report, moment)
    check_nothing(text, is_nothing, figures.own)
    data = figures.data()
    stamps = {
        "text": text.strip(),
        "is_nothing": is_nothing,
        "sent_at": at,
        "sent_by": actor,
        "figures_seen": data,
        "seen_at": moment,
    }
    with transaction.atomic():
        refuse_overtaken(report, at)
        row = advance(UnitReport, report.pk, "send", table=REPORTS, actor=actor, at=at, stamps=stamps)
        write_version(row, 1, figures, as_of=moment, actor=actor, at=at)
        meet(OBLIGATION, subject(row.pk), period=str(row.period), at=at)
        ask_for_edition(row, at)
        if timeliness(at, row.period.cutoff_at, at) is Timeliness.LATE:
            notices.late(row, at)
    return row


def unconfirmed(report: UnitReport, at: datetime) -> list[str]:
    """The counties whose word on the figures is missing while it can still be given; after the cut-off nobody waits."""
    if report.state != ReportState.OPEN or at > report.period.cutoff_at:
        return []
    rows = report.confirmations.filter(confirmed_at=None).select_related("unit").order_by("unit__order", "unit_id")
    return [row.unit.short_name for row in rows]


def refuse_unsaid(report: UnitReport, without: bool, at: datetime) -> None:
    """Who sends before every county has confirmed must have seen which are missing."""
    waiting = [] if without else unconfirmed(report, at)
    if waiting:
        raise Refused(
            f"{'、'.join(waiting)}尚未确认本周数字。可先催办；如仍要报送，请勾选“已知悉……仍然报送”。",
            field="without",
            status=422,
        )


def refuse_overtaken(report: UnitReport, at: datetime) -> None:
    """A command of before the cut-off whose transaction comes after the freeze: the week stands as not sent."""
    row = UnitReport.objects.select_for_update(of=("self",)).select_related("period").get(pk=report.pk)
    if row.frozen_at is not None and at <= row.period.cutoff_at:
        raise Refused("报送时本周已经封账，请刷新页面后按补报办理。")


def write_version(
    report: UnitReport, number: int, figures: Figures, *, as_of: datetime, actor: User, at: datetime, reason: str = "",
    changed: list[dict[str, object]] | None = None,
) -> ReportVersion:  # fmt: skip
    data = figures.data()
    return ReportVersion.objects.create(
        report=report,
        number=number,
        text=report.text,
        is_nothing=report.is_nothing,
        figures=data,
        figures_digest=digest_of(data),
        as_of=as_of,
        differences=changed or [],
        reason=reason,
        sent_by=actor,
        sent_at=at,
    )


def ask_for_edition(report: UnitReport, at: datetime) -> None:
    """A frozen period gets a new summary by the next sweep; before the freeze there is none to renew."""
    ReportPeriod.objects.frozen().filter(pk=report.period_id, reports=report).update(summary_due_at=at)


def superior(report: UnitReport) -> str:
    """Whom the report goes to: the authority of its campaign."""
    return report.period.campaign.unit.short_name


def recall(report: UnitReport, *, actor: User, at: datetime, reason: str) -> UnitReport:
    """Take a sent report back, before the cut-off only; what was sent is kept."""
    if at > report.period.cutoff_at:
        raise Refused(f"已过截止时间，周报不能撤回。如有错误，请联系{superior(report)}退回更正。")
    stamps = {"sent_at": None, "sent_by": None, "figures_seen": None, "seen_at": None}
    with transaction.atomic():
        row = advance(UnitReport, report.pk, "recall", table=REPORTS, actor=actor, at=at, reason=reason, stamps=stamps)
        if row.frozen_at is not None:  # asked a moment before the cut-off, carried out after it
            raise Refused(f"本周已封账，周报不能撤回。如有错误，请联系{superior(report)}退回更正。")
        row.versions.filter(recalled_at=None).update(recalled_at=at)
        reopen(OBLIGATION, subject(row.pk), period=str(row.period))
    return row


def return_report(report: UnitReport, *, actor: User, at: datetime, reason: str) -> UnitReport:
    """The province sends a frozen report back; the city owes a correction by the next working day's cut-off hour."""
    if not is_frozen(report):
        raise Refused("本周尚未封账，不能退回更正；市局可在截止前自行撤回修改。")
    stamps = {"return_reason": reason.strip()[:300], "returned_by": actor, "returned_at": at}
    stamps |= {"accepted_by": None, "accepted_at": None}
    with transaction.atomic():
        row = advance(UnitReport, report.pk, "return", table=REPORTS, actor=actor, at=at, reason=reason, stamps=stamps)
        owe_correction(row, at)
        notices.returned(row, at)
    return row


def owe_correction(report: UnitReport, at: datetime) -> None:
    campaign = report.period.campaign
    due_on = calendar().next_workday(day_of(at))
    open_obligation(
        kind=CORRECTION,
        subject=subject(report.pk),
        period=correction_period(report),
        campaign_id=campaign.pk,
        unit_path=report.unit.path,
        due_at=datetime.combine(due_on, campaign.report_time, tzinfo=SHANGHAI),
        at=at,
        title=f"更正{report.period}周报：{report.return_reason}",
        source=campaign.title,
        rule=f"{campaign.unit.short_name}退回更正，次一工作日前报送更正版",
        url=reverse("reporting:report_detail", args=[report.pk]),
    )


def correction_period(report: UnitReport) -> str:
    """Each return is owed apart: the same week may be returned twice."""
    assert report.returned_at is not None
    return f"{report.period} {local(report.returned_at):%Y%m%d%H%M%S}"


def correct(
    report: UnitReport, text: str, is_nothing: bool, *, actor: User, at: datetime, reason: str
) -> ReportVersion:
    """Send the next version of a returned report: the week counted again as it is known now, with what that changes."""
    check_text(text)
    before, after = standing_figures(report), corrected_at(report, at)
    if before is None:
        raise Refused("本周尚未封账，请撤回后重新报送。")
    check_nothing(text, is_nothing, after.own)
    words = vocabulary(report.period.campaign)
    changed = [item.data() for item in differences(before.own, after.own, words)]
    stamps = {"text": text.strip(), "is_nothing": is_nothing}
    with transaction.atomic():
        row = advance(UnitReport, report.pk, "correct", table=REPORTS, actor=actor, at=at, reason=reason, stamps=stamps)
        number = (row.versions.filter(recalled_at=None).aggregate(last=Max("number"))["last"] or 1) + 1
        version = write_version(
            row, number, after, as_of=at, actor=actor, at=at, reason=reason.strip()[:300], changed=changed
        )
        meet(CORRECTION, subject(row.pk), period=correction_period(row), at=at)
        ask_for_edition(row, at)
        notices.corrected(row, number, version.reason, at)
    return version


def accept(report: UnitReport, *, actor: User, at: datetime) -> UnitReport:
    if not is_frozen(report):
        raise Refused("本周尚未封账，封账后才能接收。")
    stamps = {"accepted_by": actor, "accepted_at": at}
    return advance(UnitReport, report.pk, "accept", table=REPORTS, actor=actor, at=at, stamps=stamps)


def confirm(confirmation: CountyConfirmation, note: str, *, seen: str, actor: User, at: datetime) -> CountyConfirmation:
    """A county's word that its figures are right, until the cut-off; said again it replaces the last one."""
    report = confirmation.report
    if at > report.period.cutoff_at:
        raise Refused("已过截止时间，本周数字已封账，不能再确认。")
    figures = figures_at(report, seen_at(report, seen, at)).parts.get(confirmation.unit_id, Counts())
    with transaction.atomic():
        row = CountyConfirmation.objects.select_for_update(of=("self",)).get(pk=confirmation.pk)
        row.figures, row.note = figures.data(), note.strip()[:300]
        row.confirmed_by, row.confirmed_at = actor, at
        row.save()
        audit.record(
            "reporting.countyconfirmation.confirm", row, actor=actor, at=at, after={"digest": digest_of(row.figures)}
        )
    return row


def remind_missing(period: ReportPeriod, *, actor: User, at: datetime) -> int:
    """Tell every city that has not sent, once a day each. Returns how many cities were told now."""
    waiting = period.reports.filter(state=ReportState.OPEN).select_related("unit", "period")
    with transaction.atomic():
        told = sum(notices.reminded(report, at) > 0 for report in waiting)
        if told:
            audit.record("reporting.reportperiod.remind", period, actor=actor, at=at, after={"units": told})
    return told
