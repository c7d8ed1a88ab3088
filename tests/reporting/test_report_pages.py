"""Who sees which page of the weekly reports, what stands on it, and what a refused form keeps."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from core import clock
from core.models import StoredFile
from reporting.models import CountyConfirmation, ReportPeriod, Summary, UnitReport
from reporting.services import reports
from reporting.services import rows as rows_service
from reporting.services.freeze import sweep
from reporting.views import rows as rows_views
from tests import factories as make
from tests.reporting.scene import Scene, busy, sh

pytestmark = pytest.mark.django_db
Login = Callable[[User], Client]


@pytest.fixture
def report(scene: Scene) -> UnitReport:
    """The city's report of week 4, on its Tuesday."""
    scene.published("05-08 18:00")
    busy(scene)
    sweep(sh("05-12 09:00"))
    return UnitReport.objects.get(period__number=4, unit=scene.cast.city)


@pytest.fixture
def login() -> Login:
    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def friday() -> object:
    """Everything happens on Friday afternoon, an hour before the cut-off."""
    with clock.travel(sh("05-15 16:30")):
        yield


def word_of(report: UnitReport, scene: Scene) -> CountyConfirmation:
    return CountyConfirmation.objects.get(report=report, unit=scene.cast.county_a)


def frozen(report: UnitReport) -> Summary:
    sweep(sh("05-15 17:31"))
    return Summary.objects.get(period=report.period)


def test_who_sees_a_report_a_confirmation_a_week_and_its_files(scene: Scene, report: UnitReport, login: Login) -> None:
    cast, summary = scene.cast, frozen(report)
    addresses = [
        reverse("reporting:report_list"),
        reverse("reporting:report_detail", args=[report.pk]),
        reverse("reporting:report_rows", args=[report.pk]),
        reverse("reporting:report_confirm", args=[word_of(report, scene).pk]),
        reverse("reporting:confirmation_rows", args=[word_of(report, scene).pk]),
        reverse("reporting:period_detail", args=[report.period_id]),
        reverse("reporting:summary_workbook", args=[summary.pk]),
        reverse("reporting:summary_paper", args=[summary.pk]),
    ]
    expected = {
        cast.contact_city: [200, 200, 200, 200, 200, 404, 404, 404],
        cast.officer_city: [200, 200, 200, 200, 200, 404, 404, 404],
        cast.officer_a: [200, 404, 404, 200, 200, 404, 404, 404],
        cast.officer_other: [200, 404, 404, 404, 404, 404, 404, 404],
        cast.officer_province: [200] * 8,
        cast.leader_province: [200] * 8,
        cast.inspector_a: [403, 404, 404, 404, 404, 404, 404, 404],
        cast.enterprise_a: [403, 404, 404, 404, 404, 404, 404, 404],
        cast.administrator: [403, 404, 404, 404, 404, 404, 404, 404],
    }
    for user, answers in expected.items():
        assert [status(login(user), url) for url in addresses] == answers, user.username


def status(client: Client, url: str) -> int:
    answer = client.get(url)
    if answer.streaming:
        body(answer)
    return answer.status_code


def body(answer: Any) -> bytes:
    """Reading to the end closes the file."""
    return b"".join(answer.streaming_content)


def test_who_may_do_what(scene: Scene, report: UnitReport, login: Login, friday: None) -> None:
    cast = scene.cast
    posts = {
        "report_save": {
            cast.contact_city: 302,
            cast.officer_city: 302,
            cast.officer_province: 403,
            cast.officer_a: 404,
        },
        "report_send": {cast.officer_city: 403, cast.officer_province: 403, cast.officer_other: 404},
        "report_recall": {cast.officer_city: 403, cast.officer_other: 404},
        "report_return": {cast.contact_city: 403, cast.officer_a: 404},
        "report_accept": {cast.contact_city: 403, cast.leader_province: 403},
        "report_correct": {cast.officer_city: 403, cast.officer_province: 403},
    }
    for name, answers in posts.items():
        for user, status in answers.items():
            url = reverse(f"reporting:{name}", args=[report.pk])
            assert login(user).post(url, {"text": "说明", "reason": "理由"}).status_code == status, (
                name,
                user.username,
            )
            assert login(user).get(url).status_code == 405
    remind = reverse("reporting:period_remind", args=[report.period_id])
    said = {cast.contact_city: 404, cast.leader_province: 403, cast.officer_province: 302}
    assert {user: login(user).post(remind).status_code for user in said} == said


