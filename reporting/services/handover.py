"""A leaver's work goes to a successor in one step: everything that still waits for the leaver's hand.

Each piece of work asks something of who takes it up: a right over its unit, for visits and cases also a certificate to
enforce. `lacking` says what is missing, piece by piece; the page offers only those whom nothing is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from accounts.gate import Holdings, grants_of, holdings_on
from accounts.models import EnforcementCertificate, User
from campaigns.models import Assignment, ContactPerson, Pledge, Recusal
from campaigns.rules.clauses import REQUIRED
from campaigns.services import clauses
from core import audit
from core.clock import day_of
from core.models import Obligation
from core.notices import notify
from core.refusals import Refused
from penalties.models import PenaltyCase, PenaltyCaseQuerySet
from penalties.states import CaseState
from reporting.services.reminders import KINDS, OTHERS

# How many reasons a refusal lists before it only counts the rest.
REASONS_SHOWN = 5


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


@dataclass(frozen=True)
class Piece:
    """One piece of open work and what it asks of a successor: a right, a certificate on a day, a signed pledge."""

    title: str
    capability: str
    path: str
    certificate_on: date | None = None
    pledge_of: int | None = None
    clauses_asked: bool = False
    # Who is at it already, by id: two stay two.
    team: frozenset[int] = frozenset()
    # The enterprise that some have to keep away from.
    site: int | None = None


def standing_visits(person: User) -> "Q":
    return Q(lead_inspector=person) | Q(second_inspector=person)


def investigated_by(person: User) -> PenaltyCaseQuerySet:
    """Cases whose investigation is open: once it is decided, who investigated is history and stays."""
    return PenaltyCase.objects.filter(state__in=[CaseState.FILED, CaseState.NOTICED], investigators=person)


def open_work(person: User) -> Work:
    """Planned visits, obligations by name, liaison duties and cases under investigation."""
    return Work(
        visits=Assignment.objects.standing().filter(standing_visits(person)).count(),
        obligations=Obligation.objects.open().filter(person=person).count(),
        contacts=ContactPerson.objects.filter(user=person, ended_at=None).count(),
        cases=investigated_by(person).count(),
    )


def pieces(person: User, at: datetime) -> list[Piece]:
    """The same work, each piece with what it asks: five queries."""
    today = day_of(at)
    visits = Assignment.objects.standing().filter(standing_visits(person)).order_by("planned_on", "pk")
    owed = Obligation.objects.open().filter(person=person).order_by("due_at", "pk")
    contacts = ContactPerson.objects.filter(user=person, ended_at=None).select_related("campaign", "unit")
    cases = investigated_by(person).select_related("unit")
    return [
        *(
            visit_piece(row, today)
            for row in visits.select_related("target__enterprise", "target__unit", "target__campaign__blueprint")
        ),
        *(Piece(f"待办“{row.title}”", KINDS.get(row.kind, OTHERS).owner, row.unit_path) for row in owed),
        *(Piece(f"{row.unit.short_name}的联络员", "report.send", row.unit.path) for row in contacts),
        *(case_piece(row, today) for row in cases.prefetch_related("investigators").order_by("pk")),
    ]


def visit_piece(row: Assignment, today: date) -> Piece:
    """HN-25: who may enforce there, with a certificate on the day; the pledge where the campaign asks for one."""
    target = row.target
    asked = target.campaign_id if target.campaign.blueprint.data.get("pledge") else None
    title = f"{row.planned_on:%m-%d} 对{target.enterprise.name}的检查"
    team = frozenset({row.lead_inspector_id, row.second_inspector_id})
    day = max(row.planned_on, today)
    learnt = clauses.demand_of(target.campaign) == REQUIRED
    return Piece(title, "visit.record", target.unit.path, day, asked, learnt, team, target.enterprise_id)


def case_piece(row: PenaltyCase, today: date) -> Piece:
    """行政处罚法 第四十二条: at least two, who hold certificates."""
    team = frozenset(one.pk for one in row.investigators.all())
    return Piece(f"案件 {row.number}", "case.view", row.unit.path, today, team=team, site=row.enterprise_id)


class Candidates:
    """Some people with their grants, certificates, pledges, signatures and recusals: six queries."""

    def __init__(self, people: Iterable[User], day: date) -> None:
        self.people, self.today = list(people), day
        self.grants = grants_of(person.pk for person in self.people if person.is_active)
        self.held: dict[tuple[int, date], Holdings] = {}
        self.certificates: dict[int, list[EnforcementCertificate]] = {}
        for row in EnforcementCertificate.objects.filter(user__in=self.people, withdrawn_on=None):
            self.certificates.setdefault(row.user_id, []).append(row)
        self.pledged = set(Pledge.objects.filter(user__in=self.people).values_list("user_id", "campaign_id"))
        self.unlearnt = clauses.unsigned(self.people, day)
        away = Recusal.objects.filter(user__in=self.people, ended_at=None)
        self.away = set(away.values_list("user_id", "enterprise_id"))

    def fit(self, work: Iterable[Piece]) -> list[User]:
        """Who could take up every piece."""
        wanted = list(work)
        return [person for person in self.people if not any(self.missing(person, piece) for piece in wanted)]

    def lacking(self, person: User, work: Iterable[Piece]) -> list[str]:
        """Sentences: which piece the person cannot take up, and why."""
        said = ((piece, self.missing(person, piece)) for piece in work)
        return [f"{piece.title}：{person.name}{reason}" for piece, reason in said if reason]

    def missing(self, person: User, piece: Piece) -> str:
        """What the person lacks for one piece, or ""."""
        held = self.holdings_of(person, piece.certificate_on or self.today)
        if not held.scope(piece.capability).covers_path(piece.path):
            return WITHOUT.get(piece.capability, "在该辖区没有办理这项工作的授权")
        if piece.certificate_on and not self.certified(person, piece.certificate_on):
            return f"在 {piece.certificate_on:%Y-%m-%d} 没有有效的执法证"
        if piece.pledge_of and (person.pk, piece.pledge_of) not in self.pledged:
            return "尚未签署本行动的廉洁自律承诺书"
        if piece.clauses_asked and person.pk in self.unlearnt:
            return f"尚未签收{'、'.join(map(str, self.unlearnt[person.pk]))}"
        if piece.site and (person.pk, piece.site) in self.away:
            return "须回避该企业"
        return "已在其中，移交后将只剩一人" if person.pk in piece.team else ""

    def holdings_of(self, person: User, day: date) -> Holdings:
        """What a person holds on the day of a visit, as the gate asks; worked out once a day and person."""
        if (person.pk, day) not in self.held:
            self.held[person.pk, day] = holdings_on(day, self.grants.get(person.pk, ()))
        return self.held[person.pk, day]

    def certified(self, person: User, day: date) -> bool:
        return any(row.valid_from <= day <= row.valid_to for row in self.certificates.get(person.pk, []))


WITHOUT = {
    "visit.record": "在该辖区没有执法权限",
    "report.send": "没有该单位的联络员授权",
    "case.view": "在该辖区没有查看案件的授权",
}


def hand_over(leaver: User, successor: User, *, actor: User, at: datetime, reason: str) -> Work:
    """Move it all in one transaction; refused where the successor may not do it or a visit would be left with one."""
    if leaver.pk == successor.pk:
        raise Refused("移交人与接收人不能是同一人。", field="successor", status=422)
    if not successor.is_active:
        raise Refused(f"{successor.name}的账号已停用，不能接收工作。", field="successor", status=422)
    if not reason.strip():
        raise Refused("请填写移交理由（如调离、退休）。", field="reason", status=422)
    with transaction.atomic():
        close_desk(leaver)
        work = open_work(leaver)
        if not work.total:
            raise Refused(f"{leaver.name}名下没有未办工作，不需要移交。", status=422)
        refuse_unfit(leaver, successor, at)
        move_visits(leaver, successor)
        Obligation.objects.open().filter(person=leaver).update(person=successor)
        move_contacts(leaver, successor, at)
        move_cases(leaver, successor, actor=actor, at=at, reason=reason)
        told(leaver, successor, work, actor=actor, at=at, reason=reason)
    return work


def close_desk(leaver: User) -> None:
    """Nothing new comes to the leaver while it is looked through: whatever names a person locks that person's row."""
    User.objects.select_for_update().get(pk=leaver.pk)


