"""Visits that met a shut door: halted works move to another day and are never done; gone and refused end there."""

from datetime import date
from typing import Any

import pytest

from campaigns.models import Assignment, Target
from core.refusals import NotAllowed, Refused
from inspections.models import Evidence, Visit, VisitRecord
from inspections.services import ending, locking
from inspections.services.ending import Ending
from tests.inspections import scene as stage
from tests.inspections.scene import NOON, Scene


def said(outcome: str = "halted", **changes: Any) -> Ending:
    known: dict[str, Any] = {
        "note": "全厂停产检修，门卫接待",
        "new_date": date(2020, 5, 20) if outcome == "halted" else None,
        "witness": "村委会王某" if outcome == "refused" else "",
        "lead_signature": stage.png(),
        "second_signature": stage.png(),
    }
    return Ending(outcome, **(known | changes))


def end(scene: Scene, record: VisitRecord, **changes: Any) -> VisitRecord:
    outcome = changes.pop("outcome", "halted")
    return ending.end(record.visit, said(outcome, **changes), actor=scene.cast.inspector_a, at=NOON)


@pytest.mark.req("HN-64")
def test_a_halted_visit_is_planned_anew_and_does_not_count(scene: Scene) -> None:
    record = end(scene, stage.begun(scene))
    old, new = Visit.objects.order_by("pk")
    scene.target.refresh_from_db()
    assert (old.state, old.new_date, new.state) == ("halted", date(2020, 5, 20), "planned")
    assert (new.assignment.planned_on, new.assignment.exception) == (date(2020, 5, 20), "")
    assert (scene.target.visited_at, scene.target.visit_count) == (None, 0)
    assert (record.state, record.outcome, record.recorded_at) == ("locked", "halted", NOON)
    assert set(Assignment.objects.values_list("state", flat=True)) == {"postponed", "planned"}


@pytest.mark.parametrize("field", ["note", "new_date", "lead_signature", "second_signature"])
def test_each_thing_is_asked_for(scene: Scene, field: str) -> None:
    record = stage.begun(scene)
    empty: dict[str, Any] = {"note": " ", "new_date": None, "lead_signature": b"", "second_signature": b""}
    with pytest.raises(Refused) as refused:
        end(scene, record, **{field: empty[field]})
    assert (list(refused.value.errors), refused.value.status) == ([field], 422)
    assert stage.fresh(record).state == "draft"


def test_the_new_day_is_ahead(scene: Scene) -> None:
    with pytest.raises(Refused, match="须在今天以后"):
        end(scene, stage.begun(scene), new_date=date(2020, 5, 12))


def test_a_day_that_the_gate_refuses_leaves_everything_as_it_was(scene: Scene) -> None:
    record = stage.begun(scene)
    with pytest.raises(Refused, match="不在“执法检查”阶段"):
        end(scene, record, new_date=date(2020, 7, 1))
    kept = stage.fresh(record)
    assert (kept.state, kept.visit.state, Visit.objects.count()) == ("draft", "on_site", 1)


def test_refused_entry_needs_a_witness(scene: Scene) -> None:
    record = stage.begun(scene)
    with pytest.raises(Refused, match="须有见证人"):
        end(scene, record, outcome="refused", witness="")
    kept = end(scene, record, outcome="refused")
    assert (kept.snapshot["witness"], kept.visit.assignment.state) == ("村委会王某", "planned")
    assert (Visit.objects.get().state, Assignment.objects.get().state) == ("closed", "done")


def test_a_site_that_is_gone_ends_the_visit_without_counting_it(scene: Scene) -> None:
    end(scene, stage.begun(scene), outcome="gone", note="厂房已拆除")
    scene.target.refresh_from_db()
    assert (Visit.objects.get().state, scene.target.visit_count) == ("closed", 0)


@pytest.mark.parametrize("outcome", ["gone", "refused"])
def test_what_ended_at_the_door_is_done_in_vain(scene: Scene, outcome: str) -> None:
    """No superior's visit of the month (GS-56), and none of the year's: nothing was inspected."""
    end(scene, stage.begun(scene), outcome=outcome)
    row = Assignment.objects.get()
    assert (row.state, row.in_vain) == ("done", True)


def test_an_inspection_is_not_done_in_vain(scene: Scene) -> None:
    locking.submit(stage.ready(scene), late_reason="", actor=scene.cast.inspector_a, at=NOON)
    row = Assignment.objects.get()
    assert (row.state, row.in_vain) == ("done", False)


@pytest.mark.parametrize("outcome", ["halted", "gone", "refused"])
def test_whatever_was_found_its_result_is_entered(scene: Scene, outcome: str) -> None:
    record = stage.begun(scene)
    assert Target.objects.unentered().filter(pk=scene.target.pk).exists()
    end(scene, record, outcome=outcome)
    scene.target.refresh_from_db()
    assert (scene.target.result_at, scene.target.visit_count) == (NOON, 0)
    assert not Target.objects.unentered().filter(pk=scene.target.pk).exists()


def test_the_photos_are_kept(scene: Scene) -> None:
    stored = stage.files.store(stage.photo(), name="大门.jpg", by=scene.cast.inspector_a, at=NOON, kind="photo")
    end(scene, stage.begun(scene), photos=(stored,))
    assert Evidence.objects.get().caption == "临时停产现场"


def test_both_signed_for_what_was_met(scene: Scene) -> None:
    record = end(scene, stage.begun(scene))
    assert list(record.signatures.standing().values_list("role", "name")) == [("lead", "李一检"), ("second", "王二检")]


def test_ended_twice_the_second_is_refused(scene: Scene) -> None:
    record = stage.begun(scene)
    end(scene, record)
    with pytest.raises(Refused, match="不能办理“停产改期”"):
        end(scene, record)
    assert Visit.objects.count() == 2


def test_nobody_else_ends_it(scene: Scene) -> None:
    record = stage.begun(scene)
    with pytest.raises(NotAllowed):
        ending.end(record.visit, said(), actor=scene.cast.inspector_b, at=NOON)


def test_an_outcome_of_another_kind_is_refused(scene: Scene) -> None:
    record = stage.begun(scene)
    with pytest.raises(Refused):
        end(scene, record, outcome="done")


AFTER = NOON.replace(day=13)


@pytest.mark.parametrize("outcome", ["halted", "gone", "refused"])
def test_a_shut_door_too_is_handed_in_the_same_day_or_says_why_not(scene: Scene, outcome: str) -> None:
    record = stage.begun(scene)
    with pytest.raises(Refused, match="检查于 2020-05-12 进行，应当日上传") as refused:
        ending.end(record.visit, said(outcome), actor=scene.cast.inspector_a, at=AFTER)
    assert list(refused.value.errors) == ["late_reason"]
    late = said(outcome, late_reason=" 返程车辆故障 ")
    kept = stage.fresh(ending.end(record.visit, late, actor=scene.cast.inspector_a, at=AFTER))
    assert (kept.is_late, kept.late_reason, kept.spans_days) == (True, "返程车辆故障", True)


def test_on_the_day_itself_nothing_is_late(scene: Scene) -> None:
    kept = stage.fresh(end(scene, stage.begun(scene), late_reason="多余的理由"))
    assert (kept.is_late, kept.late_reason, kept.spans_days) == (False, "", False)
