"""What the figures count, that their rows add up to them, and that a past cut-off stays what it was."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.services import list_targets
from core.audit import canonical
from core.files import store
from enterprises.models import Enterprise
from enterprises.services.names import rename_all
from inspections.services import issues
from reporting.figures import Places, Span, compute, places_of, read_rows, rows, vocabulary, written_rows
from reporting.rules.metrics import catalogue
from reporting.rules.rows import recount
from reporting.rules.tallies import Figures, difference_lines, differences, read
from tests.reporting.scene import Scene, busy, day, sh

WEEK = Span(sh("05-08 17:30"), sh("05-15 17:30"), sh("05-15 17:30"))


def places(scene: Scene) -> Places:
    return places_of([scene.cast.city])


def figures(scene: Scene, span: Span = WEEK) -> Figures:
    return compute(scene.campaign.pk, places(scene), span)[scene.cast.city.pk]


def snapshot(scene: Scene, span: Span = WEEK) -> tuple[str, str, str]:
    """Canonical figures, digest of the rows, digest of their file."""
    with written_rows(scene.campaign.pk, places(scene), span) as files:
        written = files[scene.cast.city.pk]
        written.file.seek(0)
        return canonical(figures(scene, span).data()), written.digest, hashlib.sha256(written.file.read()).hexdigest()


def test_the_week_and_the_total_of_a_busy_city(scene: Scene) -> None:
    busy(scene)
    own = figures(scene).own
    assert own.week == {
        "cases.decided": 1, "cases.filed": 1, "closed": 1, "element.水": 1, "enterprises": 2, "enterprises.key": 1,
        "enterprises.other": 1, "fines": 28_000_050, "gravity.major": 1, "handling.4": 1, "industry.13": 2, "issues": 1,
        "late": 1, "nature.offence": 1, "outcome.done": 1, "outcome.halted": 1, "outcome.no_problem": 1, "type.3": 1,
        "visits": 3,
    }  # fmt: skip
    assert own.total == {
        "cases.decided": 1, "cases.filed": 1, "closed": 1, "element.固": 1, "element.气": 1, "element.水": 1,
        "element.综合": 1, "enterprises": 2, "enterprises.key": 1, "enterprises.other": 1, "fines": 28_000_050,
        "gravity.grave": 1, "gravity.major": 1, "gravity.ordinary": 1, "handling.3": 1, "handling.4": 2,
        "industry.13": 2, "issues": 3, "key_inspected": 1, "key_targets": 2, "late": 1, "nature.offence": 2,
        "nature.system": 1, "outcome.done": 2, "outcome.halted": 1, "outcome.no_problem": 1, "overdue": 1,
        "rectified": 1, "type.21": 1, "type.3": 1, "type.7": 1, "visits": 4,
    }  # fmt: skip


def test_the_counties_add_up_to_the_city(scene: Scene) -> None:
    busy(scene)
    found = figures(scene)
    assert list(found.parts) == [scene.cast.city.pk, scene.cast.county_a.pk, scene.cast.county_b.pk]
    assert found.parts[scene.cast.county_b.pk].week["enterprises"] == 1
    assert found.parts[scene.cast.county_a.pk].total["issues"] == 3
    assert found.parts[scene.cast.city.pk].total == {}


def test_every_figure_is_the_sum_of_its_rows(scene: Scene) -> None:
    busy(scene)
    own = figures(scene).own
    found = [row for _, row in rows(scene.campaign.pk, places(scene), WEEK)]
    for path, metric in catalogue(vocabulary(scene.campaign)).items():
        for span in metric.spans:
            assert recount(found, span, path) == own.get(span, path), (span, path)


@pytest.mark.req("HN-51")
def test_issues_are_summed_by_element(scene: Scene) -> None:
    record = scene.visited(scene.cast.site_a, "05-12 10:00")
    for elements in (["水"], ["气"], ["土"], ["固"], ["辐射"], ["噪"], ["水", "气"]):
        scene.found(record, elements=elements)
    week = figures(scene).own.week
    counted = {path: count for path, count in week.items() if path.startswith("element.")}
    assert counted == {
        "element.水": 2, "element.气": 2, "element.土": 1, "element.固": 1, "element.辐射": 1, "element.噪": 1
    }  # fmt: skip
    assert week["issues"] == 7


def test_a_second_decides_in_which_week_a_record_counts(scene: Scene) -> None:
    scene.visited(scene.cast.site_a, "05-08 17:30:00")
    scene.visited(scene.cast.site_b, "05-08 17:30:01")
    scene.visited(scene.site("漯河示例皮革厂"), "05-15 17:30:00")
    scene.visited(scene.site("漯河示例橡胶厂"), "05-15 17:30:01")
    own = figures(scene).own
    assert (own.week["visits"], own.total["visits"]) == (2, 3)


def test_another_campaign_and_another_city_do_not_count(scene: Scene) -> None:
    far = scene.site("洛阳示例玻璃厂", scene.cast.other_county)
    scene.visited(far, "05-12 10:00")
    assert figures(scene).own.total == {}
    other = compute(scene.campaign.pk, places_of([scene.cast.other_city]), WEEK)
    assert other[scene.cast.other_city.pk].own.week["visits"] == 1


def test_a_correction_belongs_to_the_week_of_its_first_version(scene: Scene) -> None:
    record = scene.visited(scene.cast.site_a, "05-07 10:00", outcome="halted")
    scene.corrected(record, "05-13 10:00", outcome="no_problem")
    own = figures(scene).own
    assert own.week == {}
    assert own.total["outcome.no_problem"] == 1
    assert "outcome.halted" not in own.total


def test_a_past_cutoff_is_the_same_to_the_byte_after_everything_changed(scene: Scene) -> None:
    busy(scene)
    frozen = snapshot(scene)
    change_everything(scene)
    assert snapshot(scene) == frozen
    assert figures(scene, Span(sh("05-15 17:30"), sh("05-22 17:30"), sh("05-22 17:30"))).own.week != {}


def change_everything(scene: Scene) -> None:
    """A week later: closed, reclassified, voided, corrected, uploaded late, renamed."""
    issues = list(scene.campaign.issues.order_by("number"))
    scene.changed(issues[0], "05-18 09:00", "change", nature="crime", gravity="ordinary", issue_type=1)
    scene.voided(issues[1], "05-18 10:00")
    scene.closed(issues[2], "05-18 11:00")
    record = scene.campaign.visits.get(enterprise=scene.cast.site_b).records.get()
    scene.corrected(record, "05-19 10:00", outcome="done", is_key=True, industry=1, enterprise_name="改名化工厂")
    late = scene.visited(scene.site("漯河示例塑料厂"), "05-18 08:00")
    late.occurred_at, late.is_late, late.late_reason = sh("05-14 10:00"), True, "无网络"
    late.save()
    sites = list(Enterprise.objects.select_related("entity"))
    rename_all([(site, f"更名{site.pk}有限公司") for site in sites], since=day("05-18"), source="测试")
    for site in sites:
        site.is_key, site.industry = not site.is_key, 2
        site.save()
    list_targets(scene.campaign, scene.cast.city, key_only=False, actor=scene.cast.officer_city, at=sh("05-19 09:00"))
    scene.stepped(scene.campaign.cases.get(), "close", "05-20 10:00")


def test_the_ledgers_own_verbs_leave_a_past_cutoff_alone(scene: Scene) -> None:
    busy(scene)
    frozen = snapshot(scene)
    use_the_ledger(scene)
    assert snapshot(scene) == frozen
    assert figures(scene, Span(sh("05-15 17:30"), sh("05-22 17:30"), sh("05-22 17:30"))).own.week["closed"] == 1


def use_the_ledger(scene: Scene) -> None:
    """Reclassified with a new term, mended, signed, closed by another, reopened; and one struck out."""
    _, papers, waste = scene.campaign.issues.order_by("number")
    officer, at = scene.cast.officer_a, sh("05-18 09:00")
    changed = {"nature": "minor", "gravity": "ordinary", "issue_type": 9, "deadline_on": day("05-29")}
    issues.change_issue(waste, changed, actor=officer, at=at, reason="重新定性")
    photo = store(b"a photo", name="photo.bin", by=None, at=at)
    issues.report_rectification(waste, "已清运", [photo], actor=scene.cast.enterprise_a, at=sh("05-19 09:00"))
    issues.sign_issue(waste, photo, actor=officer, at=sh("05-19 10:00"))
    issues.close_issue(waste, actor=scene.cast.second_a, at=sh("05-20 09:00"))
    issues.void_issue(papers, actor=scene.cast.leader_a, at=sh("05-20 10:00"), reason="重复登记")


def test_a_correction_reads_the_week_as_it_is_known_later(scene: Scene) -> None:
    busy(scene)
    scene.voided(scene.campaign.issues.order_by("number").last(), "05-18 10:00")
    later = figures(scene, Span(WEEK.starts_at, WEEK.cutoff_at, sh("05-19 09:00")))
    found = differences(figures(scene).own, later.own, vocabulary(scene.campaign))
    assert [(one.path, one.before, one.after) for one in found][:3] == [
        ("week.issues", 1, 0), ("total.issues", 3, 2), ("total.overdue", 1, 0),
    ]  # fmt: skip
    assert difference_lines(one.data() for one in found)[0] == "发现问题：本周 1 → 0，累计 3 → 2"


def test_what_was_mended_later_is_no_correction(scene: Scene) -> None:
    busy(scene)
    scene.closed(scene.campaign.issues.order_by("number").last(), "05-18 10:00")
    later = figures(scene, Span(WEEK.starts_at, WEEK.cutoff_at, sh("05-19 09:00")))
    assert differences(figures(scene).own, later.own, vocabulary(scene.campaign)) == []


def test_the_number_of_statements_does_not_grow(scene: Scene) -> None:
    many = [count(scene, size) for size in (10, 1000)]
    assert many[0] == many[1] == 5


def count(scene: Scene, size: int) -> int:
    record = scene.visited(scene.site(f"漯河示例 {size} 号厂"), "05-12 10:00")
    for _ in range(size):
        scene.found(record)
    with CaptureQueriesContext(connection) as queries:
        figures(scene)
    return len(queries)


def test_figures_survive_json(scene: Scene) -> None:
    busy(scene)
    found = figures(scene)
    assert canonical(read(found.data()).data()) == canonical(found.data())


def test_rows_are_read_back_from_their_file(scene: Scene) -> None:
    busy(scene)
    expected = [row for _, row in rows(scene.campaign.pk, places(scene), WEEK)]
    with written_rows(scene.campaign.pk, places(scene), WEEK) as files:
        kept = store(files[scene.cast.city.pk].file, name="rows.jsonl.gz", by=None, at=WEEK.cutoff_at)
    assert [dict(row) for row in read_rows(kept)] == expected
    assert day("05-14").isoformat() in {row.get("deadline_on") for row in expected}
