"""A ledger row from its finding to its closing: what each verb asks, changes and leaves behind; its page."""

import hashlib
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.clock import end_of_day
from core.models import AuditEvent, Notice, Obligation
from core.refusals import NotAllowed, Refused
from core.states import advance
from inspections.models import Issue, IssueVersion
from inspections.services import issues
from inspections.states import ISSUES, IssueState
from tests.inspections.mending import LATER, photo, picture, scrawl

pytestmark = pytest.mark.django_db


def test_the_enterprise_owes_the_rectification_to_the_end_of_its_last_day(cast, issue):
    owed = Obligation.objects.get(kind="rectification")
    assert owed.due_at == end_of_day(date(2020, 5, 22)), "told on the last day, late on the next"
    assert owed.enterprise_id == cast.site_a.pk


def test_a_report_waits_for_verification_and_tells_the_county(cast, reported):
    assert reported.state == IssueState.REPORTED
    assert Obligation.objects.get(kind="rectification").met_at == LATER
    told = set(Notice.objects.values_list("recipient__username", flat=True))
    assert "second_a" in told
    assert "inspector_a" not in told, "who wrote the finding does not verify it"


@pytest.mark.parametrize("text,photos,sentence", [("", True, "写明整改"), ("已整改", False, "照片")])
def test_a_report_says_what_was_mended_and_shows_it(cast, issue, text, photos, sentence):
    shown = [photo(cast.enterprise_a)] if photos else []
    with pytest.raises(Refused, match=sentence):
        issues.report_rectification(issue, text, shown, actor=cast.enterprise_a, at=LATER)


def test_who_wrote_the_finding_does_not_verify_it(cast, signed):
    with pytest.raises(NotAllowed):
        issues.close_issue(signed, actor=cast.inspector_a, at=LATER)
    assert Issue.objects.get(pk=signed.pk).state == IssueState.REPORTED


def test_who_signed_as_the_responsible_person_does_not_verify_it(cast, reported):
    issues.sign_issue(reported, scrawl(cast.second_a), actor=cast.second_a, at=LATER)
    for verb in (issues.close_issue, issues.return_rectification):
        with pytest.raises(NotAllowed, match="作为责任人"):
            verb(reported, actor=cast.second_a, at=LATER, reason="核对无误")
    assert Issue.objects.get(pk=reported.pk).state == IssueState.REPORTED
    assert issues.close_issue(reported, actor=cast.officer_a, at=LATER).verified_by == cast.officer_a


def test_who_signed_a_former_text_may_verify_what_another_signed(cast, reported):
    issues.sign_issue(reported, scrawl(cast.second_a), actor=cast.second_a, at=LATER)
    row = issues.edit_rectification(reported, "更换布袋 14 条", actor=cast.officer_a, at=LATER, reason="核对数量")
    issues.sign_issue(row, scrawl(cast.inspector_a), actor=cast.inspector_a, at=LATER)
    assert issues.close_issue(row, actor=cast.second_a, at=LATER).state == IssueState.CLOSED


def test_the_page_says_why_the_signer_has_no_button(client, cast, reported):
    issues.sign_issue(reported, scrawl(cast.second_a), actor=cast.second_a, at=LATER)
    url = reverse("inspections:issue_detail", args=[reported.pk])
    client.force_login(cast.second_a)
    page = client.get(url).content.decode()
    assert "您已作为责任人在该问题上签字，须由另一名人员复核。" in page
    assert 'data-dialog="close"' not in page
    client.force_login(cast.officer_a)
    page = client.get(url).content.decode()
    assert "须由另一名人员复核。" not in page
    assert 'data-dialog="close"' in page


def test_the_database_itself_refuses_a_row_closed_by_its_finder(cast, signed):
    with pytest.raises(IntegrityError), transaction.atomic():
        advance(
            Issue,
            signed.pk,
            "close",
            table=ISSUES,
            actor=cast.inspector_a,
            at=LATER,
            stamps={"closed_at": LATER, "verified_by": cast.inspector_a},
        )


