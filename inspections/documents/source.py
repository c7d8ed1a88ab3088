"""Everything that the papers of one record are made from, and the lines on which people sign."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.documents import PaperField, cn_date, signature_data_url
from core.form_engine.rules import display
from core.models import Submission
from inspections.models import Evidence, Signature, VisitRecord
from inspections.rules import findings as rules
from inspections.services import checking, facts, sheets
from inspections.states import RecordState

# What a paper adds to the template, and its boxed fields.
Paper = tuple[dict[str, Any], list[PaperField]]


@dataclass(frozen=True)
class Source:
    """Everything a paper of one record is made from; of a draft as it stands, of a locked one as it was locked."""

    record: VisitRecord
    sheet: Submission | None
    answers: Mapping[str, Any]
    snapshot: Mapping[str, Any]
    findings: list[rules.Finding]
    signatures: dict[str, Signature]
    ended_at: datetime | None

    def said(self, path: str) -> str:
        return facts.said(self.answers, path)

    def shown(self, path: str) -> str:
        """An answer in the words of the form."""
        if self.sheet is None:
            return ""
        section, item, key = path.split(".")
        for part in self.sheet.definition.data["sections"]:
            for one in part["items"] if part["key"] == section else []:
                for field in one["fields"] if one["key"] == item else []:
                    if field["key"] == key:
                        return display(field, self.said(path))
        return ""


def source_of(record: VisitRecord, at: datetime) -> Source:
    draft = record.state == RecordState.DRAFT
    sheet = sheets.sheet_of(record.client_id) if draft else record.submission
    answers = sheet.answers if sheet else {}
    if draft and sheet:
        signatures = checking.standing(record, sheet.definition, answers)
        ended_at = checking.ended_of(record.visit, answers, at).at
        snapshot = facts.snapshot_of(record.visit, answers)
    else:
        rows = record.signatures.standing().select_related("image")
        signatures, ended_at, snapshot = {row.role: row for row in rows}, record.ended_at, record.snapshot
    return Source(record, sheet, answers, snapshot, checking.findings_of(answers), signatures, ended_at)


def person(name: str | None, certificate: str | None) -> str:
    return f"{name}（{certificate}）" if name and certificate else name or ""


SIGNERS = [
    (Signature.Role.ENTERPRISE, "被检查单位现场负责人"),
    (Signature.Role.LEAD, "检查人（主办）"),
    (Signature.Role.SECOND, "检查人（协办）"),
    (Signature.Role.EXPERT, "专家"),
    (Signature.Role.RECEIPT, "一次性告知签收人"),
]


def signature_lines(source: Source, roles: list[tuple[Any, str]] | None = None) -> list[dict[str, Any]]:
    return [line(label, source.signatures[role]) for role, label in roles or SIGNERS if role in source.signatures]


def line(label: str, held: Signature) -> dict[str, Any]:
    refused = f"拒签情况：{held.refusal_reason}。见证人：{held.witness_name}" if held.is_refusal else ""
    return {
        "label": label,
        "name": held.name,
        "image": signature_data_url(held.image) if held.image else "",
        "refused": refused,
        "day": cn_date(held.signed_at),
    }


def photos_of(record: VisitRecord) -> list[Evidence]:
    """Each photo once, at the first place that shows it."""
    rows = Evidence.objects.filter(visit=record.visit_id).select_related("file", "taken_by")
    return list({row.file_id: row for row in reversed(rows)}.values())[::-1]
