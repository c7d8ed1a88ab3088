"""Tables in and out. A sheet is declared once (`SheetSpec` of `Column`s) and serves both directions.

`write_workbook` and `workbook_response` stream rows into an .xlsx; `read_table` reads an uploaded .xlsx or .csv in a
confined child process and reports every error with sheet, row and column.
"""

from core.sheets.reading import TableReading, read_table
from core.sheets.responding import workbook_response
from core.sheets.spec import Column, SheetError, SheetSpec, TableRow
from core.sheets.writing import write_workbook

__all__ = [
    "Column",
    "SheetError",
    "SheetSpec",
    "TableReading",
    "TableRow",
    "read_table",
    "workbook_response",
    "write_workbook",
]
