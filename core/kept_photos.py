"""Photos sent with a form that may be refused for another field: the good ones stay and are not chosen again."""

from datetime import datetime
from typing import Any

from django.forms import Form
from django.urls import reverse

from core.form_engine.evidence import own_recent, receive_file
from core.models import StoredFile
from core.refusals import Refused
from core.widgets import HeldPhoto, PhotosField, size_problem

THUMB = 160


def hold_photos(form: Form, name: str, *, by: Any, at: datetime) -> list[StoredFile]:
    """Keep what was chosen for the PhotosField `name` and what the page says was kept before; call before `is_valid`.

    The rows are what the form now stands for. A file that is no photo becomes an error of the field, by its name.
    """
    field = form.fields[name]
    assert isinstance(field, PhotosField)
    before = [own_recent(by, sha256, at) for sha256 in field.widget.kept(form.data, form.add_prefix(name))]
    held = {row.pk: row for row in before if row is not None}
    for file in field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name)):
        if size_problem(file.name or "", file.size or 0):
            continue
        try:
            row = receive_file(file, user=by, at=at)
        except Refused as refusal:
            field.refused.append(refusal.message)
        else:
            held[row.pk] = row
    field.widget.held = [HeldPhoto(row.sha256, row.name, address_of(row)) for row in held.values()]
    return list(held.values())


def address_of(row: StoredFile) -> str:
    """The small picture, for its sender only."""
    return f"{reverse('core_api:evidence', args=[row.sha256])}?edge={THUMB}"
