"""Lists are read and written by a worker. The database is the truth: a task that is lost is given out again."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from core import clock
from enterprises.models import ImportBatch
from enterprises.services import slips
from enterprises.services.imports import finishing, reading

logger = logging.getLogger(__name__)


@shared_task
def work_on(key: int) -> None:
    """Read or write one list, whichever it waits for."""
    if not reading.read(key, at=clock.now()):
        finishing.write(key, at=clock.now())


@shared_task
def sweep_imports() -> int:
    """Take up every list that nobody holds, and forget wrong slip codes of long ago. Returns how many lists."""
    slips.forget_failures(clock.now())
    waiting = list(ImportBatch.objects.unclaimed(clock.now()).values_list("pk", flat=True))
    for key in waiting:
        work_on.delay(key)
    return len(waiting)


def wake(key: int) -> None:
    """Tell a worker that a list waits. Without a broker the list waits for the sweep, and nobody gets an error."""
    try:
        work_on.apply_async((key,), retry=False)
    except OperationalError:
        logger.warning("no broker: list %s waits for the sweep", key)