def test_a_county_confirms_its_own_and_no_other(scene: Scene, report: UnitReport, login: Login, friday: None) -> None:
    own = reverse("reporting:report_confirm", args=[word_of(report, scene).pk])
    other = CountyConfirmation.objects.get(report=report, unit=scene.cast.county_b)
    client = login(scene.cast.officer_a)
    assert client.post(own, {"note": "已核对"}).status_code == 302
    assert client.post(reverse("reporting:report_confirm", args=[other.pk]), {}).status_code == 404
    assert login(scene.cast.contact_city).post(own, {}).status_code == 403
    assert word_of(report, scene).note == "已核对"


def test_a_county_finds_nothing_of_its_neighbour_behind_its_figures(
    scene: Scene, report: UnitReport, login: Login, friday: None
) -> None:
    url = reverse("reporting:confirmation_rows", args=[word_of(report, scene).pk])
    query = {"figure": "visits", "span": "total", "part": str(scene.cast.county_b.pk)}
    page = login(scene.cast.officer_a).get(url, query).content.decode()
    assert scene.cast.site_a.name in page
    assert scene.cast.site_b.name not in page


def test_another_citys_part_shows_no_rows(scene: Scene, report: UnitReport, login: Login, friday: None) -> None:
    far = scene.site("洛阳示例玻璃厂", scene.cast.other_county)
    scene.visited(far, "05-12 10:00")
    url = reverse("reporting:report_rows", args=[report.pk])
    query = {"figure": "visits", "span": "total", "part": str(scene.cast.other_county.pk)}
    assert far.name not in login(scene.cast.contact_city).get(url, query).content.decode()


@pytest.mark.parametrize("query", ["figure=nonsense", "figure=overdue&span=week", "figure=type.99", "span=year"])
def test_an_address_that_names_no_figure_is_not_found(
    scene: Scene, report: UnitReport, login: Login, friday: None, query: str
) -> None:
    url = reverse("reporting:report_rows", args=[report.pk])
    assert login(scene.cast.contact_city).get(f"{url}?{query}").status_code == 404


def test_every_number_of_the_page_opens_as_many_rows(
    scene: Scene, report: UnitReport, login: Login, friday: None
) -> None:
    client = login(scene.cast.contact_city)
    page = client.get(reverse("reporting:report_detail", args=[report.pk]))
    cells = [cell for table in page.context["tables"] for line in table.lines for cell in (line.week, line.total)]
    opened = [cell for cell in cells if cell is not None and cell.url]
    assert len(opened) > 20
    for cell in opened:
        assert client.get(cell.url).context["figure"] == cell.text, cell.url


def test_sending_from_the_page(scene: Scene, report: UnitReport, login: Login, friday: None) -> None:
    client, url = login(scene.cast.contact_city), reverse("reporting:report_detail", args=[report.pk])
    seen = client.get(url).context["form"].initial["seen"]
    answer = client.post(
        reverse("reporting:report_send", args=[report.pk]),
        {"text": "本周说明", "seen": seen, "without": "on"},
        follow=True,
    )
    assert "第 4 周周报已报送。" in answer.content.decode()
    assert "撤回修改" in answer.content.decode()
    assert UnitReport.objects.get(pk=report.pk).text == "本周说明"


def test_who_sends_without_the_counties_word_says_so(
    scene: Scene, report: UnitReport, login: Login, friday: None
) -> None:
    client, url = login(scene.cast.contact_city), reverse("reporting:report_send", args=[report.pk])
    word = word_of(report, scene)
    reports.confirm(word, "", seen="", actor=scene.cast.officer_a, at=sh("05-15 16:00"))
    page = client.get(reverse("reporting:report_detail", args=[report.pk])).content.decode()
    assert "<strong>1 个单位尚未确认本周数字：</strong>召陵区" in page
    refused = client.post(url, {"text": "写了很多字"})
    assert refused.status_code == 422
    assert "召陵区尚未确认本周数字" in refused.content.decode()
    assert "写了很多字" in refused.content.decode()
    assert UnitReport.objects.get(pk=report.pk).state == "open"
    assert client.post(url, {"text": "写了很多字", "without": "on"}).status_code == 302


