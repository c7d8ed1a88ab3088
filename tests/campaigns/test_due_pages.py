"""The pages of things due: who sees what, at what cost, and the calendar that programs read."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar
from openpyxl import load_workbook

from campaigns.exports import due_spec
from campaigns.models import DueAnswer, DueFeed
from campaigns.services import due
from campaigns.services.due import feeding
from core import clock
from core.models import Obligation
from tests.campaigns import datong

pytestmark = pytest.mark.django_db
D = date.fromisoformat
MARCH = clock.at_local(D("2021-03-10"), 9)


@pytest.fixture
def org():
    return datong.assemble()


@pytest.fixture
def plan(org):
    row = datong.published(org)
    with clock.travel(MARCH):
        yield row


def one(plan, entry, unit, day=""):
    rows = datong.owed(plan, entry, unit)
    return next(row for row in rows if not day or clock.day_of(row.due_at) == D(day))


def titles(answer):
    return [row.title for row, *_ in answer.context["lines"]]


def test_the_list_shows_the_own_unit_and_below_only_when_asked(org, plan, client):
    client.force_login(org.officer_yungang)
    answer = client.get("/campaigns/due/")
    units = {unit for _, unit, *_ in answer.context["lines"]}
    assert units == {"云冈区"}
    below = client.get("/campaigns/due/?whose=below&kind=plan")
    assert {unit for _, unit, *_ in below.context["lines"]} == {"云冈区", "云冈执法队"}


def test_filters_by_state_unit_campaign_and_days(org, plan, client):
    client.force_login(org.officer)
    late = client.get("/campaigns/due/?whose=below&state=late").context
    assert late["page"].counted == Obligation.objects.overdue(MARCH).count() > 0
    asked = f"/campaigns/due/?unit={org.team.pk}&campaign={plan.pk}&since=2021-03-29&until=2021-03-29"
    assert titles(client.get(asked)) == ["查处违法排污专项执法行动"]
    due.submit(one(plan, "row.14", org.team), {"报送内容": "总结"}, actor=org.officer_team, at=MARCH)
    assert titles(client.get(f"/campaigns/due/?unit={org.team.pk}&state=met")) == ["查处违法排污专项执法行动"]
    assert titles(client.get(asked)) == []
    assert titles(client.get(f"{asked}&state=all")) == ["查处违法排污专项执法行动"]
    assert client.get("/campaigns/due/?unit=x&state=y&since=z&campaign=q").status_code == 200


def test_the_list_costs_the_same_however_long_it_is(org, plan, client):
    client.force_login(org.officer)

    def cost(query):
        client.get(f"/campaigns/due/{query}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/campaigns/due/{query}")
        return len(queries)

    short = f"?whose=below&since=2021-03-29&until=2021-03-29&campaign={plan.pk}"
    assert cost(short) == cost(f"?whose=below&campaign={plan.pk}")


def test_a_stranger_finds_nothing(org, plan, client):
    client.force_login(org.officer_yungang)
    other = one(plan, "due.highlights", org.xinrong)
    assert client.get(f"/campaigns/due/{other.pk}/").status_code == 404
    assert client.post(f"/campaigns/due/{other.pk}/answer/", {"part_0": "x"}).status_code == 404


def test_the_page_says_sentence_and_arithmetic(org, plan, client):
    client.force_login(org.officer_yungang)
    page = client.get(one(plan, "due.highlights", org.yungang, "2021-10-29").url).content.decode()
    assert "亮点成效" in page
    assert "2021-10-31 周日" in page
    assert "原定日期是休息日，逢休息日提前到前一个工作日" in page
    assert "2021-10-29 24:00 周五" in page
    assert "三（三）1第2句" in page


def test_an_answer_is_whole_or_nothing_and_keeps_what_was_typed(org, plan, client):
    client.force_login(org.officer_yungang)
    row = one(plan, "due.highlights", org.yungang, "2021-03-31")
    refused = client.post(f"{row.url}answer/", {"part_0": "写好的亮点", "part_1": " "})
    assert refused.status_code == 422
    assert "写好的亮点" in refused.content.decode()
    strange = SimpleUploadedFile("strange.exe", b"MZ" + bytes(64))
    refused = client.post(f"{row.url}answer/", {"part_0": "亮点", "part_1": "案例", "files": [strange]})
    assert refused.status_code == 422
    assert "“strange.exe”不是可以上传的文件" in refused.content.decode()
    pdf = b"%PDF-1.4 x %%EOF"
    file = SimpleUploadedFile("总结.pdf", pdf, content_type="application/pdf")
    sent = {"part_0": "亮点", "part_1": "案例", "files": [file]}
    assert client.post(f"{row.url}answer/", sent).status_code == 302
    answer = DueAnswer.objects.get(obligation=row)
    assert answer.texts == {"亮点成效": "亮点", "典型案例": "案例"}
    kept = answer.files.get()
    assert b"".join(client.get(f"{row.url}files/{kept.pk}/").streaming_content) == pdf
    client.force_login(org.officer)
    page = client.get(row.url).content.decode()
    assert "退回报送" in page
    assert client.post(f"{row.url}return/", {"reason": "请补充"}).status_code == 302
    assert client.post(f"{row.url}answer/", sent).status_code == 403, "a superior answers for nobody"


def test_releasing_is_the_leader_s(org, plan, client):
    row = one(plan, "due.highlights", org.yungang, "2021-03-31")
    client.force_login(org.officer)
    assert client.post(f"{row.url}release/", {"reason": "统一报送"}).status_code == 403
    client.force_login(org.leader)
    client.post(f"{row.url}release/", {"reason": ""})
    row.refresh_from_db()
    assert row.waived_at is None
    client.post(f"{row.url}release/", {"reason": "统一报送"})
    assert "统一报送" in client.get(row.url).content.decode()


def test_the_calendar_of_a_month_and_a_week(org, plan, client):
    client.force_login(org.officer_team)
    month = client.get("/campaigns/due/calendar/?day=2021-02-10")
    days = {day.on: day for day in month.context["days"]}
    assert [row.title for row, _, _ in days[D("2021-02-20")].lines] == ["排污登记核查"]
    assert days[D("2021-02-20")].works
    assert not days[D("2021-02-12")].works
    week = client.get("/campaigns/due/calendar/?view=week&day=2021-02-17")
    assert week.context["days"][0].on == D("2021-02-15")
    assert "排污登记核查" in week.content.decode()
    assert client.get("/campaigns/due/calendar/?day=nonsense").status_code == 200


def test_units_are_named_on_the_campaign_s_page(org, plan, client):
    client.force_login(org.officer)
    page = client.get(f"/campaigns/{plan.pk}/units/").content.decode()
    assert "未指定，由制定单位承担" in page
    assert "清单未编成" in page
    sent = {"lead": [org.office.pk], "joint": [org.team.pk]}
    assert client.post(f"/campaigns/{plan.pk}/units/row.15/", sent).status_code == 302
    assert due.laid_upon(plan).leads["row.15"] == [org.office]
    assert client.post(f"/campaigns/{plan.pk}/units/row.2222/", sent).status_code == 404
    client.force_login(org.officer_team)
    assert client.post(f"/campaigns/{plan.pk}/units/row.15/", sent).status_code == 403
    row = one(plan, "row.15", org.office)
    assert client.get(row.url).status_code == 200, "a joint unit sees what it helps with"


def test_the_sheet_is_the_list(org, plan, client, tmp_path):
    client.force_login(org.officer_team)
    answer = client.post("/campaigns/due/sheet/?since=2021-03-29&until=2021-03-29")
    path = tmp_path / "due.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    words = [cell.value for row in load_workbook(path).active.iter_rows() for cell in row]
    assert "查处违法排污专项执法行动" in words
    assert "市执法队" in words


def address(client):
    page = client.post("/campaigns/due/feed/renew/").content.decode()
    return re.search(r"/campaigns/due/feed/[\w-]+\.ics", page).group()


def test_the_feed_needs_no_session_and_shows_what_its_owner_owes(org, plan, client):
    client.force_login(org.officer_yungang)
    url = address(client)
    client.logout()
    answer = client.get(url)
    assert answer["Content-Type"].startswith("text/calendar")
    events = list(Calendar.from_ical(answer.content).walk("VEVENT"))
    mine = one(plan, "due.highlights", org.yungang, "2021-10-29")
    shown = next(event for event in events if event["uid"].startswith(f"due-{mine.pk}@"))
    assert shown.decoded("dtstart") == D("2021-10-29")
    theirs = one(plan, "due.highlights", org.xinrong, "2021-10-29")
    assert not any(event["uid"].startswith(f"due-{theirs.pk}@") for event in events)
    assert DueFeed.objects.get().digest not in url


def test_a_renewed_an_ended_or_a_guessed_address_answers_404(org, plan, client):
    client.force_login(org.officer_yungang)
    old, new = address(client), address(client)
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    client.post("/campaigns/due/feed/end/")
    assert client.get(new).status_code == 404
    assert client.get("/campaigns/due/feed/guessed.ics").status_code == 404
    third = address(client)
    org.officer_yungang.is_active = False
    org.officer_yungang.save()
    client.logout()
    assert client.get(third).status_code == 404


def test_the_feed_keeps_to_the_rights_of_now(org, plan, client):
    token = feeding.renew(org.officer_yungang, at=MARCH)
    org.officer_yungang.grants.update(valid_to=D("2021-03-01"))
    answer = client.get(f"/campaigns/due/feed/{token}.ics")
    assert Calendar.from_ical(answer.content).walk("VEVENT") == []


def test_the_calendar_keeps_what_the_list_is_filtered_by(org, plan, client):
    client.force_login(org.officer)
    asked = f"unit={org.yungang.pk}&kind=plan"
    page = client.get(f"/campaigns/due/?{asked}").content.decode()
    assert f'href="/campaigns/due/calendar/?{asked.replace("&", "&amp;")}"' in page
    client.get("/campaigns/due/calendar/")
    found = client.get(f"/campaigns/due/calendar/?day=2021-03-01&{asked}")
    shown = {line[0].unit_path for day in found.context["days"] for line in day.lines}
    assert shown
    assert all(path.startswith(org.yungang.path) for path in shown)
    assert asked in found.context["links"]["ahead"]
    assert "取消这个条件" in found.content.decode()


def test_days_off_and_days_worked_are_marked_and_many_are_folded(org, plan, client):
    client.force_login(org.officer)
    page = client.get("/campaigns/due/calendar/?day=2021-10-01&whose=below").content.decode()
    assert re.search(r'due-mark"\s+title="[^"]*国庆[^"]*">休', page)
    assert re.search(r'due-mark due-mark-work"\s+title="[^"]+">班', page)
    many = re.search(r'href="([^"]+)">另有 (\d+) 项', page)
    day = next(
        one for one in client.get("/campaigns/due/calendar/?day=2021-10-01&whose=below").context["days"] if one.more
    )
    listed = client.get(many[1].replace("&amp;", "&"))
    assert len(listed.context["page"].rows) == len(day.lines)


def test_the_end_of_a_day_is_its_24_o_clock_everywhere(org, plan, client):
    client.force_login(org.officer_yungang)
    row = one(plan, "due.highlights", org.yungang, "2021-10-29")
    for page in (client.get(f"/campaigns/due/?unit={org.yungang.pk}"), client.get(row.url), client.get("/")):
        assert "23:59" not in page.content.decode()
    assert "2021-10-29 24:00" in client.get(row.url).content.decode()
    sheet = due_spec(MARCH).columns[0]
    assert sheet.read({"row": row}) == "2021-10-29 24:00"
    feed = feeding.feed_of(org.officer_yungang, "https://example.test", MARCH).decode()
    assert "24:00 到期" in feed
    assert "剩" not in feed, "a program keeps the text for days"


def test_a_text_that_is_too_long_comes_back_whole_with_a_sentence(org, plan, client):
    client.force_login(org.officer_yungang)
    row = one(plan, "due.highlights", org.yungang, "2021-03-31")
    long = "长" * 20_001
    answer = client.post(f"{row.url}answer/", {"part_0": long, "part_1": "案例"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert long in page
    assert "最多 20,000 字，现在有 20001 字" in page
    assert not re.search("<textarea[^>]*maxlength", page), "a browser would cut what is pasted"
