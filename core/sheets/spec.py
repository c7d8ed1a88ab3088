"""A sheet is declared once: its columns in order, how each is written from a row and read back from a cell. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

Kind = Literal["text", "int", "number", "date", "datetime", "choice", "bool", "uscc", "phone", "longitude", "latitude"]

# What a whole number may be: the database keeps it in 32 bits.
LEAST: Final = -(2**31)
MOST: Final = 2**31 - 1


@dataclass(frozen=True)
class Column:
    """One column.

    `read` takes the row object and gives the value to write (default: the attribute or item `key`). A cell read back is
    cleaned and understood by `kind`; then `parse`, if any, takes that value and returns the final one or raises
    ValueError with a Chinese sentence. `choices` maps the words people write to values. `aliases` are other titles
    under which the column is known. A whole number is
    from `least` to `most`. Columns of one `group` share a merged head above their titles. `width` is in
    characters.
    """

    key: str
    title: str
    width: float = 14
    kind: Kind = "text"
    read: Callable[[Any], object] | None = None
    parse: Callable[[Any], object] | None = None
    required: bool = False
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, object] = field(default_factory=dict)
    max_length: int = 0
    least: int = LEAST
    most: int = MOST
    group: str = ""
    number_format: str = ""

    def value(self, row: Any) -> object:
        """What stands in this column of `row`."""
        if self.read is not None:
            return self.read(row)
        return row.get(self.key) if isinstance(row, Mapping) else getattr(row, self.key)


@dataclass(frozen=True)
class SheetSpec:
    """One sheet. `heading` is a merged title above the head, `subheading` a line below it, `notes` follow the rows."""

    name: str
    columns: tuple[Column, ...]
    heading: str = ""
    subheading: str = ""
    notes: tuple[str, ...] = ()
    landscape: bool = True
    paper: Literal["A4", "A3"] = "A4"
    frozen_columns: int = 0
    filters: bool = True

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns)

    @property
    def title_rows(self) -> int:
        """Rows above the head."""
        return bool(self.heading) + bool(self.subheading)

    @property
    def head_rows(self) -> int:
        """Rows of the head itself: two where columns are grouped."""
        return 2 if any(column.group for column in self.columns) else 1

    @property
    def first_row(self) -> int:
        """The number of the first row of data."""
        return self.title_rows + self.head_rows + 1


@dataclass(frozen=True)
class SheetError:
    """What is wrong with one cell, row or sheet: where (row 0 and column "" where it is the whole), and a sentence."""

    sheet: str
    row: int
    column: str
    title: str
    value: str
    message: str

    @property
    def place(self) -> str:
        row = f"第 {self.row} 行" if self.row else ""
        column = f" {self.column} 列" if self.column else ""
        return f"工作表“{self.sheet}”{row}{column}"

    def __str__(self) -> str:
        return f"{self.place}：{self.message}"


@dataclass(frozen=True)
class TableRow:
    """One row as read: `values` by column key (None where empty or wrong) and everything that is wrong with it."""

    sheet: str
    number: int
    values: dict[str, Any]
    errors: tuple[SheetError, ...]
