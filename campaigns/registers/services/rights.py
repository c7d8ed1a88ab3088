"""Who may do what with a register: by capability over a unit, by working group of the campaign, by relation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.gate import holdings
from accounts.models import Unit, User
from campaigns.models import Campaign, GroupMember, RegisterEntry, RegisterVersion
from enterprises.models import Enterprise

Who = Mapping[str, Any]
Memberships = frozenset[tuple[int, str]]


@dataclass(frozen=True)
class Places:
    """Where a person may file entries of a register: campaigns, units, and own enterprises."""

    campaigns: list[Campaign]
    units: Any
    enterprises: Any
    # A campaign (None: standing work) with a path under which the person may file for it.
    pairs: frozenset[tuple[int | None, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.units.exists() or self.enterprises.exists())

    def admits(self, unit: Unit, campaign: Campaign | None) -> bool:
        """Unit and campaign together: a right in the one campaign is none in another."""
        key = campaign.pk if campaign else None
        if any(one == key and unit.path.startswith(path) for one, path in self.pairs):
            return True
        own = self.enterprises.filter(unit=unit).exists()
        return own and (campaign is None or unit.path.startswith(campaign.unit.path))


def allowed(who: Who, user: User, entry: RegisterEntry, groups: Memberships | None = None) -> bool:
    """Whether the person is one of those whom a transition (or a secret field) names, for this very entry.

    `groups` are the person's places by campaign and group, where they were read already.
    """
    if who.get("not_creator") and entry.created_by_id == user.pk:
        return False
    return (
        by_capability(who, user, entry)
        or in_group(user, entry.campaign_id, who.get("groups", []), groups)
        or by_relation(who, user, entry)
    )


def by_capability(who: Who, user: User, entry: RegisterEntry) -> bool:
    path = path_of(who, entry)
    scopes = [holdings(user).scope(capability) for capability in who.get("capabilities", [])]
    if any(entry.campaign_id in scope.campaign_ids for scope in scopes):
        return True
    return bool(path) and any(scope.covers_path(path) for scope in scopes)


def path_of(who: Who, entry: RegisterEntry) -> str:
    """Over which unit the capability must lie: the entry's, the one above it, or the other that it names."""
    side = who.get("side", "own")
    if side == "other":
        return entry.other_unit.path if entry.other_unit else ""
    return above(entry.unit.path) if side == "above" else entry.unit.path


def above(path: str) -> str:
    """The path of the superior unit; "" of the highest."""
    parent = path.rstrip("/").rpartition("/")[0]
    return f"{parent}/" if parent else ""


def in_group(user: User, campaign_id: int | None, keys: list[str], groups: Memberships | None = None) -> bool:
    if not keys or campaign_id is None:
        return False
    if groups is not None:
        return any((campaign_id, key) in groups for key in keys)
    return GroupMember.objects.filter(user_id=user.pk, group__campaign_id=campaign_id, group__key__in=keys).exists()


def by_relation(who: Who, user: User, entry: RegisterEntry) -> bool:
    if who.get("creator") and entry.created_by_id == user.pk:
        return True
    if who.get("person") and entry.people.filter(field=who["person"], user_id=user.pk).exists():
        return True
    own = holdings(user).scope("enterprise.own").enterprise_ids
    return bool(who.get("enterprise")) and entry.enterprise_id in own


def creation_places(version: RegisterVersion, user: User) -> Places:
    """Where the person may file: under the units of the capability, of the groups' campaigns, for own enterprises."""
    if version.retired_at is not None:
        return Places([], Unit.objects.none(), Enterprise.objects.none())
    who = version.data["create"]
    named = [] if version.is_standing else campaigns_of(version, user)
    pairs = standing_pairs(who, user) if version.is_standing else campaign_pairs(who, user, named)
    condition = Q(pk__in=[])
    for _, path in pairs:
        condition |= Q(path__startswith=path)
    own = holdings(user).scope("enterprise.own").enterprise_ids if who.get("enterprise") else frozenset()
    sites = Enterprise.objects.filter(pk__in=sorted(own))
    units = Unit.objects.filter(condition, closed_on=None).order_by("path")
    return Places(named, units, sites if version.is_standing or named else sites.none(), pairs)


def standing_pairs(who: Who, user: User) -> frozenset[tuple[int | None, str]]:
    return frozenset((None, path) for key in who.get("capabilities", []) for path in holdings(user).scope(key).paths)


def campaign_pairs(who: Who, user: User, campaigns: list[Campaign]) -> frozenset[tuple[int | None, str]]:
    """For each campaign the paths inside its own unit: held by capability, or all of it by its groups."""
    scopes = [holdings(user).scope(capability) for capability in who.get("capabilities", [])]
    places = GroupMember.objects.filter(user_id=user.pk, group__key__in=who.get("groups", []))
    seated = set(places.values_list("group__campaign_id", flat=True))
    found: set[tuple[int | None, str]] = set()
    for row in campaigns:
        home = row.unit.path
        if row.pk in seated or any(row.pk in scope.campaign_ids for scope in scopes):
            found.add((row.pk, home))
        held = (path for scope in scopes for path in scope.paths)
        found |= {(row.pk, max(path, home, key=len)) for path in held if path.startswith(home) or home.startswith(path)}
    return frozenset(found)


def campaigns_of(version: RegisterVersion, user: User) -> list[Campaign]:
    """The published campaigns of the person whose plan orders this register."""
    rows = Campaign.objects.visible_to(user).published().filter(state=Campaign.State.PUBLISHED)
    return [row for row in rows.select_related("blueprint", "unit") if version.key in ordered_by(row)]


def ordered_by(campaign: Campaign) -> set[str]:
    """The platform's registers that a campaign's plan names."""
    registers = campaign.blueprint.data.get("registers", [])
    return {key for one in registers for key in one.get("platform", [])}


def may_create(version: RegisterVersion, user: User) -> bool:
    return bool(creation_places(version, user))


def may_correct(entry: RegisterEntry, user: User) -> bool:
    """The writer, or whom the register names, while the entry is open."""
    who = entry.version.data.get("correct", {"creator": True})
    return entry.is_open and allowed(who, user, entry)


def readable_fields(entry: RegisterEntry, user: User) -> set[str]:
    """The fields of an entry that the person may read: secret ones only for whom they are meant, and the writer."""
    own = entry.created_by_id == user.pk and not entry.version.is_confidential
    return {
        field["key"]
        for field in entry.version.data["fields"]
        if "secret" not in field or own or allowed(field["secret"], user, entry)
    }
