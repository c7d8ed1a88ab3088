"""Coverage: what counts as a check and as an entry, new permits of a quarter, construction projects."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns import services as campaigns
from campaigns.services import draws
from core import clock
from core.models import AuditEvent
from core.refusals import NotAllowed, Refused
from enterprises.models import Enterprise, Permit
from enterprises.rules.quarters import Quarter
from inspections.models import OffsiteCheck, Project
from inspections.rules.coverage import Checked, least, light
from inspections.services import coverage, offsite, projects
from tests import factories as make
from tests.factories import MORNING

pytestmark = pytest.mark.django_db
DAY = date(2020, 5, 12)
SHOT = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def in_may():
    with clock.travel(MORNING):
        yield


def of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def url(name: str, *args: int) -> str:
    return reverse(f"inspections:{name}", args=args)


def planned(cast, target=None, **said) -> OffsiteCheck:
    target = target or make.target(make.campaign(cast.province), cast.site_a)
    values = {"means": "monitor", "planned_on": DAY, "inspector": cast.inspector_a} | said
    return offsite.plan(target, **values, actor=cast.officer_a, at=MORNING)


def finished(row: OffsiteCheck, *, at: datetime = MORNING) -> OffsiteCheck:
    said = {"finding": "normal", "conclusion": "曲线连续，未见异常", "evidence": b"day;flow\n1;2\n", "name": "曲线.csv"}
    return offsite.finish(row, **said, actor=row.inspector, at=at)


def visited(cast, site: Enterprise, campaign, at: datetime, state: str = "submitted"):
    made = make.target(campaign, site)
    fields = {"new_date": DAY} if state == "halted" else {}
    return make.visit(
        make.assignment(made, cast.inspector_a, cast.second_a, state="done"), state=state, started_at=at, **fields
    )


# Off-site checks.


@pytest.mark.req("LH-17")
def test_an_off_site_check_counts_as_a_check_and_never_as_an_entry(cast):
    target = make.target(make.campaign(cast.province), cast.site_a)
    for means in OffsiteCheck.Means.values:
        finished(planned(cast, target, means=means))
    assert coverage.frequency(cast.site_a, 2020) == Checked(onsite=0, offsite=8)
    assert coverage.frequency(cast.site_a, 2020).total == 8
    before = target.visit_count, target.visited_at
    target.refresh_from_db()
    assert (target.visit_count, target.visited_at) == before == (0, None)
    # The gate knows of no visit: nobody has to give the ground of a second one.
    proposal = campaigns.Proposal(DAY, cast.inspector_a, cast.second_a)
    assert not campaigns.judge(target, proposal, MORNING).wants_reason
    visited(cast, cast.site_a, make.campaign(cast.city, year=2019), MORNING)
    assert coverage.frequency(cast.site_a, 2020) == Checked(onsite=1, offsite=8)


def test_without_evidence_or_conclusion_nothing_is_done(cast):
    row = planned(cast)
    said = {"finding": "normal", "name": "x.csv", "actor": cast.inspector_a, "at": MORNING}
    with pytest.raises(Refused, match="须上传证据"):
        offsite.finish(row, **said, conclusion="好", evidence=b"")
    with pytest.raises(Refused, match="请写明检查情况和结论"):
        offsite.finish(row, **said, conclusion=" ", evidence=b"1;2")
    with pytest.raises(NotAllowed, match="被指派的执法人员"):
        offsite.finish(row, **(said | {"actor": cast.second_a}), conclusion="好", evidence=b"1;2")
    with pytest.raises(IntegrityError), transaction.atomic():
        OffsiteCheck.objects.filter(pk=row.pk).update(state="done", done_at=MORNING)


def test_evidence_is_what_its_name_says_and_several_files_come_in_one_archive(cast):
    row = planned(cast)
    said = {"finding": "normal", "conclusion": "好", "actor": cast.inspector_a, "at": MORNING}
    for name in ("假.jpg", "程序.exe", "假.csv"):
        with pytest.raises(Refused, match=name.partition(".")[0]):
            offsite.finish(row, **said, evidence=b"MZ\x00\x00text", name=name)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.csv", "1;2")
    done = offsite.finish(row, **said, evidence=content.getvalue(), name="曲线.zip")
    assert done.evidence.content_type == "application/zip"


def test_a_deadline_is_neither_over_nor_beyond_the_campaign(cast):
    campaign = make.campaign(cast.province)
    target = make.target(campaign, cast.site_a)
    for day, words in ((date(2020, 1, 1), "不能早于今天"), (date(2099, 1, 1), "不能晚于本行动的结束日期")):
        with pytest.raises(Refused, match=words):
            planned(cast, target, planned_on=day)


def test_the_same_means_is_planned_once_and_again_after_it_was_done(cast):
    row = planned(cast)
    target = row.campaign.targets.get()
    with pytest.raises(Refused, match="尚未完成"):
        planned(cast, target)
    finished(row)
    assert planned(cast, target).pk != row.pk


@pytest.mark.req("DT-03")
def test_an_item_outside_the_published_list_is_refused(cast):
    draws.keep_items(cast.county_a, "污染防治设施运行情况｜第二十条", actor=cast.officer_a, at=MORNING)
    target = make.target(make.campaign(cast.province), cast.site_a)
    with pytest.raises(Refused, match="检查事项“消防通道”不在现行抽查事项清单内"):
        planned(cast, target, checks=["污染防治设施运行情况", "消防通道"])
    assert not OffsiteCheck.objects.exists()
    assert planned(cast, target, checks=["污染防治设施运行情况"]).checks == ["污染防治设施运行情况"]
    with pytest.raises(Refused, match="检查事项“消防通道”不在现行抽查事项清单内"):
        draws.refuse_strange_items(["消防通道"], cast.county_a)


def test_from_the_list_to_the_evidence_page_by_page(cast):
    target = make.target(make.campaign(cast.province), cast.site_a)
    officer, inspector = of(cast.officer_a), of(cast.inspector_a)
    assert url("offsite_plan", target.pk) in officer.get(url("target_list")).content.decode()
    sent = {"means": "drone", "planned_on": "2020-05-12", "inspector": cast.inspector_a.pk}
    answer = officer.post(url("offsite_plan", target.pk), sent)
    row = OffsiteCheck.objects.get()
    assert answer.url == url("offsite_detail", row.pk)
    assert "填写结果" not in officer.get(answer.url).content.decode()
    assert "填写结果" in inspector.get(answer.url).content.decode()
    typed = {"finding": "doubtful", "conclusion": "东侧料堆未覆盖"}
    page = inspector.post(url("offsite_finish", row.pk), typed)
    assert page.status_code == 422
    assert "东侧料堆未覆盖" in page.content.decode()
    file = SimpleUploadedFile("航拍.csv", b"x;y\n1;2\n", content_type="text/csv")
    assert inspector.post(url("offsite_finish", row.pk), typed | {"evidence": file}).status_code == 302
    kept = b"".join(officer.get(url("offsite_evidence", row.pk)).streaming_content)
    assert kept == b"x;y\n1;2\n"
    found = officer.get(url("offsite_detail", row.pk))
    assert "登记线索" in found.content.decode()
    form = officer.get(found.context["lead_url"]).context["form"]
    assert (form["kind"].value(), form["enterprise"].value(), form["detail"].value()) == (
        "drone",
        cast.site_a.name,
        "东侧料堆未覆盖",
    )
    panel = officer.get(url("enterprise_panel", cast.site_a.pk)).content.decode()
    assert (url("offsite_detail", row.pk) in panel, "发现异常" in panel) == (True, True)
    assert (
        url("offsite_detail", row.pk)
        not in of(cast.enterprise_a).get(url("enterprise_panel", cast.site_a.pk)).content.decode()
    )
    assert of(cast.officer_other).get(url("offsite_detail", row.pk)).status_code == 404
    assert "发现异常" in officer.get(url("offsite_list") + "?state=done").content.decode()


def test_a_cancelled_one_counts_nowhere(cast):
    row = planned(cast)
    of(cast.officer_a).post(url("offsite_cancel", row.pk), {"reason": "设备检修"})
    row.refresh_from_db()
    assert (row.state, row.end_reason) == ("cancelled", "设备检修")
    assert coverage.frequency(cast.site_a, 2020).total == 0


# The share.


@pytest.mark.req("DT-24")
def test_the_share_is_drilled_down_by_month_and_county_and_is_a_dash_over_nothing(cast):
    campaign = make.campaign(cast.province)
    late = datetime(2020, 4, 30, 16, 30, tzinfo=UTC)  # 1 May in Shanghai
    visited(cast, make.enterprise("漯河示例甲厂", cast.county_a, cast.region_a), campaign, late)
    visited(cast, make.enterprise("漯河示例乙厂", cast.county_b, cast.region_b), campaign, MORNING, state="halted")
    target = make.target(campaign, cast.site_a)
    for means in ("monitor", "power"):
        finished(planned(cast, target, means=means))
    page = of(cast.officer_city).get(url("coverage") + "?year=2020")
    assert page.context["whole"] == Checked(1, 2)
    shares = {month: one.share for month, one in page.context["months"]}
    assert shares == {5: "66.7%"}
    assert "1、2、3、4、6、7、8、9、10、11、12 月没有检查记录" in page.content.decode()
    assert [(unit, one) for unit, one in page.context["units"]] == [(cast.county_a, Checked(1, 2))]
    text = page.content.decode()
    for drill in ("?year=2020&amp;month=5", f"?year=2020&amp;unit={cast.county_a.pk}&amp;kind=offsite"):
        assert drill in text
    records = url("coverage_checks")
    on = of(cast.officer_city).get(records + f"?year=2020&month=5&unit={cast.county_a.pk}")
    assert [row.enterprise.name for row in on.context["page"].rows] == ["漯河示例甲厂"]
    off = of(cast.officer_city).get(records + "?year=2020&month=5&kind=offsite")
    assert [row.enterprise for row in off.context["page"].rows] == [cast.site_a] * 2
    assert "检查 3 次，其中入企 1 次，非现场 2 次，非现场占比 66.7%" in off.content.decode()
    assert of(cast.officer_other).get(url("coverage") + "?year=2020").context["whole"].share == "—"
    assert "没有这样的检查" in of(cast.officer_city).get(records + "?year=2020&month=4").content.decode()


@pytest.mark.parametrize(
    "on, off, said", [(0, 0, "—"), (3, 0, "0.0%"), (0, 2, "100.0%"), (2, 1, "33.3%"), (1, 2, "66.7%")]
)
def test_a_share_in_tenths_of_a_percent(on, off, said):
    assert Checked(on, off).share == said


def test_an_address_that_cannot_be_read_shows_this_year(cast):
    for query in ("?year=x", "?year=1999", "?month=abc&unit=99999999999"):
        assert of(cast.officer_city).get(url("coverage_checks") + query).context["year"] == 2020


# New permits.


def licensed(site: Enterprise, day: date, number: str) -> Permit:
    return Permit.objects.create(enterprise=site, kind="discharge", number=number, issued_on=day)


@pytest.mark.req("DT-10")
def test_a_new_permit_that_nobody_checked_is_red_when_the_quarter_is_over(cast):
    campaign = make.campaign(cast.province)
    sites = [make.enterprise(f"漯河示例新证{n}厂", cast.county_a, cast.region_a) for n in range(4)]
    for number, site in enumerate(sites):
        licensed(site, date(2020, 4, 20), f"证{number}")
    licensed(cast.site_b, date(2020, 3, 31), "上季")
    visited(cast, sites[0], campaign, MORNING)
    visited(cast, sites[1], campaign, datetime(2020, 4, 19, 2, 0, tzinfo=UTC))  # before the permit
    visited(cast, sites[2], campaign, MORNING, state="halted")
    page = of(cast.officer_city).get(url("coverage_permits") + "?quarter=2020-2")
    assert [row.enterprise for row in page.context["missing"]] == sites[1:]
    assert (page.context["lines"][0]["word"], page.context["lines"][0]["tone"]) == ("待检查", "amber")
    last = clock.at_local(date(2020, 6, 30), 23, 59)
    for at, tone in ((last, "amber"), (clock.at_local(date(2020, 7, 1)), "red")):
        with clock.travel(at):
            page = of(cast.officer_city).get(url("coverage_permits") + "?quarter=2020-2")
        assert page.context["lines"][0]["tone"] == tone
    assert "季度末未查" in page.content.decode()
    # A visit of the next quarter is too late, one on the last evening is not.
    visited(cast, sites[3], make.campaign(cast.city, year=2020), clock.at_local(date(2020, 7, 1), 0, 5))
    visited(cast, sites[2], make.campaign(cast.city, year=2021), last)
    rows = coverage.new_permits(cast.officer_city, Quarter(2020, 2))
    assert [row.is_checked for row in rows] == [True, False, True, False]


def test_lights_and_quotas():
    assert light(0, DAY, date(2021, 1, 1)) == ("已全部检查", "green")
    assert [least(count, 10) for count in (0, 1, 10, 31, 101)] == [0, 1, 1, 4, 11]


# Projects.


def lines_of(site: Enterprise, count: int, kind: str) -> str:
    return "\n".join(f"{site.name}｜{kind}项目{n}｜{kind}｜源环{kind}〔2020〕{n}号｜2020-03-01" for n in range(count))


@pytest.mark.req("DT-08")
def test_projects_with_a_report_or_table_are_all_checked_or_named(cast):
    officer = of(cast.officer_a)
    far = make.enterprise("漯河示例二厂", cast.county_a, cast.region_a)
    lines = "\n".join([lines_of(cast.site_a, 2, "报告书"), lines_of(far, 3, "报告表"), lines_of(far, 1, "登记表")])
    assert officer.post(url("coverage_projects"), {"lines": lines}).status_code == 302
    assert Project.objects.count() == 6
    page = officer.get(url("coverage_projects"))
    assert page.context["approved"] == {"total": 5, "checked": 0, "least": 5, "short": 5}
    visited(cast, cast.site_a, make.campaign(cast.province), MORNING)
    page = officer.get(url("coverage_projects"))
    assert [row.name for row in page.context["page"].rows] == ["报告表项目0", "报告表项目1", "报告表项目2"]
    assert page.context["approved"] == {"total": 5, "checked": 2, "least": 5, "short": 3}
    # A visit of one year covers that year.
    with clock.travel(clock.at_local(date(2021, 2, 1))):
        assert of(cast.officer_a).get(url("coverage_projects")).context["approved"]["checked"] == 0
    assert of(cast.officer_other).get(url("coverage_projects")).context["approved"]["total"] == 0


@pytest.mark.req("DT-09")
def test_of_a_hundred_and_one_registered_projects_eleven_are_checked_at_least(cast):
    sites = [make.enterprise(f"漯河示例备案{n}厂", cast.county_a, cast.region_a) for n in range(10)]
    lines = [f"{sites[n % 10].name}｜备案{n}｜登记表｜备{n}｜2020-03-01" for n in range(101)]
    projects.keep_projects(Enterprise.objects.all(), "\n".join(lines), actor=cast.officer_a, at=MORNING)
    page = of(cast.officer_a).get(url("coverage_projects"))
    assert page.context["registered"] == {"total": 101, "checked": 0, "least": 11, "short": 11}
    campaign = make.campaign(cast.province)
    visited(cast, sites[1], campaign, MORNING)
    page = of(cast.officer_a).get(url("coverage_projects"))
    assert page.context["registered"] == {"total": 101, "checked": 10, "least": 11, "short": 1}


@pytest.mark.parametrize(
    "line, sentence",
    [
        ("漯河示例纸业有限公司｜一期｜报告书｜号", "第 2 行：须写成"),
        ("没有这家｜一期｜报告书｜号｜2020-03-01", "第 2 行：本辖区企业库中没有"),
        ("漯河示例纸业有限公司｜一期｜备忘录｜号｜2020-03-01", "第 2 行：“备忘录”不是"),
        ("漯河示例纸业有限公司｜一期｜报告书｜号｜三月一日", "第 2 行：批准日期“三月一日”须写成"),
        ("漯河示例纸业有限公司｜一期｜报告书｜甲号｜2020-03-01", "第 2 行：文号“甲号”已经登记"),
    ],
)
def test_one_wrong_line_is_named_and_none_is_kept(cast, line, sentence):
    good = "漯河示例纸业有限公司｜一期｜报告书｜甲号｜2020-03-01"
    page = of(cast.officer_a).post(url("coverage_projects"), {"lines": f"{good}\n{line}"})
    assert page.status_code == 422
    text = page.content.decode()
    assert sentence in text
    assert line in text
    assert not Project.objects.exists()


def test_the_number_of_another_units_project_says_nothing(cast):
    """A number is taken within one enterprise only: nobody learns what other units entered."""
    far = make.enterprise("周口示例厂", cast.other_county, cast.region_b)
    line = "{}｜一期｜报告书｜甲号｜2020-03-01"
    projects.keep_projects(Enterprise.objects.all(), line.format(far.name), actor=cast.officer_other, at=MORNING)
    page = of(cast.officer_a).post(url("coverage_projects"), {"lines": line.format("漯河示例纸业有限公司")})
    assert page.status_code == 302
    assert Project.objects.count() == 2


def test_of_two_who_enter_one_number_at_once_the_second_is_told(cast, monkeypatch):
    line = f"{cast.site_a.name}｜一期｜报告书｜甲号｜2020-03-01"
    projects.keep_projects(Enterprise.objects.all(), line, actor=cast.officer_a, at=MORNING)
    monkeypatch.setattr(projects, "refuse_known", lambda read: None)  # the second looked before the first wrote
    with pytest.raises(Refused, match="刚刚被登记"):
        projects.keep_projects(Enterprise.objects.all(), line, actor=cast.officer_a, at=MORNING)


def entered(cast, count: int = 1, kind: str = "报告书") -> list[Project]:
    lines = lines_of(cast.site_a, count, kind)
    return projects.keep_projects(Enterprise.objects.all(), lines, actor=cast.officer_a, at=MORNING)


def test_a_project_entered_wrongly_is_corrected_and_what_it_said_stays(cast):
    row, other = entered(cast, 2)
    officer, page = of(cast.officer_a), url("coverage_project", row.pk)
    assert page in officer.get(url("coverage_projects")).content.decode()
    correct = url("coverage_project_correct", row.pk)
    sent = {"name": "二期扩建", "kind": "table", "number": row.number, "approved_on": "2020-02-29", "reason": "笔误"}
    for wrong, said in ((sent | {"reason": " "}, "这个字段是必填项"), (sent | {"number": other.number}, "已有文号")):
        answer = officer.post(correct, wrong)
        assert (answer.status_code, "二期扩建" in answer.content.decode()) == (422, True), said
    assert officer.post(correct, sent).url == page
    same = officer.post(correct, sent)
    assert "没有改动" in same.content.decode()
    row.refresh_from_db()
    assert (row.name, row.kind, row.approved_on) == ("二期扩建", "table", date(2020, 2, 29))
    kept = row.versions.get()
    assert (kept.name, kept.kind, kept.reason, kept.corrected_by) == ("报告书项目0", "report", "笔误", cast.officer_a)
    text = officer.get(page).content.decode()
    assert ("二期扩建" in text, "第 1 版：报告书项目0" in text, "笔误" in text) == (True, True, True)
    event = AuditEvent.objects.get(action="inspections.project.correct")
    assert (event.reason, event.detail["approved_on"]) == ("笔误", "2020-02-29")
    assert of(cast.officer_other).get(page).status_code == 404
    assert of(cast.leader_a).get(page).status_code == 200
    assert of(cast.leader_a).post(correct, sent).status_code == 403


def test_a_project_ends_with_a_ground_that_says_which_years_still_count_it(cast):
    over, error, left = entered(cast, 3)
    officer = of(cast.officer_a)
    end = url("coverage_project_end", over.pk)
    assert officer.post(end, {"ground": "over", "reason": ""}).status_code == 422
    next_year = clock.at_local(date(2021, 3, 1))
    with clock.travel(next_year):
        officer = of(cast.officer_a)
        assert officer.post(end, {"ground": "over", "reason": "项目取消建设"}).status_code == 302
        sent = {"ground": "error", "reason": "重复登记"}
        assert officer.post(url("coverage_project_end", error.pk), sent).status_code == 302
        totals = {
            year: officer.get(url("coverage_projects") + f"?year={year}").context["approved"]["total"]
            for year in (2020, 2021)
        }
        assert totals == {2020: 2, 2021: 1}
        ended = officer.get(url("coverage_projects") + "?year=2021&which=ended")
        assert {row.pk for row in ended.context["page"].rows} == {over.pk, error.pk}
        assert "项目取消建设" in officer.get(url("coverage_project", over.pk)).content.decode()
        assert officer.post(end, {"ground": "over", "reason": "再来"}).status_code == 422
        assert officer.get(url("coverage_project_correct", over.pk)).status_code == 409
        line = f"{cast.site_a.name}｜重新登记｜报告书｜{error.number}｜2020-03-01"
        assert officer.post(url("coverage_projects"), {"lines": line}).status_code == 302, "its number is free again"
        every = officer.get(url("coverage_projects") + "?year=2021&which=all").context["page"].rows
        assert [row.name for row in every] == [left.name, "重新登记"]
    assert AuditEvent.objects.filter(action="inspections.project.end").count() == 2
