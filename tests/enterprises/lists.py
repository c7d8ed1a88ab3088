"""Lists for the tests of the import: a good row, and workbooks in all the states in which people send them."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from accounts.models import Unit, User
from enterprises.models import ImportBatch, ImportRow
from enterprises.services.imports import commands, finishing, reading
from tests.factories import MORNING, synthetic_uscc

HEAD = [
    "企业名称",
    "统一社会信用代码",
    "厂址序号",
    "行业类别",
    "是否重点排污单位",
    "经度",
    "纬度",
    "县市区",
    "乡镇或开发区",
    "详细地址",
]


def row(number: int, **cells: Any) -> dict[str, Any]:
    """A good line about the site `number`; `cells` replace or add by title."""
    return {
        "企业名称": f"漯河示例制品{number}号有限公司",
        "统一社会信用代码": synthetic_uscc(500_000 + number, "411102"),
        "厂址序号": None,
        "行业类别": "塑料",
        "是否重点排污单位": "否",
        "经度": "114.01",
        "纬度": "33.57",
        "县市区": "源汇区",
        "乡镇或开发区": "示例镇",
        "详细地址": f"示例路 {number} 号",
    } | cells


def rich(number: int, **cells: Any) -> dict[str, Any]:
    code = synthetic_uscc(500_000 + number, "411102")
    return row(
        number,
        **{
            "排污许可证编号": f"{code}001P",
            "管理类别": "重点管理",
            "许可证有效期至": "2023年4月3日",
            "法定代表人": "赵示例",
            "是否正面清单": "是",
            "正面清单有效期至": date(2021, 12, 31),
            "曾用名": f"漯河旧名{number}号厂",
        }
        | cells,
    )


def workbook(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def listing(*rows: dict[str, Any]) -> bytes:
    head = list(dict.fromkeys([*HEAD, *(title for one in rows for title in one)]))
    return workbook({"名单": [head, *[[one.get(title) for title in head] for one in rows]]})


def upload(content: bytes, unit: Unit, actor: User, name: str = "名单.xlsx") -> ImportBatch:
    """Uploaded and read, as the worker does it."""
    batch = commands.upload(SimpleUploadedFile(name, content), unit, actor=actor, at=MORNING)
    reading.read(batch.pk, at=MORNING)
    batch.refresh_from_db()
    return batch


def write(batch: ImportBatch, actor: User) -> ImportBatch:
    """Confirmed and written, as the worker does it."""
    commands.confirm(batch, actor=actor, at=MORNING)
    finishing.write(batch.pk, at=MORNING)
    batch.refresh_from_db()
    return batch


def said(batch: ImportBatch) -> list[str]:
    """Every error of a batch as "row column: sentence"."""
    return [
        f"{row.number}{error['column']}：{error['message']}"
        for row in ImportRow.objects.filter(batch=batch).order_by("pk")
        for error in row.errors
    ]
