"""Who works on a list: a lease in the database, so that a list lost with its worker is taken up by the next sweep."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q

from enterprises.models import ImportBatch
from enterprises.states import ImportState

# A list that has brought down this many workers is not given to another one.
ATTEMPTS: Final = 5
LEASE: Final = timedelta(minutes=5)
# A list that has waited this long without a worker says so on its page.
PATIENCE: Final = timedelta(seconds=20)


class Lost(Exception):
    """Another worker has taken the list over."""


def claim(key: int, state: ImportState, *, at: datetime) -> ImportBatch | None:
    """Take a waiting list in hand, or None when it does not wait or another worker holds it."""
    free = ImportBatch.objects.filter(pk=key, state=state).filter(Q(claimed_until=None) | Q(claimed_until__lt=at))
    if not free.update(claimed_until=at + LEASE, attempts=F("attempts") + 1):
        return None
    return ImportBatch.objects.select_related("unit", "file", "uploaded_by", "confirmed_by").get(pk=key)


def extend(batch: ImportBatch, *, at: datetime, rows_read: int) -> None:
    """Keep the list and say how far it is. Raises Lost when the lease ran out and somebody else came."""
    mine = ImportBatch.objects.filter(pk=batch.pk, claimed_until=batch.claimed_until)
    if not mine.update(claimed_until=at + LEASE, rows_read=rows_read):
        raise Lost
    batch.claimed_until, batch.rows_read = at + LEASE, rows_read


def is_waiting_long(batch: ImportBatch, *, at: datetime) -> bool:
    """Nobody works on it and nobody has for a while: the page says so politely."""
    held = batch.claimed_until is not None and batch.claimed_until >= at
    return not held and batch.waiting_since < at - PATIENCE
