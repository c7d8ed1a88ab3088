"""The one gate for rows: what a person sees is the union of the person's dated grants.

Outside is 404 (`visible_to` finds nothing); inside but lacking the capability is 403 (`require` raises NotAllowed).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import Grant, Unit, User
from accounts.rules import capabilities
from core import audit, clock
from core.refusals import NotAllowed

Person = User | AnonymousUser
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Holding:
    """One grant in force: its role, what it may do, and over what."""

    role: str
    kind: str
    able: frozenset[str]
    path: str = ""
    subject_id: int | None = None


@dataclass(frozen=True)
class Scope:
    """Over what a person holds one capability. `everywhere` only for platform administrators' own capabilities."""

    paths: tuple[str, ...] = ()
    # Of these paths, those that hold for everything, and those that came with a place in a campaign: for its rows only.
    free: tuple[str, ...] = ()
    bound: tuple[tuple[str, int], ...] = ()
    enterprise_ids: frozenset[int] = frozenset()
    campaign_ids: frozenset[int] = frozenset()
    case_ids: frozenset[int] = frozenset()
    everywhere: bool = False

    def covers_path(self, path: str) -> bool:
        return any(path.startswith(prefix) for prefix in self.paths)


@dataclass(frozen=True)
class Holdings:
    """Everything one person holds today."""

    rows: tuple[Holding, ...] = field(default=())
    # What was worked out of these grants, for as long as they are kept: one request.
    kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def scope(self, capability: str) -> Scope:
        found: Scope | None = self.kept.get(capability)
        if found is None:
            found = self.kept[capability] = self._scope(capability)
        return found

    def _scope(self, capability: str) -> Scope:
        able = [row for row in self.rows if capability in row.able]
        units = [row for row in able if row.kind == Grant.Kind.UNIT]
        return Scope(
            paths=shortest(row.path for row in units),
            free=shortest(row.path for row in units if row.subject_id is None),
            bound=tuple(sorted({(row.path, row.subject_id) for row in units if row.subject_id is not None})),
            enterprise_ids=subjects(able, Grant.Kind.ENTERPRISE),
            campaign_ids=subjects(able, Grant.Kind.CAMPAIGN),
            case_ids=subjects(able, Grant.Kind.CASE),
            everywhere=any(row.kind == Grant.Kind.PLATFORM for row in able),
        )

    def roles(self) -> frozenset[str]:
        return frozenset(row.role for row in self.rows)


def shortest(paths: Iterable[str]) -> tuple[str, ...]:
    """The prefixes that no other prefix covers."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(path.startswith(prefix) for prefix in kept):
            kept.append(path)
    return tuple(kept)


def subjects(rows: Iterable[Holding], kind: str) -> frozenset[int]:
    return frozenset(row.subject_id for row in rows if row.kind == kind and row.subject_id is not None)


def holdings(user: Person) -> Holdings:
    """The grants in force, read once per user instance (one query a request)."""
    if not isinstance(user, User) or not user.is_active:
        return Holdings()
    if user.holdings_read is None:
        user.holdings_read = read_holdings(user)
    return user.holdings_read


def read_holdings(user: User) -> Holdings:
    grants = Grant.objects.in_force(clock.today()).filter(user=user).select_related("unit")
    return Holdings(tuple(holding_of(grant) for grant in grants))


def grants_of(people: Iterable[int]) -> dict[int, list[Grant]]:
    """The grants of people, whenever they hold, with one query: for `holdings_on` another day than today."""
    found: dict[int, list[Grant]] = {pk: [] for pk in people}
    for grant in Grant.objects.filter(user__in=list(found), revoked_at=None).select_related("unit"):
        found[grant.user_id].append(grant)
    return found


def holdings_on(day: date, grants: Iterable[Grant]) -> Holdings:
    """What these grants of one person come to on a day."""
    return Holdings(tuple(holding_of(grant) for grant in grants if grant.holds_on(day)))


def holding_of(grant: Grant) -> Holding:
    level = grant.unit.level if grant.unit else ""
    return Holding(
        role=grant.role,
        kind=grant.kind,
        able=capabilities(grant.role, level),
        path=grant.unit.path if grant.unit else "",
        subject_id=grant.subject_id,
    )


def able_somewhere(user: Person, capability: str) -> bool:
    """True when any grant carries the capability: what a menu asks."""
    return any(capability in row.able for row in holdings(user).rows)


class Gated(Protocol):
    """A row that says where it stands: its responsible unit's path and, where there is one, its enterprise."""

    @property
    def gate_path(self) -> str: ...

    @property
    def gate_enterprise_id(self) -> int | None: ...


