"""Locks on things that have no row yet. The one place that speaks PostgreSQL's advisory locks."""

import hashlib

from django.db import connection


def hold(*parts: str) -> None:
    """Wait for, then hold until the transaction ends, the lock named by `parts`. Call inside `transaction.atomic`."""
    digest = hashlib.sha256("\x00".join(parts).encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)])
