"""Doors of campaigns."""

from datetime import timedelta
from pathlib import Path

from campaigns.models import BlueprintVersion, ListItem, WorkGroup
from tests.architecture.permission_scene import OWN, REASON, WRONG_PARENT, Ask, Doors, Stage, key, one

EXAMPLE = (Path(__file__).parents[3] / "docs/guide/examples/summer.yaml").read_text(encoding="utf-8")


def later(stage: Stage) -> dict[str, str]:
    """The draft's phases, each a day longer."""
    phases = stage.draft.phases.all()
    starts = {f"{phase.key}_starts_on": phase.starts_on.isoformat() for phase in phases}
    return starts | {f"{phase.key}_ends_on": (phase.ends_on + timedelta(days=1)).isoformat() for phase in phases}


def add_letter(blueprint: BlueprintVersion) -> None:
    blueprint.data["letter"] = {"title": "致企业的一封信", "items": ["企业负责人："]}
    blueprint.save(update_fields=["data"])


def campaigns(stage: Stage) -> Doors:
    cast, rows, running, draft = stage.cast, stage.rows, key(stage.henan), key(stage.draft)
    add_letter(stage.henan.blueprint)
    window = {
        "phase": stage.henan.phases.get(key="inspect").pk,
        "unit": cast.city.pk,
        "starts_on": "2020-05-06",
        "ends_on": "2020-06-26",
    }
    said = {"campaign": stage.henan.pk, "unit": cast.county_a.pk, "about": "offence"}
    chosen = stage.draft.parameters | {"on_holiday": "previous_workday"}
    return {
        "campaigns:campaign_create": one(Ask(sent={"blueprint": "henan-2020", "year": 2022, "unit": cast.province.pk})),
        "campaigns:campaign_detail": {OWN: Ask(running), "own (draft)": Ask(draft)},
        "campaigns:campaign_parameters": one(Ask(draft, sent=chosen)),
        "campaigns:campaign_adopt": one(Ask(draft, sent={"key": "hengshui-2020", "statement": "采用"})),
        "campaigns:campaign_approve": one(Ask(draft)),
        "campaigns:campaign_return": one(Ask(draft, sent=REASON)),
        "campaigns:campaign_publish": one(Ask(draft)),
        "campaigns:complaint": one(Ask(sent=said | {"address": "示例路", "detail": "夜间异味"})),
        "campaigns:campaign_close": one(Ask(running, sent=REASON)),
        "campaigns:campaign_windows": one(Ask(running, sent=window | REASON)),
        **{
            f"campaigns:window_{verb}": {
                OWN: Ask(running | {"window_pk": rows["window"].pk}, sent=REASON),
                WRONG_PARENT: Ask(running | {"window_pk": rows["other window"].pk}, sent=REASON),
            }
            for verb in ("approve", "refuse")
        },
        "campaigns:enterprise_panel": one(Ask(key(cast.site_a))),
        "campaigns:campaign_source": one(Ask(running)),
        "campaigns:leaflet": one(Ask(running)),
        "campaigns:leaflet_export": one(Ask(running)),
        "campaigns:leaflet_print": one(Ask(running | {"kind": "letter"})),
        "campaigns:letter": one(Ask(running)),
        "campaigns:letter_export": one(Ask(running)),
        "campaigns:list_detail": one(
            Ask({"pk": ListItem.objects.filter(shared_list=stage.henan.industries)[0].shared_list_id})
        ),
    }


def library(stage: Stage) -> Doors:
    running, draft = key(stage.henan), key(stage.draft)
    return {
        **{
            f"campaigns:key_list{verb}": one(
                Ask(running, sent={"chosen": [stage.cast.site_a.pk], "text": "年内已停产"})
            )
            for verb in ("", "_export", "_add", "_explain")
        },
        "campaigns:blueprint_list": one(Ask()),
        "campaigns:blueprint_detail": one(Ask(key(stage.henan.blueprint))),
        "campaigns:blueprint_export": one(Ask(key(stage.henan.blueprint))),
        "campaigns:blueprint_write": one(Ask(sent={"text": EXAMPLE, "year": 2020, "change": "试写", "do": "save"})),
        "campaigns:campaign_compare": one(Ask(running)),
        "campaigns:campaign_terms": one(Ask(running)),
        "campaigns:campaign_export": one(Ask(running)),
        "campaigns:campaign_dates": one(Ask(draft, sent=later(stage))),
        "campaigns:campaign_copy": one(Ask(running, sent={"year": 2023})),
        "campaigns:campaign_hand_down": one(Ask(running, sent={"unit": stage.cast.city.pk})),
    }


def people(stage: Stage) -> Doors:
    cast, rows, running = stage.cast, stage.rows, key(stage.henan)
    group = WorkGroup.objects.filter(campaign=stage.henan).last()
    return {
        "campaigns:campaign_people": one(Ask(running)),
        "campaigns:member_add": one(
            Ask(running, sent={"group": group.pk, "user": cast.leader_province.pk, "role": "组员"})
        ),
        "campaigns:people_print": one(Ask(running)),
        "campaigns:campaign_paper": {
            OWN: Ask(running | {"document_pk": rows["groups paper"].pk}),
            WRONG_PARENT: Ask(key(stage.draft) | {"document_pk": rows["groups paper"].pk}),
        },
        "campaigns:member_remove": {
            OWN: Ask(running | {"member_pk": rows["member"].pk}),
            WRONG_PARENT: Ask(running | {"member_pk": rows["other member"].pk}),
        },
        "campaigns:contact_name": one(Ask(running, sent={"unit": cast.city.pk, "user": cast.contact_city.pk})),
        "campaigns:contact_end": {
            OWN: Ask(running | {"contact_pk": rows["contact"].pk}),
            WRONG_PARENT: Ask(running | {"contact_pk": rows["other contact"].pk}),
        },
        "campaigns:pledge_sign": one(Ask(running, sent={"read": "on", "name": "周三检"})),
    }
