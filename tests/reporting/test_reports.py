"""What a city, its counties and the province do with one week's report."""

import pytest

from core.models import AuditEvent, Notice
from core.refusals import Refused
from reporting.models import CountyConfirmation, ReportVersion, Summary, UnitReport
from reporting.rules.status import Status, status_of
from reporting.rules.weeks import Timeliness
from reporting.services import reports
from reporting.services.freeze import sweep
from reporting.states import REPORTS, ReportState
from tests.reporting.scene import Scene, busy, owed, sh

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(scene: Scene) -> UnitReport:
    """The city's report of week 4, on its Tuesday, with something to report."""
    scene.published("05-08 18:00")
    busy(scene)
    sweep(sh("05-12 09:00"))
    return UnitReport.objects.select_related("period__campaign").get(period__number=4, unit=scene.cast.city)


def send(scene: Scene, report: UnitReport, at: str, text: str = "重点检查化工行业。", **fields: bool) -> UnitReport:
    moment = sh(at)
    token = reports.seen_token(report, moment)
    nothing = fields.get("is_nothing", False)
    return reports.send(report, text, nothing, seen=token, actor=scene.cast.contact_city, at=moment)


def week(figures: dict[str, dict[str, int]] | None) -> dict[str, int]:
    assert figures is not None
    return figures["week"]


def due(report: UnitReport) -> bool:
    """Whether the report is still owed."""
    return next(row for row in owed() if row.subject == f"unit_report:{report.pk}").met_at is None


def test_sending_keeps_text_and_the_figures_that_were_seen(scene: Scene, report: UnitReport) -> None:
    seen = reports.seen_token(report, sh("05-13 12:00"))
    sent = reports.send(report, " 说明 ", False, seen=seen, actor=scene.cast.contact_city, at=sh("05-15 16:42"))
    assert (sent.state, sent.text, sent.seen_at) == ("sent", "说明", sh("05-13 12:00"))
    assert week(sent.figures_seen)["visits"] == 2
    version = ReportVersion.objects.get(report=report)
    assert (version.number, version.figures) == (1, sent.figures_seen)
    assert not due(report)


def test_a_token_of_another_report_or_of_nobody_shows_the_present(report: UnitReport) -> None:
    other = UnitReport.objects.exclude(pk=report.pk).first()
    assert other is not None
    for token in ("", "forged", reports.seen_token(other, sh("05-11 09:00"))):
        assert reports.seen_at(report, token, sh("05-15 09:00")) == sh("05-15 09:00")


def test_a_recall_before_the_cutoff_opens_it_again(scene: Scene, report: UnitReport) -> None:
    send(scene, report, "05-15 10:00")
    reports.recall(report, actor=scene.cast.contact_city, at=sh("05-15 17:30"), reason="漏写下周安排")
    again = UnitReport.objects.get(pk=report.pk)
    assert (again.state, again.sent_at, due(report)) == ("open", None, True)
    send(scene, again, "05-15 17:29")
    assert [(row.number, bool(row.recalled_at)) for row in report.versions.order_by("pk")] == [(1, True), (1, False)]


def test_a_recall_after_the_cutoff_is_refused(scene: Scene, report: UnitReport) -> None:
    send(scene, report, "05-15 10:00")
    with pytest.raises(Refused, match="已过截止时间"):
        reports.recall(report, actor=scene.cast.contact_city, at=sh("05-15 17:30:01"), reason="晚了")


def test_a_recall_that_comes_after_the_freeze_is_refused_whatever_its_moment(scene: Scene, report: UnitReport) -> None:
    send(scene, report, "05-15 10:00")
    sweep(sh("05-15 17:31"))
    with pytest.raises(Refused, match="已封账"):
        reports.recall(report, actor=scene.cast.contact_city, at=sh("05-15 17:29:59"), reason="晚了")
    assert UnitReport.objects.get(pk=report.pk).sent_at == sh("05-15 10:00")


def test_a_sending_of_before_the_cut_off_does_not_slip_in_after_the_freeze(scene: Scene, report: UnitReport) -> None:
    sweep(sh("05-15 17:31"))
    with pytest.raises(Refused, match="补报"):
        send(scene, report, "05-15 17:29:59")
    row = UnitReport.objects.get(pk=report.pk)
    assert row.is_missing
    assert row.sent_at is None


def test_frozen_figures_may_differ_from_those_seen(scene: Scene, report: UnitReport) -> None:
    send(scene, report, "05-14 10:00")
    scene.found(scene.visited(scene.site("漯河示例造纸厂"), "05-15 17:20"))
    sweep(sh("05-15 17:31"))
    row = UnitReport.objects.get(pk=report.pk)
    assert week(row.figures_seen)["issues"] == 1
    assert week(row.figures)["issues"] == 2
    assert row.is_missing is False


