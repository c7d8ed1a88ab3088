"""Tables for the tests of the sheets: one declaration, and files as people and attackers make them."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook

from core.sheets import Column, SheetSpec

AT = datetime(2020, 4, 24, 9, 30, tzinfo=UTC)
USCC = "91411100MA00000660"
SPEC = SheetSpec(
    "企业名单",
    (
        Column("number", "序号", 6, "int"),
        Column("name", "企业名称", 28, required=True, aliases=("单位名称", "排污单位名称"), max_length=40),
        Column("uscc", "统一社会信用代码", 22, "uscc", required=True, aliases=("信用代码",)),
        Column("contact", "姓名", 10, group="联系人"),
        Column("phone", "电话", 14, "phone", group="联系人", aliases=("联系电话",)),
        Column("longitude", "经度", 12, "longitude"),
        Column("latitude", "纬度", 12, "latitude"),
        Column("checked_on", "检查日期", 12, "date"),
        Column("fine", "处罚金额（万元）", 12, "number"),
        Column("is_key", "是否重点", 10, "choice", choices={"重点": True, "非重点": False}),
    ),
    heading="漯河市排污单位名单",
    subheading="填报单位：漯河市生态环境局",
    notes=("说明：日期按 2020-04-03 填写。",),
    frozen_columns=2,
)
HEAD = ["序号", "企业名称", "统一社会信用代码", "经度", "纬度", "检查日期"]
ROW = [1, "漯河示例纸业有限公司", USCC, 114.0175, 33.575, "2020-04-03"]


def workbook(*sheets: Sequence[Sequence[Any]], titles: Iterable[str] = ("Sheet1", "Sheet2", "Sheet3")) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in zip(titles, sheets, strict=False):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, name: str, change: Any, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same archive with one entry changed by `change(bytes) -> bytes`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", method) as new:
        for entry in old.infolist():
            data = old.read(entry.filename)
            new.writestr(entry.filename, change(data) if entry.filename == name else data)
    return out.getvalue()
