"""Which entries a person is shown, by the filters of the address, and which fields of them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.gate import holdings
from accounts.models import User
from campaigns.models import Campaign, GroupMember, RegisterEntry, RegisterVersion
from campaigns.registers.services.rights import allowed, ordered_by

HIDDEN = "已隐去"


class Reader:
    """One person's reading of many entries: memberships are asked once."""

    def __init__(self, user: User) -> None:
        self.user = user
        places = GroupMember.objects.filter(user=user).values_list("group__campaign_id", "group__key")
        self.groups = frozenset(places)

    def fields(self, entry: RegisterEntry) -> set[str]:
        own = entry.created_by_id == self.user.pk and not entry.version.is_confidential
        return {
            field["key"]
            for field in entry.version.data["fields"]
            if "secret" not in field or own or self.meant(field["secret"], entry)
        }

    def meant(self, who: Mapping[str, Any], entry: RegisterEntry) -> bool:
        return allowed(who, self.user, entry, self.groups)


def filtered(version: RegisterVersion, user: User, wanted: Mapping[str, str]) -> Any:
    """The visible entries of a register that the address asks for; a value that means nothing filters nothing."""
    wanted = {name: said for name, said in wanted.items() if "\x00" not in said}
    rows = RegisterEntry.objects.visible_to(user).filter(register=version.key)
    if wanted.get("campaign", "").isdecimal():
        rows = rows.filter(campaign_id=int(wanted["campaign"][:9]))
    if wanted.get("state"):
        rows = rows.filter(state=wanted["state"])
    if wanted.get("unit"):
        rows = rows.filter(Q(unit__path__startswith=wanted["unit"]) | Q(other_unit__path__startswith=wanted["unit"]))
    if wanted.get("year", "").isdecimal() and (year := int(wanted["year"][:4])):
        rows = rows.filter(occurred_on__year=year)
    if q := wanted.get("q", "").strip():
        rows = rows.filter(Q(title__icontains=q) | Q(enterprise__name__icontains=q))
    for field in version.data["fields"]:
        if field.get("filter") and "secret" not in field and (value := wanted.get(field["key"])):
            several = field["type"] == "choices"
            rows = rows.filter(
                **{f"values__{field['key']}{'__contains' if several else ''}": [value] if several else value}
            )
    return rows.select_related("version", "campaign", "unit", "other_unit", "enterprise", "created_by")


def menu(user: User) -> list[RegisterVersion]:
    """The registers that a person may open: ordered by the plans of the own campaigns, and those of standing work.

    Who may neither read nor write a register does not find it in the menu.
    """
    return opened(user, RegisterVersion.objects.current())


def opens(user: User, version: RegisterVersion) -> bool:
    return bool(opened(user, RegisterVersion.objects.filter(pk=version.pk)))


def opened(user: User, rows: QuerySet[RegisterVersion]) -> list[RegisterVersion]:
    """Those of these registers that the person may open. The database stops at the first entry that is seen."""
    campaigns = list(Campaign.objects.visible_to(user).published().select_related("blueprint"))
    ordered = {key for campaign in campaigns for key in ordered_by(campaign)}
    groups = set(GroupMember.objects.filter(user=user).values_list("group__key", flat=True))
    able = {capability for row in holdings(user).rows for capability in row.able}
    ours = [
        row.pk
        for row in rows
        if row.retired_at is None and (row.is_standing or row.key in ordered) and concerns(row, able, groups)
    ]
    seen = Exists(RegisterEntry.objects.visible_to(user).filter(register=OuterRef("key")))
    others = RegisterVersion.objects.filter(pk__in=[row.pk for row in rows]).exclude(pk__in=ours)
    named = set(others.filter(seen).values_list("pk", flat=True))
    return [row for row in rows if row.pk in named or row.pk in ours]


def concerns(row: RegisterVersion, able: set[str], groups: set[str]) -> bool:
    read, create = row.data["read"], row.data["create"]
    if "enterprise.own" in able:
        return bool(read.get("enterprise") or create.get("enterprise"))
    return (
        read.get("capability") in able
        or bool(able & set(create.get("capabilities", [])))
        or bool(groups & {*read.get("groups", []), *create.get("groups", [])})
    )
