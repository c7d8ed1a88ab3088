"""Whose site it is: find the legal entity of a code, or make it, and give a site another one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max, Q, QuerySet

from core.models import StoredFile
from core.refusals import Refused
from enterprises.models import Enterprise, LegalEntity, LegalEntityName
from enterprises.rules.codes import examine_uscc
from enterprises.services.names import change_entities, former_names, index


@dataclass(frozen=True)
class Override:
    """Why a code stands although its check character disagrees, and the licence that shows it."""

    reason: str = ""
    licence: StoredFile | None = None

    @property
    def is_complete(self) -> bool:
        return bool(self.reason.strip()) and self.licence is not None


def accepted_code(text: str, override: Override) -> tuple[str, bool]:
    """The code in its plain spelling, and whether it stands only by override. Refused where it cannot stand."""
    verdict = examine_uscc(text)
    if verdict.error:
        raise Refused(verdict.error, field="uscc", status=422)
    if not verdict.check:
        return verdict.code, False
    if LegalEntity.objects.filter(uscc=verdict.code).exclude(checksum_override="").exists():
        return verdict.code, False
    if not override.is_complete:
        raise Refused(
            f"{verdict.check}如营业执照上确为此代码，请填写理由并上传营业执照，由另一名工作人员复核。",
            field="uscc",
            status=422,
        )
    return verdict.code, True


def entity_for(code: str, name: str, *, representative: str, override: Override, since: date) -> LegalEntity:
    """The body that bears the code; without a code always a new one."""
    entity = LegalEntity.objects.filter(uscc=code).first() if code else None
    if entity is None:
        entity = LegalEntity.objects.create(
            uscc=code or None,
            name=name,
            representative=representative,
            checksum_override=override.reason if override.is_complete else "",
            licence=override.licence if override.is_complete else None,
        )
        LegalEntityName.objects.create(entity=entity, name=name, uscc=code, valid_from=since)
    return entity


def free_site_number(entity: LegalEntity, wanted: int | None) -> int:
    """The wanted number when nobody has it, else the next. Refused when a stated number is taken."""
    taken = entity.sites.aggregate(last=Max("site_number"))["last"] or 0
    if wanted is None:
        return int(taken) + 1
    if entity.sites.filter(site_number=wanted).exists():
        raise Refused(
            f"该统一社会信用代码的第 {wanted} 号厂址已经登记，请核对厂址序号，或直接修改已登记的单位。",
            field="site_number",
            status=422,
        )
    return wanted


def hold_sites(keys: Iterable[int] | QuerySet[Any, Any], *, code: str = "") -> None:
    """Lock sites with the others of their bodies, and those of the body that bears `code`.

    Whoever locks several sites does it by key, so that no two wait for each other.
    """
    of_bodies = Q(entity__in=Enterprise.objects.filter(pk__in=keys).values("entity"))
    if code:
        of_bodies |= Q(entity__in=LegalEntity.objects.filter(uscc=code).values("pk"))
    rows = Enterprise.objects.filter(of_bodies).select_for_update(of=("self",), no_key=True)
    list(rows.order_by("pk").values_list("pk"))


def give_code(site: Enterprise, code: str, *, override: Override, since: date) -> None:
    """Another code for the site's body: the body changes its code, or the site goes to the body that has it."""
    entity = site.entity
    if (entity.uscc or "") == code:
        return
    if not code:
        raise Refused("已登记的统一社会信用代码不能清空；代码变更请填写新代码。", field="uscc", status=422)
    bearer = LegalEntity.objects.filter(uscc=code).first()
    if bearer is None:
        change_entities([(entity, entity.name, code)], since=since)
        if override.is_complete:
            entity.checksum_override, entity.licence = override.reason, override.licence
            entity.save(update_fields=["checksum_override", "licence"])
    else:
        site.site_number = free_site_number(bearer, None)
        site.entity = bearer
    for each in [site, *site.entity.sites.exclude(pk=site.pk)]:
        each.entity = site.entity
        index(each, former_names(each))
        each.save(update_fields=["entity", "site_number", "search", "sort_key"])
