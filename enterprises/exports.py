"""What leaves the room as a sheet: the list as it is shown, and what was wrong with an uploaded one."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from django.db.models import QuerySet

from core.sheets import Column, SheetSpec
from enterprises.models import Enterprise, ImportRow
from enterprises.services.imports.columns import LIST_COLUMNS, LIST_SHEET

EXPORT_SHEET: Final = SheetSpec(
    name="企业名单",
    columns=(*LIST_COLUMNS, Column("state", "登记状态", 12, read=lambda site: state_of(site))),
    frozen_columns=1,
)
ERROR_SHEET: Final = SheetSpec(
    name="错误明细",
    columns=(
        Column("sheet", "工作表", 14),
        Column("row", "行号", 8, kind="int"),
        Column("column", "列", 6),
        Column("title", "列名", 20),
        Column("name", "企业名称", 30),
        Column("value", "填写内容", 24),
        Column("message", "问题", 70),
    ),
)


# One column only: a sheet that names several titles in one row would be taken for a list.
GUIDE_SHEET: Final = SheetSpec(name="填写说明", columns=(Column("line", "填写说明", 110),))
NOTES: Final = {
    "uscc": "18 位。没有代码的工地、堆场等留空，并填写“场所类型”和“详细地址”，导入后由工作人员确认。",
    "site_number": "同一代码有几处厂址时填 1、2、3……；只有一处的不填。",
    "permit": "22 位：18 位代码、3 位厂址顺序号、1 位标识。登记管理的填登记回执编号。",
    "permit_valid_to": "2023-04-03、2023.4.3、2023年4月3日都可以。",
    "industry": "填名称或 1 至 22 的序号；填“其他具体行业”的，“行业说明”必填。",
    "longitude": "十进制度（114.012345）或度分秒（114°00′44.4″），不要与纬度填反。",
    "latitude": "十进制度（33.567890）或度分秒（33°34′04.4″）。",
    "region": "本市的县（市、区）名称或六位行政区划代码。",
    "unit": "一般不填，按县市区确定监管单位；开发区或跨区监管的，填分局或开发区机构的名称或简称。",
    "performance_grade": "只填 A级、B级 或 否。",
    "positive": "填“是”的列入正面清单；填“否”不会移出，移出在企业页面办理。",
    "former_name": "近期更名的填原名称，用于找到原登记。",
    "place_kind": "只有没有统一社会信用代码的才填。",
}


def template_sheets() -> list[tuple[SheetSpec, list[dict[str, object]]]]:
    """An empty list with the choices to pick from, and a sheet that says how to fill it."""
    blank = replace(LIST_SHEET, columns=tuple(with_plain_choices(column) for column in LIST_COLUMNS))
    guide: list[dict[str, object]] = [{"line": guide_line(column)} for column in LIST_COLUMNS]
    return [(blank, []), (GUIDE_SHEET, guide)]


def guide_line(column: Column) -> str:
    """经度（必填）：十进制度…… 表头也可写作：…"""
    duty = "（必填）" if column.required else ""
    also = f"表头也可写作：{'、'.join(column.aliases)}。" if column.aliases else ""
    return f"{column.title}{duty}：{NOTES.get(column.key, '')}{also}"


def with_plain_choices(column: Column) -> Column:
    """One word for each choice, so that the list to pick from is short enough for Excel."""
    if not column.choices:
        return column
    words: dict[object, str] = {}
    for word, meant in column.choices.items():
        words.setdefault(meant, word)
    return replace(column, choices={word: meant for meant, word in words.items()})


def state_of(site: Enterprise) -> str:
    return site.get_state_display() if site.is_confirmed else f"{site.get_state_display()}（待确认）"


def export_rows(sites: QuerySet[Enterprise]) -> Iterator[Enterprise]:
    """Sites with everything a row needs, in flat memory."""
    related = sites.select_related("entity", "region", "unit").prefetch_related("permits", "positive_entries", "names")
    yield from related.iterator(chunk_size=1000)


def error_lines(rows: Iterable[ImportRow]) -> Iterator[dict[str, Any]]:
    """One line for each thing that is wrong in the rows of a batch."""
    for row in rows:
        for error in row.errors:
            yield {
                "sheet": row.sheet,
                "row": row.number,
                "column": error.get("column", ""),
                "title": error.get("title", ""),
                "name": row.values.get("name", ""),
                "value": error.get("value", ""),
                "message": error["message"],
            }
