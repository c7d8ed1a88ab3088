"""Reminders of what is due, from the one table of obligations: three days before, a day before, on the day, and late.

Everybody gets at most one notice a day that lists what is pressing; what is late goes once to who supervises, too.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.gate import Holdings
from accounts.models import Grant, Unit, User
from accounts.rules import capabilities
from core import locks
from core.clock import at_local, day_of, local
from core.models import Obligation
from core.notices import notify

MARKS = (3, 1, 0)
# Nobody is woken at midnight.
FIRST_HOUR = 8
CHUNK = 2000
SHOWN = 10


@dataclass(frozen=True)
class Told:
    """Who is told of one kind of obligation: the owner's capability, and that of who is told once it is late."""

    owner: str
    late: str


# What an enterprise owes is told to its own people, and late to the officers of the unit that supervises it.
KINDS = {
    "weekly_report": Told("report.send", "report.receive"),
    "report_correction": Told("report.send", "report.receive"),
    "contact": Told("report.prepare", "report.receive"),
    "selfcheck": Told("enterprise.own", "selfcheck.review"),
    "rectification": Told("enterprise.own", "issue.verify"),
}
OTHERS = Told("issue.edit", "report.view")


@dataclass
class Digest:
    """What one person is told today."""

    count: int = 0
    late: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, row: Obligation, late: bool) -> None:
        self.count += 1
        self.late += late
        if len(self.lines) < SHOWN:
            self.lines.append(f"{'【逾期】' if late else ''}{row.title}（{local(row.due_at):%m-%d %H:%M} 到期）")

    @property
    def title(self) -> str:
        late = f"，其中逾期 {self.late} 项" if self.late else ""
        return f"您有 {self.count} 项工作临近或超过期限{late}"

    @property
    def body(self) -> str:
        more = self.count - len(self.lines)
        return "\n".join([*self.lines, *([f"另有 {more} 项，请到工作台查看。"] if more > 0 else [])])


def sweep_obligations(at: datetime) -> int:
    """Tell everybody concerned, once a day. Returns how many people were told. Safe any number of times, anywhere."""
    if local(at).hour < FIRST_HOUR:
        return 0
    with transaction.atomic():
        locks.hold("reminders")
        digests: dict[int, Digest] = {}
        collect(digests, pressing_at(at), at, late=False)
        collect(digests, late_at(at), at, late=True)
        for user_id, digest in digests.items():
            tell(user_id, digest, at)
    return len(digests)


def tell(user_id: int, digest: Digest, at: datetime) -> None:
    key = f"reminder:{at.isoformat()}"  # the stamps keep it to once a day; what came back since is not swallowed
    notify([User(pk=user_id)], digest.title, digest.body, key=key, at=at, url=reverse("reporting:workbench"))


def pressing_at(at: datetime) -> QuerySet[Obligation]:
    """Due in three days, tomorrow or today, and not told of today; of what opened today people were told then."""
    midnight = at_local(day_of(at))
    due = Q(pk__in=[])
    for days in MARKS:
        start = midnight + timedelta(days=days)
        due |= Q(due_at__gte=max(start, at), due_at__lt=start + timedelta(days=1))
    return Obligation.objects.open().filter(
        due, Q(reminded_at=None) | Q(reminded_at__lt=midnight), opened_at__lt=midnight
    )


def late_at(at: datetime) -> QuerySet[Obligation]:
    """Late since yesterday or longer, and nobody was told of it yet."""
    return Obligation.objects.overdue(at_local(day_of(at))).filter(overdue_told_at=None)


def collect(digests: dict[int, Digest], rows: QuerySet[Obligation], at: datetime, *, late: bool) -> None:
    """Read in chunks, so that a term of every enterprise of a province does not stand in memory at once."""
    stamp = {"overdue_told_at": at} if late else {"reminded_at": at}
    while chunk := list(rows.order_by("due_at", "pk")[:CHUNK]):
        directory = Directory(chunk, day_of(at))
        for row in chunk:
            for user_id in directory.concerned(row, late=late):
                digests.setdefault(user_id, Digest()).add(row, late)
        Obligation.objects.filter(pk__in=[row.pk for row in chunk]).update(**stamp)


class Directory:
    """Who holds what over the units and enterprises of some obligations: two queries, however many they are."""

    def __init__(self, rows: list[Obligation], today: date) -> None:
        held = Grant.objects.in_force(today).filter(user__is_active=True)
        paths = {path for row in rows for path in (row.unit_path, above(row.unit_path))}
        sites = {row.enterprise_id for row in rows if row.enterprise_id}
        self.by_path: dict[tuple[str, str], set[int]] = {}
        self.by_site: dict[int | None, set[int]] = {}
        for grant in held.filter(kind=Grant.Kind.UNIT, unit__path__in=paths).select_related("unit"):
            self.put(grant)
        owners = held.filter(kind=Grant.Kind.ENTERPRISE, subject_id__in=sites)
        for site, user_id in owners.values_list("subject_id", "user_id"):
            self.by_site.setdefault(site, set()).add(user_id)

    def put(self, grant: Grant) -> None:
        if grant.unit is not None:
            for capability in capabilities(grant.role, grant.unit.level):
                self.by_path.setdefault((grant.unit.path, capability), set()).add(grant.user_id)

    def concerned(self, row: Obligation, *, late: bool) -> set[int]:
        """The owner; once late also who supervises the owner."""
        kind = KINDS.get(row.kind, OTHERS)
        return self.owners(row, kind) | (self.supervisors(row, kind) if late else set())

    def owners(self, row: Obligation, kind: Told) -> set[int]:
        if row.person_id is not None:
            return {row.person_id}
        if row.enterprise_id is not None:
            return self.by_site.get(row.enterprise_id, set())
        return self.by_path.get((row.unit_path, kind.owner), set())

    def supervisors(self, row: Obligation, kind: Told) -> set[int]:
        """For an enterprise the unit that is responsible for it, for a unit the one above it."""
        path = row.unit_path if row.enterprise_id is not None else above(row.unit_path)
        return self.by_path.get((path, kind.late), set())


def supervised_by(held: Holdings) -> Q:
    """What `Directory.supervisors` would tell a person once it is late: of the enterprises that the person's unit is
    responsible for, and of the units just below it."""
    by_capability: dict[str, Q] = {OTHERS.late: ~Q(kind__in=sorted(KINDS))}
    for kind, told in KINDS.items():
        by_capability[told.late] = by_capability.get(told.late, Q(pk__in=[])) | Q(kind=kind)
    able = {one: {row.path for row in held.rows if row.path and one in row.able} for one in by_capability}
    below: dict[str, set[str]] = {}
    for parent, path in children_of(set().union(*able.values())):
        below.setdefault(parent, set()).add(path)
    found = Q(pk__in=[])
    for capability, kinds in by_capability.items():
        units = set().union(*(below.get(path, set()) for path in able[capability]))
        sites = Q(enterprise_id__isnull=False, unit_path__in=sorted(able[capability]))
        found |= kinds & (sites | Q(enterprise_id=None, unit_path__in=sorted(units)))
    return found


def children_of(paths: set[str]) -> list[tuple[str, str]]:
    """(path, path of a unit just below it)."""
    return list(Unit.objects.filter(parent__path__in=paths).values_list("parent__path", "path")) if paths else []


def above(path: str) -> str:
    """The path of the unit above: /1/5/9/ is under /1/5/."""
    return path[: path.rstrip("/").rfind("/") + 1]
