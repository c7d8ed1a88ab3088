"""A frozen week keeps the names of its Friday: pages, sheets and papers outlive the renaming of units and sites."""

import io
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Unit
from core import clock
from enterprises.models import Enterprise
from enterprises.services.names import rename_all
from reporting.models import CountyConfirmation, Summary, UnitReport
from reporting.services import reports
from reporting.services.freeze import sweep
from tests.reporting.scene import Scene, busy, day, sh

pytestmark = pytest.mark.django_db
MONDAY = sh("05-18 09:00")


@pytest.fixture
def report(scene: Scene) -> UnitReport:
    """Week 4 of the city, sent with a text and frozen."""
    scene.published("05-08 18:00")
    busy(scene)
    sweep(sh("05-12 09:00"))
    row = UnitReport.objects.get(period__number=4, unit=scene.cast.city)
    reports.send(row, "按计划进行。", False, seen="", actor=scene.cast.contact_city, at=sh("05-15 16:42"))
    sweep(sh("05-15 17:31"))
    return UnitReport.objects.get(pk=row.pk)


@pytest.fixture
def monday() -> Iterator[None]:
    with clock.travel(MONDAY):
        yield


def renamed(scene: Scene) -> None:
    for unit in (scene.cast.city, scene.cast.county_a, scene.cast.county_b, scene.cast.province):
        Unit.objects.filter(pk=unit.pk).update(name=f"新{unit.name}", short_name=f"新{unit.short_name}")
    site = Enterprise.objects.get(name="漯河示例电力厂")
    rename_all([(site, "漯河改名电力厂")], since=day("05-18"), source="测试")


def shown(client: Client, address: str) -> str:
    """What stands on the page itself, without the menu around it and the token of its forms."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return page[page.index("<main") : page.index("</main>")]


def body(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def rows_of(report: UnitReport, figure: str) -> str:
    return f"{reverse('reporting:report_rows', args=[report.pk])}?figure={figure}&span=total"


@pytest.mark.usefixtures("monday")
def test_a_frozen_week_reads_the_same_after_units_and_sites_were_renamed(scene: Scene, report: UnitReport) -> None:
    summary, client = Summary.objects.get(period=report.period), Client()
    client.force_login(scene.cast.leader_province)
    word = CountyConfirmation.objects.get(report=report, unit=scene.cast.county_a)
    pages = [
        reverse("reporting:report_detail", args=[report.pk]),
        reverse("reporting:period_detail", args=[report.period_id]),
        reverse("reporting:report_confirm", args=[word.pk]),
        rows_of(report, "enterprises"),
        rows_of(report, "issues"),
        rows_of(report, "key_targets"),
    ]
    sheets = [address.replace("/rows/", "/rows/sheet/") for address in pages[3:]]
    sheets += [reverse(f"reporting:summary_{kind}", args=[summary.pk]) for kind in ("workbook", "paper")]
    before = [shown(client, page) for page in pages] + [body(client, sheet) for sheet in sheets]
    renamed(scene)
    after = [shown(client, page) for page in pages] + [body(client, sheet) for sheet in sheets]
    for address, then, now in zip(pages + sheets, before, after, strict=True):
        assert then == now, address
    assert "源汇区" in before[0]
    assert "漯河示例电力厂" in before[5]


@pytest.mark.usefixtures("monday")
def test_a_later_edition_keeps_the_names_of_the_week(scene: Scene, report: UnitReport) -> None:
    renamed(scene)
    reports.return_report(report, actor=scene.cast.officer_province, at=MONDAY, reason="核对")
    reports.correct(report, "更正", False, actor=scene.cast.contact_city, at=sh("05-18 10:00"), reason="核对")
    sweep(sh("05-18 10:01"))
    second = Summary.objects.get(period=report.period, edition=2)
    with second.workbook.open() as source:
        book = load_workbook(io.BytesIO(source.read()))
    assert book.sheetnames == ["全省汇总", "分项指标", "漯河市", "洛阳市"]
    heads = [cell.value for row in book["漯河市"].iter_rows(max_row=4) for cell in row]
    assert "源汇区" in heads
    assert "全省" in [cell.value for row in book["分项指标"].iter_rows(max_row=4) for cell in row]
    assert second.differences[0]["unit"] == "漯河市"


@pytest.mark.usefixtures("monday")
def test_a_week_that_is_not_frozen_shows_the_present_names(scene: Scene, report: UnitReport) -> None:
    renamed(scene)
    sweep(MONDAY)
    following = UnitReport.objects.get(period__number=5, unit=scene.cast.city)
    client = Client()
    client.force_login(scene.cast.officer_province)
    assert "新源汇区" in shown(client, reverse("reporting:report_detail", args=[following.pk]))
