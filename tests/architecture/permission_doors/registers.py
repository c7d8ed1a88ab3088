"""Doors of registers."""

from tests.architecture.permission_registers import HELP, TRAINING
from tests.architecture.permission_scene import OWN, WRONG_PARENT, Ask, Doors, Stage, key, one


def registers(stage: Stage) -> Doors:
    held, trained = stage.rows["registers"], {"key": "training"}
    figure = trained | {"figure_key": "counties"}
    sent = TRAINING | {"campaign": stage.henan.pk, "filing_unit": stage.cast.county_a.pk}
    return {
        "campaigns:register_list": one(Ask(trained)),
        "campaigns:register_export": one(Ask(trained)),
        "campaigns:register_draw": one(
            Ask({"key": "interview"}, sent={"campaign": stage.henan.pk, "unit": stage.cast.province.pk, "count": 1})
        ),
        "campaigns:register_new": one(Ask(trained, sent=sent)),
        "campaigns:register_figure": one(Ask(figure)),
        "campaigns:register_figure_export": one(Ask(figure)),
        "campaigns:register_define_export": one(Ask(key(held.version))),
        "campaigns:register_define": one(Ask(sent={"text": held.version.text, "change": "试写", "do": "check"})),
    }


def entries(stage: Stage) -> Doors:
    held = stage.rows["registers"]
    asked, training = key(held.help), key(held.training)
    return {
        "campaigns:register_entry": {OWN: Ask(asked), "own (training)": Ask(training)},
        "campaigns:register_entry_correct": one(Ask(asked, sent=HELP | {"reason": "补充"})),
        "campaigns:register_entry_move": one(Ask(asked | {"action": "answer"}, sent={"answer": "已答复"})),
        "campaigns:register_entry_sign": {
            OWN: Ask(training | {"person_pk": held.trainee.pk}),
            WRONG_PARENT: Ask(asked | {"person_pk": held.trainee.pk}),
        },
        "campaigns:register_entry_file": {
            OWN: Ask(training | {"file_pk": held.file.pk}),
            WRONG_PARENT: Ask(asked | {"file_pk": held.file.pk}),
        },
    }
