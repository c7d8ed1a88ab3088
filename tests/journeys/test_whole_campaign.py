"""The whole campaign in a browser, from the blueprint to the province's download and the same bytes a month later."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from core import clock
from core.calendar import load_tables
from tests import factories as make
from tests.cast import assemble
from tests.journeys.stage import Stage
from tests.journeys.steps import planning, recording, registering, self_check, start, visiting

STEPS = (
    start.first_sign_in,
    start.campaign_is_published,
    registering.list_is_imported,
    self_check.targets_are_listed,
    self_check.slips_are_printed,
    self_check.account_is_activated,
    self_check.self_check_is_filled,
    self_check.self_check_is_filed,
    planning.inspectors_pledge,
    planning.visits_are_planned,
    visiting.visit_begins,
    recording.record_is_filled,
    recording.colleague_takes_the_pen,
    visiting.record_is_signed,
    visiting.halted_works,
    planning.second_visit_asks_why,
)


@pytest.fixture
def stage(live_server: Any, new_window: Callable[..., Page]) -> Iterator[Stage]:
    call_command("load_blueprints")
    load_tables()
    with ExitStack() as clock_of_the_story:
        clock_of_the_story.enter_context(clock.travel(make.MORNING))
        yield Stage(live_server.url, assemble(), new_window, clock_of_the_story)


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_a_campaign_from_its_blueprint_to_the_provinces_download(stage: Stage) -> None:
    for number, step in enumerate(STEPS, start=1):
        try:
            step(stage)
        except Exception as error:
            error.add_note(f"step {number}, {step.__module__}.{step.__name__}: {(step.__doc__ or '').splitlines()[0]}")
            raise
