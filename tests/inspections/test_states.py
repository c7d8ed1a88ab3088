"""Every state and every action of self-checks, visits and records: the arrows there are, all others refused."""

import uuid
from datetime import date
from typing import Any

import pytest

from core.refusals import Refused
from core.states import StateTable, advance
from inspections.models import SelfCheck, Visit, VisitRecord
from inspections.states import RECORDS, SELF_CHECKS, VISITS
from tests import factories as make
from tests.inspections import scene as stage
from tests.inspections.scene import Scene

SELF_CHECK_ARROWS = {
    ("draft", "submit"): "submitted",
    ("returned", "submit"): "submitted",
    ("submitted", "accept"): "accepted",
    ("submitted", "return"): "returned",
    ("accepted", "supersede"): "superseded",
}
VISIT_ARROWS = {
    ("planned", "start"): "on_site",
    ("planned", "cancel"): "cancelled",
    ("on_site", "submit"): "submitted",
    ("on_site", "halt"): "halted",
    ("on_site", "close"): "closed",
}
RECORD_ARROWS = {("draft", "lock"): "locked", ("locked", "supersede"): "superseded"}


def every(table: StateTable) -> list[tuple[str, str]]:
    return [(state, arrow.action) for state in table.labels for arrow in table.transitions]


def matrix(table: StateTable) -> list[tuple[str, str]]:
    return sorted(set(every(table)))


def try_each(
    model: Any, row: Any, action: str, table: StateTable, arrows: dict[tuple[str, str], str], **stamps: Any
) -> None:
    state, actor = row.state, make.user("mover", "移动人")
    if (state, action) in arrows:
        moved = advance(model, row.pk, action, table=table, actor=actor, at=stage.NOON, reason="试", stamps=stamps)
        assert moved.state == arrows[state, action]
        return
    with pytest.raises(Refused, match="不能办理"):
        advance(model, row.pk, action, table=table, actor=actor, at=stage.NOON, reason="试", stamps=stamps)
    row.refresh_from_db()
    assert row.state == state


@pytest.mark.parametrize("state, action", matrix(SELF_CHECKS))
def test_self_checks_move_by_their_table_only(scene: Scene, state: str, action: str) -> None:
    signed = {"signature": make_file(scene), "declared_by": "甲", "submitted_at": stage.APRIL}
    row = SelfCheck.objects.create(
        campaign=scene.campaign,
        enterprise=scene.cast.site_a,
        unit=scene.cast.county_a,
        state=state,
        client_id=uuid.uuid4(),
        created_at=stage.APRIL,
        **(signed if state != "draft" else {}),
        **({"number": "甲1", "filed_at": stage.APRIL} if state == "accepted" else {}),
    )
    try_each(SelfCheck, row, action, SELF_CHECKS, SELF_CHECK_ARROWS, number="甲2", filed_at=stage.NOON, **signed)


def make_file(scene: Scene) -> Any:
    return stage.files.store(stage.png(), name="签名.png", by=scene.cast.enterprise_a, at=stage.APRIL, kind="signature")


@pytest.mark.parametrize("state, action", matrix(VISITS))
def test_visits_move_by_their_table_only(scene: Scene, state: str, action: str) -> None:
    more = {"new_date": date(2020, 6, 1)} if state == "halted" else {}
    visit = make.visit(make.assignment(scene.target, scene.cast.inspector_a, scene.cast.second_a), state=state, **more)
    try_each(Visit, visit, action, VISITS, VISIT_ARROWS, started_at=stage.MORNING, new_date=date(2020, 6, 1))


@pytest.mark.parametrize("state, action", matrix(RECORDS))
def test_records_move_by_their_table_only(scene: Scene, state: str, action: str) -> None:
    visit = make.visit(make.assignment(scene.target, scene.cast.inspector_a, scene.cast.second_a), state="on_site")
    facts = {"occurred_at": stage.MORNING, "recorded_at": stage.NOON, "outcome": "done"}
    gone = {"superseded_at": stage.NOON} if state == "superseded" else {}
    kept = facts | gone if state != "draft" else {}
    row = VisitRecord.objects.create(visit=visit, state=state, client_id=uuid.uuid4(), **kept)
    stamps = facts if action == "lock" else {"superseded_at": stage.NOON}
    try_each(VisitRecord, row, action, RECORDS, RECORD_ARROWS, **stamps)


@pytest.mark.parametrize(
    "table, action", [(SELF_CHECKS, "return"), (VISITS, "halt"), (VISITS, "close"), (VISITS, "cancel")]
)
def test_what_takes_something_away_needs_a_reason(table: StateTable, action: str) -> None:
    assert next(arrow for arrow in table.transitions if arrow.action == action).needs_reason
