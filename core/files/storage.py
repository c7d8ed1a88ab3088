"""The local disk as Django's storage, so that a file is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

UNFINISHED = "unfinished"


class WholeFileStorage(FileSystemStorage):
    """Writes aside, flushes to the disk, then renames. A killed writer leaves nothing under the final name."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("file_permissions_mode", 0o640)
        options.setdefault("directory_permissions_mode", 0o750)
        super().__init__(allow_overwrite=True, **options)

    def _save(self, name: str, content: File[bytes]) -> str:
        target = Path(self.path(name))
        waiting = Path(self.path(UNFINISHED))
        for folder in (target.parent, waiting):
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=waiting)
        try:
            with os.fdopen(descriptor, "wb") as out:
                for chunk in content.chunks():
                    out.write(chunk)
                out.flush()
                os.fchmod(out.fileno(), self.file_permissions_mode or 0o640)
                os.fsync(out.fileno())
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        flush_folder(target.parent)
        return name


def flush_folder(folder: Path) -> None:
    """A rename survives a power cut only when its folder has been flushed too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
