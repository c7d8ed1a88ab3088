"""Cases as what registers refer to, by the number of the filing."""

from typing import Any

from django.urls import reverse

from core.references import Kind, Reference
from penalties.models import PenaltyCase


def case(user: Any, typed: str) -> list[Reference]:
    rows = PenaltyCase.objects.visible_to(user).filter(number=typed)
    return [
        Reference("case", str(row.pk), row.cause, case_url(str(row.pk)), row.enterprise_id, row.campaign_id)
        for row in rows
    ]


def case_url(key: str) -> str:
    return reverse("penalties:case_detail", args=[key])


CASE = Kind("case", "行政处罚案件", "漯环立〔2020〕3 号", case, case_url)
