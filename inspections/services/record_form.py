"""The record of a visit as the form engine knows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404

from accounts import gate
from accounts.models import User
from core.form_engine.registry import Handler
from core.form_engine.rules import Problem
from core.models import FormDefinition, Submission
from core.refusals import Refused
from inspections.models import Visit, VisitRecord
from inspections.services import checking, locking, sheets, visits
from inspections.states import RecordState


class RecordForm(Handler):
    """The subject is the visit: its versions are one chain of sheets. One of the two inspectors holds the pen."""

    title = "现场检查记录"

    def subject_for(self, user: Any, subject_id: int, *, write: bool) -> Visit:
        found = Visit.objects.visible_to(user).filter(pk=subject_id).first()
        if found is None:
            raise Http404
        if not write:
            return found
        gate.require(user, "visit.record", found)
        visits.require_inspector(found, user)
        return visits.locked(found)

    def definition(self, subject: Visit, at: datetime) -> FormDefinition:
        return sheets.record_definition(subject.campaign, at)

    def readable(self, subject: Visit, submission: Submission, user: Any) -> bool:
        """The enterprise reads what was locked; a draft is nobody's but the bureau's."""
        return submission.locked or gate.may(user, "visit.view", subject)

    def editable(self, subject: Visit, user: Any) -> bool:
        record = draft_of(subject)
        if record is None:
            raise Refused("检查记录已提交，不能直接修改；需要修改的请申请更正。")
        if record.writer_id == user.pk:
            return True
        writer = record.writer.name if record.writer else "另一名执法人员"
        raise Refused(f"现在由{writer}执笔，您填写的内容没有覆盖原有内容；需要您来填写时，请先点“接过执笔”。")

    def check_final(self, subject: Visit, answers: Mapping[str, Any], user: Any, at: datetime) -> list[Problem]:
        record = draft_of(subject)
        if record is None:
            return [Problem("", "检查记录已提交")]
        sheet = sheets.sheet_of(record.client_id)
        form = sheet.definition if sheet else self.definition(subject, at)
        found = checking.content_problems(record, form, answers, at)
        return found + checking.unsigned(record, form, answers) + checking.lateness(record, answers, at)

    def finalised(self, subject: Visit, submission: Submission, user: User, at: datetime) -> None:
        record = draft_of(subject)
        if record is None or record.client_id != submission.client_id:
            raise Refused("这张检查记录已另有一份，请刷新页面。")
        locking.lock(record, submission, actor=user, at=at)


def draft_of(visit: Visit) -> VisitRecord | None:
    rows = VisitRecord.objects.select_related("writer").filter(visit=visit, state=RecordState.DRAFT)
    record = rows.first()
    if record is not None:
        record.visit = visit
    return record
