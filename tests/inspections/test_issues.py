import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image, ImageDraw

from core import clock
from core.clock import at_local, end_of_day
from core.files import store
from core.models import AuditEvent, Notice, Obligation
from core.refusals import NotAllowed, Refused
from core.states import advance
from inspections.models import Issue, IssueVersion
from inspections.services import issues
from inspections.states import ISSUES, IssueState
from tests import factories as make

pytestmark = pytest.mark.django_db
LATER = at_local(date(2020, 5, 18), 10)


def picture(colour="red", size=(64, 48), kind="JPEG") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, kind)
    return content.getvalue()


def photo(actor, at=LATER):
    return store(picture(), name="整改.jpg", by=actor, at=at, kind="photo")


def scrawl(actor, at=LATER):
    image = Image.new("RGB", (300, 120), "white")
    ImageDraw.Draw(image).line([(20, 100), (120, 20), (280, 90)], fill="black", width=4)
    content = io.BytesIO()
    image.save(content, "PNG")
    return store(content.getvalue(), name="签字.png", by=actor, at=at, kind="signature")


@pytest.fixture
def issue(cast):
    campaign = make.campaign(cast.province)
    task = make.assignment(make.target(campaign, cast.site_a), cast.inspector_a, cast.second_a)
    row = make.issue(make.locked_record(make.visit(task, state="submitted")))
    issues.open_term(row, at=make.MORNING)
    return row


@pytest.fixture
def reported(cast, issue):
    report = issues.report_rectification(
        issue, "已更换布袋 12 条", [photo(cast.enterprise_a)], actor=cast.enterprise_a, at=LATER
    )
    report.issue.refresh_from_db()
    return report.issue


@pytest.fixture
def signed(cast, reported):
    issues.sign_issue(reported, scrawl(cast.inspector_a), actor=cast.inspector_a, at=LATER)
    return reported


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
    Obligation.objects.filter(kind="rectification").update(reminded_at=LATER, overdue_told_at=LATER)
    back = issues.return_rectification(signed, actor=cast.second_a, at=LATER, reason="照片看不清")
    assert back.state == IssueState.MENDING
    owed = Obligation.objects.open().get(kind="rectification")
    assert (owed.reminded_at, owed.overdue_told_at) == (None, None), "and reminded of again"
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
    row = issues.record_penalty(issue, "已立案", actor=cast.officer_a, at=earlier)
    for at in (earlier, LATER, LATER + timedelta(seconds=1)):
        assert IssueVersion.objects.as_of(at).filter(issue=row).count() == 1


def test_a_void_row_stays_and_is_owed_no_more(cast, issue):
    issues.void_issue(issue, actor=cast.leader_a, at=LATER, reason="重复登记")
    row = Issue.objects.get(pk=issue.pk)
    assert (row.state, row.voided_at) == (IssueState.VOID, LATER)
    assert not Obligation.objects.open().filter(kind="rectification").exists()
    with pytest.raises(Refused, match="已作废"):
        issues.change_issue(row, changes(row, gravity="grave"), actor=cast.officer_a, at=LATER, reason="x")


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


# The grid


def listed(client, **asked) -> str:
    return client.get(reverse("inspections:issue_list"), asked).content.decode()


@pytest.mark.parametrize(
    "asked,seen",
    [
        ({}, True),
        ({"q": "纸业"}, True),
        ({"q": "化工"}, False),
        ({"state": "mending"}, True),
        ({"state": "closed"}, False),
        ({"industry": "13"}, True),
        ({"industry": "1"}, False),
        ({"issue_type": "7", "handling": "4"}, True),
        ({"gravity": "grave"}, False),
        ({"nature": "offence"}, True),
        ({"element": "气"}, True),
        ({"element": "水"}, False),
        ({"key": "1"}, True),
        ({"due": "late"}, False),
        ({"due": "week"}, True),
        ({"since": "2020-05-12", "until": "2020-05-12"}, True),
        ({"since": "2020-05-13"}, False),
    ],
)
def test_filters_stand_in_the_address(client, cast, issue, asked, seen):
    client.force_login(cast.officer_a)
    with clock.travel(LATER):
        assert (issue.enterprise_name in listed(client, **asked)) is seen


def test_overdue_rows_show(client, cast, issue):
    client.force_login(cast.officer_a)
    with clock.travel(at_local(date(2020, 5, 25), 9)):
        page = listed(client, due="late")
    assert "逾期 3 天" in page


def test_the_grid_costs_the_same_at_10_and_1000_rows(client, cast, issue, django_assert_max_num_queries):
    client.force_login(cast.officer_a)

    def cost() -> int:
        with django_assert_max_num_queries(40) as counted:
            assert client.get(reverse("inspections:issue_list")).status_code == 200
        return len(counted)

    few = cost()
    copies = []
    for number in range(1000):
        values = {f.attname: getattr(issue, f.attname) for f in Issue._meta.fields if f.attname != "id"}
        copies.append(Issue(**(values | {"number": 10_000 + number, "finding_key": f"c{number}"})))
    Issue.objects.bulk_create(copies)
    assert cost() == few


E4 = [
    "检查日期",
    "序号",
    "检查人员",
    "企业名称",
    "企业类型",
    "行业类别(从现有类型中选择)",
    "是否超低排放改造的企业",
    "是否绩效分级A级或B级企业",
    "是否2019年以来自主验收的企业项目(含涉VOCs新建项目)",
    "经度",
    "纬度",
    "县市区",
    "乡镇或开发区",
    "存在的问题",
    "问题类型(从现有类型中选择)",
    "查处情况(从现有类型中选择)",
    "整改情况",
    "处罚情况",
    "责任人签字",
]


def workbook(client, **asked):
    answer = client.get(reverse("inspections:issue_export"), asked)
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active


@pytest.mark.req("HS-67")
def test_the_workbook_has_the_annexs_columns_to_the_letter(client, cast, signed):
    client.force_login(cast.officer_a)
    sheet = workbook(client)
    assert [cell.value for cell in sheet[1]] == E4
    row = [cell.value for cell in sheet[2]]
    assert row[13] == signed.description
    assert row[14] == "7 类型7"
    assert row[15] == "4 限期整改"
    assert row[16] == "已更换布袋 12 条"
    assert row[18] == "李一检"
    assert sheet.print_area
    assert sheet.print_title_rows


def test_the_workbook_holds_exactly_what_is_shown(client, cast, issue):
    client.force_login(cast.officer_a)
    assert workbook(client, q="化工").max_row == 1
    assert workbook(client, q="纸业").max_row == 2
    client.force_login(cast.inspector_b)
    assert workbook(client).max_row == 1


def test_the_api_lists_the_same_rows_behind_the_same_gate(client, cast, issue):
    client.force_login(cast.officer_a)
    assert [row["number"] for row in client.get("/api/v1/issues").json()["results"]] == [issue.number]
    assert client.get("/api/v1/issues", {"q": "化工"}).json()["results"] == []
    client.force_login(cast.inspector_b)
    assert client.get("/api/v1/issues").json()["results"] == []