def refuse_unfit(leaver: User, successor: User, at: datetime) -> None:
    reasons = Candidates([successor], day_of(at)).lacking(successor, pieces(leaver, at))
    if reasons:
        more = len(reasons) - REASONS_SHOWN
        rest = f"；另有 {more} 项同样不能接收" if more > 0 else ""
        raise Refused(f"不能移交——{'；'.join(reasons[:REASONS_SHOWN])}{rest}。", field="successor", status=422)


def told(leaver: User, successor: User, work: Work, *, actor: User, at: datetime, reason: str) -> None:
    """The event, and the successor's notice."""
    after = {
        "successor": successor.name,
        "visits": work.visits,
        "obligations": work.obligations,
        "contacts": work.contacts,
        "cases": work.cases,
    }
    audit.record("reporting.handover", leaver, actor=actor, at=at, reason=reason, after=after)
    notify(
        [successor],
        f"您接收了{leaver.name}移交的 {work.total} 项工作",
        f"检查任务 {work.visits} 项，待办 {work.obligations} 项，"
        f"联络职责 {work.contacts} 项，在办案件 {work.cases} 件。",
        key=f"handover:{leaver.pk}:{at.isoformat()}",
        at=at,
        url="/",
    )


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


def move_cases(leaver: User, successor: User, *, actor: User, at: datetime, reason: str) -> None:
    """Each change stands in the trail of its case, which shows it as a dated entry."""
    rows = investigated_by(leaver).select_related("unit").select_for_update(of=("self",))
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
        said = {"from": leaver.name, "to": successor.name}
        audit.record(
            "reporting.handover.investigators",
            case,
            actor=actor,
            at=at,
            reason=reason,
            after=said,
            unit_path=case.unit.path,
        )
