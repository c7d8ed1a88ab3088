"""Terms of entries: opened and met by what is done with them, owed through core.obligations."""

from datetime import datetime
from typing import Any

from django.db.models import Min, Q
from django.urls import reverse

from campaigns.models import BlueprintVersion, RegisterEntry
from campaigns.registers.rules import CREATE, due_at
from core.calendar import calendar
from core.clock import day_of
from core.models import Obligation
from core.models.obligation import ObligationQuerySet
from core.obligations import meet, open_obligation


def kind_of(entry: RegisterEntry) -> str:
    return f"register_{entry.register}"[:40]


SUBJECT = "register_entry:"
# All that is said of what a confidential register owes, also to those who may read it: a mail lies open.
UNNAMED = "保密事项"


def subject_of(entry: RegisterEntry) -> str:
    return f"{SUBJECT}{entry.pk}"


def run(entry: RegisterEntry, action: str, at: datetime) -> None:
    """Open the clocks that an action starts, meet those that it answers; what is closed owes nothing."""
    for clock in entry.version.data["clocks"]:
        if action in clock["met"] or not entry.is_open:
            for period in rounds(entry, clock).open().values_list("period", flat=True):
                meet(kind_of(entry), subject_of(entry), period=period, at=at)
        elif action in clock["open"]:
            start(entry, clock, at)
    remember(entry)


def move(entry: RegisterEntry, at: datetime) -> None:
    """After a correction: terms that run and hang on a date of the entry follow it; what was met stays met."""
    for clock in entry.version.data["clocks"]:
        past = rounds(entry, clock)
        fits = "field" in clock and entry.is_open and CREATE in clock["open"]
        if fits and (past.open().exists() or not past.exists()):
            start(entry, clock, at)
    remember(entry)


def rounds(entry: RegisterEntry, clock: dict[str, Any]) -> ObligationQuerySet:
    """Every time that a clock of the entry ran: answered and asked again are two."""
    rows: ObligationQuerySet = Obligation.objects.filter(kind=kind_of(entry), subject=subject_of(entry))
    return rows.filter(Q(period=clock["key"]) | Q(period__startswith=f"{clock['key']}:"))


def start(entry: RegisterEntry, clock: dict[str, Any], at: datetime) -> None:
    due = due_at(clock, entry.values, at, entry.occurred_on, calendar())
    if due is None:
        return
    owing = entry.other_unit if clock.get("owed_by") == "other" and entry.other_unit else entry.unit
    data, past, secret = entry.version.data, rounds(entry, clock), entry.version.is_confidential
    running = past.open().values_list("period", flat=True).first()
    open_obligation(
        kind=kind_of(entry),
        subject=subject_of(entry),
        period=running or (f"{clock['key']}:{past.count() + 1}" if past.exists() else clock["key"]),
        unit_path=owing.path,
        due_at=due,
        at=at,
        title=f"{clock['title']}：{entry.title}" if not secret else f"{UNNAMED}〔{entry.year}〕{entry.number}号",
        campaign_id=entry.campaign_id,
        source="{plan} {place}".format(**cited(data["source"])[0])[:200] if not secret else "",
        rule=f"{data['title']}：{clock['title']}"[:200] if not secret else "",
        reader=data["read"]["capability"] if secret else "",
        url=reverse("campaigns:register_entry", args=[entry.pk]),
        nominal_on=day_of(at) if "workdays" in clock else None,
        workdays=clock.get("workdays"),
    )


def cited(sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where a register comes from, by the titles of the plans that the platform holds."""
    names = {one["plan"] for one in sources}
    titles = dict(BlueprintVersion.objects.filter(name__in=names).order_by("version").values_list("name", "title"))
    return [{**one, "plan": titles.get(one["plan"], one["plan"])} for one in sources]


def remember(entry: RegisterEntry) -> None:
    """The nearest open term, for the list."""
    if not entry.version.data["clocks"]:
        return
    rows = Obligation.objects.open().filter(kind=kind_of(entry), subject=subject_of(entry)).order_by("due_at")
    entry.due_at = rows.values_list("due_at", flat=True).first()
    entry.save(update_fields=["due_at"])


def follow_calendar() -> int:
    """Terms that an amended calendar moved, in the list as well. Returns how many entries changed; three statements."""
    moved = Obligation.objects.open().filter(subject__startswith=SUBJECT).exclude(moved_at=None).values("subject")
    nearest = Obligation.objects.open().filter(subject__in=moved).order_by().values_list("subject")
    due = {int(subject.removeprefix(SUBJECT)): first for subject, first in nearest.annotate(first=Min("due_at"))}
    changed = [row for row in RegisterEntry.objects.filter(pk__in=due) if row.due_at != due[row.pk]]
    for row in changed:
        row.due_at = due[row.pk]
    RegisterEntry.objects.bulk_update(changed, ["due_at"], batch_size=1000)
    return len(changed)


def terms_of(entry: RegisterEntry) -> list[Obligation]:
    return list(Obligation.objects.filter(kind=kind_of(entry), subject=subject_of(entry)).order_by("due_at", "pk"))
