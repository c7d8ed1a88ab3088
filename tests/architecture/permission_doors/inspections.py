"""Doors of inspections: planning, self-checks, visits and the ledger."""

from tests.architecture.permission_scene import (
    OWN,
    REASON,
    TODAY,
    WRONG_PARENT,
    Ask,
    Doors,
    Stage,
    key,
    one,
    signature,
    upload,
)


def inspections(found: Doors) -> Doors:
    return {f"inspections:{name}": asks for name, asks in found.items()}


def planning(stage: Stage) -> Doors:
    cast, rows, free = stage.cast, stage.rows, key(stage.target("free"))
    plan = {"planned_on": str(TODAY), "lead_inspector": cast.inspector_a.pk, "second_inspector": cast.second_a.pk}
    asked, planned = key(rows["asked"]), key(rows["visit ahead"].assignment)
    return inspections(
        {
            "target_build": one(Ask(sent={"campaign": stage.henan.pk, "unit": cast.county_a.pk, "scope": "all"})),
            "import_targets": one(Ask(key(rows["batch"]))),
            "visit_plan": one(Ask(free, sent=plan)),
            "visit_plan_gate": one(Ask(free, sent=plan)),
            "assignment_detail": one(Ask(planned)),
            "assignment_approve": one(Ask(asked)),
            "assignment_refuse": one(Ask(asked, sent=REASON)),
            "assignment_cancel": one(Ask(planned, sent=REASON)),
        }
    )


def self_checks(stage: Stage) -> Doors:
    rows = stage.rows
    drafting, handed, filed = (key(rows[f"self check {name}"]) for name in ("draft", "handed", "filed"))
    return inspections(
        {
            "selfcheck_begin": one(Ask(key(stage.target("free")))),
            "selfcheck_missing": one(Ask()),
            "selfcheck_missing_export": one(Ask()),
            "selfcheck_tell": one(Ask(sent={})),
            "selfcheck_deliver": one(Ask(key(stage.target("free")), sent={"note": "示例签收"})),
            "selfcheck_receipt": one(Ask(key(stage.target("free")))),
            "selfcheck_view": one(Ask(filed)),
            "selfcheck_edit": one(Ask(drafting)),
            "selfcheck_declare": one(Ask(drafting, sent={"name": "秦厂长", "agreed": "on", "signature": signature()})),
            "selfcheck_signature": one(Ask(filed)),
            "selfcheck_accept": one(Ask(handed)),
            "selfcheck_return": one(Ask(handed, sent=REASON)),
            "selfcheck_correct": one(Ask(filed, sent=REASON)),
        }
    )


def visits(stage: Stage) -> Doors:
    rows = stage.rows
    ahead, running, done = key(rows["visit ahead"]), key(rows["visit running"]), key(rows["visit"])
    signed = {"role": "lead", "image": signature()}
    halted = {"outcome": "halted", "note": "设备检修", "new_date": "2020-06-12"}
    paper = key(rows["record"]) | {"kind": "notes"}
    return inspections(
        {
            "enterprise_panel": one(Ask(key(stage.cast.site_a))),
            "visit_view": {OWN: Ask(done), "own (planned)": Ask(ahead), "own (under way)": Ask(running)},
            "visit_check_in": one(Ask(ahead)),
            "visit_start": one(Ask(ahead)),
            "visit_take_pen": one(Ask(running)),
            "visit_end": one(Ask(running, sent=halted)),
            "visit_evidence": one(Ask(done)),
            "visit_recording": one(Ask(done, sent={"caption": "全过程"})),
            "record_edit": one(Ask(running)),
            "record_sign": one(Ask(running, sent=signed)),
            "record_submit": one(Ask(running)),
            "record_correct": one(Ask(done, sent=REASON)),
            "record_view": {OWN: Ask(key(rows["record"])), "own (draft)": Ask(key(rows["record running"]))},
            "record_preview": one(Ask(paper)),
            "record_print": one(Ask(paper)),
            "paper_file": one(Ask(key(rows["paper"]))),
            "evidence_file": one(Ask(key(rows["evidence"]))),
            "evidence_thumb": one(Ask(key(rows["evidence"]))),
            "signature_image": one(Ask(key(rows["signature"]))),
        }
    )


def issues(stage: Stage) -> Doors:
    rows = stage.rows
    mending, reported = key(rows["issue"]), key(rows["reported"])
    change = {"nature": "minor", "gravity": "ordinary", "issue_type": 7, "handling": 3, "demand": "检修"}
    photo = rows["report of mending"].photos.get()
    other = rows["other report of mending"]
    return inspections(
        {
            "issue_detail": one(Ask(mending)),
            # By the plan of the matrix nothing is handed over: who may, is told so (409).
            "issue_hand_over": one(Ask(mending, sent={"handed_on": "2020-05-14"})),
            "handover_detail": one(Ask(key(rows["handover"]))),
            "handover_confirm": one(Ask(key(rows["handover"]))),
            "handover_keep": one(Ask(key(rows["handover"]), sent=REASON)),
            "issue_change": one(Ask(mending, sent=change | REASON)),
            "issue_report": one(Ask(mending, sent=lambda: {"text": "已更换布袋", "photos": [upload()]})),
            "issue_rewrite": one(Ask(reported, sent={"text": "更换布袋 14 条"} | REASON)),
            "issue_sign": one(Ask(reported, sent={"image": signature()})),
            "issue_decide": {
                f"own ({action})": Ask(reported | {"action": action}, sent=REASON)
                for action in ("return", "close", "reopen")
            }
            # On the reported row stands a case.
            | {"own (void)": Ask(mending | {"action": "void"}, sent=REASON)},
            "rectification_photo": {
                OWN: Ask(reported | {"report_pk": rows["report of mending"].pk, "file_pk": photo.pk}),
                WRONG_PARENT: Ask(reported | {"report_pk": other.pk, "file_pk": other.photos.get().pk}),
                f"{WRONG_PARENT} (file)": Ask(
                    reported | {"report_pk": rows["report of mending"].pk, "file_pk": other.photos.get().pk}
                ),
            },
        }
    ) | {"api_issue_detail": one(Ask(mending))}
