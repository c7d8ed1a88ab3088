"""Printed papers: what stands on them, how they look alike everywhere, and how anybody checks them."""

import hashlib
import io
import re
import socket
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from core import files
from core.documents import (
    Paper,
    PaperField,
    cn_date,
    cn_datetime,
    cn_money,
    image_data_url,
    missing_fields,
    paired,
    preview_pdf,
    render_pdf,
)
from core.models import PrintedDocument
from core.refusals import Refused

AT = datetime(2020, 4, 24, 9, 30, tzinfo=UTC)
FONTS = Path(django_settings.BASE_DIR) / "static" / "fonts"
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


def faces(reader: PdfReader) -> dict[str, Any]:
    """Every font of a document by its name without the subset's mark."""
    found: dict[str, Any] = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            found[str(font.get_object()["/BaseFont"]).rpartition("+")[2]] = font.get_object()
    return found


def test_an_official_paper_has_the_page_of_the_standard() -> None:
    reader = official("字" * 28 * 40)
    box = reader.pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == (210, 297)
    lines = [line for line in reader.pages[1].extract_text().splitlines() if set(line) == {"字"}]
    assert {len(line) for line in lines[:-1]} == {28}
    assert len(lines) <= 22


def test_the_last_page_is_never_one_with_the_imprint_alone() -> None:
    counts = set()
    for lines in range(3, 13):
        pages = official("\n\n".join(["通报内容。"] * lines)).pages
        counts.add(len(pages))
        last = "".join(pages[-1].extract_text().split())
        assert (last.count("2020年4月24日"), "2020年4月24日印发" in last) == (2, True), lines
    assert counts == {1, 2}, "the lengths tried go over the end of a page"


def test_twenty_two_lines_stand_on_a_page_even_with_borrowed_characters() -> None:
    reader = official("瀍字浉" * 400)
    lines = [line for line in reader.pages[1].extract_text().splitlines() if "瀍" in line]
    assert [len(line) for line in lines] == [28] * 22


def test_an_official_paper_says_everything_it_must() -> None:
    text = flat(
        official(
            agency="漯河市生态环境局文件",
            addressee="各县（区）分局",
            copies="河南省生态环境厅",
            attachments=["问题台账"],
        )
    )
    for said in (
        "漯河市生态环境局文件",
        "漯环攻坚办〔2020〕12号",
        "关于第一周工作情况的通报",
        "各县（区）分局：",
        "现将有关情况通报如下。",
        "附件：问题台账",
        "2020年4月24日",
        "抄送：河南省生态环境厅。",
        "2020年4月24日印发",
        "—1—",
        "核验码abababab",
    ):
        assert said in text


def test_every_glyph_comes_from_our_own_fonts_and_none_is_missing() -> None:
    reader = official("<漯河> 瀍河 浉河 〔2020〕№12 “引号”—— ①㎡℃ ABC abc 123", agency="洛阳市瀍河区文件")
    assert {"瀍河", "浉河"} <= set(re.findall("[瀍浉]河", flat(reader)))
    found = faces(reader)
    assert all(name.startswith("Paper-") for name in found), found
    for font in found.values():
        assert font["/ToUnicode"] is not None
    assert ".notdef" not in flat(reader)
    assert 0 not in used_glyphs(reader)


def used_glyphs(reader: PdfReader) -> set[int]:
    """The glyph numbers that the pages show (two bytes each, Identity-H); 0 is .notdef."""
    shown: set[int] = set()
    for page in reader.pages:
        for text in re.findall(rb"<([0-9a-fA-F]+)>", page.get_contents().get_data()):
            shown |= {int(text[i : i + 4], 16) for i in range(0, len(text), 4)}
    assert shown, "the pages show no glyph: the test looks in the wrong place"
    return shown


def test_a_character_that_no_font_has_stops_the_paper_and_is_named() -> None:
    with pytest.raises(Refused, match="打印不出的字：“😀”"):
        official("现场负责人😀")


def test_the_fonts_are_those_that_their_licences_were_read_for() -> None:
    listed = dict(re.findall(r"^\| (\S+\.[ot]tf) .*`([0-9a-f]{64})` \|$", (FONTS / "LICENSES.md").read_text(), re.M))
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.[ot]tf")}
    assert listed == there
    assert len(there) == 5
    assert {"OFL.txt", "GPL-3.txt"} <= {path.name for path in FONTS.iterdir()}


def test_the_same_content_is_the_same_bytes() -> None:
    first = render_pdf("official.html", {"text": "内容"}, paper())
    assert render_pdf("official.html", {"text": "内容"}, paper()) == first
    assert render_pdf("official.html", {"text": "内容。"}, paper()) != first
    meta = PdfReader(io.BytesIO(first)).metadata
    assert meta.creation_date == AT
    assert meta.title == "关于第一周工作情况的通报"


