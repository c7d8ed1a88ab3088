"""Doors of penalties, pages and interface."""

from tests.architecture.permission_scene import OWN, WRONG_PARENT, Ask, Doors, Stage, key, one
from tests.campaigns.scene import VISIT_DAY

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
        "penalties:case_materials": one(Ask(key(rows["case filed"]))),
        "penalties:case_cite": one(Ask(key(rows["case filed"]), sent={"what": "record", "pk": str(rows["record"].pk)})),
        "penalties:case_explain": one(
            Ask(key(rows["case filed"]), sent={"text": "执法记录仪当日故障，已以笔录和照片逐项记录。"})
        ),
        "penalties:case_paper": {
            OWN: Ask(decided | {"document_pk": rows["case paper"].pk}),
            WRONG_PARENT: Ask(decided | {"document_pk": rows["other case paper"].pk}),
        },
        "penalties:enterprise_panel": one(Ask(key(stage.cast.site_a))),
        "penalties:issue_panel": one(Ask({"issue_pk": rows["reported"].pk})),
        "penalties:case_file": one(Ask(issue, sent=filing)),
        "api_case_detail": one(Ask(key(rows["case filed"]))),
        "api_case_step": steps,
    }