@pytest.mark.req("HS-74")
def test_nothing_is_closed_unsigned_and_a_changed_text_must_be_signed_again(cast, reported):
    with pytest.raises(Refused, match="签字"):
        issues.close_issue(reported, actor=cast.second_a, at=LATER)
    issues.sign_issue(reported, scrawl(cast.inspector_a), actor=cast.inspector_a, at=LATER)
    issues.edit_rectification(reported, "更换布袋 14 条", actor=cast.officer_a, at=LATER, reason="核对数量")
    with pytest.raises(Refused, match="签字"):
        issues.close_issue(reported, actor=cast.second_a, at=LATER)
    Issue.objects.filter(pk=reported.pk).update(rectification_text="")
    with pytest.raises(Refused, match="整改情况为空"):
        issues.close_issue(reported, actor=cast.second_a, at=LATER)
    Issue.objects.filter(pk=reported.pk).update(rectification_text="更换布袋 14 条")
    reported.refresh_from_db()
    issues.sign_issue(reported, scrawl(cast.inspector_a), actor=cast.inspector_a, at=LATER)
    closed = issues.close_issue(reported, actor=cast.second_a, at=LATER)
    assert closed.state == IssueState.CLOSED
    assert closed.verified_by == cast.second_a


def test_a_returned_report_is_owed_again(cast, signed):
    Obligation.objects.filter(kind="rectification").update(remind_at=None)
    back = issues.return_rectification(signed, actor=cast.second_a, at=LATER, reason="照片看不清")
    assert back.state == IssueState.MENDING
    owed = Obligation.objects.open().get(kind="rectification")
    assert owed.remind_at is not None, "and reminded of again"
    assert Notice.objects.filter(recipient=cast.enterprise_a, title__contains="未通过复核").exists()
    assert not back.signatures.filter(voided_at=None).exists()


def test_returning_needs_a_reason(cast, signed):
    with pytest.raises(Refused, match="理由"):
        issues.return_rectification(signed, actor=cast.second_a, at=LATER, reason=" ")


def changes(issue, **said):
    names = ("nature", "gravity", "issue_type", "handling", "deadline_on", "demand", "proposal")
    return {name: getattr(issue, name) for name in names} | said


def test_a_change_keeps_the_past_and_says_why(cast, issue):
    issues.change_issue(issue, changes(issue, gravity="grave"), actor=cast.officer_a, at=LATER, reason="复核升级")
    versions = list(issue.versions.order_by("recorded_at"))
    assert [v.gravity for v in versions] == ["major", "grave"]
    assert versions[0].superseded_at == versions[1].recorded_at == LATER
    assert IssueVersion.objects.as_of(LATER - timedelta(seconds=1)).get(issue=issue).gravity == "major"
    assert AuditEvent.objects.filter(action="inspections.issue.change", reason="复核升级").count() == 1


@pytest.mark.parametrize(
    "said,sentence",
    [
        ({"handling": 4, "deadline_on": None}, "整改期限"),
        ({"handling": 9}, "清单"),
        ({"issue_type": 28}, "清单"),
        ({"demand": " "}, "整改要求"),
        ({"deadline_on": date(2020, 5, 17)}, "不能早于今天"),
        ({}, "没有任何改动"),
    ],
)
def test_an_unlawful_change_is_refused_and_nothing_moves(cast, issue, said, sentence):
    with pytest.raises(Refused, match=sentence):
        issues.change_issue(issue, changes(issue, **said), actor=cast.officer_a, at=LATER, reason="理由")
    assert issue.versions.count() == 1


def test_a_later_deadline_moves_what_is_owed(cast, issue):
    said = changes(issue, deadline_on=date(2020, 6, 1))
    issues.change_issue(issue, said, actor=cast.officer_a, at=LATER, reason="延期")
    assert Obligation.objects.get(kind="rectification").due_at == end_of_day(date(2020, 6, 1))


def test_without_a_deadline_nothing_is_owed_until_there_is_one_again(cast, issue):
    gone = changes(issue, handling=1, deadline_on=None)
    row = issues.change_issue(issue, gone, actor=cast.officer_a, at=LATER, reason="改为当场改正")
    assert not Obligation.objects.open().filter(kind="rectification").exists()
    again = changes(row, deadline_on=date(2020, 6, 1))
    issues.change_issue(row, again, actor=cast.officer_a, at=LATER, reason="仍须整改")
    assert Obligation.objects.open().get(kind="rectification").due_at == end_of_day(date(2020, 6, 1))