def test_who_sends_late_is_marked_and_the_figures_stay(scene: Scene, report: UnitReport) -> None:
    sweep(sh("05-15 17:31"))
    frozen = UnitReport.objects.get(pk=report.pk)
    sent = send(scene, frozen, "05-15 19:35")
    assert sent.figures == frozen.figures == sent.figures_seen
    said = status_of(
        state=sent.state, sent_at=sent.sent_at, cutoff_at=sent.period.cutoff_at, version=1, at=sh("05-16 09:00")
    )
    assert said == Status("迟报 2 小时 5 分", "amber", Timeliness.LATE)
    assert said.short == "迟报 2 小时"
    assert Notice.objects.filter(title="漯河市补报第 4 周周报", recipient=scene.cast.officer_province).count() == 1


def test_a_late_report_makes_a_second_edition_with_what_changed(scene: Scene, report: UnitReport) -> None:
    sweep(sh("05-15 17:31"))
    send(scene, UnitReport.objects.get(pk=report.pk), "05-15 19:35")
    sweep(sh("05-15 19:36"))
    sweep(sh("05-15 19:37"))
    editions = list(Summary.objects.filter(period=report.period))
    assert [row.edition for row in editions] == [1, 2]
    assert editions[1].differences == [{"unit": "漯河市", "items": [], "note": "补报文字说明"}]
    assert editions[0].workbook_id != editions[1].workbook_id


@pytest.mark.parametrize(
    ("text", "nothing", "said"),
    [("", True, "不能作“零报告”"), ("好" * 4001, False, "最多 4000 字"), ("本周很好😀", False, "打印不出的字符：“😀”")],
)
def test_what_cannot_be_sent(scene: Scene, report: UnitReport, text: str, nothing: bool, said: str) -> None:
    with pytest.raises(Refused, match=said):
        send(scene, report, "05-15 10:00", text, is_nothing=nothing)


def test_a_report_of_nothing_says_so(scene: Scene, report: UnitReport) -> None:
    quiet = UnitReport.objects.get(period=report.period, unit=scene.cast.other_city)
    with pytest.raises(Refused, match="请勾选“零报告”"):
        send(scene, quiet, "05-15 10:00", "")
    assert send(scene, quiet, "05-15 10:01", "", is_nothing=True).is_nothing


def test_a_week_with_a_case_or_a_closure_is_not_one_of_nothing(scene: Scene, report: UnitReport) -> None:
    """Neither a visit nor an issue in the week, but what came of the earlier ones."""
    quiet = next_week(scene)
    issue = scene.campaign.issues.get(issue_type=21)
    scene.closed(scene.reported(issue, "05-19 09:00"), "05-19 10:00")
    scene.stepped(scene.filed(issue, "05-19 11:00"), "decide", "05-20 09:00", fine="2000")
    said = "平台本周已有企业已报整改完成 1 个、复核通过并销号 1 个、立案 1 件、作出处罚决定 1 件、罚款金额 2,000 元，"
    with pytest.raises(Refused, match=said):
        send(scene, quiet, "05-21 10:00", "", is_nothing=True)
    assert send(scene, quiet, "05-21 10:00", "").state == "sent"


def next_week(scene: Scene) -> UnitReport:
    sweep(sh("05-18 09:00"))
    return UnitReport.objects.select_related("period").get(period__number=5, unit=scene.cast.city)


def test_a_draft_is_kept_until_it_is_sent(scene: Scene, report: UnitReport) -> None:
    actor = scene.cast.officer_city
    assert reports.save_text(report, "草稿", False, actor=actor, at=sh("05-13 09:00")).text == "草稿"
    send(scene, report, "05-15 10:00")
    with pytest.raises(Refused, match="已报送"):
        reports.save_text(report, "又改", False, actor=actor, at=sh("05-15 11:00"))


def returned(scene: Scene, report: UnitReport) -> UnitReport:
    send(scene, report, "05-15 10:00")
    sweep(sh("05-15 17:31"))
    return reports.return_report(report, actor=scene.cast.officer_province, at=sh("05-18 09:00"), reason="有重复登记")


def test_before_the_freeze_nothing_is_returned_or_accepted(scene: Scene, report: UnitReport) -> None:
    send(scene, report, "05-15 10:00")
    for act in (reports.accept, lambda *a, **k: reports.return_report(*a, reason="有误", **k)):
        with pytest.raises(Refused, match="尚未封账"):
            act(report, actor=scene.cast.officer_province, at=sh("05-15 11:00"))


def test_a_returned_report_is_owed_again_and_told(scene: Scene, report: UnitReport) -> None:
    row = returned(scene, report)
    assert (row.state, row.return_reason) == ("returned", "有重复登记")
    assert [one.due_at for one in owed("report_correction")] == [sh("05-19 17:30")]
    assert Notice.objects.filter(title="第 4 周周报被退回更正", recipient=scene.cast.contact_city).count() == 1


