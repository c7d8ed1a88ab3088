"""Printed papers: what stands on them, how they look alike everywhere, and how anybody checks them."""

import hashlib
import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template import TemplateDoesNotExist
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from core import files
from core.documents import (
    Paper,
    PaperField,
    issue_pdf,
    render_pdf,
    void_document,
)
from core.models import AuditEvent, Counter, PrintedDocument
from core.refusals import Refused

AT = datetime(2020, 4, 24, 9, 30, tzinfo=UTC)
FIELDS = [
    PaperField("当事人", "漯河示例纸业有限公司", wide=True),
    PaperField("统一社会信用代码", "91411100MA00000660"),
    PaperField("法定代表人", "王示例"),
    PaperField("职务", "", required=False),
    PaperField("检查日期", date(2020, 4, 3)),
]
OFFICIAL = '{% extends "documents/official.html" %}{% block body %}{{ text|linebreaks }}{% endblock %}'
FORM = (
    '{% extends "documents/form.html" %}{% block body %}{{ block.super }}<p class="clause">{{ text }}</p>{% endblock %}'
)


@pytest.fixture(autouse=True)
def templates(settings: Any, tmp_path: Path) -> Path:
    """Papers of these tests, beside the real ones that they extend."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "official.html").write_text(OFFICIAL, encoding="utf-8")
    (folder / "form.html").write_text(FORM, encoding="utf-8")
    engine = {**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], str(folder)]}
    settings.TEMPLATES = [engine]
    return folder


def paper(**changes: Any) -> Paper:
    given = {
        "title": "关于第一周工作情况的通报",
        "at": AT,
        "number": "漯环攻坚办〔2020〕12号",
        "unit_name": "漯河市生态环境局",
    }
    return Paper(
        **{**given, "token": "ab" * 16, "check_url": "https://example.org/check/" + "ab" * 16 + "/", **changes}
    )


def official(text: str = "现将有关情况通报如下。", **context: Any) -> PdfReader:
    return PdfReader(io.BytesIO(render_pdf("official.html", {"text": text, **context}, paper())))


def flat(reader: PdfReader) -> str:
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


def issued(**changes: Any) -> PrintedDocument:
    subject = changes.pop("subject", None) or Counter.objects.create(kind="k", scope="s", year=2020)
    given: dict[str, Any] = {"kind": "weekly_report", "title": "工作通报", "by": None, "at": AT, "fields": FIELDS}
    return issue_pdf("form.html", {"text": "现场情况"}, subject=subject, **{**given, **changes})


def check(client: Client, document: PrintedDocument, content: bytes | None = None) -> tuple[int, str]:
    address = reverse("core:document_check", args=[document.token])
    if content is None:
        response = client.get(address)
    else:
        response = client.post(address, {"file": SimpleUploadedFile("文书.pdf", content)})
    return response.status_code, response.content.decode()


@pytest.mark.django_db
def test_issuing_keeps_the_paper_its_digest_and_who_issued_it() -> None:
    document = issued(number="漯环〔2020〕1号", unit_name="漯河市生态环境局", unit_path="/1/5/")
    assert re.fullmatch("[0-9a-f]{32}", document.token)
    with document.file.open() as kept:
        content = kept.read()
    assert hashlib.sha256(content).hexdigest() == document.digest == document.file.sha256
    assert reverse("core:document_check", args=[document.token]) in flat(PdfReader(io.BytesIO(content)))
    assert (document.version, document.issued_by_name, document.unit_path) == (1, "平台", "/1/5/")
    event = AuditEvent.objects.get(action="document.issue")
    assert (event.object_id, event.detail["digest"]) == (str(document.pk), document.digest)


@pytest.mark.django_db
def test_a_paper_with_holes_is_refused_with_their_names_and_leaves_nothing() -> None:
    holes = [*FIELDS, PaperField("检查人及执法证号", ""), PaperField("检查地点", None)]
    with pytest.raises(Refused) as caught:
        issued(fields=holes)
    assert caught.value.message == "《工作通报》还缺 2 项内容，补齐后才能制作：检查人及执法证号、检查地点。"
    assert caught.value.errors == {"missing": ["检查人及执法证号", "检查地点"]}
    assert not PrintedDocument.objects.exists()


@pytest.mark.django_db
def test_a_second_paper_of_the_same_kind_is_the_next_version() -> None:
    first = issued()
    subject = Counter.objects.get()
    second, other = issued(subject=subject), issued(subject=subject, kind="notice")
    assert [second.version, other.version] == [2, 1]
    assert second.token != first.token
    assert first.newer() == second
    assert list(PrintedDocument.objects.of(subject)) == [first, second, other]


@pytest.mark.django_db(transaction=True)
def test_papers_of_one_series_issued_at_once_have_each_their_version() -> None:
    subject = Counter.objects.create(kind="k", scope="s", year=2020)

    def issue(_: int) -> int:
        try:
            return issued(subject=subject).version
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as people:
        assert sorted(people.map(issue, range(4))) == [1, 2, 3, 4]


@pytest.mark.django_db
def test_a_voided_paper_stays_and_is_voided_once_with_a_reason() -> None:
    document = issued()
    with pytest.raises(Refused, match="请填写作废原因"):
        void_document(document, by=None, at=AT, reason=" ")
    voided = void_document(document, by=None, at=AT, reason="文号有误")
    assert (voided.voided_at, voided.voided_by_name, voided.voided_reason) == (AT, "平台", "文号有误")
    assert files.verify(voided.file)
    with pytest.raises(Refused, match="已经作废"):
        void_document(document, by=None, at=AT, reason="再来一次")
    assert AuditEvent.objects.filter(action="document.void").count() == 1


@pytest.mark.django_db
def test_anybody_with_the_token_sees_what_the_paper_is(client: Client) -> None:
    document = issued(number="漯环〔2020〕1号", unit_name="漯河市生态环境局")
    status, page = check(client, document)
    assert status == 200
    for said in ("工作通报", "漯环〔2020〕1号", "漯河市生态环境局", "2020-04-24 17:30", document.digest, "现行有效"):
        assert said in page


@pytest.mark.django_db
def test_the_check_says_when_a_paper_is_void_or_has_a_newer_version(client: Client) -> None:
    first = issued()
    second = issued(subject=Counter.objects.get())
    assert "已有新的版本" in check(client, first)[1]
    void_document(second, by=None, at=AT, reason="文号有误")
    assert "现行有效" in check(client, first)[1]
    assert "作废原因：文号有误" in check(client, second)[1]


@pytest.mark.django_db
def test_the_original_agrees_and_one_changed_byte_does_not(client: Client) -> None:
    document = issued()
    with document.file.open() as kept:
        content = bytearray(kept.read())
    assert "<strong>一致。</strong>" in check(client, document, bytes(content))[1]
    content[len(content) // 2] ^= 1
    assert "<strong>不一致。</strong>" in check(client, document, bytes(content))[1]


@pytest.mark.django_db
def test_a_check_without_a_file_or_with_a_huge_one_says_so(client: Client, settings: Any) -> None:
    document = issued()
    response = client.post(reverse("core:document_check", args=[document.token]))
    assert (response.status_code, "请选择要核验的 PDF 文件" in response.content.decode()) == (422, True)
    settings.EVIDENCE_MAX_BYTES = 1024
    status, page = check(client, document, b"%PDF-" + b"x" * 2000)
    assert (status, "超过 1 KB 的上限" in page) == (413, True)


@pytest.mark.django_db
def test_a_token_that_nobody_issued_is_not_found_and_says_what_to_do(client: Client) -> None:
    response = client.get(reverse("core:document_check", args=["0" * 32]))
    assert response.status_code == 404
    assert "没有查到这份文书" in response.content.decode()


def test_a_template_that_is_not_there_is_our_fault_and_not_a_refusal() -> None:
    with pytest.raises(TemplateDoesNotExist):
        render_pdf("nowhere.html", {}, paper())
