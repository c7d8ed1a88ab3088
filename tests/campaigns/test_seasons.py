"""Days worked out by hand from the documents and the published holiday tables, in their own years and in others."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import clocks, services
from campaigns.blueprint_files import ROOT, read_blueprint
from campaigns.services import due
from core import clock
from core.calendar import calendar, load_tables
from core.models import Obligation
from core.rules import OnHoliday, WorkCalendar, weekly_cutoffs
from tests.campaigns import datong, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def tables(db):
    load_tables()


@pytest.fixture
def org():
    return datong.assemble()


def terms(name, key, year, policy=None, **chosen):
    """What an entry of `dues`, or a row of the list by its number, comes to in a year."""
    data, _ = read_blueprint(ROOT / name)
    season = services.season_of(data, year)
    season = clocks.Season(year, season.phases, {**season.chosen, **chosen}, policy or season.policy)
    entries = {one["key"]: one for one in data["dues"]}
    entries |= {row["number"]: row for row in data.get("plan", {}).get("rows", [])}
    return clocks.terms(entries[key], season, calendar())


def days(name, key, year, policy=None, **chosen):
    return [f"{one.day:%Y-%m-%d}" for one in terms(name, key, year, policy, **chosen)]


HENGSHUI = {
    2020: [
        "2020-11-30", "2020-12-10", "2020-12-18", "2020-12-31", "2021-01-08", "2021-01-20", "2021-01-29",
        "2021-02-10", "2021-02-20", "2021-02-26", "2021-03-10", "2021-03-19", "2021-03-31",
    ],
    # 02-20 is in the spring festival: back to Saturday 02-14, which is worked, as is Saturday 02-28.
    2025: [
        "2025-11-28", "2025-12-10", "2025-12-19", "2025-12-31", "2026-01-09", "2026-01-20", "2026-01-30",
        "2026-02-10", "2026-02-14", "2026-02-28", "2026-03-10", "2026-03-20", "2026-03-31",
    ],
    2026: [
        "2026-11-30", "2026-12-10", "2026-12-18", "2026-12-31", "2027-01-08", "2027-01-20", "2027-01-29",
        "2027-02-10", "2027-02-19", "2027-02-26", "2027-03-10", "2027-03-19", "2027-03-31",
    ],
}  # fmt: skip


@pytest.mark.parametrize("year", sorted(HENGSHUI))
def test_the_10th_the_20th_and_the_month_s_last_day_from_november_to_march(tables, year):
    assert days("hengshui-2020", "progress", year) == HENGSHUI[year]
    uncertain = [one.day.year for one in terms("hengshui-2020", "progress", year) if one.provisional]
    assert uncertain == ([2027] * 9 if year == 2026 else []), "2027 has no table yet"


def test_the_last_of_february_of_a_leap_year(tables):
    assert "2028-02-29" in days("hengshui-2020", "progress", 2027)
    assert "2024-02-29" in days("hengshui-2020", "progress", 2023)


@pytest.mark.parametrize(
    ("policy", "day"), [("keep", "2021-02-28"), ("previous_workday", "2021-02-26"), ("next_workday", "2021-03-01")]
)
def test_the_campaign_s_policy_moves_the_reports_of_hengshui(tables, policy, day):
    assert days("hengshui-2020", "progress", 2020, OnHoliday(policy))[9] == day


@pytest.mark.parametrize(
    ("policy", "day"), [("keep", "2020-05-01"), ("previous_workday", "2020-04-30"), ("next_workday", "2020-05-06")]
)
def test_the_campaign_s_policy_moves_the_weekly_reports_of_henan(tables, policy, day):
    assert days("henan-2020", "weekly", 2020, OnHoliday(policy))[1] == day


WEEKS = {
    2020: "04-24 04-30 05-08 05-15 05-22 05-29 06-05 06-12 06-19",
    2021: "04-23 04-30 05-07 05-14 05-21 05-28 06-04 06-11 06-18",
    2026: "04-24 04-30 05-08 05-15 05-22 05-29 06-05 06-12 06-18",
    2027: "04-23 04-30 05-07 05-14 05-21 05-28 06-04 06-11 06-18",
}


@pytest.mark.parametrize("year", sorted(WEEKS))
def test_nine_fridays_of_the_inspections(tables, year):
    found = terms("henan-2020", "weekly", year)
    assert " ".join(f"{one.day:%m-%d}" for one in found) == WEEKS[year]
    assert {one.provisional for one in found} == {year == 2027}


QUARTERS = {
    # 06-20 is in the dragon boat festival (19th to 21st), 09-20 is a Sunday at work.
    2026: ["2026-03-20", "2026-06-18", "2026-09-20", "2026-12-21"],
    2027: ["2027-03-19", "2027-06-18", "2027-09-20", "2027-12-21"],
}


@pytest.mark.parametrize("year", sorted(QUARTERS))
def test_ten_days_before_the_end_of_a_quarter_in_other_years(tables, year):
    assert days("datong-2021", 6, year) == QUARTERS[year]
    assert {one.provisional for one in terms("datong-2021", 6, year)} == {year == 2027}
    ends = [f"{year}-{end}" for end in ("03-31", "06-30", "09-30", "12-31")]
    assert [f"{one.nominal:%Y-%m-%d}" for one in terms("datong-2021", 6, year, quarter_end="span")] == ends
    assert days("luohe-2021", "study", year) == ends


def test_what_lies_in_a_phase_keeps_its_last_day_whatever_weekday_it_is(tables):
    """12-06 of 2020 is a Sunday, 03-31 of 2024 too, 04-10 of 2021 a Saturday: the document names these very days."""
    assert days("hengshui-2020", "selfcheck", 2020) == ["2020-12-06"]
    assert days("hengshui-2020", "lookback", 2023) == ["2024-03-31"]
    assert days("henan-2020", "contact", 2021, contacts_due="04-10") == ["2021-04-10"]
    assert days("henan-2020", "selfcheck", 2022) == ["2022-04-30"]


def test_readings_of_henan_move_what_they_are_about(tables):
    assert days("henan-2020", "verify_other", 2020, other_verify="with_key") == ["2020-09-30"]
    assert days("henan-2020", "verify_other", 2020, other_verify="after_check") == ["2020-12-31"]
    within = {said: days("henan-2020", "summary", 2020, summary_within=said) for said in ("10", "15", "30")}
    assert within == {"10": ["2020-06-30"], "15": ["2020-07-03"], "30": ["2020-07-20"]}


def test_a_report_day_that_moves_into_a_year_without_a_table_is_provisional():
    work = WorkCalendar(off=frozenset([date(2022, 12, 31)]), years=frozenset([2022]))
    (one,) = weekly_cutoffs(date(2022, 12, 30), date(2023, 1, 1), work, OnHoliday.NEXT, weekday=5)
    assert (one.nominal, one.day, one.provisional) == (date(2022, 12, 31), date(2023, 1, 2), True)


def test_a_day_that_is_kept_is_certain_without_a_table():
    """Only what a table may move waits for it: a kept day stays, the same day under another policy does not."""
    work, sunday = WorkCalendar(), date(2027, 1, 31)
    shown = {policy: clocks.resolved(sunday, policy, work).provisional for policy in OnHoliday}
    assert shown == {OnHoliday.KEEP: False, OnHoliday.PREVIOUS: True, OnHoliday.NEXT: True}
    for policy, said in shown.items():
        fridays = weekly_cutoffs(date(2027, 1, 4), date(2027, 1, 31), work, policy)
        assert {one.provisional for one in fridays} == {said}, policy


def shown_and_owed(campaign):
    """Days of the terms page by title, and days of what was opened by the title of its entry."""
    entries = {entry.key: entry.title for entry in due.entries_of(campaign.blueprint.data)}
    shown = {}
    for one in services.campaign_terms(campaign, clock.now()):
        shown[one.title] = {term.day for term in one.terms if term not in one.lapsed}
    opened: dict[str, set[date]] = {}
    for row in Obligation.objects.filter(campaign_id=campaign.pk):
        title = {"selfcheck": entries["due.selfcheck"], "contact": entries.get("due.contact", "")}.get(row.kind)
        opened.setdefault(title or entries[row.subject], set()).add(clock.day_of(row.due_at))
    return shown, opened


def test_every_day_that_hengshui_s_page_shows_is_the_day_that_is_owed(cast):
    campaign = scene.campaign_of("hengshui-2020", cast, 2020, datetime(2020, 11, 27, 1, tzinfo=UTC))
    services.list_targets(campaign, cast.city, key_only=False, actor=cast.officer_city, at=campaign.published_at)
    shown, opened = shown_and_owed(campaign)
    assert {title: shown[title] for title in opened} == opened
    assert opened["企业完成自行体检"] == {date(2020, 12, 6)}
    row = Obligation.objects.filter(kind="selfcheck").first()
    assert "逐生产工序、逐排污节点、逐治污设施" in row.source
    assert row.rule == "“自行体检”阶段结束日 24:00"


def test_every_day_that_henan_s_page_shows_is_the_day_that_is_owed(cast):
    at = datetime(2021, 3, 22, 1, tzinfo=UTC)
    scene.load()
    row = services.create_from_blueprint(
        "henan-2020", unit=cast.province, year=2021, actor=cast.officer_province, at=at
    )
    scene.ready(row, cast.officer_province)
    services.approve(row, actor=cast.leader_province, at=at)
    services.publish(row, actor=cast.officer_province, at=at)
    row.refresh_from_db()
    services.list_targets(row, cast.province, key_only=False, actor=cast.officer_province, at=at)
    shown, opened = shown_and_owed(row)
    assert {title: shown[title] for title in opened} == opened
    assert opened["报送一体化执法检查联络人员信息统计表"] == {date(2021, 4, 10)}
    assert opened["组织对非重点排污单位进行核查"] == {date(2021, 9, 30)}
    assert opened["完成“执法检查”阶段工作"] == {date(2021, 6, 20)}
    sources = {one.kind: one.source for one in Obligation.objects.filter(kind__in=["selfcheck", "contact"])}
    assert "按要求如实填写《排污单位自查情况表》（附件2）" in sources["selfcheck"]
    assert sources["contact"].startswith(
        "各地《一体化执法检查联络人员信息统计表》（附件7）4月中旬前报省厅（原文五（四）第2句"
    )
    summary = Obligation.objects.filter(subject="due.summary").first()
    assert summary.source.startswith("执法检查结束后向省厅报送执法检查总结报告")


@pytest.mark.parametrize(
    ("name", "year", "key", "who"),
    [("luohe-2021", 2021, "due.conditions", "city"), ("hengshui-2020", 2020, "due.maps", "yungang")],
)
def test_what_a_document_orders_without_a_day_is_owed_once_an_officer_sets_one(org, name, year, key, who):
    at = datetime(year, 11, 27, 1, tzinfo=UTC)
    plan = datong.published(org, name, year, at=at)
    assert datong.owed(plan, key) == []
    entry = due.entry_of(plan.blueprint.data, key)
    due.set_day(plan, entry, date(year, 12, 18), reason="市局通知", actor=org.officer, at=at)
    assert datong.days(plan, key, getattr(org, who)) == [date(year, 12, 18)]


def test_why_a_reading_is_the_default_is_said_where_it_is_chosen_and_shown(cast, client: Client):
    scene.load()
    row = scene.draft(cast)
    client.force_login(cast.officer_province)
    with clock.travel(scene.MARCH):
        for name in ("campaign_parameters", "campaign_detail"):
            page = client.get(reverse(f"campaigns:{name}", args=[row.pk])).content.decode()
            assert "默认 15 日：留出汇总最后一周检查情况的时间" in page
            assert "不设默认：两种读法相差十日" in page


def test_what_follows_the_inspections_moves_with_the_window_that_a_city_was_granted(henan, cast):
    asked = services.ask_window(
        henan.phases.get(key="inspect"), unit=cast.city, starts_on=date(2020, 5, 6), ends_on=date(2020, 6, 26),
        reason="疫情", actor=cast.officer_city, at=scene.MARCH,
    )  # fmt: skip
    services.approve_window(asked, actor=cast.leader_province, at=scene.MARCH)
    for key, own, others in (
        ("phase.inspect", "2020-06-26", "2020-06-20"),
        ("due.summary", "2020-07-10", "2020-07-03"),
        ("phase.inspect_other", "2020-10-31", "2020-10-31"),
    ):
        assert datong.days(henan, key, cast.city) == [date.fromisoformat(own)], key
        assert datong.days(henan, key, cast.other_city) == [date.fromisoformat(others)], key
