"""Sweeps of reporting: the schedule only wakes them; what is due stands in the database."""

from celery import shared_task

from core import clock
from reporting.services import freeze, reminders


@shared_task
def sweep_periods() -> int:
    return freeze.sweep(clock.now())


@shared_task
def sweep_obligations() -> int:
    return reminders.sweep_obligations(clock.now())
