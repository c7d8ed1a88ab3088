"""Doors of everything due."""

from campaigns.models import DueAnswer, DueAnswerFile
from campaigns.services import due
from core.files import store
from core.models import Obligation
from tests.architecture.permission_scene import NOW, OWN, REASON, WRONG_PARENT, Ask, Doors, Stage, key, one

PART = {"part_0": "已完成"}


def answered(stage: Stage) -> DueAnswer:
    """The city's report of one phase, with a file."""
    rows = due.of_campaign(stage.henan).filter(unit_path=stage.cast.city.path)
    row = rows.get(subject="phase.handle")
    held = DueAnswer.objects.filter(obligation=row).first()
    if held is None:
        picture = store(b"%PDF-1.4 example", name="总结.pdf", by=None, at=NOW)
        writer = stage.cast.officer_city
        held = due.submit(row, {"报送内容": "总结"}, files=[(picture, "总结.pdf")], actor=writer, at=NOW)
    return held


def other_file(stage: Stage) -> int:
    """A file of another obligation of the same city."""
    row = Obligation.objects.get(campaign_id=stage.henan.pk, unit_path=stage.cast.city.path, subject="phase.guide")
    held = DueAnswerFile.objects.filter(answer__obligation=row).first()
    if held is None:
        picture = store(b"%PDF-1.4 another", name="附件.pdf", by=None, at=NOW)
        writer = stage.cast.officer_city
        answer = due.submit(row, {"报送内容": "总结"}, files=[(picture, "附件.pdf")], actor=writer, at=NOW)
        held = answer.files.get()
    return held.pk


def doors(stage: Stage) -> Doors:
    cast, running = stage.cast, key(stage.henan)
    row = due.of_campaign(stage.henan).filter(unit_path=cast.city.path, subject="due.platform").get()
    other = due.of_campaign(stage.henan).filter(unit_path=cast.other_city.path, subject="due.platform").get()
    answer = answered(stage)
    entry = running | {"entry": "due.platform"}
    return {
        "campaigns:due_list": one(Ask()),
        "campaigns:due_sheet": one(Ask(sent={})),
        "campaigns:due_calendar": one(Ask()),
        "campaigns:due_feed": one(Ask()),
        "campaigns:feed_renew": one(Ask(sent={})),
        "campaigns:feed_end": one(Ask(sent={})),
        "campaigns:feed_read": one(Ask({"token": "nobody"})),
        "campaigns:due_detail": {OWN: Ask(key(row)), "other city": Ask(key(other))},
        "campaigns:due_answer": {OWN: Ask(key(row), sent=PART), "other city": Ask(key(other), sent=PART)},
        "campaigns:due_return": one(Ask(key(answer.obligation), sent=REASON)),
        "campaigns:due_release": one(Ask(key(row), sent=REASON)),
        "campaigns:due_file": {
            OWN: Ask(key(answer.obligation) | {"file_pk": answer.files.get().pk}),
            WRONG_PARENT: Ask(key(answer.obligation) | {"file_pk": other_file(stage)}),
        },
        "campaigns:campaign_units": one(Ask(running)),
        "campaigns:units_name": one(Ask(entry, sent={"lead": [cast.city.pk]})),
        "campaigns:day_set": one(Ask(entry, sent={"day": "2020-12-01"} | REASON)),
        "campaigns:campaign_redate": one(Ask(running, sent=REASON | {"on_holiday": "keep"})),
    }
