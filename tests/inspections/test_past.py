"""The five kinds of history of an enterprise come in as a table and are answered before its visit ends."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.refusals import Refused
from inspections.models import Issue, PastProblem, VisitRecord
from inspections.services import ending, locking, signing
from inspections.services.ending import Ending
from inspections.services.signing import Drawn
from tests import factories as make
from tests.inspections import scene as stage
from tests.inspections.browsing import signed_in
from tests.inspections.scene import NOON, Scene

HEAD = "企业名称,统一社会信用代码,线索类别,线索内容,来源,日期,原整改情况"
KINDS = [str(label) for _, label in PastProblem.Kind.choices]


@pytest.fixture
def comparing(scene: Scene) -> Scene:
    """The plan of the campaign asks for the five 对照."""
    blueprint = scene.campaign.blueprint
    blueprint.data = {"history": {"source": "五（二）第3句"}}
    blueprint.save()
    return scene


def sent(client: Client, scene: Scene, *lines: str) -> Any:
    file = SimpleUploadedFile("历史线索.csv", "\n".join([HEAD, *lines]).encode())
    return client.post(reverse("inspections:past_import"), {"campaign": scene.campaign.pk, "file": file})


def five(scene: Scene) -> list[str]:
    name = scene.cast.site_a.name
    return [f"{name},,{kind},示例线索{n},豫环〔2019〕{n}号,2019-0{n}-01,已报整改" for n, kind in enumerate(KINDS, 1)]


def imported(scene: Scene) -> list[PastProblem]:
    assert sent(signed_in(scene.cast.officer_a), scene, *five(scene)).status_code == 302
    return list(PastProblem.objects.order_by("kind"))


def said(rows: list[PastProblem], state: str = "mended", note: str = "") -> dict[str, Any]:
    return {"_past": {str(row.pk): {"state": state, "note": note} for row in rows}}


def submit(record: VisitRecord) -> list[str]:
    lead = record.visit.assignment.lead_inspector
    outcome = locking.submit(record, late_reason="", actor=lead, at=NOON)
    return [one.text for one in outcome.problems]


@pytest.mark.req("HN-56")
def test_five_kinds_come_in_and_none_may_be_open_when_the_visit_ends(comparing: Scene) -> None:
    rows = imported(comparing)
    assert [row.get_kind_display() for row in rows] == KINDS
    assert len(KINDS) == 5
    record = stage.begun(comparing)
    stage.save(record, stage.record_answers(record, **said(rows[:4])))
    lead = comparing.cast.inspector_a
    with pytest.raises(Refused, match="有 1 项没有填好：历史线索核销（示例线索5）"):
        signing.sign(record, Drawn("lead", stage.png()), actor=lead, at=NOON)
    assert [one for one in submit(record) if "尚未核销" in one] == ["历史线索核销 · 示例线索5：尚未核销，须选择结论"]
    assert stage.fresh(record).visit.state == "on_site"
    stage.save(record, stage.record_answers(record, **said(rows)))
    stage.sign_all(record, roles=("lead", "second", "enterprise"))
    assert submit(record) == []
    assert stage.fresh(record).visit.state == "submitted"
    kept = PastProblem.objects.get(text="示例线索1")
    assert (kept.conclusion, kept.answered_by, kept.answered_at, kept.visit) == ("mended", lead, NOON, record.visit)


@pytest.mark.req("HN-56")
@pytest.mark.parametrize("outcome", ["halted", "gone", "refused"])
def test_a_shut_door_ends_only_when_each_clue_is_answered_and_what_was_not_seen_stays_open(
    comparing: Scene, outcome: str
) -> None:
    rows = imported(comparing)
    record = stage.begun(comparing)
    new_day = make.MORNING.date().replace(day=20) if outcome == "halted" else None
    shut = Ending(outcome, "全厂停产", new_day, "村委会王某", stage.png(), stage.png())
    lead = comparing.cast.inspector_a
    with pytest.raises(Refused, match=r"还有 5 条历史线索未核销，不能结束检查.*示例线索3") as refused:
        ending.end(record.visit, shut, actor=lead, at=NOON)
    assert list(refused.value.errors) == ["outcome"]
    stage.save(record, stage.record_answers(record, **said(rows, "standing")))
    with pytest.raises(Refused, match="请选“未能核实”"):
        ending.end(record.visit, shut, actor=lead, at=NOON)
    stage.save(record, stage.record_answers(record, **said(rows, "unseen", "没有进厂")))
    ending.end(record.visit, shut, actor=lead, at=NOON)
    assert PastProblem.objects.open().count() == 5
    if outcome == "halted":
        again = comparing.target.assignments.latest("pk").visit
        assert PastProblem.objects.of_visit(again).count() == 5, "the next visit looks again"


def test_what_still_stands_becomes_an_issue_and_what_was_checked_was_seen(comparing: Scene) -> None:
    row, *others = imported(comparing)
    record = stage.begun(comparing)
    stands = said(others)["_past"] | said([row], "standing")["_past"]
    sheet = stage.record_answers(record, _past=stands)
    stage.save(record, sheet)
    assert "历史线索核销 · 示例线索1：仍存在的须生成问题" in submit(record)
    unseen = stands | said([row], "unseen", "没看到")["_past"]
    stage.save(record, sheet | {"_past": unseen})
    assert any("已入企检查的不能写“未能核实”" in one for one in submit(record))
    stage.save(record, sheet | {"_past": unseen | said([row], "untrue")["_past"]})
    assert any("结论为“不属实”的须写说明" in one for one in submit(record))
    stage.save(record, sheet | {"_findings": [stage.finding(item_path=f"_past.{row.pk}")]})
    stage.sign_all(record)
    assert submit(record) == []
    row.refresh_from_db()
    assert (row.conclusion, Issue.objects.count()) == ("standing", 1)


def test_every_fault_of_the_table_has_its_line_and_then_nothing_comes_in(comparing: Scene) -> None:
    cast = comparing.cast
    site, entity = cast.site_a, cast.site_a.entity
    make.enterprise(site.name, cast.county_a, cast.region_a, entity=entity, site_number=2)
    client = signed_in(cast.officer_a)
    lines = [f"{site.name},,{KINDS[0]},甲,,,", f"没有这家,,{KINDS[1]},乙,,,", f",,{KINDS[2]},丙,,,"]
    answer = sent(client, comparing, *lines, f"{cast.site_b.name},,{KINDS[2]},丁,,,")
    text = answer.content.decode()
    assert answer.status_code == 422
    for sentence in (
        "第 2 行：符合的企业有 2 家",
        "第 3 行：企业库中没有“没有这家”",
        "第 4 行：企业名称和统一社会信用代码",
    ):
        assert sentence in text
    assert "第 5 行" in text, "an enterprise of another county"
    unknown = sent(client, comparing, f"{site.name},,别的类别,甲,,,").content.decode()
    assert "线索类别" in unknown
    assert PastProblem.objects.count() == 0


def test_a_campaign_takes_no_clue_that_none_of_its_visits_would_answer(comparing: Scene) -> None:
    cast = comparing.cast
    comparing.campaign.unit = cast.county_a
    comparing.campaign.save()
    answer = sent(signed_in(cast.officer_city), comparing, f"{cast.site_b.name},,{KINDS[0]},甲,,,")
    assert f"第 2 行：{cast.site_b.name}不在本行动的范围内" in answer.content.decode()
    assert not PastProblem.objects.exists()


def test_a_plan_that_does_not_ask_neither_takes_nor_demands_the_history(scene: Scene) -> None:
    answer = sent(signed_in(scene.cast.officer_a), scene, *five(scene))
    assert (answer.status_code, PastProblem.objects.count()) == (422, 0)
    row = PastProblem(campaign=scene.campaign, enterprise=scene.cast.site_a, unit=scene.cast.county_a, kind="2_gas")
    row.text, row.imported_by, row.imported_at = "示例线索", scene.cast.officer_a, NOON
    row.save()
    record = stage.ready(scene)
    assert submit(record) == []


def test_the_list_is_filtered_exported_and_shown_where_the_visit_is_prepared(comparing: Scene) -> None:
    rows, cast = imported(comparing), comparing.cast
    client = signed_in(cast.officer_a)
    assert sent(client, comparing, *five(comparing)).status_code == 302
    assert PastProblem.objects.count() == 5, "the same table again adds nothing"
    plan = client.get(reverse("inspections:visit_plan", args=[comparing.target.pk])).content.decode()
    record = stage.begun(comparing)
    field = signed_in(cast.inspector_a)
    page = field.get(reverse("inspections:visit_view", args=[record.visit_id])).content.decode()
    sheet = field.get(reverse("inspections:record_edit", args=[record.visit_id])).content.decode()
    for html in (plan, page, sheet):
        assert all(f"示例线索{n}" in html for n in range(1, 6))
    assert f'data-own="{rows[0].pk}"' in sheet
    asked: dict[str, Any] = {"kind": rows[0].kind, "answered": "open", "unit": cast.county_a.pk}
    assert [row.pk for row in client.get(reverse("inspections:past_list"), asked).context["page"].rows] == [rows[0].pk]
    answer: Any = client.get(reverse("inspections:past_export"), asked)
    table = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    lines = [line for line in table.iter_rows(values_only=True) if cast.site_a.name in line]
    assert [line[3:6] for line in lines] == [(KINDS[0], "示例线索1", "豫环〔2019〕1号")]
    assert lines[0][8] == "未核销"
    other = signed_in(cast.inspector_b)
    assert not other.get(reverse("inspections:past_list")).context["page"].rows
    assert sent(other, comparing, *five(comparing)).status_code == 403
    template: Any = client.get(reverse("inspections:past_template"))
    head = openpyxl.load_workbook(BytesIO(b"".join(template.streaming_content))).worksheets[0]
    assert HEAD.split(",") == [str(cell.value).rstrip("*") for cell in head[1]]


def test_the_enterprise_is_not_told_of_its_clues(comparing: Scene) -> None:
    rows = imported(comparing)
    record = stage.begun(comparing)
    stage.save(record, stage.record_answers(record, **said(rows)))
    stage.sign_all(record, roles=("lead", "second", "enterprise"))
    submit(record)
    owner, officer = signed_in(comparing.cast.enterprise_a), signed_in(comparing.cast.officer_a)
    for name, pk in (("visit_view", record.visit_id), ("record_view", record.pk)):
        url = reverse(f"inspections:{name}", args=[pk])
        assert "示例线索1" in officer.get(url).content.decode()
        assert "示例线索1" not in owner.get(url).content.decode()
