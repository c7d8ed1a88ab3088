"""What happens to a ledger row after it was found. Each verb locks the row, writes its version and its event."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core import audit
from inspections.models import Issue
from inspections.services.versions import write_version


def record_penalty(issue: Issue, text: str, *, actor: User, at: datetime) -> Issue:
    """Column 18 处罚情况, as the penalties room says it."""
    with transaction.atomic():
        row = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        before, row.penalty_text = row.penalty_text, text
        row.save(update_fields=["penalty_text"])
        write_version(row, "penalty", actor=actor, at=at)
        audit.record(
            "inspections.issue.penalty",
            row,
            actor=actor,
            at=at,
            before={"penalty_text": before},
            after={"penalty_text": text},
        )
    return row
