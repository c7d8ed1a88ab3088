"""The clues of an enterprise's history on a visit: what it must answer, and what it has answered (HN-56)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from campaigns.models import Campaign, Target
from core import audit
from core.form_engine.rules import Problem
from inspections.models import PastProblem, Visit, VisitRecord
from inspections.rules import past as rules
from inspections.services import visits

PANEL: Final = "历史线索核销"
Answers = Mapping[str, Any]


def is_asked(campaign: Campaign) -> bool:
    """Whether the plan demands that the history is compared (对照检查)."""
    return bool(campaign.blueprint.data.get("history"))


def of_visit(visit: Visit) -> list[PastProblem]:
    return list(PastProblem.objects.of_visit(visit)) if is_asked(visit.campaign) else []


def of_target(target: Target, user: User) -> list[PastProblem]:
    """All that is known of the enterprise in the campaign, for whoever plans a visit to it."""
    return list(PastProblem.objects.visible_to(user).of_site(target.campaign_id, target.enterprise_id))


def seen(visit: Visit, user: User) -> list[PastProblem]:
    """Those of the visit for whoever may see them, and for the team that goes there; never for the enterprise."""
    rows = of_visit(visit)
    if visits.is_member(visit, user):
        return rows
    shown = PastProblem.objects.visible_to(user).filter(pk__in=[row.pk for row in rows])
    known = set(shown.values_list("pk", flat=True)) if rows else set()
    return [row for row in rows if row.pk in known]


def problems(visit: Visit, answers: Answers, found: Sequence[str]) -> list[Problem]:
    """What keeps the record from being handed in; `found` are the paths that its findings answer for."""
    known = {one.pk: one for one in of_visit(visit)}
    return [
        Problem(rules.path_of(key), said, PANEL, known[key].text[:40])
        for key, said in rules.open_clues(list(known), answers, found, shut=False)
    ]


def shut_sentence(visit: Visit, answers: Answers) -> str:
    """Which clues are open at a visit that found nothing to check; "" when none is."""
    known = {one.pk: one for one in of_visit(visit)}
    lines = [
        f"{known[key].get_kind_display()}“{known[key].text[:40]}”{said}"
        for key, said in rules.open_clues(list(known), answers, (), shut=True)
    ]
    if not lines:
        return ""
    return (
        f"还有 {len(lines)} 条历史线索未核销，不能结束检查，请先在检查记录的“历史线索”中逐条办理：{'；'.join(lines)}。"
    )


def answer(record: VisitRecord, answers: Answers, *, actor: User, at: datetime) -> None:
    """Keep what the record says of each clue, with who said it and when. Called in the transaction of the lock."""
    for row in of_visit(record.visit):
        conclusion, remark = rules.answer_of(answers, row.pk)
        if not conclusion or (row.visit_id, row.conclusion, row.remark) == (record.visit_id, conclusion, remark):
            continue
        before = {"conclusion": row.conclusion, "remark": row.remark}
        row.visit, row.conclusion, row.remark = record.visit, conclusion, remark
        row.answered_by, row.answered_at = record.writer or actor, at
        row.save(update_fields=["visit", "conclusion", "remark", "answered_by", "answered_at"])
        after = {"conclusion": conclusion, "remark": remark}
        path = record.visit.unit.path
        audit.record(
            "inspections.pastproblem.answer", row, actor=actor, at=at, before=before, after=after, unit_path=path
        )


def told(rows: Sequence[PastProblem], answers: Answers) -> list[dict[str, str]]:
    """Each clue with what a record says of it, for its pages and papers."""
    found = []
    for row in rows:
        conclusion, remark = rules.answer_of(answers, row.pk)
        word = rules.CONCLUSIONS.get(conclusion, "未核销")
        found.append({"kind": row.get_kind_display(), "text": row.text, "word": word, "remark": remark})
    return found
