"""A workbook as the answer to a request."""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import FileResponse

from core.files.kinds import XLSX, clean_name
from core.sheets.spec import SheetSpec
from core.sheets.writing import write_workbook


def workbook_response(
    name: str, sheets: Sequence[tuple[SheetSpec, Iterable[Any]]], *, at: datetime, creator: str
) -> FileResponse:
    """The download `name` (with .xlsx), written to a temporary file first: an error never sends half a workbook."""
    content = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        write_workbook(content, sheets, at=at, creator=creator)
    except BaseException:
        content.close()
        raise
    content.seek(0)
    response = FileResponse(content, as_attachment=True, filename=clean_name(name), content_type=XLSX)
    response.headers["Cache-Control"] = "private, no-store"
    return response
