"""The self-check as the form engine knows it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404

from accounts import gate
from accounts.models import User
from core.form_engine.registry import Handler
from core.form_engine.rules import Problem
from core.models import FormDefinition, Submission
from core.refusals import Refused
from inspections.models import SelfCheck
from inspections.services import selfchecks
from inspections.services.own_problems import problems_of
from inspections.states import SelfCheckState


class SelfCheckForm(Handler):
    """The enterprise writes; whoever may see the self-check reads."""

    title = "自查情况表"

    def subject_for(self, user: Any, subject_id: int, *, write: bool) -> SelfCheck:
        rows = SelfCheck.objects.visible_to(user).select_related("enterprise", "unit", "campaign")
        if write:
            rows = rows.select_for_update(of=("self",))
        found = rows.filter(pk=subject_id).first()
        if found is None:
            raise Http404
        if write:
            gate.require(user, "selfcheck.fill", found)
        return found

    def definition(self, subject: SelfCheck, at: datetime) -> FormDefinition:
        return selfchecks.definition_for(subject.campaign_id)

    def readable(self, subject: SelfCheck, submission: Submission, user: Any) -> bool:
        """The county reads what was handed in; until then the sheet is the enterprise's own."""
        return submission.locked or gate.may(user, "selfcheck.fill", subject)

    def editable(self, subject: SelfCheck, user: Any) -> bool:
        if subject.state in {SelfCheckState.DRAFT, SelfCheckState.RETURNED}:
            return True
        raise Refused(f"自查情况表{subject.get_state_display()}，现在不能修改。")

    def check_final(self, subject: SelfCheck, answers: Mapping[str, Any], user: Any, at: datetime) -> list[Problem]:
        signed = subject.signature_id is not None and subject.declared_digest
        form = Submission.objects.select_related("definition").get(pk=subject.client_id).definition
        if not signed or subject.declared_digest != selfchecks.digest_of(form, answers, at):
            return [Problem("_declaration", "请由填报人确认内容真实并签名后提交")]
        return []

    def finalised(self, subject: SelfCheck, submission: Submission, user: User, at: datetime) -> None:
        if submission.client_id != subject.client_id:
            raise Refused("这张自查情况表已另有一份，请刷新页面。")
        count = len(problems_of(submission))
        selfchecks.handed_in(subject, submission, count, actor=user, at=at)

    def carried_over(self, subject: SelfCheck) -> Iterable[UUID]:
        """A correction shows the photos of the versions before it."""
        earlier = SelfCheck.objects.filter(campaign_id=subject.campaign_id, enterprise_id=subject.enterprise_id)
        kept: list[UUID] = [pk for pk in earlier.values_list("submission_id", flat=True) if pk is not None]
        return kept
