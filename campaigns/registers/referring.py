"""Entries of registers as things that other entries refer to."""

import re
from typing import Any

from django.urls import reverse

from campaigns.models import Lead, RegisterEntry
from core.references import Kind, Reference

OFFERED = 30
WRITTEN = re.compile(r"(?P<title>.*?)\s*[〔\[(（]?(?P<year>\d{4})[〕\])）]\s*(?P<number>\d{1,6})\s*号?")


def found(user: Any, typed: str) -> list[Reference]:
    """现场求助〔2020〕3 号, among the entries that the person may see."""
    said = WRITTEN.fullmatch(typed)
    if said is None:
        return []
    rows = RegisterEntry.objects.visible_to(user).filter(year=said["year"], number=said["number"])
    rows = rows.filter(version__title=said["title"].strip()).select_related("version")
    return [reference(row) for row in rows]


def reference(row: RegisterEntry) -> Reference:
    key = str(row.pk)
    return Reference("entry", key, row.title, address(key), row.enterprise_id, row.campaign_id)


def own_teams(user: Any) -> list[tuple[str, str]]:
    """The teams in which the person stands: what a self-check is about."""
    rows = RegisterEntry.objects.filter(register="team_task", people__user=user.pk, people__field="members")
    return [(row.label, row.title) for row in rows.select_related("version").order_by("-pk")[:OFFERED]]


def address(key: str) -> str:
    return reverse("campaigns:register_entry", args=[key])


def lead(user: Any, typed: str) -> list[Reference]:
    rows = Lead.objects.visible_to(user).filter(number=typed)
    return [Reference("lead", str(row.pk), row.detail, lead_address(str(row.pk)), row.enterprise_id) for row in rows]


def lead_address(key: str) -> str:
    return reverse("campaigns:lead_detail", args=[key])


LEAD = Kind("lead", "线索", "线索2020-00001", lead, lead_address)
ENTRY = Kind("entry", "登记", "现场求助〔2020〕3 号", found, address, own_teams)
