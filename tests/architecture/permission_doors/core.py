"""Doors of core: the check of papers, and the interface of sheets and photos."""

import uuid

from core.models import StoredFile, Submission
from tests.architecture.permission_scene import OWN, WRONG_PARENT, Ask, Doors, Stage, one


def core(stage: Stage) -> Doors:
    rows, sheet, photo = stage.rows, stage.rows["sheet"], stage.rows["photo"]
    put = {
        "form": sheet.definition.name,
        "kind": "self_check",
        "subject_id": rows["self check draft"].pk,
        "answers": sheet.answers,
        "revision": sheet.revision,
    }
    record = rows["record running"]
    draft = Submission.objects.select_related("definition").get(pk=record.client_id)
    written = {"form": draft.definition.name, "kind": "visit_record", "subject_id": record.visit_id}
    written |= {"answers": draft.answers, "revision": draft.revision}
    return {
        "core:guide": one(Ask({})),
        "core:guide_chapter": one(Ask({"name": "13-due"})),
        "core:guide_example": one(Ask({"name": "summer"})),
        "core:document_check": one(Ask({"token": rows["paper"].token})),
        "core_api:submission": {
            OWN: Ask({"client_id": sheet.client_id}, sent=put),
            "own (record being written)": Ask({"client_id": draft.client_id}, sent=written),
            "own (new id)": Ask({"client_id": uuid.UUID(int=77)}, sent=put),
        },
        "core_api:submission_conflicts": one(Ask({"client_id": sheet.client_id})),
        "core_api:submission_photo": {
            OWN: Ask({"client_id": sheet.client_id, "sha256": photo.sha256}),
            WRONG_PARENT: Ask({"client_id": sheet.client_id, "sha256": rows["evidence"].file.sha256}),
        },
        "core_api:evidence": one(Ask({"sha256": photo.sha256}, sent=photo_bytes(photo))),
    }


def photo_bytes(photo: StoredFile) -> bytes:
    with photo.open() as file:
        return file.read()
