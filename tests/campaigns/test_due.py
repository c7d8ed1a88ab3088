"""Everything due: what a plan becomes once it is published, to the day, and what a unit answers."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns import services
from campaigns.models import DueAnswer, Responsibility
from campaigns.services import due
from core import clock
from core.models import AuditEvent, Notice, Obligation
from core.refusals import NotAllowed, Refused
from tests import factories as make
from tests.campaigns import datong

pytestmark = pytest.mark.django_db
D = date.fromisoformat


@pytest.fixture
def org():
    return datong.assemble()


@pytest.fixture
def plan(org):
    return datong.published(org)


def noon(day):
    return clock.at_local(D(day), 12)


def midnight(day):
    return clock.at_local(D(day))


def all_of(*days):
    return [D(day) for day in days]


def one(plan, entry, unit, day=""):
    rows = datong.owed(plan, entry, unit)
    return next(row for row in rows if not day or clock.day_of(row.due_at) == D(day))


def fixed(number, day, who):
    return pytest.param(number, day, who, id=f"row {number}")


TEAMS = ("team", "yungang_team", "xinrong_team")
# Offices of the bureau that its officer names, with the team that helps them.
NAMED_LATER = ("office",)
FIXED = [
    fixed(3, "2021-12-15", TEAMS),
    fixed(12, "2021-01-26", TEAMS),
    fixed(14, "2021-03-29", TEAMS),
    fixed(15, "2021-04-28", NAMED_LATER),
    fixed(16, "2021-06-30", NAMED_LATER),
    fixed(17, "2021-07-30", NAMED_LATER),
    fixed(18, "2021-07-30", NAMED_LATER),
    fixed(19, "2021-08-30", NAMED_LATER),
    fixed(20, "2021-08-30", TEAMS),
    fixed(21, "2021-09-30", NAMED_LATER),
    fixed(22, "2021-10-15", ("team",)),
    fixed(23, "2021-10-25", NAMED_LATER),
    fixed(24, "2021-11-25", NAMED_LATER),
    fixed(25, "2021-12-15", NAMED_LATER),
]


# DT-39 + the number of its row; row 13 stands below.
@pytest.mark.req("DT-42", "DT-51", "DT-53", "DT-54", "DT-55", "DT-56", "DT-57")
@pytest.mark.req("DT-58", "DT-59", "DT-60", "DT-61", "DT-62", "DT-63", "DT-64")
@pytest.mark.parametrize(("number", "day", "who"), FIXED)
def test_a_row_with_a_day_is_owed_by_its_units_until_midnight(org, plan, number, day, who):
    if who == NAMED_LATER:
        entry = due.entry_of(plan.blueprint.data, f"row.{number}")
        due.name_units(plan, entry, [org.office], [org.team], actor=org.officer, at=datong.NEW_YEAR)
    rows = [row for row in datong.owed(plan, f"row.{number}") if row.waived_at is None]
    assert {row.unit_path for row in rows} == {getattr(org, name).path for name in who}
    row = rows[0]
    assert clock.day_of(row.due_at) == D(day)
    assert not row.is_late(clock.at_local(D(day), 23, 59, 59))
    assert row.is_late(row.due_at + (midnight("2021-01-02") - clock.end_of_day(D("2021-01-01")))), "24:00"
    with pytest.raises(NotAllowed, match="列明"):
        due.submit(row, {"报送内容": "总结"}, actor=org.officer_yungang, at=noon("2021-01-10"))


@pytest.mark.req("DT-52")
def test_a_saturday_at_work_is_a_working_day(org, plan):
    row = one(plan, "row.13", org.team)
    assert (clock.day_of(row.due_at), row.nominal_on) == (D("2021-02-20"), D("2021-02-20"))


@pytest.mark.req("DT-44")
def test_twelve_reports_of_month_ends(org, plan):
    rows = datong.owed(plan, "row.5", org.yungang_team)
    assert len(rows) == 12
    assert clock.day_of(rows[0].due_at) == D("2021-01-29")
    assert rows[0].nominal_on == D("2021-01-31")
    assert rows[0].is_late(midnight("2021-01-30"))
    assert not rows[0].is_late(clock.at_local(D("2021-01-29"), 23, 59))


QUARTERS = (6, 7, 8, 9, 11)
SAID = all_of("2021-03-19", "2021-06-18", "2021-09-18", "2021-12-21")


@pytest.mark.req("DT-45", "DT-46", "DT-50")
@pytest.mark.parametrize("number", QUARTERS)
def test_ten_days_before_the_quarter_ends_and_postponed_on_the_22nd(org, plan, number):
    assert datong.days(plan, f"row.{number}") == SAID
    due.change_dates(plan, {}, "next_workday", reason="市局通知", actor=org.leader, at=datong.NEW_YEAR)
    after = all_of("2021-03-22", "2021-06-21", "2021-09-22", "2021-12-21")
    assert datong.days(plan, f"row.{number}") == after


@pytest.mark.req("DT-47")
def test_a_draw_a_month_in_counties_and_a_quarter_in_the_city(org, plan):
    assert datong.days(plan, "row.8") == SAID
    assert len(datong.owed(plan, "row.8.2", org.yungang)) == 12
    due.done(due.DRAW, campaign=plan, unit=org.yungang, on=D("2021-04-20"), at=noon("2021-04-20"))
    may, april = (
        next(r for r in datong.owed(plan, "row.8.2", org.yungang) if r.period == p) for p in ("2021-05", "2021-04")
    )
    assert april.met_at is not None
    assert may.met_at is None
    assert may.is_late(midnight("2021-06-01"))
    assert not may.is_late(clock.at_local(D("2021-05-31"), 23, 59))
    city = one(plan, "row.8.1", org.city, "2021-06-30")
    assert city.is_late(midnight("2021-07-01"))
    assert city.met_at is None, "a draw of a county is none of the city"


@pytest.mark.req("DT-48")
def test_what_is_before_the_list_is_compiled_is_not_owed(org, plan, client):
    assert datong.days(plan, "row.9") == SAID
    assert datong.owed(plan, "row.9.2") == []
    client.force_login(org.officer)
    units = f"/campaigns/{plan.pk}/units/"
    with clock.travel(noon("2021-04-01")):
        assert "清单未编成" in client.get(units).content.decode()
    answer = {"清单名单": "示例企业", "起止日期": "2021-05-01 至 2022-04-30"}
    due.submit(one(plan, "due.positive", org.city), answer, actor=org.officer, at=noon("2021-04-20"))
    with clock.travel(noon("2021-04-21")):
        assert "清单未编成" not in client.get(units).content.decode()
    rows = datong.owed(plan, "row.9.2", org.yungang)
    assert [row.period for row in rows] == [f"2021-{month:02}" for month in range(5, 13)]
    assert rows[0].is_late(midnight("2021-06-01"))
    due.done(due.LIST_CHECK, campaign=plan, unit=org.yungang_team, on=D("2021-05-06"), at=noon("2021-05-06"))
    assert one(plan, "row.9.2", org.yungang).met_at is not None


@pytest.mark.req("DT-40", "DT-43", "DT-49")
@pytest.mark.parametrize("number", [1, 4, 10])
def test_what_has_no_day_is_never_late_until_somebody_sets_one(org, plan, number, client):
    key = f"row.{number}"
    assert datong.owed(plan, key) == []
    client.force_login(org.officer)
    with clock.travel(noon("2021-12-31")):
        page = client.get(f"/campaigns/{plan.pk}/units/").content.decode()
    assert "适时" in page
    entry = due.entry_of(plan.blueprint.data, key)
    due.set_day(plan, entry, D("2021-05-20"), reason="市局通知", actor=org.officer, at=noon("2021-05-01"))
    rows = datong.owed(plan, key)
    assert {clock.day_of(row.due_at) for row in rows} == {D("2021-05-20")}
    assert len(rows) == (3 if number == 1 else 1)
    due.set_day(plan, entry, D("2021-05-28"), reason="延期", actor=org.officer, at=noon("2021-05-02"))
    assert datong.days(plan, key) == all_of("2021-05-28")
    assert len(datong.owed(plan, key)) == len(rows)


@pytest.mark.req("DT-41")
def test_a_week_after_each_case_is_closed(org, plan):
    for case in (1, 2, 1):
        due.open_after(
            due.CASE_CLOSED, campaign=plan, unit=org.yungang_team, on=D("2021-05-10"), period=f"case:{case}",
            about="示例案件", at=noon("2021-05-10"),
        )  # fmt: skip
    rows = datong.owed(plan, "row.2")
    assert [(row.period, clock.day_of(row.due_at), row.unit_path) for row in rows] == [
        (f"case:{case}", D("2021-05-17"), org.yungang_team.path) for case in (1, 2)
    ]


@pytest.mark.req("DT-07")
def test_twenty_working_days_to_publish_what_a_visit_found(org, plan):
    done = {"campaign": plan, "unit": org.yungang, "on": D("2021-04-28"), "at": noon("2021-04-28")}
    due.open_after(due.VISIT_DONE, **done, period="visit:1", about="示例企业")
    row = one(plan, "due.publish", org.yungang)
    assert clock.day_of(row.due_at) == D("2021-05-28")
    assert [light(org.officer_yungang, row, day) for day in ("2021-05-28", "2021-05-29")] == [False, True]
    # How many working days is a word of the plan.
    ordered = next(entry for entry in plan.blueprint.data["dues"] if entry["key"] == "publish")["clock"]
    assert (ordered["within"], ordered["count"]) == (20, "workday")
    ordered["within"] = 10
    plan.blueprint.save()
    due.open_after(due.VISIT_DONE, **done, period="visit:2", about="示例企业")
    assert clock.day_of(Obligation.objects.get(period="visit:2").due_at) == D("2021-05-14")


def light(user, row, day):
    """Whether the list and the page of something due are red for a person at the noon of a day."""
    with clock.travel(noon(day)):
        client = Client()
        client.force_login(user)
        due_on = clock.day_of(row.due_at)
        addresses = (row.url, f"/campaigns/due/?since={due_on}&until={due_on}")
        pages = [client.get(address).content.decode() for address in addresses]
    assert all(row.title in page for page in pages)
    found = {"逾期 1 天" in page and "badge-red" in page for page in pages}
    assert len(found) == 1, "the list and the page say the same"
    return found.pop()


@pytest.mark.req("DT-22")
def test_the_positive_list_is_published_with_names_and_days(org, plan):
    row = one(plan, "due.positive", org.city)
    assert row.is_late(midnight("2021-09-01"))
    with pytest.raises(Refused, match="“起止日期”还没有填写"):
        due.submit(row, {"清单名单": "示例企业"}, actor=org.officer, at=noon("2021-08-01"))
    due.submit(row, {"清单名单": "示例企业", "起止日期": "一年"}, actor=org.officer, at=noon("2021-08-01"))
    row.refresh_from_db()
    assert not row.is_late(midnight("2021-09-01"))


@pytest.mark.req("DT-23")
def test_highlights_and_typical_cases_or_nothing(org, plan):
    row = one(plan, "due.highlights", org.yungang, "2021-10-29")
    assert row.nominal_on == D("2021-10-31")
    for texts in ({"亮点成效": "有"}, {"典型案例": "有"}, {"亮点成效": " ", "典型案例": "有"}):
        with pytest.raises(Refused, match="缺一项不算报送"):
            due.submit(row, texts, actor=org.officer_yungang, at=noon("2021-10-20"))
    assert not DueAnswer.objects.exists()
    assert (
        due.submit(row, {"亮点成效": "一", "典型案例": "二"}, actor=org.officer_yungang, at=noon("2021-10-20")).number
        == 1
    )


@pytest.mark.req("HS-46")
def test_thirteen_reports_of_hengshui(org):
    found = datong.published(org, "hengshui-2020", 2020, at=noon("2020-11-27"))
    rows = datong.owed(found, "due.progress", org.yungang)
    assert len(rows) == 13
    assert (rows[0].nominal_on, rows[-1].nominal_on) == (D("2020-11-30"), D("2021-03-31"))
    by_nominal = {row.nominal_on: clock.day_of(row.due_at) for row in rows}
    assert by_nominal[D("2021-02-28")] == D("2021-02-26")
    assert by_nominal[D("2021-02-20")] == D("2021-02-20")
    assert by_nominal[D("2021-02-10")] == D("2021-02-10")


@pytest.mark.req("HS-43")
def test_a_list_handed_in_a_day_late_is_late_and_kept(org):
    found = datong.published(org, "hengshui-2020", 2020, at=noon("2020-11-27"))
    row = one(found, "due.list", org.yungang, "2020-12-10")
    texts = {"工业企业动态清单": "见附件", "检查计划": "见附件", "分包责任": "见附件"}
    first = due.submit(row, texts, actor=org.officer_yungang, at=noon("2020-12-11"))
    assert first.is_late
    second = due.submit(row, texts | {"检查计划": "更新"}, actor=org.officer_yungang, at=noon("2020-12-12"))
    assert (second.number, first.texts["检查计划"]) == (2, "见附件")
    row.refresh_from_db()
    assert row.met_at == noon("2020-12-11")


@pytest.mark.req("GS-14")
def test_the_list_of_key_enterprises_before_april(db):
    org = datong.assemble()
    province = make.unit("示例省生态环境厅", "province", short_name="省厅")
    officer, leader = make.user("gs_officer", "王经办", province), make.user("gs_leader", "冯厅长", province)
    make.grant(officer, "officer", over=province)
    make.grant(leader, "leader", over=province)
    city = make.unit("示例州生态环境局", "city", province, short_name="示例州")
    writer = make.user("gs_city", "郑经办", city)
    make.grant(writer, "officer", over=city)
    org.city, org.officer, org.leader = province, officer, leader
    found = datong.published(org, "gansu-2018", 2019, at=noon("2019-01-04"))
    row = one(found, "due.key_list", city)
    assert clock.day_of(row.due_at) == D("2019-03-31")
    assert row.is_late(midnight("2019-04-01"))
    assert [light(writer, row, day) for day in ("2019-03-31", "2019-04-01")] == [False, True]
    due.submit(row, {"重点排污单位名单": "甲、乙"}, actor=writer, at=noon("2019-03-20"))
    due.submit(row, {"重点排污单位名单": "甲、乙、丙"}, actor=writer, at=noon("2019-06-20"))
    texts = [answer.texts["重点排污单位名单"] for answer in DueAnswer.objects.filter(obligation=row)]
    assert texts == ["甲、乙、丙", "甲、乙"]


def test_what_is_published_twice_is_owed_once(plan):
    before = list(Obligation.objects.order_by("pk").values_list("pk", flat=True))
    due.open_dues(plan, at=datong.NEW_YEAR)
    due.open_what_lacks(plan, at=datong.NEW_YEAR)
    assert list(Obligation.objects.order_by("pk").values_list("pk", flat=True)) == before
    assert Obligation.objects.filter(url="").count() == 0


def test_publishing_costs_the_same_for_two_counties_and_for_twenty(org):
    def cost():
        row = datong.draft(org)
        services.approve(row, actor=org.leader, at=datong.NEW_YEAR)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            services.publish(row, actor=org.officer, at=datong.NEW_YEAR)
        services.close(row, actor=org.officer, at=datong.NEW_YEAR, reason="换一次")
        return len(queries)

    few = cost()
    for number in range(18):
        county = make.unit(f"示例市生态环境局第{number}分局", "county", org.city, short_name=f"{number}区")
        make.unit(f"第{number}综合行政执法队", "team", county, short_name=f"{number}队")
    assert cost() <= few + 2, "two thousand rows more are two batches more"


def test_nobody_named_means_the_authority_until_an_officer_names_a_unit(org, plan):
    assert Responsibility.objects.get(campaign=plan, entry="row.15", role="lead").is_fallback
    entry = due.entry_of(plan.blueprint.data, "row.15")
    due.name_units(plan, entry, [org.office], [org.team], actor=org.officer, at=datong.NEW_YEAR)
    open_rows = [row for row in datong.owed(plan, "row.15") if row.waived_at is None]
    assert [row.unit_path for row in open_rows] == [org.office.path]
    joint = due.submit(open_rows[0], {"报送内容": "总结"}, actor=org.officer_team, at=noon("2021-04-20"))
    assert joint.unit == org.team
    with pytest.raises(Refused, match="既牵头又配合"):
        due.name_units(plan, entry, [org.office], [org.office], actor=org.officer, at=datong.NEW_YEAR)


def test_a_returned_answer_is_owed_again_and_stays_to_be_read(org, plan):
    row = one(plan, "row.22", org.team)
    due.submit(row, {"报送内容": "第一稿"}, actor=org.officer_team, at=noon("2021-10-10"))
    with pytest.raises(Refused, match="理由"):
        due.send_back(row, reason=" ", actor=org.officer, at=noon("2021-10-11"))
    due.send_back(row, reason="缺县区结论", actor=org.officer, at=noon("2021-10-11"))
    row.refresh_from_db()
    assert row.met_at is None
    assert Notice.objects.filter(recipient=org.officer_team, title__contains="退回").exists()
    late = due.submit(row, {"报送内容": "第二稿"}, actor=org.officer_team, at=noon("2021-10-16"))
    assert (late.number, late.is_late) == (2, True)
    assert DueAnswer.objects.get(obligation=row, number=1).return_reason == "缺县区结论"


def test_a_leader_releases_with_a_reason(org, plan):
    row = one(plan, "row.22", org.team)
    with pytest.raises(Refused, match="理由"):
        due.release(row, reason="", actor=org.leader, at=noon("2021-02-01"))
    due.release(row, reason="省厅统一组织", actor=org.leader, at=noon("2021-02-01"))
    row.refresh_from_db()
    assert (row.waived_by, row.waived_reason) == (org.leader, "省厅统一组织")
    with pytest.raises(Refused, match="已经免除"):
        due.submit(row, {"报送内容": "晚了"}, actor=org.officer_team, at=noon("2021-02-02"))


def test_dates_change_after_publication_only_with_a_reason_that_is_told(org, plan):
    with pytest.raises(Refused, match="依据"):
        due.change_dates(plan, {}, "keep", reason="", actor=org.leader, at=datong.NEW_YEAR)
    due.change_dates(plan, {}, "keep", reason="同环发示例1号", actor=org.leader, at=datong.NEW_YEAR)
    row = datong.owed(plan, "row.5", org.team)[0]
    assert (clock.day_of(row.due_at), row.moved_at) == (D("2021-01-31"), datong.NEW_YEAR)
    assert Notice.objects.filter(recipient=org.officer_team, body__contains="同环发示例1号").exists()
    event = AuditEvent.objects.get(action="campaigns.campaign.change_dates")
    assert event.reason == "同环发示例1号"
    own = one(plan, "due.highlights", org.yungang)
    assert clock.day_of(own.due_at) == D("2021-01-29"), "it has a policy of its own"
