"""Sweeps of accounts."""

from celery import shared_task

from accounts.services import login
from core import clock


@shared_task
def sweep_failures() -> int:
    """Forget failed logins whose window is over."""
    return login.sweep_failures(clock.now())