def test_with_every_countys_word_or_after_the_cut_off_nothing_is_asked(
    scene: Scene, report: UnitReport, login: Login
) -> None:
    client, url = login(scene.cast.contact_city), reverse("reporting:report_send", args=[report.pk])
    with clock.travel(sh("05-15 17:40")):
        assert (
            "尚未确认本周数字" not in client.get(reverse("reporting:report_detail", args=[report.pk])).content.decode()
        )
        assert client.post(url, {"text": "补报"}).status_code == 302


def test_what_was_recalled_is_not_read_by_the_province(
    scene: Scene, report: UnitReport, login: Login, friday: None
) -> None:
    actor = scene.cast.contact_city
    reports.send(report, "先报后撤的话。", False, seen="", actor=actor, at=sh("05-15 16:00"))
    reports.recall(report, actor=actor, at=sh("05-15 16:10"), reason="报错了")
    address = reverse("reporting:report_detail", args=[report.pk])
    addresses = [address, reverse("reporting:period_detail", args=[report.period_id])]
    province = login(scene.cast.officer_province)
    assert not [url for url in addresses if "先报后撤" in province.get(url).content.decode()]
    assert "先报后撤" in login(actor).get(address).content.decode()


def test_a_week_that_passed_before_it_was_swept_is_being_closed(scene: Scene, report: UnitReport, login: Login) -> None:
    frozen(report)
    sweep(sh("05-18 09:00"))
    UnitReport.objects.filter(period__number=5, unit=scene.cast.other_city).delete()
    with clock.travel(sh("05-22 17:30:30")):
        page = login(scene.cast.officer_province).get(reverse("reporting:report_list"))
    assert "封账中" in page.content.decode()


