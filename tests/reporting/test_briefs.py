"""The brief of a week: figures and films of the platform under the words of whoever writes it (HN-07)."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from core import clock, files
from core.models import AuditEvent
from inspections.models import Evidence, Visit
from reporting.models import Brief, ReportPeriod
from reporting.services.freeze import sweep
from tests.reporting.scene import Scene, busy, sh

pytestmark = pytest.mark.django_db
FRIDAY = sh("05-15 18:00")


@pytest.fixture
def period(scene: Scene) -> ReportPeriod:
    """Week 4, frozen, with one film of that week and one that came in after it."""
    scene.published("05-08 18:00")
    busy(scene)
    sweep(sh("05-12 09:00"))
    visit = Visit.objects.filter(campaign=scene.campaign).select_related("assignment__lead_inspector").first()
    assert visit is not None
    for name, at in (("亮证和车间巡查", "05-13 10:00"), ("补录", "05-15 17:45")):
        film = b"\x00\x00\x00\x18ftypmp42" + name.encode() * 8
        lead = visit.assignment.lead_inspector
        stored = files.store(film, name=f"{name}.mp4", by=lead, at=sh(at), kind="attachment")
        Evidence.objects.create(
            visit=visit, file=stored, item_path="_recording", caption=name, taken_by=lead, recorded_at=sh(at)
        )
    sweep(sh("05-15 17:31"))
    return ReportPeriod.objects.get(campaign=scene.campaign, number=4)


def read(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.req("HN-07")
def test_the_brief_has_the_weeks_checks_issues_and_films(client, scene: Scene, period: ReportPeriod) -> None:
    address = reverse("reporting:period_brief", args=[period.pk])
    client.force_login(scene.cast.officer_province)
    with clock.travel(FRIDAY):
        page = client.get(address)
        week = page.context["week"]
        assert week["enterprises"] > 0
        assert week["issues"] > 0
        assert "最多 8,000 字" in page.content.decode()
        assert not any(sign.isdigit() for sign in page.context["form"].initial["text"]), "figures are said once, below"
        assert client.post(address, {"text": ""}).status_code == 422
        long = client.post(address, {"text": "周" * 8001}).content.decode()
        assert ("最多 8,000 字，现在有 8001 字" in long, "周" * 8001 in long, 'maxlength="8000"' in long) == (
            True,
            True,
            False,
        )
        sent = {"text": "本周各市按计划推进。", "closing": "下周检查铸造行业。"}
        assert client.post(address, sent).status_code == 302
        row = Brief.objects.get()
        paper = client.get(reverse("reporting:brief_paper", args=[row.pk]))
        taken = AuditEvent.objects.get(action="reporting.brief.export")
        assert (taken.actor_id, taken.object_id) == (scene.cast.officer_province.pk, str(row.pk))
        book = load_workbook(io.BytesIO(read(client.get(reverse("reporting:brief_workbook", args=[row.pk])))))
    told = "".join(page.extract_text() for page in PdfReader(io.BytesIO(read(paper))).pages)
    told = "".join(told.split())
    assert f"本周检查排污单位{week['enterprises']}家，发现问题{week['issues']}个" in told
    for words in ("本周各市按计划推进。", "下周检查铸造行业。", "视频目录", "亮证和车间巡查.mp4"):
        assert words in told
    assert "补录" not in told
    last = list(book["本周情况"].iter_rows(values_only=True))[-1]
    assert last[:3] == ("合计", week["enterprises"], week["issues"])
    films = [row[3] for row in book["视频目录"].iter_rows(values_only=True)][1:]
    assert films == ["亮证和车间巡查"]


def test_of_a_week_that_has_not_begun_there_is_no_brief(client, scene: Scene, period: ReportPeriod) -> None:
    later = ReportPeriod.objects.filter(campaign=scene.campaign, starts_at__gt=FRIDAY).latest("number")
    address = reverse("reporting:period_brief", args=[later.pk])
    client.force_login(scene.cast.officer_province)
    with clock.travel(FRIDAY):
        assert address not in client.get(reverse("reporting:period_detail", args=[later.pk])).content.decode()
        for answer in (client.get(address), client.post(address, {"text": "空"})):
            assert (answer.status_code, "还没有开始" in answer.content.decode()) == (409, True)
    assert not Brief.objects.exists()


def test_a_brief_is_written_by_whom_the_whole_week_is_reported_to(client, scene: Scene, period: ReportPeriod) -> None:
    address = reverse("reporting:period_brief", args=[period.pk])
    for person, status in ((scene.cast.officer_city, 404), (scene.cast.officer_other, 404), (scene.cast.expert, 404)):
        client.force_login(person)
        assert client.get(address).status_code == status
