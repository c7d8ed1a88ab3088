"""Numbers of official papers: one gapless series per kind, scope and year."""

from django.db import connection

# Who comes second waits at the row for the first to commit or roll back, and counts on from there.
NEXT = """
    INSERT INTO core_counter (kind, scope, year, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (kind, scope, year) DO UPDATE SET last = core_counter.last + 1 RETURNING last
"""


def next_number(kind: str, scope: str, year: int) -> int:
    """The next number of a series, from 1. Inside the caller's transaction, so a rollback leaves no gap."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [kind, scope, year])
        number: int = cursor.fetchone()[0]
    return number
