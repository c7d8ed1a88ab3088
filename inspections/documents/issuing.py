"""A paper of a record is made once, and given again afterwards."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from campaigns import services as campaigns
from core import locks
from core.documents import issue_pdf, preview_pdf
from core.models import PrintedDocument
from core.refusals import Refused
from inspections.documents.notes import notes
from inspections.documents.slips import registration, told
from inspections.documents.source import source_of
from inspections.models import VisitRecord
from inspections.services import sheets
from inspections.states import RecordState

NOTES, TOLD, REGISTRATION = "notes", "told", "registration"
TITLES: Final = {NOTES: "现场检查（勘察）笔录", TOLD: "一次性告知书", REGISTRATION: "入企检查登记表"}
MAKERS: Final = {NOTES: notes, TOLD: told, REGISTRATION: registration}
NOT_ORIGINAL = "非原件"


def issue(record: VisitRecord, kind: str, *, by: User, at: datetime) -> PrintedDocument:
    """The paper of a locked record: made once, given again afterwards. Refused when something is missing on it."""
    if record.state == RecordState.DRAFT:
        raise Refused("检查记录提交后才能制作文书，现在可以预览。")
    with transaction.atomic():
        locks.hold("visit-paper", kind, str(record.pk))
        kept = PrintedDocument.objects.of(record).valid().filter(kind=paper_kind(kind)).last()
        if kept is not None:
            return kept
        made = paper(record, kind, at)
        return issue_pdf(
            made["template"],
            made["context"],
            kind=paper_kind(kind),
            title=TITLES[kind],
            subject=record,
            by=by,
            at=at,
            number=made["number"],
            fields=made["fields"],
            unit_path=record.gate_path,
            unit_name=record.visit.unit.name,
            mark=made["mark"],
        )


def preview(record: VisitRecord, kind: str, at: datetime) -> bytes:
    made = paper(record, kind, at)
    return preview_pdf(
        made["template"],
        made["context"],
        title=TITLES[kind],
        at=at,
        number=made["number"],
        unit_name=record.visit.unit.name,
        fields=made["fields"],
    )


def paper_kind(kind: str) -> str:
    return f"visit_{kind}"


def paper(record: VisitRecord, kind: str, at: datetime) -> dict[str, Any]:
    """Template, context, fields, number and mark of one kind of paper."""
    source = source_of(record, at)
    context, fields = MAKERS[kind](source)
    own = kind == NOTES and source.sheet is not None and not is_original(record)
    return {
        "template": f"documents/inspections/{kind}.html",
        "context": context | {"record": record, "source": source},
        "fields": fields,
        "number": number_of(record),
        "mark": NOT_ORIGINAL if own else "",
    }


def is_original(record: VisitRecord) -> bool:
    """Whether the sheet is the plan's own, as its annexes stood when the visit was planned; else pages are marked."""
    assignment = record.visit.assignment
    return campaigns.is_original(record.visit.campaign, sheets.PURPOSE, assignment.planned_at)


def number_of(record: VisitRecord) -> str:
    """漯环源现检〔2020〕12号; of a correction the version too."""
    visit = record.visit
    if visit.number is None:
        return ""
    mark = visit.unit.document_mark or visit.unit.short_name
    version = f"（更正第{record.version}版）" if record.version > 1 else ""
    return f"{mark}现检〔{visit.campaign.year}〕{visit.number}号{version}"
