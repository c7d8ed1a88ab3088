"""Reminders of what is due, from the one table of obligations: three days before, a day before, on the day, and late.

Each obligation says when it is told of next (`remind_at`), so a sweep reads what is to be told and nothing else that is
open. Everybody has one notice a day that lists what is pressing; what comes up later that day joins it. What is late
goes once to who supervises, too. One transaction: killed anywhere, nothing was told and the next sweep tells it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, FilteredRelation, OuterRef, Q
from django.urls import reverse

from accounts.gate import Holdings
from accounts.models import Grant, Unit
from accounts.models.grant import in_force
from accounts.rules import capabilities
from core import locks
from core.clock import day_of, local
from core.models import ChatRobot, Delivery, Notice, Obligation
from core.obligations import FIRST_HOUR, next_stage, stages
from core.wording import until

CHUNK = 2000
SHOWN = 30
# A chat group is read on a telephone.
POSTED = 10


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
    "plan": Told("due.answer", "campaign.manage"),
    "activity": Told("due.answer", "campaign.manage"),
    "phase": Told("due.answer", "campaign.manage"),
    **dict.fromkeys(("lead.accept", "lead.assign", "lead.close"), Told("lead.handle", "report.view")),
}
OTHERS = Told("issue.edit", "report.view")
# What late things are told to.
LATE = sorted({OTHERS.late, *(told.late for told in KINDS.values())})
# Who is told where nobody in the unit holds what the kind asks for: an obligation always has somebody who hears of it.
INSTEAD = ("campaign.manage", "report.view")


@dataclass
class Digest:
    """What one person, or one unit's group, is told on one day. The same obligation stands in it once."""

    count: int = 0
    late: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: Obligation, late: bool) -> None:
        known = next((line for line in self.lines if line["id"] == row.pk), None)
        if known is None:
            self.count += 1
            self.late += late
        elif late and not known["late"]:
            self.late += 1
        text = f"{'【逾期】' if late else ''}{row.title}（{until(row.due_at, '%m-%d')} 到期）"
        line = {"id": row.pk, "text": text, "url": row.url, "late": late}
        if known is not None:
            known.update(line)
        elif len(self.lines) < SHOWN:
            self.lines.append(line)

    def join(self, later: "Digest") -> None:
        """What came up later the same day."""
        known = {line["id"]: line for line in self.lines}
        again = [line for line in later.lines if line["id"] in known]
        for line in again:
            self.late += line["late"] and not known[line["id"]]["late"]
            known[line["id"]].update(line)
        fresh = [line for line in later.lines if line["id"] not in known]
        self.count += later.count - len(again)
        self.late += later.late - sum(line["late"] for line in again)
        self.lines += fresh[: SHOWN - len(self.lines)]

    @property
    def title(self) -> str:
        late = f"，其中逾期 {self.late} 项" if self.late else ""
        return f"您有 {self.count} 项工作临近或超过期限{late}"

    def text(self, shown: int) -> str:
        more = self.count - min(shown, len(self.lines))
        lines = [line["text"] for line in self.lines[:shown]]
        return "\n".join([*lines, *([f"另有 {more} 项，请到工作台查看。"] if more > 0 else [])])

    def data(self) -> dict[str, Any]:
        return {"count": self.count, "late": self.late, "lines": self.lines}


@dataclass
class Digests:
    """Everybody's and every group's of one sweep."""

    people: dict[int, Digest] = field(default_factory=dict)
    groups: dict[int, Digest] = field(default_factory=dict)


def sweep_obligations(at: datetime) -> int:
    """Tell everybody concerned. Returns how many people were told something. Safe any number of times, anywhere."""
    if local(at).hour < FIRST_HOUR:
        return 0
    with transaction.atomic():
        if not Obligation.objects.to_tell(at).exists() or not locks.hold_if_free("reminders"):
            return 0
        digests = collect(at)
        tell_people(digests.people, at)
        tell_groups(digests.groups, at)
    return len(digests.people)


def collect(at: datetime) -> Digests:
    """Read in chunks, so that a term of every enterprise of a province does not stand in memory at once.

    What somebody else is just moving or answering is left to the next sweep: it may be another day by then."""
    digests, robots = Digests(), robots_by_path()
    free = Obligation.objects.select_for_update(skip_locked=True, no_key=True)
    while chunk := list(free.to_tell(at).order_by("remind_at", "pk")[:CHUNK]):
        directory = Directory(chunk, day_of(at))
        for row in chunk:
            if stages(row.due_at)[0] <= at:
                gather(digests, row, directory, robots, late=day_of(row.due_at) < day_of(at))
        schedule(chunk, at)
    return digests


