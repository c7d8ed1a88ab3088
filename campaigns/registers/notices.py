"""Whom an entry wakes: group members, holders of a capability, persons named, owners, experts of the industry."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.gate import people_with
from accounts.models import Grant, Unit, User
from accounts.rules import Role
from campaigns.models import GroupMember, RegisterEntry, RegisterPerson
from campaigns.registers.services.rights import above
from core import clock
from core.notices import notify
from core.refusals import Refused
from enterprises.models import Enterprise
from enterprises.rules.industries import INDUSTRIES

EXPERTS = "experts"


def send(entry: RegisterEntry, action: str, at: datetime) -> None:
    """The words that the register orders for an action; who does it and whom the entry concerns are not woken."""
    away = set(entry.people.filter(concerned=True).values_list("user_id", flat=True))
    for index, notice in enumerate(entry.version.data["notices"]):
        if action not in notice["on"]:
            continue
        people = {user.pk: user for user in addressed(notice, entry, at) if user.pk not in away}
        for url, told in by_address(notice, entry, people.values(), at).items():
            notify(
                told,
                f"{notice['text']}：{entry.title}"[:120],
                f"{entry.label}，{entry.unit.short_name}。",
                url=url,
                key=f"register:{entry.pk}:{action}:{index}:{at.isoformat()}",
                at=at,
            )


def by_address(
    notice: Mapping[str, Any], entry: RegisterEntry, people: Iterable[User], at: datetime
) -> dict[str, list[User]]:
    """Where each finds what is told: at the entry; owners of an industry at their own enterprise, where it stands."""
    if "owners_of" not in notice:
        return {reverse("campaigns:register_entry", args=[entry.pk]): list(people)}
    sites = sites_in(entry, str(entry.values.get(notice["owners_of"], ""))).values("pk")
    own = dict(grants_among(sites, at).order_by("-subject_id").values_list("user", "subject_id"))
    found: dict[str, list[User]] = {}
    for user in people:
        address = reverse("enterprises:enterprise_detail", args=[own[user.pk]]) + "#risks"
        found.setdefault(address, []).append(user)
    return found


def addressed(notice: Mapping[str, Any], entry: RegisterEntry, at: datetime) -> Iterable[User]:
    if notice.get("groups") and entry.campaign_id:
        places = GroupMember.objects.filter(group__campaign_id=entry.campaign_id, group__key__in=notice["groups"])
        yield from User.objects.filter(pk__in=places.values("user"), is_active=True)
    if "capability" in notice and (unit := side_of(notice, entry)):
        yield from people_with(notice["capability"], unit, at)
    if "person" in notice:
        named = entry.people.filter(field=notice["person"])
        yield from User.objects.filter(pk__in=named.values("user"), is_active=True)
    if notice.get("creator") and entry.created_by and entry.created_by.is_active:
        yield entry.created_by
    if notice.get("enterprise") and entry.enterprise_id:
        yield from owners(entry.enterprise_id, at)
    if "owners_of" in notice:
        yield from owners_in(entry, str(entry.values.get(notice["owners_of"], "")), at)
    if "experts_of" in notice:
        yield from route(entry, str(entry.values.get(notice["experts_of"], "")))


def side_of(notice: Mapping[str, Any], entry: RegisterEntry) -> Unit | None:
    if notice.get("side") == "other":
        return entry.other_unit
    if notice.get("side") == "above":
        return Unit.objects.filter(path=above(entry.unit.path)).first()
    return entry.unit


def owners(enterprise_id: int, at: datetime) -> Iterable[User]:
    return owners_among([enterprise_id], at)


def owners_in(entry: RegisterEntry, industry: str, at: datetime) -> Iterable[User]:
    """The people of the enterprises of an industry below the entry's unit."""
    return owners_among(sites_in(entry, industry).values("pk"), at)


def sites_in(entry: RegisterEntry, industry: str) -> QuerySet[Enterprise]:
    if industry not in INDUSTRIES:
        return Enterprise.objects.none()
    sites = Enterprise.objects.filter(unit__path__startswith=entry.unit.path, industry=INDUSTRIES.index(industry) + 1)
    return sites.exclude(state=Enterprise.State.CLOSED)


def owners_among(sites: Any, at: datetime) -> Iterable[User]:
    return User.objects.filter(pk__in=grants_among(sites, at).values("user"), is_active=True)


def grants_among(sites: Any, at: datetime) -> QuerySet[Grant]:
    return Grant.objects.in_force(clock.day_of(at)).filter(
        kind=Grant.Kind.ENTERPRISE, role=Role.ENTERPRISE, subject_id__in=sites
    )


def route(entry: RegisterEntry, industry: str) -> Iterable[User]:
    """The experts of the industry whose unit stands above the asking one; from then on they may read and answer."""
    pool = RegisterEntry.objects.filter(register=EXPERTS, is_open=True, values__industries__contains=[industry])
    fitting = [row.pk for row in pool.select_related("unit") if entry.unit.path.startswith(row.unit.path)]
    named = RegisterPerson.objects.filter(entry__in=fitting, field="expert", user__is_active=True)
    people = list(User.objects.filter(pk__in=named.values("user")).order_by("pk"))
    if not people:
        raise Refused(f"专家库里还没有“{industry}”行业的专家可以答复，请先在专家库登记，或改选行业。", status=422)
    RegisterPerson.objects.bulk_create(
        [RegisterPerson(entry=entry, field=EXPERTS, user=person, sees=True) for person in people], ignore_conflicts=True
    )
    return people
