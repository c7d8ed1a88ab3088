"""The form engine's door to registers: who writes and reads the sheets of an entry, and what follows from one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from campaigns.models import RegisterEntry
from campaigns.registers.rules import CREATE, SCOPE, values_of
from campaigns.registers.services import checks, filing, naming
from campaigns.registers.services.rights import may_correct, readable_fields
from core.form_engine.normalise import Problem
from core.form_engine.registry import Handler
from core.models import FormDefinition, Submission
from core.refusals import NotAllowed


class RegisterForm(Handler):
    title = "登记"

    def subject_for(self, user: Any, subject_id: int, *, write: bool) -> RegisterEntry:
        rows = RegisterEntry.objects.select_related("version__form", "unit", "other_unit", "enterprise")
        if write:
            rows = rows.select_for_update(of=("self",))
        entry = get_object_or_404(rows, pk=subject_id)
        begun = entry.created_by_id == user.pk and not Submission.objects.about(filing.KIND, entry.pk).exists()
        if not begun and not RegisterEntry.objects.visible_to(user).filter(pk=entry.pk).exists():
            raise Http404
        if write and not begun and not may_correct(entry, user):
            raise NotAllowed
        return entry

    def definition(self, subject: RegisterEntry, at: datetime) -> FormDefinition:
        """An entry keeps the version under which it was filed."""
        return subject.version.form

    def readable(self, subject: RegisterEntry, submission: Submission, user: Any) -> bool:
        """The sheet holds the secret fields too."""
        return len(readable_fields(subject, user)) == len(subject.version.data["fields"])

    def check_final(self, subject: RegisterEntry, answers: Mapping[str, Any], user: Any, at: datetime) -> list[Problem]:
        data = subject.version.data
        values = values_of(data, answers)
        subject.occurred_on = filing.day_said(data, values, subject.occurred_on)
        named = [*naming.misnamed(subject, CREATE, values, user, at)]
        if not named and data["checks"]:
            naming.placed(subject, values)
            named = [*checks.failed(subject, CREATE, naming.kept_at_steps(subject) | values, at)]
        labels = {field["key"]: field["label"] for field in data["fields"]}
        return [
            Problem(f"{SCOPE}.{field}" if field else "", said, field=labels.get(field, "")) for field, said in named
        ]

    def finalised(self, subject: RegisterEntry, submission: Submission, user: Any, at: datetime) -> None:
        filing.written(
            subject, values_of(subject.version.data, submission.answers), user, at, is_first=submission.version == 1
        )
        if submission.version > 1:
            filing.corrected(subject, user, at, submission.reason)
