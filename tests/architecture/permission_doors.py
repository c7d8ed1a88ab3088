"""How every named URL of the project is asked by the permission matrix: one entry a name, by room.

A URL that takes no ids and whose writes need no fields stands in no list. Relations: `own` are rows of county A or of
site A, `wrong parent` is a child of another parent, `own (word)` are further ways through the same URL.
"""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.models import ListItem, WorkGroup
from core.models import StoredFile, Submission
from reporting.services import reports
from tests import factories as make
from tests.architecture.permission_scene import (
    NOW,
    OWN,
    REASON,
    TODAY,
    WRONG_PARENT,
    Ask,
    Stage,
    key,
    signature,
    upload,
)
from tests.campaigns.scene import VISIT_DAY
from tests.enterprises import lists

Doors = dict[str, dict[str, Ask]]


def doors(stage: Stage) -> Doors:
    rooms = (
        accounts,
        campaigns,
        people,
        core,
        enterprises,
        imports,
        planning,
        self_checks,
        visits,
        issues,
        penalties,
        desk,
        weekly,
    )
    return {name: asks for room in rooms for name, asks in room(stage).items()}


def one(ask: Ask) -> dict[str, Ask]:
    return {OWN: ask}


def accounts(stage: Stage) -> Doors:
    cast, rows = stage.cast, stage.rows
    person = key(cast.inspector_a)
    dated = {"valid_from": "2020-06-01", "reason": "任命文件"}
    unit = {"name": "漯河市生态环境局示例分局", "short_name": "示例分局", "level": "county"}
    return {
        "accounts:login": one(Ask(sent={"username": "officer_a", "password": "wrong"})),
        "accounts:password_change": one(Ask(sent={"old": "wrong", "new": "Xin-mima-2020", "again": "Xin-mima-2020"})),
        "accounts:person_create": one(Ask(sent={"username": "new1", "name": "新人员", "unit": cast.county_a.pk})),
        "accounts:person_detail": one(Ask(person)),
        "accounts:grant_give": one(Ask(person, sent=dated | {"role": "officer", "unit": cast.county_a.pk})),
        "accounts:grant_revoke": {
            OWN: Ask(person | {"grant_pk": rows["grant"].pk}, sent=REASON),
            WRONG_PARENT: Ask(person | {"grant_pk": rows["other grant"].pk}, sent=REASON),
        },
        "accounts:password_reset": one(Ask(person)),
        "accounts:person_activity": one(Ask(person, sent=REASON)),
        "accounts:certificate_add": one(
            Ask(person, sent={"number": "豫L99001", "valid_from": "2020-01-01", "valid_to": "2024-12-31"})
        ),
        "accounts:unit_create": one(Ask({"parent_pk": cast.city.pk}, sent=unit | {"document_mark": "漯环示"})),
        "accounts:unit_edit": one(Ask(key(cast.county_a), sent=unit | {"document_mark": "漯环源"})),
        "accounts:calendar": one(Ask(sent={"day": "2020-06-15", "kind": "off", "name": "示例", "reason": "通知"})),
    }


def campaigns(stage: Stage) -> Doors:
    cast, rows, running, draft = stage.cast, stage.rows, key(stage.henan), key(stage.draft)
    window = {
        "phase": stage.henan.phases.get(key="inspect").pk,
        "unit": cast.city.pk,
        "starts_on": "2020-05-06",
        "ends_on": "2020-06-26",
    }
    chosen = stage.draft.parameters | {"on_holiday": "previous_workday"}
    return {
        "campaigns:campaign_create": one(Ask(sent={"blueprint": "henan-2020", "year": 2022, "unit": cast.province.pk})),
        "campaigns:campaign_detail": {OWN: Ask(running), "own (draft)": Ask(draft)},
        "campaigns:campaign_parameters": one(Ask(draft, sent=chosen)),
        "campaigns:campaign_adopt": one(Ask(draft, sent={"key": "hengshui-2020", "statement": "采用"})),
        "campaigns:campaign_approve": one(Ask(draft)),
        "campaigns:campaign_return": one(Ask(draft, sent=REASON)),
        "campaigns:campaign_publish": one(Ask(draft)),
        "campaigns:campaign_close": one(Ask(running, sent=REASON)),
        "campaigns:campaign_windows": one(Ask(running, sent=window | REASON)),
        **{
            f"campaigns:window_{verb}": {
                OWN: Ask(running | {"window_pk": rows["window"].pk}, sent=REASON),
                WRONG_PARENT: Ask(running | {"window_pk": rows["other window"].pk}, sent=REASON),
            }
            for verb in ("approve", "refuse")
        },
        "campaigns:campaign_source": one(Ask(running)),
        "campaigns:list_detail": one(
            Ask({"pk": ListItem.objects.filter(shared_list=stage.henan.industries)[0].shared_list_id})
        ),
        "campaigns:blueprint_detail": one(Ask(key(stage.henan.blueprint))),
    }


