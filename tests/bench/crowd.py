"""A ledger of any size in seconds: one real chain of rows, multiplied by one statement a table."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, models

from campaigns.models import Assignment, Campaign, Target
from core.calendar import load_tables
from core.clock import at_local
from enterprises.models import Enterprise
from inspections.models import Issue, IssueVersion, Visit, VisitRecord
from tests import factories as make
from tests.cast import Cast

# Where the keys of the multiplied rows begin; row i of one table points to row i (or i/4) of another.
BASE = 10_000_000
ISSUES_A_VISIT = 4
WEEKS = 4
NAME = "'漯河' || chr(20000 + (i * 37 %% 1500)::int) || chr(20000 + (i * 91 %% 1700)::int) || '示例' || i || '厂'"
BIGRAMS = "ARRAY(SELECT substr({name}, g, 2) FROM generate_series(1, length({name}) - 1) AS g)"
VISIT_OF_ISSUE = f"{BASE} + (i - 1) / {ISSUES_A_VISIT} + 1"


@dataclass
class Crowd:
    """What was made, and the week in its middle."""

    campaign: Campaign
    issues: int
    visits: int
    week: tuple[datetime, datetime]


def gather(cast: Cast, issues: int) -> Crowd:
    """`issues` rows of the ledger over four weeks, four a visit, one visit an enterprise, half in each county."""
    load_tables()
    campaign = make.campaign(cast.province)
    row = make.issue(make.locked_record(make.visit(chain(campaign, cast), state="submitted")))
    visits = max(1, issues // ISSUES_A_VISIT)
    units = f"CASE WHEN i %% 2 = 0 THEN {cast.county_a.pk} ELSE {cast.county_b.pk} END"
    at = f"x.recorded_at + (i - 1) * interval '{WEEKS * 7 * 86400 // issues} seconds'"
    by_visit = at.replace("(i - 1)", f"(i - 1) * {ISSUES_A_VISIT}")
    multiply_sites(row, visits, units, by_visit)
    multiply_issues(row, visits * ISSUES_A_VISIT, units.replace("i %% 2", f"(({VISIT_OF_ISSUE}) %% 2)"), at, cast)
    with connection.cursor() as cursor:
        # Outside a transaction also what autovacuum would have done by the time anybody looks.
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")
    start = at_local((row.recorded_at + timedelta(weeks=WEEKS // 2)).date(), 17, 30)
    return Crowd(campaign, visits * ISSUES_A_VISIT, visits, (start, start + timedelta(weeks=1)))


def chain(campaign: Campaign, cast: Cast) -> Assignment:
    return make.assignment(make.target(campaign, cast.site_a), cast.inspector_a, cast.second_a, state="done")


def multiply_sites(row: Issue, count: int, units: str, at: str) -> None:
    """Enterprises, targets, assignments, visits and records."""
    own = f"{BASE} + i"
    grams = BIGRAMS.format(name=f"({NAME})")
    multiply(
        row.enterprise,
        count,
        site_number="1000 + i",
        name=NAME,
        search=grams,
        unit_id=units,
        sort_key="lpad(i::text, 7, '0')",
    )
    multiply(row.visit.assignment.target, count, enterprise_id=own, unit_id=units)
    multiply(row.visit.assignment, count, target_id=own)
    multiply(row.visit, count, assignment_id=own, enterprise_id=own, unit_id=units)
    multiply(
        row.record,
        count,
        visit_id=own,
        client_id="md5(i::text)::uuid",
        recorded_at=at,
        occurred_at=at,
        ended_at=at,
        enterprise_name=NAME,
        industry="1 + i %% 21",
    )


def multiply_issues(row: Issue, count: int, units: str, at: str, cast: Cast) -> None:
    closed = "i %% 3 = 0"
    name = NAME.replace("i ", f"(({VISIT_OF_ISSUE}) - {BASE}) ").replace("|| i", f"|| (({VISIT_OF_ISSUE}) - {BASE})")
    state = f"CASE WHEN {closed} THEN 'closed' ELSE 'mending' END"
    classes = {"issue_type": "1 + i %% 27", "handling": "1 + i %% 5", "gravity": one_of("ordinary", "major", "grave")}
    multiply(
        row,
        count,
        number=f"{BASE} + i",  # beyond any number that a factory gives
        finding_key="'b' || i",
        visit_id=VISIT_OF_ISSUE,
        record_id=VISIT_OF_ISSUE,
        enterprise_id=VISIT_OF_ISSUE,
        enterprise_name=name,
        search=BIGRAMS.format(name=f"({name})"),
        unit_id=units,
        industry="1 + i %% 21",
        recorded_at=at,
        occurred_at=at,
        state=state,
        rectification_text="'已更换布袋 12 条'",
        closed_at=f"CASE WHEN {closed} THEN {at} END",
        verified_by_id=f"CASE WHEN {closed} THEN {cast.officer_a.pk} END",
        **classes,
    )
    multiply(row.versions.get(), count, issue_id=f"{BASE} + i", unit_id=units, recorded_at=at, state=state, **classes)


def one_of(*words: str) -> str:
    cases = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(words))
    return f"CASE i %% {len(words)} {cases} END"


def multiply(row: models.Model, count: int, **changes: str) -> None:
    """`count` copies of one row, with SQL of `i` (1 … count) for the columns that differ."""
    columns = [field.column for field in row._meta.local_concrete_fields]
    changes = {"id": f"{BASE} + i"} | changes
    values = ", ".join(changes.get(column, f'x."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" AS x, generate_series(1, %s) AS i '
            "WHERE x.id = %s",
            [count, row.pk],
        )


def counted() -> dict[str, int]:
    """Rows by table, to check a crowd by."""
    kinds: list[type[models.Model]] = [Enterprise, Target, Assignment, Visit, VisitRecord, Issue, IssueVersion]
    return {kind.__name__: kind._default_manager.filter(pk__gt=BASE).count() for kind in kinds}
