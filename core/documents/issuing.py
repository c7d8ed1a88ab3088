"""A paper becomes a document: numbered version, kept file, token that anybody can check."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.urls import reverse

from core import audit, locks
from core.documents.fields import PaperField, require_fields
from core.documents.rendering import Paper, render_pdf
from core.files import clean_name, hash_of, megabytes, store
from core.models import PrintedDocument
from core.refusals import Refused


def issue_pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    kind: str,
    title: str,
    subject: models.Model,
    by: object,
    at: datetime,
    number: str = "",
    fields: Sequence[PaperField] = (),
    unit_path: str = "",
    unit_name: str = "",
    mark: str = "",
) -> PrintedDocument:
    """Print, keep and record one document about `subject`, in the caller's transaction if there is one.

    `template` extends documents/official.html or documents/form.html and sees `context`, `fields` and `paper`.
    `unit_path` and `unit_name` default to the subject's and the issuer's unit. Refused (422) with the names of the
    required `fields` that have no value. A second document of the same kind and subject is the next version.
    """
    require_fields(fields, title)
    unit = getattr(by, "unit", None)
    token = secrets.token_hex(16)
    name = unit_name or getattr(unit, "name", "")
    paper = Paper(title=title, at=at, number=number, unit_name=name, token=token, check_url=check_url(token), mark=mark)
    pdf = render_pdf(template, {**context, "fields": fields}, paper)
    path = unit_path or getattr(subject, "unit_path", "") or getattr(unit, "path", "")
    return keep_document(pdf, paper, kind=kind, subject=subject, by=by, unit_path=path)


def keep_document(
    pdf: bytes, paper: Paper, *, kind: str, subject: models.Model, by: object, unit_path: str
) -> PrintedDocument:
    """The row, the file and the event of one printed paper, all or none."""
    with transaction.atomic():
        document = PrintedDocument.objects.create(
            token=paper.token,
            kind=kind,
            title=paper.title,
            number=paper.number,
            version=next_version(kind, subject),
            **subject_of(subject),
            digest=hashlib.sha256(pdf).hexdigest(),
            file=store(pdf, name=f"{paper.title}.pdf", by=by, at=paper.at, kind="pdf"),
            issued_at=paper.at,
            issued_by_id=getattr(by, "pk", None),
            issued_by_name=name_of(by),
            unit_path=unit_path,
            unit_name=paper.unit_name,
        )
        audit.record("document.issue", document, actor=by, at=paper.at, unit_path=unit_path, after=facts_of(document))
    return document


def preview_pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    at: datetime,
    number: str = "",
    unit_name: str = "",
    fields: Sequence[PaperField] = (),
) -> bytes:
    """The same paper before it is issued: marked 预览 on every page, without token, kept nowhere."""
    paper = Paper(title=title, at=at, number=number, unit_name=unit_name, mark="预览 非原件")
    return render_pdf(template, {**context, "fields": fields}, paper)


def void_document(document: PrintedDocument, *, by: object, at: datetime, reason: str) -> PrintedDocument:
    """Say that an issued paper no longer stands. Its file stays, its check page tells. Refused when already void."""
    if not reason.strip():
        raise Refused("请填写作废原因。", field="reason", status=422)
    with transaction.atomic():
        locked = PrintedDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)
        if locked.voided_at is not None:
            raise Refused(f"《{locked.title}》已经作废，不能重复作废。")
        locked.voided_at, locked.voided_by_name, locked.voided_reason = at, name_of(by), reason.strip()[:200]
        locked.save(update_fields=["voided_at", "voided_by_name", "voided_reason"])
        audit.record(
            "document.void", locked, actor=by, at=at, reason=reason, unit_path=locked.unit_path, after=facts_of(locked)
        )
    return locked


def checked_upload(document: PrintedDocument, upload: File[bytes] | None) -> bool:
    """Whether an uploaded file is the issued paper, byte for byte. Nothing is kept. Refused without a readable file."""
    if upload is None:
        raise Refused("请选择要核验的 PDF 文件。", field="file", status=422)
    if (upload.size or 0) > settings.EVIDENCE_MAX_BYTES:
        raise Refused(
            f"“{clean_name(upload.name or '')}”有 {megabytes(upload.size or 0)}，"
            f"超过 {megabytes(settings.EVIDENCE_MAX_BYTES)} 的上限，本平台签发的文书没有这么大。",
            field="file",
            status=413,
        )
    return hash_of(upload) == document.digest


def check_url(token: str) -> str:
    return str(settings.PUBLIC_BASE_URL).rstrip("/") + reverse("core:document_check", args=[token])


def next_version(kind: str, subject: models.Model) -> int:
    """Under a lock of this series, so that two at once get two numbers."""
    locks.hold("document", kind, subject._meta.label_lower, str(subject.pk))
    last = PrintedDocument.objects.of(subject).filter(kind=kind).aggregate(last=models.Max("version"))["last"]
    return (last or 0) + 1


def subject_of(subject: models.Model) -> dict[str, str]:
    return {
        "subject_model": subject._meta.label_lower,
        "subject_pk": str(subject.pk),
        "subject_label": str(subject)[:200],
    }


def name_of(person: object) -> str:
    return str(getattr(person, "name", "") or ("平台" if person is None else person))[:60]


def facts_of(document: PrintedDocument) -> dict[str, Any]:
    return {
        "kind": document.kind,
        "number": document.number,
        "version": document.version,
        "subject": f"{document.subject_model}:{document.subject_pk}",
        "digest": document.digest,
        "voided_at": document.voided_at,
    }
