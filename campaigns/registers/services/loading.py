"""Loading and writing definitions: changed content is the next version, and no version is ever overwritten."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.models import User
from campaigns.models import RegisterVersion
from campaigns.registers import files, rules
from core import audit, locks
from core.form_engine.services import publish_definition
from core.refusals import Refused


@dataclass
class Loaded:
    """What a run of the loader found."""

    new: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    known: int = 0


def load_registers(*, at: datetime, root: Path = files.ROOT, only: Collection[str] = ()) -> Loaded:
    """Load every file under `root`, or the registers named in `only`: all of it or, when one is bad, nothing.

    A register that came with the platform and has no file any more is retired, unless an administrator wrote on it.
    """
    shipped = files.shipped_keys(root)
    chosen = sorted(key for key in shipped if not only or key in only)
    read = [files.read_file(root / f"{key}.yaml", shipped) for key in chosen]
    loaded = Loaded()
    with transaction.atomic():
        locks.hold("registers")
        newest = {row.key: row for row in current()}
        shipped_last = {row.key: row.digest for row in current().filter(written_by=None)}
        for data, text in read:
            ours = newest.get(data["key"])
            if ours and ours.written_by_id and shipped_last.get(data["key"]) == audit.digest_of(data):
                # An administrator wrote a version since, and the file is the one that was loaded before.
                loaded.known += 1
                continue
            row, created = keep(data, text, ours, at)
            if created:
                loaded.new.append(str(row))
            else:
                loaded.known += 1
        if not only:
            gone = [row for key, row in newest.items() if key not in shipped and not row.written_by_id]
            loaded.retired = [retire(row, at) for row in gone if row.retired_at is None]
    return loaded


def retire(row: RegisterVersion, at: datetime) -> str:
    """Nothing new is filed in it; what was filed stays to be read and finished."""
    RegisterVersion.objects.filter(key=row.key).update(retired_at=at)
    audit.record("campaigns.register.retire", row, actor=None, at=at)
    return str(row)


def current() -> Any:
    """The newest version of every register."""
    return RegisterVersion.objects.current()


def version_of(key: str) -> RegisterVersion | None:
    return RegisterVersion.objects.filter(key=key).order_by("-version").first()


def keep(
    data: Mapping[str, Any],
    text: str,
    newest: RegisterVersion | None,
    at: datetime,
    *,
    actor: User | None = None,
    change: str = "",
) -> tuple[RegisterVersion, bool]:
    """The newest version if it has this very content, else the next one."""
    digest = audit.digest_of(data)
    if newest is not None and newest.digest == digest and newest.retired_at is None:
        return newest, False
    number = newest.version + 1 if newest else 1
    row = RegisterVersion.objects.create(
        key=data["key"],
        version=number,
        title=data["title"],
        theme=data["theme"],
        data=data,
        text=text,
        digest=digest,
        form=publish_definition(rules.form_of(data, number), at),
        loaded_at=at,
        written_by=actor,
        change=change,
    )
    after = {"digest": digest, "version": number}
    audit.record("campaigns.register.define", row, actor=actor, at=at, reason=change, after=after)
    return row, True


def check_text(text: str, name: str) -> dict[str, Any]:
    """The register that somebody wrote; BadRegister names every line that is wrong. Writes nothing."""
    keys = set(RegisterVersion.objects.values_list("key", flat=True).distinct()) | files.shipped_keys()
    return files.read_text(text, name, keys)


def write_register(text: str, name: str, *, change: str, actor: User, at: datetime) -> RegisterVersion:
    """The next version of the register that the text names, by an administrator. Nothing is kept of a bad one."""
    if not change.strip():
        raise Refused("请写明这一版改了什么、依据什么文件。", field="change", status=422)
    data = check_text(text, name)
    with transaction.atomic():
        locks.hold("registers")
        row, created = keep(data, text, version_of(data["key"]), at, actor=actor, change=change.strip()[:200])
    if not created:
        raise Refused(f"内容与“{row}”完全相同，没有新的版本。", field="text")
    return row