def test_a_correction_counts_the_week_again_and_lists_what_it_changes(scene: Scene, report: UnitReport) -> None:
    row = returned(scene, report)
    scene.voided(scene.campaign.issues.order_by("number").last(), "05-18 09:30")
    actor, at = scene.cast.contact_city, sh("05-18 10:00")
    version = reports.correct(row, "作废一条。", False, actor=actor, at=at, reason="重复登记")
    assert version.number == 2
    changed = {(item["path"], item["from"], item["to"]) for item in version.differences}
    assert {("week.issues", 1, 0), ("week.element.水", 1, 0), ("total.issues", 3, 2)} <= changed
    assert {item["label"] for item in version.differences} >= {"本周发现问题", "本周按环境要素 水"}
    after = UnitReport.objects.get(pk=row.pk)
    assert (after.state, week(after.figures)["issues"]) == ("sent", 1)
    assert [one.met_at for one in owed("report_correction")] == [at]


def test_the_province_gets_a_new_edition_with_the_differences(scene: Scene, report: UnitReport) -> None:
    row = returned(scene, report)
    scene.voided(scene.campaign.issues.order_by("number").last(), "05-18 09:30")
    reports.correct(row, "作废。", False, actor=scene.cast.contact_city, at=sh("05-18 10:00"), reason="重复登记")
    sweep(sh("05-18 10:01"))
    edition = Summary.objects.get(period=report.period, edition=2)
    change = edition.differences[0]
    assert (change["unit"], change["note"]) == ("漯河市", "更正文字说明")
    assert {"path": "week.issues", "label": "本周发现问题", "from": 1, "to": 0} in change["items"]
    assert edition.figures["units"][str(scene.cast.city.pk)]["version"] == 2
    assert Notice.objects.filter(title="第 4 周汇总已更新为第 2 版").count() == 1
    reports.accept(row, actor=scene.cast.officer_province, at=sh("05-18 11:00"))
    assert UnitReport.objects.get(pk=row.pk).state == "accepted"


def test_a_county_confirms_what_it_saw_until_the_cutoff(scene: Scene, report: UnitReport) -> None:
    word = CountyConfirmation.objects.get(report=report, unit=scene.cast.county_a)
    actor, seen = scene.cast.officer_a, reports.seen_token(report, sh("05-13 12:00"))
    given = reports.confirm(word, "已核对", seen=seen, actor=actor, at=sh("05-14 09:00"))
    assert week(given.figures)["visits"] == 1
    again = reports.confirm(word, "", seen="", actor=actor, at=sh("05-15 17:30"))
    assert week(again.figures)["visits"] == 2
    with pytest.raises(Refused, match="已封账"):
        reports.confirm(word, "", seen="", actor=actor, at=sh("05-15 17:30:01"))


def test_reminding_the_missing_is_once_a_day(scene: Scene, report: UnitReport) -> None:
    actor = scene.cast.officer_province
    assert [reports.remind_missing(report.period, actor=actor, at=sh(at)) for at in ("05-15 16:00", "05-15 16:01")] == [
        1,
        0,
    ]
    assert reports.remind_missing(report.period, actor=actor, at=sh("05-16 09:00")) == 1
    send(scene, report, "05-16 10:00")
    assert reports.remind_missing(report.period, actor=actor, at=sh("05-17 09:00")) == 0
    assert AuditEvent.objects.filter(action="reporting.reportperiod.remind").count() == 2


MATRIX = {
    ("open", "send"): "sent",
    ("sent", "recall"): "open",
    ("sent", "return"): "returned",
    ("accepted", "return"): "returned",
    ("returned", "correct"): "sent",
    ("sent", "accept"): "accepted",
}


@pytest.mark.parametrize("state", ReportState.values)
@pytest.mark.parametrize("action", ["send", "recall", "return", "correct", "accept"])
def test_every_state_and_every_action(state: str, action: str) -> None:
    target = MATRIX.get((state, action))
    if target is None:
        with pytest.raises(Refused):
            REPORTS.arrow(state, action)
    else:
        assert REPORTS.arrow(state, action).target == target


@pytest.mark.parametrize(
    ("facts", "word", "tone"),
    [
        ({"state": "open", "sent_at": None, "at": "05-15 17:00"}, "待报送", "grey"),
        ({"state": "open", "sent_at": None, "at": "05-15 17:31"}, "未报", "red"),
        ({"state": "sent", "sent_at": "05-15 16:42"}, "按时 16:42", "green"),
        ({"state": "sent", "sent_at": "05-11 00:46"}, "按时 05-11 00:46", "green"),
        ({"state": "accepted", "sent_at": "05-15 17:31"}, "迟报 1 分", "amber"),
        ({"state": "returned", "sent_at": "05-15 16:42"}, "已退回", "amber"),
        ({"state": "sent", "sent_at": "05-15 16:42", "version": 2}, "更正 v2", "blue"),
    ],
)
def test_the_words_of_the_matrix(facts: dict[str, str], word: str, tone: str) -> None:
    sent = facts["sent_at"]
    said = status_of(
        state=facts["state"],
        sent_at=sh(sent) if sent else None,
        cutoff_at=sh("05-15 17:30"),
        version=int(facts.get("version", 1)),
        at=sh(facts.get("at", "05-18 09:00")),
    )
    assert (said.word, said.tone) == (word, tone)
