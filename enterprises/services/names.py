"""Names and codes change and are kept: permits and cases go on naming what a site was called."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Count

from core import copying
from core.pinyin import spelled
from enterprises.models import Enterprise, EnterpriseName, LegalEntity, LegalEntityName
from enterprises.rules.searching import plain, search_terms

SORT_KEY_LENGTH = 200


def sort_key(name: str) -> str:
    """The name in pinyin: lists sort as people look names up."""
    return spelled(plain(name))[:SORT_KEY_LENGTH]


def index(site: Enterprise, former: Iterable[str] = ()) -> None:
    """Set the columns that are derived from names and code. The caller saves."""
    site.search = search_terms(site.name, former, [site.entity.uscc] if site.entity.uscc else [])
    site.sort_key = sort_key(site.name)


def former_names(site: Enterprise) -> list[str]:
    return list(EnterpriseName.objects.filter(enterprise=site).exclude(name=site.name).values_list("name", flat=True))


def rename_all(renamed: Sequence[tuple[Enterprise, str]], *, since: date, source: str) -> None:
    """Close the present names and open the new ones, in seven queries. An only site takes its body's name along."""
    if not renamed:
        return
    keys = [site.pk for site, _ in renamed]
    present = EnterpriseName.objects.filter(enterprise_id__in=keys, valid_to=None)
    noted = set(present.values_list("enterprise_id", flat=True))
    present.update(valid_to=since)
    EnterpriseName.objects.bulk_create(
        EnterpriseName(enterprise=site, name=site.name, valid_from=None, valid_to=since, source="登记")
        for site, _ in renamed
        if site.pk not in noted
    )
    rename_entities(renamed, since=since)
    for site, name in renamed:
        site.name = name
    EnterpriseName.objects.bulk_create(
        EnterpriseName(enterprise=site, name=site.name, valid_from=since, source=source) for site, _ in renamed
    )
    borne = names_borne(keys)
    for site, _ in renamed:
        index(site, [name for name in borne[site.pk] if name != site.name])
    Enterprise.objects.bulk_update([site for site, _ in renamed], ["name", "search", "sort_key"], batch_size=500)


def names_borne(keys: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, name in EnterpriseName.objects.filter(enterprise_id__in=keys).values_list("enterprise_id", "name"):
        found[key].append(name)
    return found


def rename_entities(renamed: Sequence[tuple[Enterprise, str]], *, since: date) -> None:
    """The bodies that bear the name of their only site."""
    bodies = {site.entity_id: (site.entity, name) for site, name in renamed if site.entity.name == site.name}
    several = LegalEntity.objects.filter(pk__in=bodies).annotate(n=Count("sites")).filter(n__gt=1)
    for key in several.values_list("pk", flat=True):
        bodies.pop(key)
    change_entities([(body, name, body.uscc) for body, name in bodies.values()], since=since)


def open_names(sites: Iterable[tuple[Enterprise, str]], *, since: date, source: str) -> None:
    """Begin the history of new sites, each with its former name or ""."""
    rows = [
        row
        for site, former in sites
        for row in (
            (site.pk, site.name, since, None, source),
            (site.pk, former if former != site.name else "", None, since, source),
        )
        if row[1]
    ]
    copying.insert_values(EnterpriseName, ("enterprise_id", "name", "valid_from", "valid_to", "source"), rows)


def change_entities(changes: Sequence[tuple[LegalEntity, str, str | None]], *, since: date) -> None:
    """New names or codes of the bodies themselves, with the old pairs kept."""
    present = LegalEntityName.objects.filter(entity_id__in=[body.pk for body, _, _ in changes], valid_to=None)
    noted = set(present.values_list("entity_id", flat=True))
    present.update(valid_to=since)
    LegalEntityName.objects.bulk_create(
        LegalEntityName(entity=body, name=body.name, uscc=body.uscc or "", valid_from=None, valid_to=since)
        for body, _, _ in changes
        if body.pk not in noted
    )
    for body, name, uscc in changes:
        body.name, body.uscc = name, uscc
    LegalEntityName.objects.bulk_create(
        LegalEntityName(entity=body, name=body.name, uscc=body.uscc or "", valid_from=since) for body, _, _ in changes
    )
    LegalEntity.objects.bulk_update([body for body, _, _ in changes], ["name", "uscc"], batch_size=500)