def people(stage: Stage) -> Doors:
    cast, rows, running = stage.cast, stage.rows, key(stage.henan)
    group = WorkGroup.objects.filter(campaign=stage.henan).last()
    return {
        "campaigns:campaign_people": one(Ask(running)),
        "campaigns:member_add": one(
            Ask(running, sent={"group": group.pk, "user": cast.leader_province.pk, "role": "组员"})
        ),
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


def enterprises(stage: Stage) -> Doors:
    cast, rows, site = stage.cast, stage.rows, stage.cast.site_a
    facts = {
        "name": "漯河示例新厂有限公司",
        "uscc": make.synthetic_uscc(700_001, "411102"),
        "industry": "17",
        "region": cast.region_a.pk,
        "town": "示例镇",
        "longitude": "114.01",
        "latitude": "33.57",
        "is_key": "no",
        "in_yellow_river_basin": "no",
        "performance_grade": "否",
        "unit": cast.county_a.pk,
    }
    edited = facts | {"name": site.name, "uscc": site.entity.uscc, "seen": site.updated_at.isoformat()}
    found = {
        "enterprise_register": one(Ask(sent=facts)),
        "enterprise_detail": one(Ask(key(site))),
        "enterprise_edit": one(Ask(key(site), sent=edited)),
        "enterprise_confirm": one(Ask(key(rows["unconfirmed"]))),
        "enterprise_change_unit": one(Ask(key(site), sent={"unit": cast.county_b.pk} | REASON)),
        "enterprise_change_state": one(Ask(key(site) | {"action": "halt"}, sent=REASON)),
        "permit_add": one(Ask(key(site), sent={"kind": "acceptance", "number": "漯环验〔2016〕3号"})),
        "permit_edit": one(Ask(key(rows["permit"]), sent={"kind": "eia", "number": "漯环审〔2015〕13号"})),
        "permit_remove": one(Ask(key(rows["permit"]), sent=REASON)),
        "positive_add": one(Ask(key(stage.sites["free"]), sent={"ground": "诚信企业", "valid_from": str(TODAY)})),
        "positive_remove": one(Ask(key(rows["entry"]), sent={"removal-on": str(TODAY), "removal-reason": "书面告知"})),
        "slip_reset": one(Ask(key(site), sent=REASON)),
        "slip_print": one(Ask(sent={"site": [stage.sites["free"].pk]})),
        "member_revoke": one(Ask(key(rows["membership"]), sent=REASON)),
        "activate": one(Ask(sent={"code": "0000 0000 0000"})),
    }
    return {f"enterprises:{name}": asks for name, asks in found.items()}


def imports(stage: Stage) -> Doors:
    cast, rows, batch = stage.cast, stage.rows, key(stage.rows["batch"])
    listing = lists.listing(lists.row(7))
    found = {
        "import_list": one(Ask(sent=lambda: {"unit": cast.city.pk, "file": SimpleUploadedFile("名单.xlsx", listing)})),
        "import_detail": one(Ask(batch)),
        "import_progress": one(Ask(batch)),
        "import_map": one(Ask(batch)),
        "import_confirm": one(Ask(batch)),
        "import_drop": one(Ask(batch)),
        "import_errors": one(Ask(batch)),
        "import_decide": one(Ask(key(rows["doubtful"]), sent={"decision": "skip"})),
    }
    return {f"enterprises:{name}": asks for name, asks in found.items()}


def inspections(found: Doors) -> Doors:
    return {f"inspections:{name}": asks for name, asks in found.items()}


def planning(stage: Stage) -> Doors:
    cast, rows, free = stage.cast, stage.rows, key(stage.target("free"))
    plan = {"planned_on": str(TODAY), "lead_inspector": cast.inspector_a.pk, "second_inspector": cast.second_a.pk}
    asked, planned = key(rows["asked"]), key(rows["visit ahead"].assignment)
    return inspections(
        {
            "target_build": one(Ask(sent={"campaign": stage.henan.pk, "unit": cast.county_a.pk, "scope": "all"})),
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
            "visit_view": {OWN: Ask(done), "own (planned)": Ask(ahead), "own (under way)": Ask(running)},
            "visit_check_in": one(Ask(ahead)),
            "visit_start": one(Ask(ahead)),
            "visit_take_pen": one(Ask(running)),
            "visit_end": one(Ask(running, sent=halted)),
            "visit_evidence": one(Ask(done)),
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
            "issue_change": one(Ask(mending, sent=change | REASON)),
            "issue_report": one(Ask(mending, sent=lambda: {"text": "已更换布袋", "photos": [upload()]})),
            "issue_rewrite": one(Ask(reported, sent={"text": "更换布袋 14 条"} | REASON)),
            "issue_sign": one(Ask(reported, sent={"image": signature()})),
            "issue_decide": {
                f"own ({action})": Ask(reported | {"action": action}, sent=REASON)
                for action in ("return", "close", "reopen", "void")
            },
            "rectification_photo": {
                OWN: Ask(reported | {"report_pk": rows["report of mending"].pk, "file_pk": photo.pk}),
                WRONG_PARENT: Ask(reported | {"report_pk": other.pk, "file_pk": other.photos.get().pk}),
                f"{WRONG_PARENT} (file)": Ask(
                    reported | {"report_pk": rows["report of mending"].pk, "file_pk": other.photos.get().pk}
                ),
            },
        }
    ) | {"api_issue_detail": one(Ask(mending))}


STEPS = {
    "notice": ("case filed", {"occurred_on": str(VISIT_DAY), "fine": "100000", "text": "事实、理由、依据"}),
    "decide": (
        "case noticed",
        {
            "occurred_on": "2020-06-02",
            "fine": "90000",
            "evidence": "笔录",
            "defence": "未提出",
            "discretion": "3 级",
            "payment": "15 日",
        },
    ),
    "serve": (
        "case decided",
        {"occurred_on": "2020-06-04", "method": "直接送达", "receiver": "秦厂长", "place": "办公室"},
    ),
    "close": ("case served", {"occurred_on": "2020-06-08", "fine": "100000", "text": "已缴清"}),
    "withdraw": ("case filed", {"occurred_on": "2020-06-08", "reason": "违法事实不成立"}),
}


def penalties(stage: Stage) -> Doors:
    cast, rows = stage.cast, stage.rows
    filing = {
        "cause": "大气污染防治设施不正常运行案",
        "facts": "除尘设施不正常运行",
        "violated_article": "第二十条",
        "penalty_article": "第九十九条",
        "investigators": [cast.inspector_a.pk, cast.second_a.pk],
        "filed_on": "2020-05-20",
    }
    steps = {
        f"own ({action})": Ask(key(rows[case]) | {"action": action}, sent=said | {"second": cast.second_a.pk})
        for action, (case, said) in STEPS.items()
    }
    decided = key(rows["case decided"])
    issue = {"issue_pk": rows["issue"].pk}
    return {
        "penalties:case_detail": one(Ask(key(rows["case filed"]))),
        "penalties:case_step": steps,
        "penalties:case_paper": {
            OWN: Ask(decided | {"document_pk": rows["case paper"].pk}),
            WRONG_PARENT: Ask(decided | {"document_pk": rows["other case paper"].pk}),
        },
        "penalties:issue_panel": one(Ask({"issue_pk": rows["reported"].pk})),
        "penalties:case_file": one(Ask(issue, sent=filing)),
        "api_case_detail": one(Ask(key(rows["case filed"]))),
        "api_case_step": steps,
    }


def desk(stage: Stage) -> Doors:
    cast = stage.cast
    moved = {"leaver": cast.inspector_a.pk, "successor": cast.officer_a.pk}
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
        "report_send": one(Ask(report, sent=text)),
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
        "summary_workbook": one(Ask(key(rows["summary"]))),
        "summary_paper": one(Ask(key(rows["summary"]))),
    }
    return {f"reporting:{name}": asks for name, asks in found.items()}