def gather(
    digests: Digests, row: Obligation, directory: "Directory", robots: dict[str, list[int]], *, late: bool
) -> None:
    for user_id in directory.concerned(row, late=late):
        digests.people.setdefault(user_id, Digest()).add(row, late)
    for path in directory.units(row, late=late):
        for robot_id in robots.get(path, ()):
            digests.groups.setdefault(robot_id, Digest()).add(row, late)


def schedule(chunk: list[Obligation], at: datetime) -> None:
    """When each is told of next: a handful of instants, one statement each."""
    by_stage: dict[datetime | None, list[int]] = {}
    for row in chunk:
        first = stages(row.due_at)[0]
        by_stage.setdefault(first if first > at else next_stage(row.due_at, at), []).append(row.pk)
    for stage, rows in by_stage.items():
        Obligation.objects.filter(pk__in=rows).update(remind_at=stage)


def robots_by_path() -> dict[str, list[int]]:
    robots = dict(ChatRobot.objects.values_list("unit_id", "pk"))
    paths = Unit.objects.filter(pk__in=robots, closed_on=None).values_list("path", "pk")
    return {path: [robots[unit]] for path, unit in paths}


def day_key(at: datetime) -> str:
    return f"reminder:{day_of(at)}"


def tell_people(digests: dict[int, Digest], at: datetime) -> None:
    """One notice a person a day: what the day's notice does not list yet joins it, and it is unread again."""
    key, url = day_key(at), reverse("reporting:workbench")
    standing = Notice.objects.filter(key=key, recipient__in=digests).select_for_update(of=("self",)).order_by("pk")
    joined = [rewritten(notice, digests[notice.recipient_id]) for notice in standing]
    Notice.objects.bulk_update(joined, ["title", "body", "digest", "read_at"], batch_size=500)
    known = {notice.recipient_id for notice in joined}
    Notice.objects.bulk_create(
        (
            worded(Notice(recipient_id=user_id, key=key, url=url, created_at=at), digest)
            for user_id, digest in digests.items()
            if user_id not in known
        ),
        batch_size=1000,
    )


def rewritten(notice: Notice, later: Digest) -> Notice:
    digest = Digest(**notice.digest) if notice.digest else Digest()
    digest.join(later)
    notice.read_at = None
    return worded(notice, digest)


def worded(notice: Notice, digest: Digest) -> Notice:
    notice.title, notice.body, notice.digest = digest.title, digest.text(SHOWN), digest.data()
    return notice


def tell_groups(digests: dict[int, Digest], at: datetime) -> None:
    """One message a group a day; what comes up later is on the workbench."""
    Delivery.objects.bulk_create(
        (
            Delivery(
                channel=Delivery.Channel.CHAT,
                robot_id=robot_id,
                key=f"day:{day_of(at)}",
                body=group_text(digest),
                created_at=at,
                next_at=at,
            )
            for robot_id, digest in digests.items()
        ),
        ignore_conflicts=True,
    )


def group_text(digest: Digest) -> str:
    late = f"，其中逾期 {digest.late} 项" if digest.late else ""
    head = f"【一体化执法行动平台】本单位有 {digest.count} 项工作临近或超过期限{late}"
    return f"{head}\n{digest.text(POSTED)}\n{settings.PUBLIC_BASE_URL}"


class Directory:
    """Who holds what over the units and enterprises of some obligations: two queries, however many they are."""

    def __init__(self, rows: list[Obligation], today: date) -> None:
        held = Grant.objects.in_force(today).filter(user__is_active=True)
        paths = {path for unit_path in {row.unit_path for row in rows} for path in lineage(unit_path)}
        named = {row.person_id for row in rows if row.person_id}
        self.active = set(held.filter(user__in=named).values_list("user_id", flat=True)) if named else set()
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
        """The owner; once late also who supervises the owner. Of a secret those alone who may read it."""
        if row.reader:
            return self.circle(row, late=late)
        kind = KINDS.get(row.kind, OTHERS)
        return self.owners(row, kind) | (self.supervisors(row, kind) if late else set())

    def circle(self, row: Obligation, *, late: bool) -> set[int]:
        """The nearest who may read it; once late those above them, too. Nobody stands in their place."""
        heard = (self.by_path.get((path, row.reader), set()) for path in lineage(row.unit_path))
        return set[int]().union(*[found for found in heard if found][: 1 + late])

    def owners(self, row: Obligation, kind: Told) -> set[int]:
        """The named person while the account and a grant hold, the enterprise's people, or the unit's."""
        if row.person_id in self.active:
            return {row.person_id}
        if row.enterprise_id is not None:
            return self.by_site.get(row.enterprise_id, set())
        return self.holding(row.unit_path, kind.owner)

    def supervisors(self, row: Obligation, kind: Told) -> set[int]:
        """The nearest unit that has somebody, from the supervising one upwards: what is late never ends with nobody."""
        heard = (self.holding(path, kind.late) for path in lineage(supervising(row)))
        return next((found for found in heard if found), set())

    def holding(self, path: str, capability: str) -> set[int]:
        """Who holds it in a unit, or what stands in its place."""
        heard = (self.by_path.get((path, one)) for one in (capability, *INSTEAD))
        return next((found for found in heard if found), set())

    def units(self, row: Obligation, *, late: bool) -> Iterator[str]:
        """Whose group is told: the owing unit's, and late the supervising one's. What an enterprise owes is its own,
        and a secret is posted nowhere."""
        if row.reader:
            return
        if row.enterprise_id is None:
            yield row.unit_path
        if late and (row.enterprise_id is not None or supervising(row) != row.unit_path):
            yield supervising(row)


