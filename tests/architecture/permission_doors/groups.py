"""Doors of what stands around a campaign: the start checklist of its units."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.architecture.permission_scene import OWN, REASON, WRONG_PARENT, Ask, Doors, Stage, key, one

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def a_pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("示例.pdf", PDF, "application/pdf")


def readiness(stage: Stage) -> Doors:
    cast, rows, running = stage.cast, stage.rows, key(stage.henan)
    unit = running | {"unit_pk": cast.city.pk}
    entry = {"entry_pk": rows["readiness"].pk}
    children = {OWN: running | entry, WRONG_PARENT: key(stage.draft) | entry}
    return {
        "campaigns:readiness_list": one(Ask(running)),
        "campaigns:readiness_export": one(Ask(running)),
        "campaigns:readiness_unit": one(Ask(unit)),
        "campaigns:readiness_urge": one(Ask(unit)),
        "campaigns:readiness_file": one(Ask(unit | {"item": "funds"}, sent={"measure": "已安排", "officer": "示例甲"})),
        "campaigns:readiness_document": {name: Ask(ids) for name, ids in children.items()},
        "campaigns:readiness_approve": {name: Ask(ids) for name, ids in children.items()},
        "campaigns:readiness_return": {name: Ask(ids, sent=REASON) for name, ids in children.items()},
    }
