"""Names and codes change and are kept: permits and cases go on naming what a site was called."""

from collections.abc import Iterable
from datetime import date

from pypinyin import lazy_pinyin

from enterprises.models import Enterprise, EnterpriseName, LegalEntity, LegalEntityName
from enterprises.rules.searching import plain, search_terms

SORT_KEY_LENGTH = 200


def sort_key(name: str) -> str:
    """The name in pinyin: lists sort as people look names up."""
    return "".join(lazy_pinyin(plain(name))).lower()[:SORT_KEY_LENGTH]


def index(site: Enterprise, former: Iterable[str] = ()) -> None:
    """Set the columns that are derived from names and code. The caller saves."""
    site.search = search_terms(site.name, former, [site.entity.uscc] if site.entity.uscc else [])
    site.sort_key = sort_key(site.name)


def former_names(site: Enterprise) -> list[str]:
    return list(EnterpriseName.objects.filter(enterprise=site).exclude(name=site.name).values_list("name", flat=True))


def rename(site: Enterprise, name: str, *, since: date, source: str) -> None:
    """Close the present name and open the new one. An only site takes its entity's name along. The caller saves."""
    before = site.name
    current = EnterpriseName.objects.filter(enterprise=site, valid_to=None)
    if not current.update(valid_to=since):
        EnterpriseName.objects.create(enterprise=site, name=before, valid_from=None, valid_to=since, source="登记")
    EnterpriseName.objects.create(enterprise=site, name=name, valid_from=since, source=source)
    site.name = name
    entity = site.entity
    if entity.name == before and entity.sites.count() == 1:
        change_entity(entity, name=name, uscc=entity.uscc, since=since)
    index(site, former_names(site))


def open_names(site: Enterprise, *, since: date, source: str, former: str = "") -> list[EnterpriseName]:
    """The first rows of the history of a new site, unsaved."""
    rows = [EnterpriseName(enterprise=site, name=site.name, valid_from=since, source=source)]
    if former and former != site.name:
        rows.append(EnterpriseName(enterprise=site, name=former, valid_from=None, valid_to=since, source=source))
    return rows


def change_entity(entity: LegalEntity, *, name: str, uscc: str | None, since: date) -> None:
    """A new name or code of the body itself, with the old pair kept."""
    if (entity.name, entity.uscc) == (name, uscc):
        return
    if not LegalEntityName.objects.filter(entity=entity, valid_to=None).update(valid_to=since):
        LegalEntityName.objects.create(
            entity=entity, name=entity.name, uscc=entity.uscc or "", valid_from=None, valid_to=since
        )
    LegalEntityName.objects.create(entity=entity, name=name, uscc=uscc or "", valid_from=since)
    entity.name, entity.uscc = name, uscc
    entity.save(update_fields=["name", "uscc"])