def supervising(row: Obligation) -> str:
    """For an enterprise the unit responsible for it, for a unit the one above it; above the topmost is nobody."""
    if row.enterprise_id is not None:
        return row.unit_path
    superior = above(row.unit_path)
    return row.unit_path if superior == "/" else superior


def supervised_by(held: Holdings, day: date) -> Q:
    """What `Directory.supervisors` would tell a person once it is late: of the enterprises that the person's unit is
    responsible for, and of the units just below it; also where the unit responsible has nobody to be told."""
    mine: dict[str, set[str]] = {}
    for row in held.rows:
        if row.path and row.kind == Grant.Kind.UNIT:
            mine.setdefault(row.path, set()).update(row.able)
    spoken = voices(set(mine), day)
    # Mostly the same units speak whatever is late: then one condition says it.
    by_units: dict[frozenset[str], set[str]] = {}
    for late in LATE:
        by_units.setdefault(heard_from(mine, spoken, late), set()).add(late)
    found = Q(pk__in=[])
    for paths, lates in by_units.items():
        units = [path for path in spoken if above(path) in paths]
        sites = Q(enterprise_id__isnull=False, unit_path__in=sorted(paths))
        found |= kinds_of(lates) & (sites | Q(enterprise_id=None, unit_path__in=sorted(units)))
    return found


def kinds_of(lates: set[str]) -> Q:
    """The kinds that are told to one of these capabilities once they are late."""
    if OTHERS.late not in lates:
        return Q(kind__in=sorted(kind for kind, told in KINDS.items() if told.late in lates))
    elsewhere = sorted(kind for kind, told in KINDS.items() if told.late not in lates)
    return ~Q(kind__in=elsewhere) if elsewhere else Q()


def heard_from(mine: dict[str, set[str]], spoken: dict[str, set[str]], late: str) -> frozenset[str]:
    """The units that speak to the person: those of the person's where nobody else would be told instead, and below
    them whatever has nobody to be told."""
    voice = {path: voice_of(able, late) for path, able in spoken.items()}
    hears = {path for path, able in mine.items() if voice.get(path, late) in able}
    silent = [path for path, said in voice.items() if said is None] if hears else []
    nearest = ((path, next((one for one in lineage(path) if voice.get(one, late) is not None), "")) for path in silent)
    return frozenset(hears.union(path for path, end in nearest if end in hears))


def voice_of(able: set[str], late: str) -> str | None:
    """As what a unit whose people hold this together is told: the capability itself, or what stands in its place."""
    return next((one for one in (late, *INSTEAD) if one in able), None)


def voices(paths: set[str], day: date) -> dict[str, set[str]]:
    """What the people of each of these units and of those below them hold together, in one query."""
    if not paths:
        return {}
    under = reduce(or_, (Q(path__startswith=path) for path in paths))
    held = FilteredRelation("grants", condition=in_force(day, "grants__") & Q(grants__kind=Grant.Kind.UNIT))
    rows = Unit.objects.filter(under).annotate(held=held).order_by()
    spoken: dict[str, set[str]] = {}
    for path, level, role, active in rows.values_list(
        "path", "level", "held__role", "held__user__is_active"
    ).distinct():
        spoken.setdefault(path, set()).update(capabilities(role, level) if active else ())
    return spoken


def of_nobody(day: date) -> Q:
    """Named to nobody, or to a person who is gone: `Directory.owners` tells the unit then."""
    held = Grant.objects.in_force(day).filter(user=OuterRef("person"), user__is_active=True)
    return Q(person=None) | Q(~Exists(held))


def above(path: str) -> str:
    """The path of the unit above: /1/5/9/ is under /1/5/."""
    return path[: path.rstrip("/").rfind("/") + 1]


def lineage(path: str) -> Iterator[str]:
    """The unit's own path and those of the units above it, upwards."""
    while path not in ("", "/"):
        yield path
        path = above(path)
