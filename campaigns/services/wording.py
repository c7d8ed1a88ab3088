"""Texts of a plan as a campaign says them: its own authority where the document names the one that issued it."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Unit
from campaigns.models import Campaign
from campaigns.rules.localising import authority_of, localised

# What cites the document stays as it stands there.
CITED = {"source", "lines", "quote", "note"}


def issuer_of(data: Mapping[str, Any]) -> str:
    return str(data.get("source", {}).get("issuer", ""))


def is_quoted(campaign: Campaign) -> bool:
    """Whether the plan was issued by another authority than the one that carries it out."""
    issuer = authority_of(issuer_of(campaign.blueprint.data))
    return bool(issuer) and issuer != campaign.unit.name


def localised_all(campaign: Campaign, text: Mapping[str, Any]) -> dict[str, Any]:
    """A pledge, leaflet or letter whole, but for its sources."""
    return {key: value if key in CITED else said_by(campaign, value) for key, value in text.items()}


def said_by(campaign: Campaign, value: Any) -> Any:
    issuer = issuer_of(campaign.blueprint.data)
    if isinstance(value, list):
        return [said_by(campaign, one) for one in value]
    return localised(value, issuer, campaign.unit.name) if isinstance(value, str) else value


def named_by(data: Mapping[str, Any], text: str, unit: Unit) -> str:
    return localised(text, issuer_of(data), unit.name)
