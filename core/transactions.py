"""Waiting for other people's transactions: the one place that reads PostgreSQL's list of them."""

import time

from django.db import connection

POLL_SECONDS = 0.05
# Everybody in this database but ourselves; the pid and the start name a transaction whatever the wall clock says.
OPEN = """
SELECT pid, xact_start, backend_xid IS NOT NULL FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
    AND backend_type = 'client backend'
"""


def open_transactions() -> dict[tuple[int, object], bool]:
    """Every other transaction that is open now, and whether it has written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(OPEN)
        return {(pid, started): writes for pid, started, writes in cursor.fetchall()}


def wait_for_open(patience: float = 15.0, limit: float = 120.0) -> bool:
    """Wait until every transaction that is open now has ended; call it outside a transaction.

    What was stamped before a moment may be committed after it: who reads "all recorded by 17:30" waits here first. No
    clock is compared, so it holds in a demonstration that lives at another time. After `patience` seconds those that
    have written nothing (a long export, a dump) are no longer waited for; False after `limit` seconds.
    """
    waited_for = set(open_transactions())
    began = time.monotonic()
    while waited_for:
        waited = time.monotonic() - began
        if waited > limit:
            return False
        time.sleep(POLL_SECONDS)
        still = open_transactions()
        waited_for = {one for one in waited_for if one in still and (still[one] or waited < patience)}
    return True
