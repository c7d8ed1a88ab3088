"""Issues and visits as what registers refer to, found by the numbers that people see."""

from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.gate import able_somewhere
from core.references import Kind, Reference
from inspections.models import Issue, Visit

OFFERED = 30


def digits(typed: str) -> int:
    """0012, 问题 12 and 12 are one number; 0 for none."""
    said = typed.removeprefix("问题").removeprefix("检查").strip()
    return int(said) if said.isdecimal() and len(said) < 12 else 0


def issue(user: Any, typed: str) -> list[Reference]:
    """By its number in the ledger; of several campaigns the newest first."""
    rows = Issue.objects.visible_to(user).filter(number=digits(typed)).order_by("-campaign__year", "-pk")
    return [
        Reference("issue", str(row.pk), str(row), issue_url(str(row.pk)), row.enterprise_id, row.campaign_id)
        for row in rows
    ]


def recent_issues(user: Any) -> list[tuple[str, str]]:
    rows = Issue.objects.visible_to(user).select_related("enterprise").order_by("-pk")[:OFFERED]
    return [(f"问题 {row.number}", row.enterprise.name) for row in rows]


def issue_url(key: str) -> str:
    return reverse("inspections:issue_detail", args=[key])


def visit(user: Any, typed: str) -> list[Reference]:
    """By the number that the list of visits offers."""
    rows = Visit.objects.visible_to(user).filter(pk=digits(typed)).select_related("enterprise")
    return [
        Reference("visit", str(row.pk), row.enterprise.name, visit_url(str(row.pk)), row.enterprise_id, row.campaign_id)
        for row in rows
    ]


def own_visits(user: Any) -> list[tuple[str, str]]:
    """An inspector's own visits, the newest first; of whoever makes none, those that the person sees."""
    rows = Visit.objects.visible_to(user)
    if able_somewhere(user, "visit.record"):
        led = Q(assignment__lead_inspector=user) | Q(assignment__second_inspector=user) | Q(assignment__expert=user)
        rows = rows.filter(led)
    rows = rows.select_related("enterprise", "assignment").order_by("-assignment__planned_on", "-pk")[:OFFERED]
    return [(f"检查 {row.pk}", f"{row.assignment.planned_on} {row.enterprise.name}") for row in rows]


def visit_url(key: str) -> str:
    return reverse("inspections:visit_view", args=[key])


ISSUE = Kind("issue", "问题台账", "问题 12", issue, issue_url, recent_issues)
VISIT = Kind("visit", "现场检查", "检查 128", visit, visit_url, own_visits)
