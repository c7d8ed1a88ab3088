"""What a campaign's blueprint wants of its units' plans (`planning` in blueprint.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.blueprint_files import place_said
from campaigns.models import Campaign

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
        task=said.get("task", "special"),
        due=said.get("due", CLASS_LABELS["due"]),
        source=place_said(said),
    )