def test_a_form_numbers_its_pages_boxes_its_fields_and_strikes_what_is_empty() -> None:
    reader = PdfReader(io.BytesIO(render_pdf("form.html", {"text": "现场情况。" * 400, "fields": FIELDS}, paper())))
    text = flat(reader)
    assert f"第1页共{len(reader.pages)}页" in text
    assert len(reader.pages) > 1
    for said in ("当事人漯河示例纸业有限公司", "职务／", "检查日期2020年4月3日", "以下空白"):
        assert said in text
    assert text.count("核验码") == len(reader.pages)


def test_a_preview_says_on_every_page_that_it_is_none() -> None:
    pdf = preview_pdf("form.html", {"text": "现场情况。" * 400}, title="笔录", at=AT, fields=FIELDS)
    reader = PdfReader(io.BytesIO(pdf))
    for page in reader.pages:
        assert "预览非原件" in "".join(page.extract_text().split())
    assert "核验码" not in flat(reader)


def test_what_people_typed_is_text_and_never_markup() -> None:
    text = "</p><img src='file:///etc/passwd'><script>x</script>"
    assert "<imgsrc='file:///etc/passwd'>" in flat(official(text))


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="paper:../config/settings.py">',
        '<img src="paper:fonts/../../pyproject.toml">',
        '<img src="paper:///etc/passwd">',
        '<img src="/etc/passwd">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<link rel="stylesheet" href="https://example.org/x.css">',
        '<style>@import url("file:///etc/passwd");</style>',
        '<style>body { background: url("ftp://example.org/x") }</style>',
        '<object data="file:///etc/passwd"></object>',
        '<img src="data:text/html;base64,PGI+">',
        """<img src="data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>">""",
    ],
)
def test_nothing_is_fetched_but_our_own_files(templates: Path, markup: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: Any, **__: Any) -> None:
        raise AssertionError("a paper opened a connection")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    (templates / "bad.html").write_text(markup, encoding="utf-8")
    with pytest.raises(FatalURLFetchingError):
        render_pdf("bad.html", {}, paper())


@pytest.mark.django_db
def test_a_photograph_stands_on_the_paper(templates: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "#225588").save(out, "JPEG")
    stored = files.store(out.getvalue(), name="a.jpg", by=None, at=AT, kind="photo")
    (templates / "photo.html").write_text('<img src="{{ photo }}">', encoding="utf-8")
    pdf = render_pdf("photo.html", {"photo": image_data_url(stored, 480)}, paper())
    (image,) = PdfReader(io.BytesIO(pdf)).pages[0].images
    assert image.image.size == (480, 360)


def test_what_is_missing_is_listed_by_name() -> None:
    fields = [
        PaperField("检查人", "  "),
        PaperField("地点", "x"),
        PaperField("专家", None, required=False),
        PaperField("证据", []),
    ]
    assert missing_fields(fields) == ["检查人", "证据"]


def test_wide_fields_stand_alone_and_others_two_by_two() -> None:
    a, b, c, wide = PaperField("a", 1), PaperField("b", 1), PaperField("c", 1), PaperField("w", 1, wide=True)
    assert list(paired([a, b, c, wide, a])) == [(a, b), (c,), (wide,), (a,)]
    assert list(paired([a, wide, b, c])) == [(a,), (wide,), (b, c)]


def test_dates_are_said_on_the_shanghai_calendar() -> None:
    late = datetime(2020, 4, 24, 16, 5, tzinfo=UTC)
    assert (cn_date(late), cn_datetime(late)) == ("2020年4月25日", "2020年4月25日0时05分")
    assert PaperField("x", [date(2020, 4, 3), True]).text == "2020年4月3日、是"


@pytest.mark.parametrize(
    "amount, words",
    [
        (280000, "贰拾捌万元整"),
        (Decimal("100000.00"), "壹拾万元整"),
        (10050, "壹万零伍拾元整"),
        (Decimal("1005.50"), "壹仟零伍元伍角整"),
        (Decimal("20.05"), "贰拾元零伍分"),
        (Decimal("0.5"), "伍角整"),
        (0, "零元整"),
        (1000000001, "壹拾亿零壹元整"),
        (100000, "壹拾万元整"),
        (10001000, "壹仟万壹仟元整"),
        (101010, "壹拾万壹仟零壹拾元整"),
        (120000034, "壹亿贰仟万零叁拾肆元整"),
    ],
)
def test_amounts_in_capital_figures(amount: Any, words: str) -> None:
    assert cn_money(amount) == words


def check(client: Client, document: PrintedDocument, content: bytes | None = None) -> tuple[int, str]:
    address = reverse("core:document_check", args=[document.token])
    if content is None:
        response = client.get(address)
    else:
        response = client.post(address, {"file": SimpleUploadedFile("文书.pdf", content)})
    return response.status_code, response.content.decode()
