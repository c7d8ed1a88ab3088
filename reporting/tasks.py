"""Sweeps of reporting: the schedule only wakes them; what is due stands in the database."""

from celery import shared_task

from campaigns.registers.services import clocks
from core import clock
from inspections.services import handing, new_permits
from reporting.services import freeze, reminders


@shared_task
def sweep_periods() -> int:
    return freeze.sweep(clock.now())


@shared_task
def sweep_new_permits() -> int:
    return new_permits.settle(clock.now())


@shared_task
def sweep_obligations() -> int:
    clocks.follow_calendar()
    handing.sweep(clock.now())
    return reminders.sweep_obligations(clock.now())
