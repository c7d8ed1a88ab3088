"""Doors of plans."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.architecture.permission_scene import OWN, REASON, WRONG_PARENT, Ask, Doors, Stage, key, one
from tests.campaigns.plan_scene import WRITTEN

FILING = {"number": "漯环备2号", "filed_on": "2020-06-09"}
SHEET = "对象编号,检查周,主办人\n"


def plans(stage: Stage) -> Doors:
    rows = stage.rows["plans"]
    draft, reported = key(rows["draft"]), key(rows["reported"])
    filed, running = key(rows["filed"]), key(rows["in force"])
    return {
        "campaigns:plan_list": one(Ask()),
        "campaigns:plan_create": one(Ask(sent={"campaign": rows["later"].pk, "unit": stage.cast.county_a.pk})),
        "campaigns:plan_detail": {OWN: Ask(running), "own (draft)": Ask(draft)},
        "campaigns:plan_elements": one(
            Ask(draft, sent={f"element_{place}": text for place, text in enumerate(WRITTEN.values())})
        ),
        "campaigns:plan_spread": one(Ask(draft)),
        "campaigns:plan_report": one(Ask(draft)),
        "campaigns:plan_return": one(Ask(reported, sent=REASON)),
        "campaigns:plan_file": one(Ask(reported, sent=FILING)),
        "campaigns:plan_government": one(Ask(reported, sent=FILING | {"organ": "源汇区人民政府"})),
        "campaigns:plan_start": one(Ask(filed)),
        "campaigns:plan_revise": one(Ask(running, sent=REASON)),
        "campaigns:plan_rows": one(Ask(running)),
        "campaigns:plan_export": one(Ask(running)),
        "campaigns:plan_compare": one(Ask(running)),
        "campaigns:plan_figures": one(Ask()),
        "campaigns:plan_brigades": one(
            Ask(
                sent={
                    "campaign": rows["later"].pk,
                    "brigade": stage.cast.city.pk,
                    "county": stage.cast.county_b.pk,
                }
            )
        ),
        "campaigns:plan_brigades_export": one(Ask()),
        "campaigns:plan_patch_end": one(Ask(key(rows["patch"]))),
        **children(stage),
    }


def children(stage: Stage) -> Doors:
    rows, cast = stage.rows["plans"], stage.cast
    draft = key(rows["draft"])
    own, other = draft | {"target_pk": rows["target"].pk}, draft | {"target_pk": rows["other target"].pk}
    sent = {"week_on": "2020-06-15", "lead": cast.inspector_a.pk, "second": cast.second_a.pk}
    row = rows["in force"].rows.get()
    line = f"{rows['target'].pk},2020-06-16,李一检\n"
    return {
        "campaigns:plan_row": {OWN: Ask(own, sent=sent), WRONG_PARENT: Ask(other, sent=sent)},
        "campaigns:plan_row_remove": {OWN: Ask(own), WRONG_PARENT: Ask(other)},
        "inspections:plan_visits": one(
            Ask(key(rows["in force"]), sent={"chosen": [row.pk], f"day_{row.pk}": row.week_on.isoformat()})
        ),
        "campaigns:plan_import": one(
            Ask(draft, sent=lambda: {"file": SimpleUploadedFile("计划.csv", (SHEET + line).encode())})
        ),
    }
