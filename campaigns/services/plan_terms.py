"""What a campaign's blueprint wants of its units' plans (`planning` in blueprint.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, Value, When

from campaigns.blueprint_files import place_said
from campaigns.models import Campaign, Rating, Target
from enterprises.models import PositiveListEntry

# Who is on the list and need not be planned, unless the blueprint says otherwise.
EXEMPT = ("positive",)
CLASS_LABELS = {"positive": "正面清单企业", "small": "小微企业", "due": "应检查企业"}


@dataclass(frozen=True)
class Terms:
    """`filing` names the receivers before a plan takes effect; `coverage` whom it must hold without a gap.

    `outside` is "approval" where what no plan in force holds needs a leader. A lead inspector carries one of `tags`.
    """

    asked: bool = False
    title: str = "执法计划"
    filing: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    coverage: str = "none"
    exempt: tuple[str, ...] = EXEMPT
    outside: str = "free"
    tags: tuple[str, ...] = ()
    task: str = "special"
    shared: bool = False
    both_approve: bool = False
    due: str = CLASS_LABELS["due"]
    source: str = ""


def terms_of(campaign: Campaign) -> Terms:
    """The blueprint's word, or nothing asked: then a plan may be made all the same and needs no filing."""
    said: Mapping[str, Any] | None = campaign.blueprint.data.get("planning")
    if said is None:
        return Terms()
    return Terms(
        asked=True,
        title=said.get("title", "执法计划"),
        filing=tuple(said.get("filing", ())),
        elements=tuple(said.get("elements", ())),
        coverage=said.get("coverage", "none"),
        exempt=tuple(said.get("exempt", EXEMPT)),
        outside=said.get("outside", "free"),
        tags=tuple(said.get("lead_tags", ())),
        shared=said.get("brigades", "one") == "many",
        both_approve=campaign.parameters.get(said.get("approvals", "")) == "both",
        task=said.get("task", "special"),
        due=said.get("due", CLASS_LABELS["due"]),
        source=place_said(said),
    )


SMALL = (Rating.Size.SMALL, Rating.Size.MICRO)


def classed(rows: QuerySet[Target], terms: Terms, day: date) -> QuerySet[Any]:
    """Each with its class (`kind`): on the positive list, small, or one that must be inspected (HS-03)."""
    listed = PositiveListEntry.objects.in_force(day).filter(enterprise=OuterRef("enterprise"))
    small = Rating.objects.filter(enterprise=OuterRef("enterprise"), is_current=True, size__in=SMALL)
    whens = [When(Exists(listed), then=Value("positive"))] if "positive" in terms.exempt else []
    whens += [When(Exists(small), then=Value("small"))] if "small" in terms.exempt else []
    return rows.annotate(kind=Case(*whens, default=Value("due"), output_field=CharField()))
