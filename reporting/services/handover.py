"""A leaver's work goes to a successor in one step: everything that still waits for the leaver's hand."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from campaigns.models import Assignment, ContactPerson
from core import audit
from core.models import Obligation
from core.notices import notify
from core.refusals import Refused
from penalties.models import PenaltyCase


@dataclass(frozen=True)
class Work:
    """What waits for one person, counted; `total` decides whether there is anything to hand over."""

    visits: int
    obligations: int
    contacts: int
    cases: int

    @property
    def total(self) -> int:
        return self.visits + self.obligations + self.contacts + self.cases


def standing_visits(person: User) -> "Q":
    return Q(lead_inspector=person) | Q(second_inspector=person)


def open_work(person: User) -> Work:
    """Planned visits, obligations by name, liaison duties and open cases under investigation."""
    return Work(
        visits=Assignment.objects.standing().filter(standing_visits(person)).count(),
        obligations=Obligation.objects.open().filter(person=person).count(),
        contacts=ContactPerson.objects.filter(user=person, ended_at=None).count(),
        cases=PenaltyCase.objects.open().filter(investigators=person).count(),
    )


def hand_over(leaver: User, successor: User, *, actor: User, at: datetime, reason: str) -> Work:
    """Move it all in one transaction; refused where a visit would be left with one officer."""
    if leaver.pk == successor.pk:
        raise Refused("移交人与接收人不能是同一人。", field="successor", status=422)
    if not successor.is_active:
        raise Refused(f"{successor.name}的账号已停用，不能接收工作。", field="successor", status=422)
    if not reason.strip():
        raise Refused("请填写移交理由（如调离、退休）。", field="reason", status=422)
    with transaction.atomic():
        work = open_work(leaver)
        move_visits(leaver, successor)
        Obligation.objects.open().filter(person=leaver).update(person=successor)
        move_contacts(leaver, successor, at)
        move_cases(leaver, successor)
        audit.record(
            "reporting.handover",
            leaver,
            actor=actor,
            at=at,
            reason=reason,
            after={
                "successor": successor.name,
                "visits": work.visits,
                "obligations": work.obligations,
                "contacts": work.contacts,
                "cases": work.cases,
            },
        )
        notify(
            [successor],
            f"您接收了{leaver.name}移交的 {work.total} 项工作",
            f"检查任务 {work.visits} 项，待办 {work.obligations} 项，"
            f"联络职责 {work.contacts} 项，在办案件 {work.cases} 件。",
            key=f"handover:{leaver.pk}:{at.isoformat()}",
            at=at,
            url="/",
        )
    return work


def move_visits(leaver: User, successor: User) -> None:
    rows = Assignment.objects.standing()
    both = rows.filter(
        Q(lead_inspector=leaver, second_inspector=successor) | Q(lead_inspector=successor, second_inspector=leaver)
    )
    if both.exists():
        raise Refused(
            f"有 {both.count()} 项检查任务由两人同组，移交后将只剩一人，请先为这些任务另派一名执法人员。",
            field="successor",
        )
    rows.filter(lead_inspector=leaver).update(lead_inspector=successor)
    rows.filter(second_inspector=leaver).update(second_inspector=successor)


def move_contacts(leaver: User, successor: User, at: datetime) -> None:
    for row in ContactPerson.objects.select_for_update().filter(user=leaver, ended_at=None):
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        ContactPerson.objects.get_or_create(
            campaign=row.campaign, unit=row.unit, user=successor, ended_at=None, defaults={"named_at": at}
        )


def move_cases(leaver: User, successor: User) -> None:
    rows = PenaltyCase.objects.open().filter(investigators=leaver)
    both = rows.filter(pk__in=PenaltyCase.objects.filter(investigators=successor).values("pk"))
    if both.exists():
        # 行政处罚法 第四十二条：执法人员不得少于两人。
        raise Refused(
            f"有 {both.count()} 件案件由两人共同调查，移交后将只剩一人，请先为这些案件另派一名调查人员。",
            field="successor",
        )
    for case in rows:
        case.investigators.remove(leaver)
        case.investigators.add(successor)
