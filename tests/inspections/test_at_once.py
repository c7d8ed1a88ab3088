"""Many at once: each command of self-checks and visits has one effect, and nobody waits for each other in a circle."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections

from core import clock
from core.models import Counter, Notice, Submission
from core.refusals import Refused
from inspections.models import CheckIn, SelfCheck, Visit, VisitRecord
from inspections.services import ending, locking, selfchecks, visits
from inspections.services.ending import Ending
from tests.cast import assemble
from tests.inspections import scene as stage
from tests.inspections.scene import APRIL, MORNING, NOON, Scene

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 50


@pytest.fixture
def world(transactional_db: None) -> Iterator[Scene]:
    with clock.travel(MORNING):
        yield stage.scene(assemble())


def crowd(*commands: Callable[[], Any]) -> tuple[list[Any], list[Refused]]:
    """Run the commands at once, over and over up to CROWD. Anything but a Refused fails the test."""
    answers: list[Any] = []
    refusals: list[Refused] = []
    faults: list[BaseException] = []

    def run(command: Callable[[], Any]) -> None:
        try:
            answers.append(command())
        except Refused as refused:
            refusals.append(refused)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(commands[n % len(commands)],)) for n in range(CROWD)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []
    return answers, refusals


def test_one_sheet_is_begun(world: Scene) -> None:
    owner = world.cast.enterprise_a
    rows, _ = crowd(lambda: selfchecks.begin(world.target, actor=owner, at=APRIL).pk)
    assert (len(set(rows)), SelfCheck.objects.count(), Submission.objects.count()) == (1, 1, 1)


def test_one_declaration_is_taken_while_the_page_still_saves(world: Scene) -> None:
    owner = world.cast.enterprise_a
    row = selfchecks.begin(world.target, actor=owner, at=APRIL)
    answers = stage.self_check_answers()
    stage.fill_self_check(row, answers, owner)
    row.refresh_from_db()
    drawing = stage.png()

    def declare() -> Any:
        return selfchecks.declare(
            row, name="秦厂长", signature=drawing, agreed=True, actor=owner, at=APRIL
        ).submission.receipt

    def save() -> Any:
        return stage.fill_self_check(row, answers, owner).submission.receipt

    receipts, _ = crowd(declare, save)
    assert len(set(receipts) - {""}) == 1
    assert Notice.objects.filter(key__startswith="selfcheck-").count() == 1


def test_one_number_is_given(world: Scene) -> None:
    row, officer = stage.handed_in(world), world.cast.officer_a
    filed, refused = crowd(lambda: selfchecks.accept(row, actor=officer, at=APRIL).number)
    assert (filed, len(refused)) == (["漯环源自查〔2020〕1号"], CROWD - 1)
    assert Counter.objects.get(kind="selfcheck").last == 1


def test_filed_or_returned_but_not_both(world: Scene) -> None:
    row, officer = stage.handed_in(world), world.cast.officer_a
    done, refused = crowd(
        lambda: selfchecks.accept(row, actor=officer, at=APRIL),
        lambda: selfchecks.send_back(row, reason="补充", actor=officer, at=APRIL),
    )
    assert (len(done), len(refused)) == (1, CROWD - 1)


def test_one_correction_is_begun(world: Scene) -> None:
    row, owner = stage.filed(world), world.cast.enterprise_a
    rows, _ = crowd(lambda: selfchecks.correct(row, reason="漏报", actor=owner, at=APRIL).pk)
    assert (len(set(rows)), SelfCheck.objects.count()) == (1, 2)


def test_one_visit_begins_whoever_of_the_two_presses_first(world: Scene) -> None:
    visit, cast = stage.planned(world), world.cast
    for person in (cast.inspector_a, cast.second_a):
        visits.check_in(visit, actor=person, at=MORNING)
    records, refused = crowd(
        lambda: visits.start(visit, actor=cast.inspector_a, at=MORNING).pk,
        lambda: visits.start(visit, actor=cast.second_a, at=MORNING).pk,
    )
    assert (len(set(records)), refused, VisitRecord.objects.count(), Submission.objects.count()) == (1, [], 1, 1)


def test_each_certificate_is_shown_once(world: Scene) -> None:
    visit, cast = stage.planned(world), world.cast
    crowd(
        lambda: visits.check_in(visit, actor=cast.inspector_a, at=MORNING),
        lambda: visits.check_in(visit, actor=cast.second_a, at=MORNING),
    )
    assert CheckIn.objects.count() == 2


def test_one_correction_of_a_record_is_begun(world: Scene) -> None:
    record, lead = stage.ready(world), world.cast.inspector_a
    locking.submit(record, late_reason="", actor=lead, at=NOON)
    rows, _ = crowd(lambda: locking.correct(record.visit, reason="更正", actor=lead, at=NOON).pk)
    assert (len(set(rows)), VisitRecord.objects.count()) == (1, 2)


def test_a_visit_is_handed_in_or_ended_but_not_both(world: Scene) -> None:
    record, lead = stage.ready(world), world.cast.inspector_a
    met = Ending("gone", "已拆除", lead_signature=stage.png(), second_signature=stage.png())
    crowd(
        lambda: locking.submit(record, late_reason="", actor=lead, at=NOON),
        lambda: ending.end(record.visit, met, actor=lead, at=NOON),
    )
    visit, kept = Visit.objects.get(), stage.fresh(record)
    assert (visit.state, kept.outcome) in {("submitted", "no_problem"), ("closed", "gone")}
    assert visit.number == 1
