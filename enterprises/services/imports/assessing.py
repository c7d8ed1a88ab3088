"""What would happen with a line: new, changed, renamed, the same, doubtful or wrong. Nine queries a chunk."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from core.wording import degrees
from enterprises.models import Enterprise, EnterpriseName, ImportRow, LegalEntityName, Permit
from enterprises.rules.industries import INDUSTRIES
from enterprises.rules.matching import Known, Listed, Register, Way, match
from enterprises.rules.searching import plain
from enterprises.services.facts import SITE_LABELS, Facts, differences
from enterprises.services.imports.places import Places
from enterprises.services.permits import changes_kind, permit_changes, permit_warnings
from enterprises.services.positive import positive_changes

Outcome = ImportRow.Outcome
MANAGEMENT_LABELS: Final = dict(Permit.Management.choices)
OTHER_LABELS: Final = {
    "name": "企业名称",
    "uscc": "统一社会信用代码",
    "representative": "法定代表人",
    "number": "排污许可证编号",
    "management": "管理类别",
    "valid_to": "许可证有效期至",
    "positive": "是否正面清单",
    "positive_valid_to": "正面清单有效期至",
}


@dataclass
class Assessment:
    """The answer for one line. `changes` maps a column to (registered, stated)."""

    facts: Facts
    outcome: str = Outcome.ERROR
    site: Enterprise | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    candidates: tuple[int, ...] = ()
    reason: str = ""
    error: str = ""
    warnings: list[str] = field(default_factory=list)


@dataclass
class Loaded:
    """The registered sites that a chunk may speak of. `foreign` is what others hold, and which unit: no more."""

    sites: dict[int, Enterprise]
    register: Register
    old_codes: dict[int, set[str]]
    foreign_permits: dict[str, str]
    foreign_numbers: dict[str, dict[int, str]]
    day: date


def assess(lines: Sequence[Facts], places: Places, day: date) -> list[Assessment]:
    """Match every line against the register and say what is different on `day`. Writes nothing."""
    loaded = load(lines, places.home.path, day)
    return [assess_one(facts, loaded) for facts in lines]


def assess_one(facts: Facts, loaded: Loaded) -> Assessment:
    if other := loaded.foreign_permits.get(facts.permit):
        return Assessment(facts, error=f"另一单位已登记此排污许可证编号，请联系{other}核对。")
    found = match(listed(facts), loaded.register)
    if found.way == Way.DOUBTFUL:
        return Assessment(facts, Outcome.DOUBTFUL, candidates=found.candidates, reason=found.reason)
    if found.site is None:
        return assess_new(facts, loaded)
    site = loaded.sites[found.site]
    if changes_kind(list(site.permits.all()), facts):
        return Assessment(facts, Outcome.DOUBTFUL, candidates=(site.pk,), reason=doubt_of_kind(site, facts))
    return compare(facts, site, loaded)


def doubt_of_kind(site: Enterprise, facts: Facts) -> str:
    """A category that the registered number cannot have: a person says whether the old paper has ended."""
    held = site.discharge_permit
    was = held.get_management_display() if held else ""
    return (
        f"已登记{was}，编号 {held.number if held else ''}，名单写“{MANAGEMENT_LABELS[facts.management]}”而没有新编号。"
        "选【就是这一家】则原编号登记为前一日到期，新编号待补；写错的选【不导入】。"
    )


def assess_new(facts: Facts, loaded: Loaded) -> Assessment:
    """A body may have sites under several units: only the same number of site is refused."""
    others = loaded.foreign_numbers.get(facts.uscc, {})
    found = Assessment(facts, Outcome.NEW)
    if other := others.get(facts.site_number or 0):
        found.outcome = Outcome.ERROR
        found.error = (
            f"另一单位已登记此代码的第 {facts.site_number} 号厂址，请联系{other}核对；不同厂址请填写不同的厂址序号。"
        )
    elif others:
        units = "、".join(sorted(set(others.values())))
        found.warnings.append(f"另一单位已登记此代码，请联系{units}核对；本行将作为该代码的另一处厂址登记。")
    return found


def compare(facts: Facts, site: Enterprise, loaded: Loaded) -> Assessment:
    """A known site: what the line says differently. An old name or code in an old list changes nothing back."""
    result = Assessment(facts, Outcome.SAME, site=site)
    result.changes = dict(differences(site, facts))
    permits = list(site.permits.all())
    result.changes |= permit_changes(permits, facts, loaded.day)
    result.warnings += permit_warnings(permits, facts, loaded.day)
    result.changes |= positive_changes(list(site.positive_entries.all()), facts)
    if facts.representative and facts.representative != site.entity.representative:
        result.changes["representative"] = (site.entity.representative, facts.representative)
    compare_code(facts, site, loaded, result)
    if facts.positive is False and any(entry.removed_on is None for entry in site.positive_entries.all()):
        result.warnings.append("该单位登记在正面清单内，名单写“否”；移出须在企业页面说明理由后办理，导入不移出。")
    if result.changes:
        result.outcome = Outcome.CHANGED
    if plain(facts.name) != plain(site.name):
        if plain(facts.name) in {plain(row.name) for row in site.names.all()}:
            result.warnings.append(f"名单写的是曾用名，现名“{site.name}”不变。")
        else:
            result.changes = {"name": (site.name, facts.name), **result.changes}
            result.outcome = Outcome.RENAMED
    return result


def compare_code(facts: Facts, site: Enterprise, loaded: Loaded, result: Assessment) -> None:
    if not facts.uscc or facts.uscc == site.entity.uscc:
        return
    if facts.uscc in loaded.old_codes.get(site.entity_id, set()):
        result.warnings.append(f"名单写的是原统一社会信用代码，现代码 {site.entity.uscc} 不变。")
    else:
        result.changes["uscc"] = (site.entity.uscc or "", facts.uscc)


def listed(facts: Facts) -> Listed:
    return Listed(
        name=facts.name,
        code=facts.uscc,
        site_number=facts.site_number,
        permit=facts.permit,
        former_name=facts.former_name,
        region_code=facts.region_id or "",
        address=facts.address or "",
    )


def load(lines: Sequence[Facts], path: str, day: date) -> Loaded:
    codes = {facts.uscc for facts in lines if facts.uscc}
    names = {name for facts in lines for name in (facts.name, facts.former_name) if name}
    permits = {facts.permit for facts in lines if facts.permit}
    renumbered = LegalEntityName.objects.filter(uscc__among=codes).values_list("entity_id", flat=True)
    held = Permit.objects.filter(kind=Permit.Kind.DISCHARGE, number__among=permits)
    named = EnterpriseName.objects.filter(name__among=names).values_list("enterprise_id", flat=True)
    wanted = {
        *Enterprise.objects.filter(entity__uscc__among=codes).values_list("pk", flat=True),
        *Enterprise.objects.filter(entity__pk__among=list(renumbered)).values_list("pk", flat=True),
        *Enterprise.objects.filter(name__among=names).values_list("pk", flat=True),
        *held.values_list("enterprise_id", flat=True),
        *named,
    }
    sites = (
        Enterprise.objects.filter(pk__among=wanted)
        .select_related("entity", "unit", "region")
        .prefetch_related("permits", "positive_entries", "names")
    )
    return arrange(list(sites), path, day)


def arrange(sites: Iterable[Enterprise], path: str, day: date) -> Loaded:
    """Ours by permit, code and name; of others' only what must not be used twice."""
    every = list(sites)
    ours = {site.pk: site for site in every if site.unit.path.startswith(path)}
    others = [site for site in every if site.pk not in ours]
    old = old_codes({site.entity_id for site in ours.values()})
    return Loaded(
        sites=ours,
        register=register_of(ours.values(), old),
        old_codes=old,
        foreign_permits={number: site.unit.name for site in others for number in discharge_numbers(site)},
        foreign_numbers=numbers_of(others),
        day=day,
    )


