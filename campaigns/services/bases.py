"""The library of documents that plans stand on: known by number, ended with a reason and the campaigns it touches."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from campaigns.models import Campaign, LegalBasis
from core import audit
from core.refusals import Refused, refused_if_taken


def keep_bases(data: Mapping[str, Any], at: datetime) -> None:
    """Every numbered document that a blueprint stands on is in the library; what is there already stays as it is."""
    for basis in data.get("basis", []):
        if number := basis.get("number"):
            LegalBasis.objects.get_or_create(number=number, defaults={"title": basis["title"][:200], "added_at": at})


def bases_of(campaign: Campaign) -> list[dict[str, Any]]:
    """What the campaign's plan stands on, in its order, each with its row of the library if it has a number."""
    named = campaign.blueprint.data.get("basis", [])
    rows = {row.number: row for row in LegalBasis.objects.filter(number__in=[b.get("number", "") for b in named])}
    return [{**basis, "row": rows.get(basis.get("number", ""))} for basis in named]


def affected(basis: LegalBasis) -> QuerySet[Campaign]:
    """The campaigns whose plan names this document."""
    rows = Campaign.objects.filter(blueprint__data__basis__contains=[{"number": basis.number}])
    return rows.select_related("unit").order_by("-year", "pk")


def add_basis(
    *, number: str, title: str, valid_from: date | None, valid_to: date | None, actor: User, at: datetime
) -> LegalBasis:
    if valid_from and valid_to and valid_to < valid_from:
        raise Refused("失效日期不能早于生效日期。", field="valid_to", status=422)
    with refused_if_taken(f"文号“{number}”已经登记。", field="number"):
        row = LegalBasis.objects.create(
            number=number, title=title, valid_from=valid_from, valid_to=valid_to, added_by=actor, added_at=at
        )
        audit.record("campaigns.legalbasis.add", row, actor=actor, at=at, after={"number": number})
    return row


def end_basis(basis: LegalBasis, *, actor: User, at: datetime, reason: str) -> list[Campaign]:
    """The document no longer stands. Returns the campaigns that it touches; they go on, and say so on their page."""
    if not reason.strip():
        raise Refused("请写明停用的依据。", field="reason", status=422)
    with transaction.atomic():
        row = LegalBasis.objects.select_for_update(of=("self",)).get(pk=basis.pk)
        if row.ended_at is not None:
            raise Refused("该文件已经停用。")
        row.ended_at, row.ended_by, row.end_reason = at, actor, reason.strip()[:200]
        row.save(update_fields=["ended_at", "ended_by", "end_reason"])
        found = list(affected(row))
        after = {"number": row.number, "campaigns": [campaign.title for campaign in found]}
        audit.record("campaigns.legalbasis.end", row, actor=actor, at=at, reason=reason, after=after)
    return found
