"""Sweeps of core: each asks the database what is due, does it, and may run anywhere any number of times."""

from celery import shared_task

from core import audit, clock, files, notices, once


@shared_task
def deliver_notices() -> int:
    return notices.deliver(clock.now())


@shared_task
def seal_audit() -> int:
    return audit.seal()


@shared_task
def sweep_files() -> int:
    return files.sweep_orphans(clock.now())


@shared_task
def forget_forms() -> int:
    return once.forget(clock.now())
