"""What leaves the room as a sheet: the list as it is shown, and what was wrong with an uploaded one."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import QuerySet

from core.sheets import Column, SheetSpec
from enterprises.models import Enterprise, ImportRow
from enterprises.services.imports.columns import LIST_COLUMNS

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
