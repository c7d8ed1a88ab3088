"""What an entry names: enterprises, units, people, references and files, from the values of its fields to rows."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import Unit, User
from campaigns.models import Campaign, RegisterEntry, RegisterFile, RegisterLink, RegisterPerson, RegisterStep
from campaigns.registers.rules import CORRECT, CREATE, Data, field_of, fields_at, holds, words
from campaigns.registers.services.checks import Said, site_of
from core import clock, references
from core.form_engine.conditions import is_filled
from core.form_engine.evidence import own_recent
from core.models import StoredFile
from core.references import Reference
from enterprises.rules.industries import INDUSTRIES


def misnamed(entry: RegisterEntry, action: str, values: Mapping[str, Any], user: User, at: datetime) -> Iterator[Said]:
    """Every field that names what is not there, or what the person may not see."""
    for field in fields_at(entry.version.data, action):
        value = values.get(field["key"])
        if is_filled(value):
            for said in dict.fromkeys(_misnamed(field, value, entry, action, user, at)):
                yield field["key"], said
            if field["type"] == "reference":
                _, said = referred(entry, field, str(value), user, site_named(entry, action, values))
                if said:
                    yield field["key"], said


def _misnamed(field: Data, value: Any, entry: RegisterEntry, action: str, user: User, at: datetime) -> Iterator[str]:
    kind, day = field["type"], clock.day_of(at)
    if kind == "enterprise":
        site, said = site_of(field, value, user, day)
        if site is not None and action == CREATE:
            entry.enterprise = site  # on the object only, with its name
        yield from filter(None, [said])
    elif kind == "unit" and not Unit.objects.filter(pk=number(value), closed_on=None).exists():
        yield "没有找到这个单位"
    elif kind == "industry" and value not in INDUSTRIES:
        yield f"没有「{value}」这个行业"
    elif kind in {"person", "persons"}:
        wanted = {number(one) for one in ([value] if kind == "person" else value)}
        if User.objects.filter(pk__in=wanted, is_active=True).count() != len(wanted):
            yield "有人员没有找到，或账号已停用"
    elif kind == "files":
        known = set(entry.files.values_list("file__sha256", flat=True))
        if any(one not in known and own_recent(user, one, at) is None for one in value):
            yield "有附件没有上传成功，请重新选择"


def site_named(entry: RegisterEntry, action: str, values: Mapping[str, Any]) -> int | None:
    """The enterprise that the sheet itself names; at a later step the entry's."""
    if action != CREATE:
        return entry.enterprise_id
    fields = fields_at(entry.version.data, CREATE)
    return next((number(values.get(one["key"])) or None for one in fields if one["type"] == "enterprise"), None)


def referred(
    entry: RegisterEntry, field: Data, typed: str, user: User, site: int | None
) -> tuple[Reference | None, str]:
    """What a number stands for, of the entry's own campaign and enterprise; or the sentence that says what is wrong."""
    found = [one for kind in field["kinds"] for one in references.find(user, kind, typed)]
    titles = "或".join(kind.title for key in field["kinds"] if (kind := references.kind_of(key))) or "对象"
    if not found:
        kept = entry.links.filter(field=field["key"], typed=typed).exists()
        return None, "" if kept else f"没有找到编号为「{typed}」的{titles}"
    family = family_of(entry)
    ours = [one for one in found if not family or one.campaign_id is None or one.campaign_id in family]
    if not ours:
        return None, f"「{typed}」是另一个专项行动的{titles}"
    fitting = [one for one in ours if site is None or one.enterprise_id in {None, site}]
    return (fitting[0], "") if fitting else (None, f"「{typed}」是另一家企业的{titles}（{ours[0].label}）")


def family_of(entry: RegisterEntry) -> set[int]:
    """The entry's campaign, the one above it and those below; none of standing work."""
    if entry.campaign_id is None:
        return set()
    key = entry.campaign_id
    rows = Campaign.objects.filter(Q(pk=key) | Q(parent=key) | Q(children=key))
    return set(rows.values_list("pk", flat=True))


def number(text: Any) -> int:
    return int(text) if str(text).isdecimal() and len(str(text)) < 18 else 0


def name_rows(entry: RegisterEntry, values: Mapping[str, Any], user: User, at: datetime, action: str = CREATE) -> None:
    """Put what an action's fields name on the entry and its rows."""
    for field in fields_at(entry.version.data, action):
        value = values.get(field["key"])
        if field["type"] == "enterprise":
            entry.enterprise_id = number(value) or None
        elif field["type"] == "unit":
            entry.other_unit_id = number(value) or None
        elif field["type"] in {"person", "persons"}:
            name_people(entry, field, [value] if field["type"] == "person" and value else value or [])
        elif field["type"] == "reference":
            name_reference(entry, field, value or "", user, site_named(entry, action, values))
        elif field["type"] == "files":
            name_files(entry, field, value or [])
    if entry.enterprise_id is None and (link := entry.links.first()):
        entry.enterprise_id = enterprise_behind(link, user)


