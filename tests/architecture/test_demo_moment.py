"""The demonstration's data belong to the moment they were made for; opened at another, the start says so."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from config.management.commands.load_demo import out_of_step
from core import audit, clock

MADE = datetime(2020, 11, 22, 10, 0, tzinfo=UTC)
EARLIER = datetime(2020, 4, 30, 9, 25, tzinfo=UTC)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=-59), timedelta(days=7), timedelta(days=45)])
def test_data_in_use_are_in_step(later):
    assert out_of_step(MADE, MADE + later) == ""
    assert out_of_step(None, MADE) == ""


def test_data_of_the_future_say_how_to_make_them_anew_for_this_moment(settings):
    settings.CLOCK_OFFSET_SECONDS = -1.0
    said = out_of_step(MADE, EARLIER)
    assert "演示数据办到 2020-11-22 18:00，本次平台时刻是 2020-04-30 17:25" in said
    assert "make demo-reset AT=2020-04-30T17:25+08:00" in said
    assert "再运行 make demo AT=2020-04-30T17:25+08:00。" in said


def test_data_of_long_ago_are_made_anew_for_now_when_no_moment_was_asked(settings):
    settings.CLOCK_OFFSET_SECONDS = 0.0
    assert "先运行 make demo-reset（" in out_of_step(MADE, MADE + timedelta(days=46))


@pytest.mark.django_db
def test_a_start_with_data_of_another_moment_warns(cast):
    audit.record("accounts.login", cast.officer_a, actor=cast.officer_a, at=MADE)
    said = {}
    for moment in (MADE, EARLIER):
        out = io.StringIO()
        with clock.travel(moment):
            call_command("load_demo", stdout=out)
        said[moment] = out.getvalue()
    assert "注意" not in said[MADE]
    assert "注意：库中的演示数据办到 2020-11-22 18:00" in said[EARLIER]
