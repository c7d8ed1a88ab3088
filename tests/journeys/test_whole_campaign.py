"""The whole campaign in a browser, from the blueprint to the province's download and the same bytes a month later."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page

from config.celery import app
from core import clock
from core.calendar import load_tables
from tests import factories as make
from tests.cast import assemble
from tests.journeys.stage import Stage
from tests.journeys.steps import (
    desk,
    friday,
    ledger,
    penalty,
    planning,
    recording,
    registering,
    self_check,
    start,
    visiting,
)

# In the order of the calendar; each step says in its first words which of the ten it belongs to.
STEPS = (
    start.first_sign_in,
    start.campaign_is_published,
    registering.list_is_imported,
    self_check.targets_are_listed,
    self_check.slips_are_printed,
    self_check.account_is_activated,
    desk.contact_is_named,
    self_check.self_check_is_filled,
    self_check.self_check_is_filed,
    friday.weeks_begin,
    planning.inspectors_pledge,
    planning.visits_are_planned,
    visiting.visit_begins,
    recording.record_is_filled,
    recording.colleague_takes_the_pen,
    visiting.record_is_signed,
    visiting.halted_works,
    planning.second_visit_asks_why,
    ledger.ledger_is_exported,
    ledger.rectification_is_reported,
    penalty.case_is_filed,
    friday.late_upload_begins,
    friday.counties_confirm,
    friday.city_sends,
    friday.grows_graver,
    friday.platform_freezes,
    friday.province_downloads,
    friday.report_is_corrected,
    friday.late_upload_arrives,
    ledger.issue_is_closed,
    desk.owners_are_reminded,
    desk.search_finds,
    penalty.case_is_decided,
    desk.leaver_hands_over,
    penalty.case_is_closed,
    friday.a_month_later,
)


@pytest.fixture
def stage(live_server: Any, new_window: Callable[..., Page]) -> Iterator[Stage]:
    app.control.purge()
    call_command("load_blueprints")
    load_tables()
    with ExitStack() as clock_of_the_story:
        clock_of_the_story.enter_context(clock.travel(make.MORNING))
        yield Stage(live_server.url, assemble(), new_window, clock_of_the_story)


@pytest.mark.journey
@pytest.mark.req("HN-22")
@pytest.mark.req("HN-24")
@pytest.mark.req("HN-25")
@pytest.mark.req("HS-67")
@pytest.mark.req("HS-76")
@pytest.mark.django_db(transaction=True)
def test_a_campaign_from_its_blueprint_to_the_provinces_download(stage: Stage) -> None:
    for number, step in enumerate(STEPS, start=1):
        try:
            step(stage)
        except Exception as error:
            error.add_note(f"step {number}, {step.__module__}.{step.__name__}: {(step.__doc__ or '').splitlines()[0]}")
            raise