def test_a_term_prolonged_while_a_report_waited_counts_once_it_is_returned(cast, reported):
    longer = changes(reported, deadline_on=date(2020, 6, 1))
    row = issues.change_issue(reported, longer, actor=cast.officer_a, at=LATER, reason="延期")
    issues.return_rectification(row, actor=cast.second_a, at=LATER, reason="照片看不清")
    assert Obligation.objects.open().get(kind="rectification").due_at == end_of_day(date(2020, 6, 1))


def test_a_command_that_began_first_and_came_last_leaves_one_version_an_instant(cast, issue):
    earlier = LATER - timedelta(seconds=1)
    issues.change_issue(issue, changes(issue, gravity="grave"), actor=cast.officer_a, at=LATER, reason="复核升级")
    row = issues.record_penalty(issue, "已立案", case_number="漯环立〔2020〕1号", actor=cast.officer_a, at=earlier)
    for at in (earlier, LATER, LATER + timedelta(seconds=1)):
        assert IssueVersion.objects.as_of(at).filter(issue=row).count() == 1


def test_a_void_row_stays_and_is_owed_no_more(cast, issue):
    issues.void_issue(issue, actor=cast.leader_a, at=LATER, reason="重复登记")
    row = Issue.objects.get(pk=issue.pk)
    assert (row.state, row.voided_at) == (IssueState.VOID, LATER)
    owed = Obligation.objects.get(kind="rectification")
    assert (owed.met_at, owed.waived_at, owed.waived_by) == (None, LATER, cast.leader_a), "nobody mended it"
    assert owed.waived_reason == "问题已作废：重复登记"
    assert AuditEvent.objects.filter(action="core.obligation.waive", actor_id=cast.leader_a.pk).count() == 1
    with pytest.raises(Refused, match="已作废"):
        issues.change_issue(row, changes(row, gravity="grave"), actor=cast.officer_a, at=LATER, reason="x")


def test_what_was_reported_in_time_stays_met_when_the_row_is_voided(cast, reported):
    issues.void_issue(reported, actor=cast.leader_a, at=LATER, reason="重复登记")
    owed = Obligation.objects.get(kind="rectification")
    assert (owed.met_at, owed.waived_at) == (LATER, None)


def test_a_row_with_a_case_is_not_voided_and_the_page_says_why(client, cast, issue):
    number = "漯环立〔2020〕1号"
    issues.record_penalty(issue, f"已立案（{number}）", case_number=number, actor=cast.officer_a, at=LATER)
    with pytest.raises(Refused, match=number):
        issues.void_issue(issue, actor=cast.leader_a, at=LATER, reason="重复登记")
    assert Obligation.objects.open().filter(kind="rectification").exists()
    client.force_login(cast.leader_a)
    url = reverse("inspections:issue_detail", args=[issue.pk])
    page = client.get(url).content.decode()
    assert f"该问题已立案（{number}），不能作废" in page
    assert 'data-dialog="void"' not in page
    issues.record_penalty(issue, "已撤案", case_number="", actor=cast.officer_a, at=LATER)
    assert 'data-dialog="void"' in client.get(url).content.decode()


def test_the_database_itself_refuses_a_void_row_with_a_case(cast, issue):
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(state=IssueState.VOID, voided_at=LATER, case_number="1")


ALLOWED = {(source, arrow.action) for arrow in ISSUES.transitions for source in arrow.sources}


@pytest.mark.parametrize("action", [arrow.action for arrow in ISSUES.transitions])
@pytest.mark.parametrize("state", IssueState.values)
def test_every_state_meets_every_action(state, action):
    if (state, action) in ALLOWED:
        assert ISSUES.arrow(state, action)
    else:
        with pytest.raises(Refused, match="不能办理"):
            ISSUES.arrow(state, action)


# Pages


def test_the_page_keeps_what_was_typed_when_a_change_is_refused(client, cast, issue):
    client.force_login(cast.officer_a)
    form = {k: ("" if v is None else v) for k, v in changes(issue, deadline_on="", demand="我新写的要求").items()}
    answer = client.post(reverse("inspections:issue_change", args=[issue.pk]), form | {"reason": "测试"})
    assert answer.status_code == 422
    assert "我新写的要求" in answer.content.decode()
    assert "必须填写整改期限" in answer.content.decode()


