"""Doors of what stands around a campaign: the start checklist of its units."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.architecture.permission_scene import OWN, REASON, WRONG_PARENT, Ask, Doors, Stage, key, one

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def a_pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("示例.pdf", PDF, "application/pdf")


def readiness(stage: Stage) -> Doors:
    cast, rows, running = stage.cast, stage.rows, key(stage.henan)
    unit = running | {"unit_pk": cast.city.pk}
    # A unit that owes nothing in this campaign: the authority itself.
    astray = running | {"unit_pk": cast.province.pk}
    funds = {"measure": "已安排", "officer": "示例甲"}
    entry = {"entry_pk": rows["readiness"].pk}
    children = {OWN: running | entry, WRONG_PARENT: key(stage.draft) | entry}
    return {
        "campaigns:readiness_list": one(Ask(running)),
        "campaigns:readiness_export": one(Ask(running)),
        "campaigns:readiness_unit": {OWN: Ask(unit), WRONG_PARENT: Ask(astray)},
        "campaigns:readiness_urge": {OWN: Ask(unit), WRONG_PARENT: Ask(astray)},
        "campaigns:readiness_file": {
            OWN: Ask(unit | {"item": "funds"}, sent=funds),
            WRONG_PARENT: Ask(astray | {"item": "funds"}, sent=funds),
        },
        "campaigns:readiness_document": {name: Ask(ids) for name, ids in children.items()},
        "campaigns:readiness_approve": {name: Ask(ids) for name, ids in children.items()},
        "campaigns:readiness_return": {name: Ask(ids, sent=REASON) for name, ids in children.items()},
    }


def bulletins(stage: Stage) -> Doors:
    cast, rows, running = stage.cast, stage.rows, key(stage.henan)
    row = rows["bulletin"]
    own = running | {"bulletin_pk": row.pk}
    astray = key(stage.draft) | {"bulletin_pk": row.pk}
    receipt = {"receipt_pk": row.receipts.get(unit=cast.city).pk}
    file = {"file_pk": row.files.get().pk}
    sent = {"title": "通知", "body": "正文", "units": [cast.city.pk]}
    return {
        "campaigns:bulletin_list": one(Ask(running)),
        "campaigns:bulletin_publish": one(Ask(running, sent=sent)),
        "campaigns:bulletin_detail": {OWN: Ask(own), WRONG_PARENT: Ask(astray)},
        "campaigns:bulletin_amend": {OWN: Ask(own, sent=sent), WRONG_PARENT: Ask(astray, sent=sent)},
        "campaigns:bulletin_read": {OWN: Ask(own | receipt), WRONG_PARENT: Ask(astray | receipt)},
        "campaigns:bulletin_confirm": {OWN: Ask(own | receipt), WRONG_PARENT: Ask(astray | receipt)},
        "campaigns:bulletin_file": {OWN: Ask(own | file), WRONG_PARENT: Ask(astray | file)},
        "campaigns:contact_set": one(Ask(running, sent={"name": "示例甲", "phone": "0371-0000001"})),
    }


def annexes(stage: Stage) -> Doors:
    running, row = key(stage.henan), stage.rows["annex"]
    version = {"version_pk": row.pk}
    return {
        "campaigns:annex_list": one(Ask(running)),
        "campaigns:annex_add": one(
            Ask(running | {"number": 4}, sent={"file": a_pdf(), "valid_from": "2020-06-09", "note": "原件"})
        ),
        "campaigns:annex_blank": one(Ask(running | {"number": 2})),
        "campaigns:annex_file": {OWN: Ask(running | version), WRONG_PARENT: Ask(key(stage.draft) | version)},
        "campaigns:basis_list": one(Ask(sent={"number": "示例〔2020〕2号", "title": "示例文件"})),
        "campaigns:basis_end": one(Ask(key(stage.rows["basis"]), sent=REASON)),
    }
