"""Doors of random draws: the pages of campaigns, and the way from a draw to visits."""

from tests.architecture.permission_draws import HOUR
from tests.architecture.permission_scene import NOW, OWN, REASON, WRONG_PARENT, Ask, Doors, Stage, key, one
from tests.campaigns.draw_scene import ITEMS, SECRETS, VALUE


def terms_of(stage: Stage) -> dict[str, object]:
    times = {"commit_by": NOW + HOUR, "reveal_by": NOW + 2 * HOUR}
    plain = {
        "title": "六月抽查",
        "campaign": stage.henan.pk,
        "unit": stage.cast.county_a.pk,
        "witness": stage.cast.discipline.pk,
        "ratio": "10",
        "team_size": "2",
        "inspect_on": "2020-06-10",
        "public_source": "ssq",
    }
    return plain | {name: f"{at:%Y-%m-%dT%H:%M}" for name, at in times.items()}


def rates_of(stage: Stage) -> dict[str, object]:
    ratios = dict.fromkeys(("minimum", "high", "middle", "low", "default"), "10")
    where = {"unit": stage.cast.county_a.pk, "quarter": "2020-2"}
    return {**where, **ratios, "frequency": "4", "source": "年度方案"}


def draws(stage: Stage) -> Doors:
    rows, terms = stage.rows["draws"], terms_of(stage)
    draft, drawn = key(rows["draft"]), key(rows["drawn"])
    ratios = {"stratum": ["region=411102"], "ratio-0": "20"}
    return {
        "campaigns:draw_create": one(Ask(sent=terms)),
        "campaigns:draw_public": one(Ask({"token": rows["sealed"].token})),
        "campaigns:draw_paper": one(Ask(key(rows["paper"]))),
        "campaigns:draw_detail": {OWN: Ask(drawn), "own (draft)": Ask(draft), "own (sealed)": Ask(key(rows["sealed"]))},
        "campaigns:draw_edit": one(Ask(draft, sent=terms)),
        "campaigns:draw_ratios": one(Ask(draft, sent=ratios)),
        "campaigns:draw_recompute": one(Ask(draft)),
        "campaigns:draw_publish": one(Ask(draft)),
        "campaigns:draw_cancel": one(Ask(draft, sent=REASON)),
        "campaigns:draw_void": one(Ask(key(rows["committed"]), sent=REASON)),
        "campaigns:draw_commit": one(Ask(key(rows["sealed"]), sent={"commitment": "1" * 64})),
        "campaigns:draw_reveal": one(Ask(key(rows["committed"]), sent={"value": SECRETS["organiser"]})),
        "campaigns:draw_value": one(Ask(key(rows["waiting"]), sent={"value": VALUE})),
        "campaigns:draw_hold": one(Ask(key(rows["ready"]))),
        **{f"campaigns:draw_{name}": one(Ask(drawn)) for name in ("watch", "frozen", "proof", "print")},
        "campaigns:draw_again": one(Ask(key(rows["other drawn"]), sent=REASON)),
        "inspections:draw_take_over": one(
            Ask(drawn, sent={"planned_on": "2020-06-10", "chosen": [rows["drawn row"].pk]})
        ),
    }


def children(stage: Stage) -> Doors:
    """Recusals and adjustments, and the three lists."""
    cast, rows = stage.cast, stage.rows["draws"]
    draft, drawn = key(rows["draft"]), key(rows["drawn"])
    rating = {"size": "small", "elements": ["水"], "credit": "good", "offences": "0", "basis": "评价"}
    recusal = {"user": cast.inspector_a.pk, "kind": "own", "reason": "亲属"}
    return {
        "campaigns:recusal_add": one(Ask(draft, sent=recusal)),
        "campaigns:recusal_end": {
            OWN: Ask(draft | {"recusal_pk": rows["draft recusal"].pk}, sent=REASON),
            WRONG_PARENT: Ask(draft | {"recusal_pk": rows["other draft recusal"].pk}, sent=REASON),
        },
        "campaigns:adjustment_ask": {
            OWN: Ask(drawn | {"drawn_pk": rows["drawn row"].pk}, sent=REASON | {"kind": "drop"}),
            WRONG_PARENT: Ask(drawn | {"drawn_pk": rows["other drawn row"].pk}, sent=REASON | {"kind": "drop"}),
        },
        **{
            f"campaigns:adjustment_{verb}": {
                OWN: Ask(drawn | {"adjustment_pk": rows["drawn adjustment"].pk}, sent=REASON),
                WRONG_PARENT: Ask(drawn | {"adjustment_pk": rows["other drawn adjustment"].pk}, sent=REASON),
            }
            for verb in ("approve", "refuse")
        },
        "campaigns:item_list": one(Ask(sent={"lines": ITEMS + "\n危险废物管理｜《固体废物污染环境防治法》"})),
        "campaigns:rating_list": one(Ask(sent=rating | {"enterprise": cast.site_a.name})),
        "campaigns:library": one(Ask()),
        "campaigns:helper_lists": one(
            Ask(sent={"kind": "institutions", "institutions-lines": "示例监测中心｜水｜CMA 001"})
        ),
        "campaigns:rates_list": one(Ask(sent=rates_of(stage))),
        "campaigns:rates_approve": one(Ask(key(rows["rates"]))),
        "campaigns:rates_refuse": one(Ask(key(rows["rates"]), sent=REASON)),
        "campaigns:roster": one(Ask(sent={"user": cast.inspector_a.pk, "specialities": ["大气"]})),
    }