@pytest.mark.parametrize(
    "name,content,sentence",
    [
        ("大图.jpg", b"\xff\xd8" + b"0" * (21 * 1024 * 1024), "超过 20 MB"),
        ("文档.jpg", b"%PDF-1.4 not a picture", "文档.jpg"),
    ],
)
def test_a_bad_photo_is_named_and_the_words_stay(client, cast, issue, name, content, sentence):
    client.force_login(cast.enterprise_a)
    form = {"text": "我写的整改情况", "photos": SimpleUploadedFile(name, content, "image/jpeg")}
    answer = client.post(reverse("inspections:issue_report", args=[issue.pk]), form)
    assert answer.status_code in {413, 422}
    assert sentence in answer.content.decode()
    assert "我写的整改情况" in answer.content.decode()
    assert Issue.objects.get(pk=issue.pk).state == IssueState.MENDING


def test_a_good_photo_stays_when_the_report_is_refused_for_another(client, cast, issue):
    """Chosen once, sent once: the page hands its hash back, to its sender only, and it can be taken off."""
    client.force_login(cast.enterprise_a)
    url = reverse("inspections:issue_report", args=[issue.pk])
    good = SimpleUploadedFile("改后.jpg", picture(), "image/jpeg")
    bad = SimpleUploadedFile("文字.jpg", b"%PDF-1.4 not a picture", "image/jpeg")
    sha256 = hashlib.sha256(picture()).hexdigest()
    with clock.travel(LATER):
        answer = client.post(url, {"text": "已更换", "photos": [good, bad]})
        page = answer.content.decode()
        assert (answer.status_code, "“文字.jpg”" in page, f'value="{sha256}"' in page) == (422, True, True)
        assert "上次选好的照片已保留" in page
        assert client.get(f"/api/v1/evidence/{sha256}?edge=160").status_code == 200
        again = client.post(url, {"text": "", "photos-kept": sha256}).content.decode()
        assert f'value="{sha256}"' in again
        assert "请至少上传一张" not in again
        assert client.post(url, {"text": "已更换", "photos-kept": sha256}).status_code == 302
    assert [photo.sha256 for photo in issue.rectifications.get().photos.all()] == [sha256]


def test_a_hash_that_somebody_else_sent_is_no_photo_of_mine(client, cast, issue):
    photo(cast.enterprise_b)
    client.force_login(cast.enterprise_a)
    sent = {"text": "已更换", "photos-kept": hashlib.sha256(picture()).hexdigest()}
    with clock.travel(LATER):
        answer = client.post(reverse("inspections:issue_report", args=[issue.pk]), sent)
    assert (answer.status_code, "请至少上传一张" in answer.content.decode()) == (422, True)


def test_the_enterprise_reports_on_its_page_and_sees_its_photo(client, cast, issue):
    client.force_login(cast.enterprise_a)
    form = {"text": "已更换", "photos": SimpleUploadedFile("改.jpg", picture(), "image/jpeg")}
    with clock.travel(LATER):
        assert client.post(reverse("inspections:issue_report", args=[issue.pk]), form).status_code == 302
        report = issue.rectifications.get()
        url = reverse("inspections:rectification_photo", args=[issue.pk, report.pk, report.photos.get().pk])
        assert b"".join(client.get(url).streaming_content) == picture()
        client.force_login(cast.enterprise_b)
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("who", ["inspector_b", "officer_other", "enterprise_b", "expert", "administrator"])
def test_the_row_is_not_found_from_outside(client, cast, issue, who):
    client.force_login(getattr(cast, who))
    assert client.get(reverse("inspections:issue_detail", args=[issue.pk])).status_code == 404
    assert client.get(f"/api/v1/issues/{issue.pk}").status_code in {403, 404}


def test_an_enterprise_does_not_close_its_own_row(client, cast, signed):
    client.force_login(cast.enterprise_a)
    url = reverse("inspections:issue_decide", args=[signed.pk, "close"])
    assert client.post(url).status_code == 403
