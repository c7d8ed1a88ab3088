"""A city or a province in a minute: one real chain of rows, copied by COPY with the columns that differ.

Deterministic: row i of one table points to row i of another, or to the row that stands at the same part of the whole.
Regions are the real ones of the data file; beyond them development zones make the counties up.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

from django.db import connection, models

from accounts.models import EnforcementCertificate, Grant, Region, Unit, User
from accounts.services.regions import load_regions
from campaigns.models import Assignment, Campaign, Target
from core.calendar import load_tables
from core.clock import at_local
from enterprises.models import Enterprise
from inspections.models import Issue, IssueVersion, Visit, VisitRecord
from penalties import services as penalties
from penalties.models import CaseStep, PenaltyCase
from tests import factories as make
from tests.cast import Cast
from tests.penalties.steps import filing

# Where the keys of the copied rows begin; row i of one table points to row i, or to its share, of another.
BASE = 10_000_000
WEEKS = 4
Column = Callable[[int], str]


@dataclass(frozen=True)
class Scale:
    """How many of everything. `cities` and `counties` count what the cast already has."""

    cities: int
    counties: int
    people: int
    enterprises: int
    visits: int
    issues: int
    cases: int


TINY = Scale(cities=2, counties=4, people=8, enterprises=8, visits=10, issues=40, cases=4)
CITY = Scale(cities=2, counties=6, people=120, enterprises=4_000, visits=5_000, issues=20_000, cases=1_000)
PROVINCE = Scale(18, 180, 5_000, 200_000, 300_000, 1_000_000, 60_000)
SCALES = {"tiny": TINY, "small": CITY, "province": PROVINCE}


def one_city(issues: int) -> Scale:
    """So many issues in the two counties of the cast's city, four a visit."""
    return Scale(cities=2, counties=2, people=4, enterprises=issues // 4, visits=issues // 4, issues=issues, cases=1)


@dataclass
class Crowd:
    """What was made, and the week in its middle."""

    scale: Scale
    campaign: Campaign
    week: tuple[datetime, datetime]


@dataclass(frozen=True)
class County:
    pk: int
    region: str
    name: str


def gather(cast: Cast, scale: Scale) -> Crowd:
    """Counties take their enterprises in turn; visits and issues spread evenly over four weeks."""
    load_tables()
    load_regions()
    counties = units(cast, scale)
    campaign = make.campaign(cast.province)
    task = make.assignment(make.target(campaign, cast.site_a), cast.inspector_a, cast.second_a, state="done")
    row = make.issue(make.locked_record(make.visit(task, state="submitted")))
    crowd = Copies(cast, scale, counties, row)
    crowd.people()
    crowd.sites()
    crowd.visits()
    crowd.issues()
    crowd.cases()
    with connection.cursor() as cursor:
        # Outside a transaction also what autovacuum would have done by the time anybody looks.
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")
    start = at_local((row.recorded_at + timedelta(weeks=WEEKS // 2)).date(), 17, 30)
    return Crowd(scale, campaign, (start, start + timedelta(weeks=1)))


def units(cast: Cast, scale: Scale) -> list[County]:
    """The cast's units and as many real cities and counties beside them; zones without a code make up the number."""
    known = {unit.short_name: unit for unit in Unit.objects.filter(level=Unit.Level.CITY)}
    regions = list(Region.objects.filter(level="city").order_by("code"))
    wanted = [region for region in regions if region.name not in known][: max(0, scale.cities - len(known))]
    for region in wanted:
        known[region.name] = make.unit(f"{region.name}生态环境局", "city", cast.province, short_name=region.name)
    for number in range(scale.cities - len(known)):
        known[f"省直辖{number}"] = make.unit(f"省直辖{number}生态环境局", "city", cast.province)
    inside = [(known[region.parent.name], region) for region in below(regions) if region.parent.name in known]
    found = list(Unit.objects.filter(level=Unit.Level.COUNTY).order_by("pk"))
    taken = {unit.short_name for unit in found}
    for city, region in inside:
        if region.name not in taken and len(found) < scale.counties:
            found.append(make.unit(f"{city.name}{region.name}分局", "county", city, short_name=region.name))
    cities = list(known.values())
    for number in range(scale.counties - len(found)):
        city = cities[number % len(cities)]
        found.append(make.unit(f"{city.name}开发区{number}分局", "county", city, short_name=f"开发区{number}"))
    codes = {region.name: region.code for _, region in inside}
    used = found[: scale.counties]
    return [County(unit.pk, codes.get(unit.short_name, "411102"), unit.parent.short_name[:2]) for unit in used]


def below(cities: list[Region]) -> list[Region]:
    return list(Region.objects.filter(parent__in=cities, level="county").select_related("parent").order_by("code"))


@dataclass
class Copies:
    """Every table's rows from its template row. A method is one table, or the tables that share their columns."""

    cast: Cast
    scale: Scale
    counties: list[County]
    issue: Issue

    def county(self, site: int) -> County:
        return self.counties[site % len(self.counties)]

    def site_of(self, visit: int) -> int:
        return (visit - 1) % self.scale.enterprises + 1

    def visit_of(self, issue: int) -> int:
        return (issue - 1) * self.scale.visits // self.scale.issues + 1

    def name(self, site: int) -> str:
        return f"{self.county(site).name}{chr(20000 + site * 37 % 1500)}{chr(20000 + site * 91 % 1700)}示例{site}厂"

    def when(self, visit: int) -> str:
        seconds = (visit - 1) * (WEEKS * 7 * 86400) // self.scale.visits
        return (self.issue.recorded_at + timedelta(seconds=seconds)).isoformat()

    def person(self, visit: int, place: int) -> str:
        """The inspectors of a county go in turn: person p belongs to county p % counties."""
        county = self.site_of(visit) % len(self.counties)
        each = max(1, self.scale.people // len(self.counties))
        return str(BASE + county + len(self.counties) * ((visit + place) % each))

    def people(self) -> None:
        person, count = self.cast.inspector_a, self.scale.people
        grant = Grant.objects.get(user=person)
        card = EnforcementCertificate.objects.get(user=person)

        def home(i: int) -> str:
            return str(self.county(i).pk)

        # Numbered from 0, so that a county's people are those whose number leaves its place.
        copy(person, count, first=0, username=lambda i: f"person{i}", name=lambda i: f"检查{i}", unit_id=home)
        copy(grant, count, first=0, user_id=own, unit_id=home)
        copy(card, count, first=0, user_id=own, number=lambda i: f"示{i:06d}")

    def sites(self) -> None:
        count = self.scale.enterprises

        def home(i: int) -> str:
            return str(self.county(i).pk)

        copy(self.issue.enterprise.entity, count, name=self.name, uscc=lambda i: f"{i:018d}")
        copy(
            self.issue.enterprise,
            count,
            entity_id=own,
            site_number=lambda i: str(1000 + i),
            name=self.name,
            search=lambda i: bigrams(self.name(i)),
            unit_id=home,
            region_id=lambda i: self.county(i).region,
            industry=lambda i: str(1 + i % 21),
            is_key=lambda i: "t" if i % 10 == 0 else "f",
            sort_key=lambda i: f"{i:07d}",
        )
        copy(self.issue.visit.assignment.target, count, enterprise_id=own, unit_id=home)

    def visits(self) -> None:
        count = self.scale.visits
        task, visit = self.issue.visit.assignment, self.issue.visit

        def site(i: int) -> str:
            return str(BASE + self.site_of(i))

        def home(i: int) -> str:
            return str(self.county(self.site_of(i)).pk)

        lead, second = (
            {"lead_inspector_id": lambda i: self.person(i, 0)},
            {"second_inspector_id": lambda i: self.person(i, 1)},
        )
        copy(task, count, target_id=site, planned_on=lambda i: self.when(i)[:10], **lead, **second)
        copy(visit, count, assignment_id=own, enterprise_id=site, unit_id=home)
        times = dict.fromkeys(("recorded_at", "occurred_at", "ended_at"), self.when)
        named = {"enterprise_name": lambda i: self.name(self.site_of(i)), "industry": lambda i: str(1 + i % 21)}
        copy(self.issue.record, count, visit_id=own, client_id=lambda i: f"{BASE + i:032x}", **times, **named)

    def issues(self) -> None:
        count, closer = self.scale.issues, str(self.cast.officer_a.pk)

        def visit(i: int) -> str:
            return str(BASE + self.visit_of(i))

        def site(i: int) -> int:
            return self.site_of(self.visit_of(i))

        def when(i: int) -> str:
            return self.when(self.visit_of(i))

        changing: dict[str, Column] = {
            "unit_id": lambda i: str(self.county(site(i)).pk),
            "recorded_at": when,
            "state": lambda i: "closed" if i % 3 == 0 else "mending",
            "issue_type": lambda i: str(1 + i % 27),
            "handling": lambda i: str(1 + i % 5),
            "gravity": lambda i: ("ordinary", "major", "grave")[i % 3],
        }
        copy(
            self.issue,
            count,
            number=lambda i: str(BASE + i),  # beyond any number that a factory gives
            finding_key=lambda i: f"b{i}",
            visit_id=visit,
            record_id=visit,
            enterprise_id=lambda i: str(BASE + site(i)),
            enterprise_name=lambda i: self.name(site(i)),
            search=lambda i: bigrams(self.name(site(i))),
            found_by_id=lambda i: self.person(self.visit_of(i), 0),
            industry=lambda i: str(1 + site(i) % 21),
            occurred_at=when,
            rectification_text=lambda i: "已更换布袋 12 条",
            closed_at=lambda i: when(i) if i % 3 == 0 else NULL,
            verified_by_id=lambda i: closer if i % 3 == 0 else NULL,
            **changing,
        )
        copy(self.issue.versions.get(), count, issue_id=own, **changing)

    def cases(self) -> None:
        share, filed_at = self.scale.issues // self.scale.cases, at_local(date(2020, 7, 1), 10)
        case = penalties.file_case(self.issue, filing(self.cast), actor=self.cast.officer_a, at=filed_at)

        def visit(i: int) -> int:
            return self.visit_of(i * share)

        copy(
            case,
            self.scale.cases,
            number=lambda i: f"漯环罚立〔2020〕{BASE + i}号",
            issue_id=lambda i: str(BASE + i * share),
            enterprise_id=lambda i: str(BASE + self.site_of(visit(i))),
            party_name=lambda i: self.name(self.site_of(visit(i))),
            unit_id=lambda i: str(self.county(self.site_of(visit(i))).pk),
            recorded_at=lambda i: self.when(visit(i)),
        )
        copy(case.steps.get(), self.scale.cases, case_id=own)


NULL = "\\N"


def own(i: int) -> str:
    """The row of the same number in the table that this one points to."""
    return str(BASE + i)


def bigrams(name: str) -> str:
    return "{" + ",".join(name[place : place + 2] for place in range(len(name) - 1)) + "}"


def copy(row: models.Model, count: int, *, first: int = 1, **changes: Column) -> None:
    """`count` copies of one row, numbered from `first`; `changes` answer the text of their column for a number."""
    meta = row._meta
    columns = [field.column for field in meta.local_concrete_fields]
    names = ", ".join(f'"{column}"' for column in columns)
    template = StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY (SELECT {names} FROM "{meta.db_table}" WHERE id = {row.pk}) TO STDOUT', template)
        values = template.getvalue().rstrip("\n").split("\t")
        places = [(columns.index(column), change) for column, change in ({"id": own} | changes).items()]
        lines = Lines(written(values, places, range(first, first + count)))
        cursor.copy_expert(f'COPY "{meta.db_table}" ({names}) FROM STDIN', lines)


def written(values: list[str], places: list[tuple[int, Column]], numbers: range) -> Iterator[str]:
    for number in numbers:
        for place, change in places:
            values[place] = change(number)
        yield "\t".join(values) + "\n"


class Lines:
    """What psycopg reads a COPY from: an iterator of lines with a file's `read`."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines

    def read(self, size: int) -> str:
        taken: list[str] = []
        length = 0
        for line in self.lines:
            taken.append(line)
            length += len(line)
            if length >= size:
                break
        return "".join(taken)


def counted() -> dict[str, int]:
    """Rows by table, to check a crowd by."""
    kinds: list[type[models.Model]] = [
        User, Enterprise, Target, Assignment, Visit, VisitRecord, Issue, IssueVersion, PenaltyCase, CaseStep,
    ]  # fmt: skip
    found: dict[str, Any] = {kind.__name__: kind._default_manager.filter(pk__gte=BASE).count() for kind in kinds}
    return found
