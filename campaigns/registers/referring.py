"""Entries of registers as things that other entries refer to."""

import re
from typing import Any

from django.urls import reverse

from campaigns.models import RegisterEntry
from core.references import Kind, Reference

WRITTEN = re.compile(r"(?P<title>.*?)\s*[〔\[(（]?(?P<year>\d{4})[〕\])）]\s*(?P<number>\d{1,6})\s*号?")


def found(user: Any, typed: str) -> Reference | None:
    """现场求助〔2020〕3 号, among the entries that the person may see."""
    said = WRITTEN.fullmatch(typed)
    if said is None:
        return None
    rows = RegisterEntry.objects.visible_to(user).filter(year=said["year"], number=said["number"])
    row = rows.filter(version__title=said["title"].strip()).select_related("version").first()
    return Reference("entry", str(row.pk), row.title, address(str(row.pk)), row.enterprise_id) if row else None


def address(key: str) -> str:
    return reverse("campaigns:register_entry", args=[key])


ENTRY = Kind("entry", "登记", "现场求助〔2020〕3 号", found, address)
