"""What a register asks of an entry beyond its fields: combinations, exclusions, what must be named."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from campaigns.models import GroupMember, RegisterEntry, WorkGroup
from campaigns.registers.rules import Data, answers_at, fields_at, form_at, holds, period_of, values_of
from core import clock, locks
from core.form_engine import rules as engine
from core.form_engine.conditions import is_filled
from core.refusals import Refused
from enterprises.models import Enterprise, PositiveListEntry
from enterprises.models.site import EnterpriseQuerySet

Said = tuple[str, str]
# An entry that was filed in error counts nowhere.
VOID = "void"
TELEPHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}(-\d{1,6})?")


def judged(data: Data, action: str, values: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """The values of an action's fields, made one shape by the engine; Refused names every field that is wrong."""
    form, day = form_at(data, action), clock.day_of(at).isoformat()
    if not fields_at(data, action):
        return {}
    answers, problems = engine.normalise(form, answers_at(data, action, values))
    answers = engine.prune(form, answers, day)
    problems += engine.validate(form, answers, day)
    if problems:
        raise refusal([(problem.path.rpartition(".")[2], problem.message) for problem in problems])
    return values_of(data, answers)


def refusal(found: list[Said]) -> Refused:
    errors: dict[str, list[str]] = {}
    for field, said in found:
        errors.setdefault(field, []).append(said)
    return Refused("有内容没有填对，请改正后再提交。", status=422, errors=errors)


def failed(entry: RegisterEntry, action: str, values: Mapping[str, Any], at: datetime) -> Iterator[Said]:
    """The sentences of the checks that an action does not meet, each with its field ("" for the whole)."""
    day = clock.day_of(at).isoformat()
    for check in entry.version.data["checks"]:
        if action not in check.get("on", ["create", "correct"]) or not holds(check.get("when", True), values, day):
            continue
        if not met(check, entry, values, day):
            yield check.get("field", ""), check["say"]


def met(check: Mapping[str, Any], entry: RegisterEntry, values: Mapping[str, Any], day: str) -> bool:
    if "must" in check:
        return holds(check["must"], values, day)
    if "asks" in check:
        return answered(check["asks"], entry, day)
    if "telephone" in check:
        said = "".join(unicodedata.normalize("NFKC", str(values.get(check["telephone"]) or "")).split())
        return not said or TELEPHONE.fullmatch(said) is not None
    if "apart" in check:
        return not on_patrol(entry, values.get(check["apart"]) or [])
    rows = others(entry, check.get("unique", check.get("same", [])), values)
    if rows is None:
        return True
    if check.get("open"):
        rows = rows.filter(is_open=True)
    if "unique" in check:
        return not rows.exists()
    return not rows.exclude(**{f"values__{check['differs']}": values.get(check["differs"])}).exists()


def on_patrol(entry: RegisterEntry, keys: list[str]) -> bool:
    """Whether one of these people patrols the entry's campaign; nobody can be put there until this is written."""
    people = sorted(int(key) for key in keys if key.isdecimal())
    for pk in people:
        locks.hold("campaign-team", str(entry.campaign_id), str(pk))
    places = GroupMember.objects.filter(group__campaign=entry.campaign_id, group__rights=WorkGroup.Rights.PATROL)
    return places.filter(user__in=people).exists()


def others(entry: RegisterEntry, places: list[str], values: Mapping[str, Any]) -> "QuerySet[RegisterEntry] | None":
    """Entries of the register that agree in these places; None when one of the places is empty."""
    rows = RegisterEntry.objects.filter(register=entry.register).exclude(pk=entry.pk).exclude(state=VOID)
    for place in places:
        if place in {"@month", "@year"}:
            first, last = period_of(entry.occurred_on, place.removeprefix("@"))
            rows = rows.filter(occurred_on__range=(first, last))
        elif place.startswith("@"):
            key = getattr(entry, f"{place.removeprefix('@')}_id")
            if key is None:
                return None
            rows = rows.filter(**{f"{place.removeprefix('@')}_id": key})
        elif not is_filled(values.get(place)):
            return None
        else:
            rows = rows.filter(**{f"values__{place}": values[place]})
    return rows


def answered(asked: Mapping[str, Any], entry: RegisterEntry, day: str) -> bool:
    """What another register must hold: an entry about this one (of each person named, settled), or one in force."""
    every = RegisterEntry.objects.filter(register=asked["register"])
    if "in_force" in asked:
        return every.exclude(state=VOID).filter(**{f"values__{asked['in_force']}__lte": day}).exists()
    filed = every.filter(links__kind="entry", links__key=str(entry.pk))
    about = filed.exclude(state=VOID)
    if "of_each" in asked:
        wanted = set(entry.people.filter(field=asked["of_each"]).values_list("user_id", flat=True))
        if not wanted <= set(about.values_list("created_by_id", flat=True)):
            return False
    elif not about.exists():
        return False
    if not asked.get("settled"):
        return True
    # What a withdrawn entry made is still to be settled.
    keys = [str(pk) for pk in filed.values_list("pk", flat=True)]
    return not RegisterEntry.objects.filter(is_open=True, links__kind="entry", links__key__in=keys).exists()


ONLY = {
    "positive_or_ab": "只能选择监督执法正面清单企业或绩效分级A、B级企业",
    "key": "只能选择重点排污单位",
}


def fits(field: Mapping[str, Any], site: Enterprise, day: date) -> str:
    """The sentence that refuses an enterprise which the field does not admit, or ""."""
    only = field.get("only")
    if only == "key" and not site.is_key:
        return ONLY["key"]
    if only == "positive_or_ab" and site.performance_grade not in {Enterprise.Grade.A, Enterprise.Grade.B}:
        listed = PositiveListEntry.objects.in_force(day).filter(enterprise=site).exists()
        return "" if listed else ONLY["positive_or_ab"]
    return ""


def sites_for(user: User) -> EnterpriseQuerySet:
    """The sites that a person may name: those one sees, and for discipline those below its unit."""
    rows: EnterpriseQuerySet = Enterprise.objects.visible_to(user) | Enterprise.objects.within(user, "discipline.view")
    return rows


def site_of(field: Mapping[str, Any], key: str, user: User, day: date) -> tuple[Enterprise | None, str]:
    """The enterprise that a field names, among those the person may see, or the sentence that refuses it."""
    site = sites_for(user).filter(pk=int(key)).first() if key.isdecimal() else None
    if site is None:
        return None, "没有找到这家排污单位"
    return site, fits(field, site, day)
