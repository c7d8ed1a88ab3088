"""Locks on things that have no row yet. The one place that speaks PostgreSQL's advisory locks."""

import hashlib

from django.db import connection


def hold(*parts: str) -> None:
    """Wait for, then hold until the transaction ends, the lock named by `parts`. Call inside `transaction.atomic`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number_of(parts)])


def hold_if_free(*parts: str) -> bool:
    """The same without waiting: False when another transaction holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number_of(parts)])
        return bool(cursor.fetchone()[0])


def number_of(parts: tuple[str, ...]) -> int:
    digest = hashlib.sha256("\x00".join(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
