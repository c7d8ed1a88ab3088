"""A subject for the tests of the form engine: the enterprises of the cast, one sheet each, written by their owner."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404

from accounts import gate
from core.form_engine import registry
from core.form_engine.rules import Problem
from core.form_engine.services import publish_definition
from core.models import FormDefinition, Notice, Submission
from core.notices import notify
from core.refusals import NotAllowed, Refused
from enterprises.models import Enterprise
from tests.core import sample

KIND = "sample"


class SampleHandler(registry.Handler):
    """Who owns the enterprise writes; who may see the enterprise reads. A sheet that says 停产 is not taken."""

    title = "示例检查表"

    def subject_for(self, user: Any, subject_id: int, *, write: bool) -> Enterprise:
        found = Enterprise.objects.visible_to(user).filter(pk=subject_id).first()
        if found is None:
            raise Http404
        if write and not gate.may(user, "selfcheck.fill", found):
            raise NotAllowed
        return found

    def definition(self, subject: Enterprise, at: datetime) -> FormDefinition:
        return publish_definition(sample.definition(), at)

    def editable(self, subject: Enterprise, user: Any) -> bool:
        return subject.industry_text != "关闭"

    def check_final(self, subject: Enterprise, answers: Mapping[str, Any], user: Any, at: datetime) -> list[Problem]:
        stopped = answers.get("_state") == "停产"
        return [Problem("_state", "停产的单位不填这张表")] if stopped else []

    def finalised(self, subject: Enterprise, submission: Submission, user: Any, at: datetime) -> None:
        if submission.answers.get("_state") == "失败":
            raise Refused("后续登记没有成功。")
        notify([user], "收到", submission.receipt, at=at, key=f"sample-{submission.pk}")


def notices() -> int:
    """How often a sheet had its effect."""
    return Notice.objects.filter(key__startswith="sample-").count()
