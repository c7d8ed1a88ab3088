"""Deleting what nothing refers to. Files in use are protected by their foreign keys, here and in the database."""

import logging
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import models, transaction

from core import audit, locks
from core.files.photos import EDGES, thumbnail_path
from core.files.storage import UNFINISHED
from core.files.store import PENDING
from core.models import StoredFile
from core.models.files import content_path

GRACE = timedelta(days=1)
logger = logging.getLogger(__name__)


def sweep_orphans(at: datetime) -> int:
    """Delete stored files last stored over a day before `at` that no row refers to, and what broken uploads left.

    Returns how many files went. Safe at any time and any number at once.
    """
    before = at - GRACE
    swept = sum(sweep_one(sha256, at) for sha256 in list(orphans(before).values_list("sha256", flat=True)))
    swept += sum(sweep_pending(name) for name in old_names(PENDING, before))
    for name in old_names(UNFINISHED, before):
        default_storage.delete(f"{UNFINISHED}/{name}")
    if swept:
        logger.info("swept %d orphan files", swept)
    return swept


def orphans(before: datetime) -> models.QuerySet[StoredFile]:
    """Rows that no foreign key of any room points at (a many-to-many is one too), hidden relations included."""
    found = StoredFile.objects.filter(stored_at__lt=before)
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel):
            continue
        users = relation.related_model._base_manager.filter(**{relation.field.name: models.OuterRef("pk")})
        found = found.exclude(models.Exists(users))
    return found


def sweep_one(sha256: str, at: datetime) -> int:
    """Look again under the lock that `store` takes: the file may have found an owner since."""
    with transaction.atomic():
        locks.hold("file", sha256)
        stored = orphans(at - GRACE).filter(sha256=sha256).first()
        if stored is None:
            return 0
        facts = {"sha256": sha256, "size": stored.size, "stored_at": stored.stored_at}
        audit.record("file.sweep", stored, actor=None, at=at, before=facts)
        stored.delete()
        delete_content(sha256)
    return 1


def sweep_pending(sha256: str) -> int:
    """A content whose transaction never committed has no row; one whose marker merely stayed behind has."""
    with transaction.atomic():
        locks.hold("file", sha256)
        abandoned = not StoredFile.objects.filter(sha256=sha256).exists()
        if abandoned:
            delete_content(sha256)
        default_storage.delete(f"{PENDING}/{sha256}")
    return int(abandoned)


def delete_content(sha256: str) -> None:
    for path in (*(thumbnail_path(sha256, edge) for edge in EDGES), content_path(sha256)):
        default_storage.delete(path)


def old_names(folder: str, before: datetime) -> list[str]:
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [name for name in names if is_older(f"{folder}/{name}", before)]


def is_older(path: str, before: datetime) -> bool:
    try:
        return default_storage.get_modified_time(path) < before
    except FileNotFoundError:
        return False
