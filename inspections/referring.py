"""Issues and visits as what registers refer to, found by the numbers that people see."""

from typing import Any

from django.urls import reverse

from core.references import Kind, Reference
from inspections.models import Issue, Visit


def digits(typed: str) -> int:
    """0012, 问题 12 and 12 are one number; 0 for none."""
    said = typed.removeprefix("问题").removeprefix("检查").strip()
    return int(said) if said.isdecimal() and len(said) < 12 else 0


def issue(user: Any, typed: str) -> Reference | None:
    """By its number in the ledger; of several campaigns the newest."""
    rows = Issue.objects.visible_to(user).filter(number=digits(typed)).order_by("-campaign__year", "-pk")
    row = rows.first()
    return Reference("issue", str(row.pk), str(row), issue_url(str(row.pk)), row.enterprise_id) if row else None


def issue_url(key: str) -> str:
    return reverse("inspections:issue_detail", args=[key])


def visit(user: Any, typed: str) -> Reference | None:
    """By the number in the address of its page."""
    row = Visit.objects.visible_to(user).filter(pk=digits(typed)).select_related("enterprise").first()
    return (
        Reference("visit", str(row.pk), row.enterprise.name, visit_url(str(row.pk)), row.enterprise_id) if row else None
    )


def visit_url(key: str) -> str:
    return reverse("inspections:visit_view", args=[key])


ISSUE = Kind("issue", "问题台账", "0012", issue, issue_url)
VISIT = Kind("visit", "现场检查", "128（检查页面网址中的编号）", visit, visit_url)
