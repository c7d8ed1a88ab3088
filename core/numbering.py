"""Numbers of official papers: one gapless series per kind, scope and year."""

from django.db import transaction

from core.models import Counter


def next_number(kind: str, scope: str, year: int) -> int:
    """The next number of a series, from 1. Inside the caller's transaction, so a rollback leaves no gap."""
    with transaction.atomic():
        Counter.objects.get_or_create(kind=kind, scope=scope, year=year)
        counter = Counter.objects.select_for_update().get(kind=kind, scope=scope, year=year)
        counter.last += 1
        counter.save(update_fields=["last"])
        return counter.last