def numbers_of(sites: Iterable[Enterprise]) -> dict[str, dict[int, str]]:
    """{code: {site number: unit}}."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for site in sites:
        if site.entity.uscc:
            found[site.entity.uscc][site.site_number] = site.unit.name
    return found


def register_of(sites: Iterable[Enterprise], old: dict[int, set[str]]) -> Register:
    by_permit: dict[str, Known] = {}
    by_code: dict[str, list[Known]] = defaultdict(list)
    by_name: dict[str, list[Known]] = defaultdict(list)
    for site in sites:
        known = known_of(site)
        for number in discharge_numbers(site):
            by_permit[number] = known
        for code in {known.code, *old.get(site.entity_id, set())} - {""}:
            by_code[code].append(known)
        for name in {plain(known.name), *map(plain, known.former_names)}:
            by_name[name].append(known)
    return Register(by_permit, by_code, by_name)


def known_of(site: Enterprise) -> Known:
    return Known(
        pk=site.pk,
        name=site.name,
        code=site.entity.uscc or "",
        site_number=site.site_number,
        region_code=site.region_id,
        address=site.address,
        former_names=frozenset(row.name for row in site.names.all()),
    )


def discharge_numbers(site: Enterprise) -> list[str]:
    return [permit.number for permit in site.permits.all() if permit.kind == Permit.Kind.DISCHARGE and permit.number]


def old_codes(entities: set[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = LegalEntityName.objects.filter(entity__pk__among=entities).exclude(valid_to=None).exclude(uscc="")
    for entity, code in rows.values_list("entity_id", "uscc"):
        found[entity].add(code)
    return found


def in_words(changes: dict[str, tuple[Any, Any]], places: Places) -> dict[str, list[str]]:
    """{title: [before, after]} as the page shows it."""
    titles = SITE_LABELS | OTHER_LABELS
    return {titles[name]: [word(name, old, places), word(name, new, places)] for name, (old, new) in changes.items()}


def word(name: str, value: Any, places: Places) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return degrees(value)
    if name == "region_id":
        return places.region_names.get(value, str(value))
    if name == "unit_id":
        return places.unit_names.get(value, "本市其他单位")
    if name == "industry":
        return INDUSTRIES[value - 1]
    return MANAGEMENT_LABELS.get(value, str(value)) if name == "management" else str(value)