def enterprise_behind(link: RegisterLink, user: User) -> int | None:
    found = references.find(user, link.kind, link.typed)
    return next((one.enterprise_id for one in found if one.key == link.key), None)


def name_people(entry: RegisterEntry, field: Data, keys: list[str]) -> None:
    """Who is named now; who was named before and signed keeps the signature."""
    wanted = {number(key) for key in keys}
    entry.people.filter(field=field["key"]).exclude(user__in=wanted).delete()
    RegisterPerson.objects.bulk_create(
        [
            RegisterPerson(
                entry=entry,
                field=field["key"],
                user_id=key,
                concerned=field.get("concerned", False),
                sees=field.get("sees", False) or field.get("signs", False),
            )
            for key in sorted(wanted)
        ],
        ignore_conflicts=True,
    )


def name_reference(entry: RegisterEntry, field: Data, typed: str, user: User, site: int | None) -> None:
    entry.links.filter(field=field["key"]).exclude(typed=typed).delete()
    found = referred(entry, field, typed, user, site)[0] if typed else None
    if found is not None:
        RegisterLink.objects.get_or_create(
            entry=entry,
            field=field["key"],
            defaults={"kind": found.kind, "key": found.key, "typed": typed, "label": f"{typed} {found.label}"[:200]},
        )


def name_files(entry: RegisterEntry, field: Data, hashes: list[str]) -> None:
    stored = {row.sha256: row for row in StoredFile.objects.filter(sha256__in=hashes)}
    entry.files.filter(field=field["key"]).exclude(file__sha256__in=hashes).delete()
    RegisterFile.objects.bulk_create(
        [
            RegisterFile(entry=entry, field=field["key"], file=stored[one], name=stored[one].name)
            for one in dict.fromkeys(hashes)
            if one in stored
        ],
        ignore_conflicts=True,
    )


def kept_at_steps(entry: RegisterEntry) -> dict[str, Any]:
    """What was said at transitions so far: a correction of the entry does not touch it."""
    found: dict[str, Any] = {}
    steps = RegisterStep.objects.filter(entry=entry).exclude(action__in=[CREATE, CORRECT])
    for values in steps.order_by("at", "pk").values_list("values", flat=True):
        found |= values
    return found


def heading(entry: RegisterEntry) -> str:
    """What the entry is called in lists: the fields that its register names, in words. Secret ones never."""
    said = []
    for key in entry.version.data["heading"]:
        field = field_of(entry.version.data, key)
        if "secret" not in field:
            said.append(words_of(entry, field))
    return " · ".join(filter(None, said))[:200]


def words_of(entry: RegisterEntry, field: Data) -> str:
    """One value in words, with the names behind keys."""
    kind, value = field["type"], entry.values.get(field["key"])
    if not is_filled(value):
        return ""
    if kind == "enterprise":
        return entry.enterprise.name if entry.enterprise else ""
    if kind == "unit":
        return entry.other_unit.short_name if entry.other_unit else ""
    if kind in {"person", "persons"}:
        return "、".join(row.user.name for row in entry.people.all() if row.field == field["key"])
    if kind == "reference":
        return next((row.label for row in entry.links.all() if row.field == field["key"]), "")
    if kind == "files":
        return "、".join(row.name for row in entry.files.all() if row.field == field["key"])
    return words(field, value)


def spans_of(entry: RegisterEntry) -> list[tuple[str, str]]:
    """How long something took, in minutes, from one action of the entry to another."""
    at: dict[str, datetime] = {}
    for step in entry.steps.all():
        at.setdefault(step.action, step.at)
    found = []
    for span in entry.version.data.get("spans", []):
        if span["from"] in at and span["to"] in at:
            minutes = (at[span["to"]] - at[span["from"]]).total_seconds() // 60
            found.append((span["label"], f"{minutes:.0f} 分钟"))
    return found


def related_to(entry: RegisterEntry, user: User, day: str) -> list[tuple[str, list[RegisterEntry]]]:
    """Entries of other registers that agree with this one in a field, where the register asks for them."""
    found = []
    for one in entry.version.data.get("related", []):
        value = entry.values.get(one["mine"])
        if is_filled(value) and holds(one.get("when", True), entry.values, day):
            rows = RegisterEntry.objects.visible_to(user).filter(register=one["register"])
            rows = rows.filter(**{f"values__{one['theirs']}": value}).select_related("version", "unit")
            found.append((one["title"], list(rows.order_by("-occurred_on", "-pk")[:200])))
    return found


def placed(entry: RegisterEntry, values: Mapping[str, Any]) -> None:
    """Enterprise and other unit as the values name them, on the object only: checks compare by them."""
    for field in fields_at(entry.version.data, CREATE):
        if field["type"] == "enterprise":
            entry.enterprise_id = number(values.get(field["key"])) or None
        elif field["type"] == "unit":
            entry.other_unit_id = number(values.get(field["key"])) or None