def test_a_refused_report_keeps_what_was_typed(scene: Scene, report: UnitReport, login: Login, friday: None) -> None:
    url = reverse("reporting:report_send", args=[report.pk])
    answer = login(scene.cast.contact_city).post(url, {"text": "写了很多字", "is_nothing": "on", "without": "on"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "写了很多字" in page
    assert "不能作“零报告”" in page


def test_a_second_click_is_answered_in_a_sentence(scene: Scene, report: UnitReport, login: Login, friday: None) -> None:
    client, url = login(scene.cast.contact_city), reverse("reporting:report_send", args=[report.pk])
    assert client.post(url, {"text": "说明", "without": "on"}).status_code == 302
    again = client.post(url, {"text": "说明"})
    assert again.status_code == 422
    assert "周报当前为“已报送”，不能办理“报送”。" in again.content.decode()
    assert report.versions.count() == 1


def test_frozen_differences_stand_on_the_page(scene: Scene, report: UnitReport, login: Login) -> None:
    reports.send(report, "说明", False, seen="", actor=scene.cast.contact_city, at=sh("05-15 16:00"))
    scene.found(scene.visited(scene.site("漯河示例末班厂"), "05-15 17:20"))
    frozen(report)
    with clock.travel(sh("05-15 18:00")):
        page = login(scene.cast.contact_city).get(reverse("reporting:report_detail", args=[report.pk])).content.decode()
    assert "封账数字与报送时看到的数字有" in page
    assert "<li>发现问题：本周 1 → 2，累计 3 → 4</li>" in page
    assert "<li>现场检查 发现问题：本周 1 → 2，累计 2 → 3</li>" in page


def test_the_rows_of_a_frozen_figure_do_not_change(scene: Scene, report: UnitReport, login: Login) -> None:
    frozen(report)
    url = reverse("reporting:report_rows", args=[report.pk]) + "?figure=type.3&span=week"
    with clock.travel(sh("05-18 10:00")):
        before = login(scene.cast.contact_city).get(url).context["rows"]
        scene.voided(scene.campaign.issues.order_by("number").last(), "05-18 09:30")
        after = login(scene.cast.contact_city).get(url).context["rows"]
    assert len(before) == 1
    assert before == after


def test_the_same_bytes_each_time(scene: Scene, report: UnitReport, login: Login) -> None:
    summary, client = frozen(report), login(scene.cast.officer_province)
    for name in ("summary_workbook", "summary_paper"):
        url = reverse(f"reporting:{name}", args=[summary.pk])
        answers = [client.get(url), client.get(url)]
        assert body(answers[0]) == body(answers[1])
        assert client.get(url, headers={"If-None-Match": answers[0].headers["ETag"]}).status_code == 304


def test_the_rows_come_as_a_sheet(scene: Scene, report: UnitReport, login: Login, friday: None) -> None:
    url = reverse("reporting:report_rows_sheet", args=[report.pk]) + "?figure=issues&span=total"
    answer = login(scene.cast.contact_city).get(url)
    sheet = load_workbook(io.BytesIO(body(answer))).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == "漯河市第 4 周累计发现问题"
    assert [row[2] for row in rows[2:]] == ["漯河示例纸业有限公司"] * 3


@pytest.mark.parametrize("name", ["report_rows", "report_rows_sheet"])
def test_the_file_of_the_rows_is_closed_when_reading_them_fails(
    scene: Scene, report: UnitReport, login: Login, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen(report)
    opened: list[Any] = []
    stored = StoredFile.open

    def noted(row: StoredFile) -> Any:
        opened.append(stored(row))
        return opened[-1]

    def wrong(*args: object) -> None:
        raise LookupError("a row of nothing")

    monkeypatch.setattr(StoredFile, "open", noted)
    monkeypatch.setattr(rows_service, "weight", wrong)
    monkeypatch.setattr(rows_views, "worded", wrong)
    url = reverse(f"reporting:{name}", args=[report.pk]) + "?figure=issues&span=total"
    with clock.travel(sh("05-18 10:00")), pytest.raises(LookupError):  # whose traceback holds on to the rows
        login(scene.cast.contact_city).get(url)
    assert [file.closed for file in opened] == [True]


def test_the_matrix_shows_every_unit_and_week_in_words(scene: Scene, report: UnitReport, login: Login) -> None:
    reports.send(report, "说明", False, seen="", actor=scene.cast.contact_city, at=sh("05-15 16:42"))
    frozen(report)
    with clock.travel(sh("05-18 10:00")):
        page = login(scene.cast.officer_province).get(reverse("reporting:report_list"))
    cells = {
        row["unit"].short_name: [told[1].short if told else None for _, told in row["cells"]]
        for row in page.context["matrix"]
    }
    assert {name: words[:2] for name, words in cells.items()} == {
        "漯河市": ["按时 16:42", "待报送"], "洛阳市": ["未报", "待报送"]
    }  # fmt: skip


def test_the_holiday_is_explained(scene: Scene, login: Login) -> None:
    sweep(sh("04-25 09:00"))
    period = ReportPeriod.objects.get(number=2)
    with clock.travel(sh("04-28 09:00")):
        page = login(scene.cast.officer_province).get(reverse("reporting:period_detail", args=[period.pk]))
    assert "05-01（周五）为劳动节，本周提前到工作日 04-30（周四）" in page.content.decode()


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_pages_ask_as_many_questions_for_twenty_cities_and_a_thousand_rows(
    scene: Scene, report: UnitReport, login: Login
) -> None:
    client = login(scene.cast.officer_province)
    urls = [
        reverse("reporting:report_list"),
        reverse("reporting:period_detail", args=[report.period_id]),
        reverse("reporting:report_detail", args=[report.pk]),
        reverse("reporting:report_rows", args=[report.pk]) + "?figure=issues&span=total",
    ]
    with clock.travel(sh("05-15 16:30")):
        few = [queries(client, url) for url in urls]
        grow(scene)
        sweep(sh("05-15 16:29"))
        assert [queries(client, url) for url in urls] == few


def grow(scene: Scene) -> None:
    for number in range(18):
        city = make.unit(f"示例{number}市生态环境局", "city", scene.cast.province, short_name=f"示例{number}市")
        make.unit(f"示例{number}市示例分局", "county", city, short_name=f"{number}示例区")
    record = scene.visited(scene.site("漯河示例千问厂"), "05-12 10:00")
    for _ in range(1000):
        scene.found(record)
