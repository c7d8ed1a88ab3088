"""Registers as sheets."""

from collections.abc import Iterator
from typing import Any

from accounts.models import User
from campaigns.models import RegisterEntry, RegisterVersion
from campaigns.registers.rules import state_of
from campaigns.registers.services.listing import HIDDEN, Reader
from campaigns.registers.services.naming import spans_of, words_of
from core import clock
from core.sheets import Column, SheetSpec
from core.wording import until

CHUNK = 500


def sheet_of(version: RegisterVersion) -> SheetSpec:
    columns = [Column("label", "登记号", width=22), Column("campaign", "专项行动", width=24)]
    columns += [Column("unit", "登记单位", width=16), Column("state", "状态", width=10)]
    columns += [Column("day", "日期", width=12, kind="date")]
    columns += [Column(f"f_{field['key']}", field["label"], width=20) for field in version.data["fields"]]
    columns += [Column(f"s_{n}", one["label"], width=14) for n, one in enumerate(version.data.get("spans", []))]
    columns += [Column("by", "登记人", width=10), Column("at", "登记时间", width=18), Column("due", "期限", width=18)]
    return SheetSpec(version.title[:28], tuple(columns), heading=version.title, frozen_columns=1)


def rows_of(rows: Any, user: User) -> Iterator[dict[str, Any]]:
    """Read in chunks with what they name; secret fields stay hidden from whom they are not meant for."""
    reader = Reader(user)
    named = rows.prefetch_related("people__user", "links", "files", "steps")
    for entry in named.iterator(chunk_size=CHUNK):
        yield row_of(entry, reader)


def row_of(entry: RegisterEntry, reader: Reader) -> dict[str, Any]:
    open_to = reader.fields(entry)
    found: dict[str, Any] = {
        "label": entry.label,
        "campaign": entry.campaign.title if entry.campaign else "常年工作",
        "unit": entry.unit.short_name,
        "state": state_of(entry.version.data, entry.state)["label"],
        "day": entry.occurred_on,
        "by": entry.created_by.name if entry.created_by else "系统",
        "at": f"{clock.local(entry.created_at):%Y-%m-%d %H:%M}",
        "due": until(entry.due_at) if entry.due_at else "",
    }
    for field in entry.version.data["fields"]:
        said = words_of(entry, field)
        found[f"f_{field['key']}"] = said if field["key"] in open_to or not said else HIDDEN
    took = dict(spans_of(entry))
    for n, one in enumerate(entry.version.data.get("spans", [])):
        found[f"s_{n}"] = took.get(one["label"], "")
    return found


FIGURE = SheetSpec(
    "清单",
    (
        Column("name", "名称", width=32),
        Column("unit", "单位", width=16),
        Column("said", "情况", width=40),
        Column("missing", "是否缺", width=10, read=lambda line: "缺" if line.missing else ""),
    ),
)
