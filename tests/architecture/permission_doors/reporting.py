"""Doors of reporting: the desk and the week."""

from datetime import timedelta

from core.obligations import open_obligation
from reporting.services import reports
from tests.architecture.permission_scene import NOW, OWN, REASON, WRONG_PARENT, Ask, Doors, Stage, key, one


def desk(stage: Stage) -> Doors:
    cast = stage.cast
    moved = {"leaver": cast.officer_a.pk, "successor": cast.second_a.pk}
    owed = {"kind": "matrix", "subject": "handover", "title": "核对名单", "unit_path": cast.county_a.path}
    open_obligation(due_at=NOW + timedelta(days=9), at=NOW, person_id=cast.officer_a.pk, **owed)
    return {
        "reporting:notice_open": one(Ask(key(stage.rows["notice"]))),
        "reporting:search": one(Ask(query="q=漯河")),
        "reporting:handover": one(Ask(sent=moved | REASON)),
    }


def weekly(stage: Stage) -> Doors:
    rows = stage.rows
    report, frozen, confirmation = (key(rows[name]) for name in ("report", "frozen report", "confirmation"))
    seen = reports.seen_token(rows["report"], NOW)
    text = {"text": "本周进展", "seen": seen}
    found = {
        "report_detail": {OWN: Ask(report), "own (frozen)": Ask(frozen)},
        "report_save": one(Ask(report, sent=text)),
        "report_send": one(Ask(report, sent=text | {"without": "on"})),
        "report_recall": one(Ask(report, sent=REASON)),
        "report_return": one(Ask(frozen, sent=REASON)),
        "report_correct": one(Ask(frozen, sent=text | REASON)),
        "report_accept": one(Ask(frozen)),
        "report_rows": one(Ask(frozen, query="figure=issues&span=total")),
        "report_rows_sheet": one(Ask(frozen, query="figure=issues&span=total")),
        "report_confirm": one(Ask(confirmation, sent={"note": "", "seen": seen})),
        "confirmation_rows": one(Ask(confirmation)),
        "confirmation_rows_sheet": one(Ask(confirmation)),
        "period_detail": one(Ask(key(rows["frozen period"]))),
        "period_remind": one(Ask(key(rows["frozen period"]))),
        "period_brief": one(Ask(key(rows["frozen period"]), sent={"text": "本周检查情况"})),
        "brief_paper": one(Ask(key(rows["brief"]))),
        "brief_workbook": one(Ask(key(rows["brief"]))),
        "result_list": one(Ask(key(stage.henan))),
        "result_export": one(Ask(key(stage.henan))),
        "result_excuse": {
            OWN: Ask(key(stage.henan) | {"target_pk": stage.target("ahead").pk}, sent={"reason": "全年停产未恢复"}),
            WRONG_PARENT: Ask(key(stage.draft) | {"target_pk": stage.target("ahead").pk}),
        },
        "summary_workbook": one(Ask(key(rows["summary"]))),
        "summary_paper": one(Ask(key(rows["summary"]))),
    }
    return {f"reporting:{name}": asks for name, asks in found.items()}