def may(user: Person, capability: str, row: Gated) -> bool:
    """Whether a grant of the person carries the capability over this very row."""
    scope = holdings(user).scope(capability)
    if scope.covers_path(row.gate_path):
        return True
    return row.gate_enterprise_id is not None and row.gate_enterprise_id in scope.enterprise_ids


def require(user: Person, capability: str, row: Gated) -> None:
    """Raise NotAllowed (403) and write the denial to the trail unless `may`."""
    if not may(user, capability, row):
        deny(user, capability, row if isinstance(row, models.Model) else None)


def require_somewhere(user: Person, capability: str) -> Scope:
    """The scope of a capability, or NotAllowed when the person holds it nowhere."""
    if not able_somewhere(user, capability):
        deny(user, capability, None)
    return holdings(user).scope(capability)


def deny(user: Person, capability: str, row: models.Model | None) -> None:
    audit.denied(f"denied.{capability}", row, actor=user if user.pk else None, at=clock.now())
    raise NotAllowed


class ScopedQuerySet(models.QuerySet[Row]):
    """A queryset whose rows belong to a unit (and perhaps an enterprise): `.visible_to(user)` comes first, always."""

    view_capability = ""
    own_capability = "enterprise.own"
    path_lookup = "unit__path"
    enterprise_lookup = ""
    campaign_lookup = ""
    case_lookup = ""
    # The way to the row's campaign ("" is the row itself), for grants over a unit that came with a place in a campaign.
    of_campaign: str | None = None

    def visible_to(self, user: Person) -> Self:
        """The rows a person may see: those under a viewing grant, and an enterprise user's own."""
        own = holdings(user).scope(self.own_capability).enterprise_ids
        return self.filter(
            self._condition(holdings(user).scope(self.view_capability)) | self._named(self.enterprise_lookup, own)
        )

    def within(self, user: Person, capability: str) -> Self:
        """The rows over which the person holds `capability`."""
        return self.filter(self._condition(holdings(user).scope(capability)))

    def _condition(self, scope: Scope) -> Q:
        condition = Q(pk__in=[])
        for prefix in scope.paths if self.of_campaign is None else scope.free:
            condition |= Q(**{f"{self.path_lookup}__startswith": prefix})
        for prefix, campaign in scope.bound if self.of_campaign is not None else ():
            condition |= Q(**{f"{self.path_lookup}__startswith": prefix}) & self.of(campaign)
        condition |= self._named(self.campaign_lookup, scope.campaign_ids)
        condition |= self._named(self.case_lookup, scope.case_ids)
        return condition | self._named(self.enterprise_lookup, scope.enterprise_ids)

    def of(self, campaign: int) -> Q:
        """The rows of a campaign and of those that were made from it."""
        way = f"{self.of_campaign}__" if self.of_campaign else ""
        return Q(**{f"{way}pk": campaign}) | Q(**{f"{way}parent": campaign})

    @staticmethod
    def _named(lookup: str, ids: frozenset[int]) -> Q:
        return Q(**{f"{lookup}__in": sorted(ids)}) if lookup and ids else Q(pk__in=[])


def people_with(capability: str, unit: Unit, at: datetime) -> models.QuerySet[User]:
    """Who holds a capability at exactly this unit: whom a notice to the unit reaches."""
    grants = Grant.objects.in_force(clock.day_of(at)).filter(kind=Grant.Kind.UNIT, unit=unit)
    able = [grant.user_id for grant in grants if capability in capabilities(grant.role, unit.level)]
    return User.objects.filter(pk__in=able, is_active=True)


def people_at(capability: str, paths: Iterable[str], at: datetime) -> models.QuerySet[User]:
    """Who holds a capability at exactly one of these units."""
    grants = Grant.objects.in_force(clock.day_of(at)).filter(kind=Grant.Kind.UNIT, unit__path__in=list(paths))
    able = [row.user_id for row in grants.select_related("unit") if capability in holding_of(row).able]
    return User.objects.filter(pk__in=able, is_active=True)


def people_visible_to(user: Person) -> models.QuerySet[User]:
    """Whose accounts a person administers: everybody's for a security administrator, else nobody's."""
    return User.objects.all() if holdings(user).scope("people.manage").everywhere else User.objects.none()


def describe(scope: Scope) -> dict[str, Any]:
    """A scope as plain data, for the permission page and the trail."""
    return {"paths": list(scope.paths), "enterprises": sorted(scope.enterprise_ids), "everywhere": scope.everywhere}
