"""What should be filed, the next step of each case, and what its party may or must do."""

from collections.abc import Callable
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.urls import reverse

from accounts.gate import holdings
from accounts.models import User
from campaigns.models import Campaign, ListItem
from campaigns.states import CampaignState
from core.clock import day_of
from inspections.models import Issue
from inspections.states import IssueState, Nature
from penalties.models import CaseStep, PenaltyCase
from penalties.states import CaseState, Step
from reporting.duties.inspections import SHOWN
from reporting.duties.kinds import Duty, Entry, Find, Rows, link


def to_file(user: User, at: datetime) -> Rows:
    """In a running campaign, handling says that a case is filed (立案), and none is."""
    cases = PenaltyCase.objects.filter(issue=OuterRef("pk")).exclude(state=CaseState.WITHDRAWN)
    rows = Issue.objects.within(user, "case.handle").exclude(state=IssueState.VOID).exclude(nature=Nature.SYSTEM)
    return rows.filter(handled_by_case(), ~Exists(cases)).only(*SHOWN).order_by("pk")


def handled_by_case() -> Q:
    """The entries of the running campaigns' lists that mean a case, by number: a handful, read before the issues."""
    running = Campaign.objects.filter(state=CampaignState.PUBLISHED)
    listed = ListItem.objects.filter(shared_list__in=running.values("handlings"), name__contains="立案")
    meant: dict[int, list[int]] = {}
    for shared_list, number in listed.values_list("shared_list_id", "number"):
        meant.setdefault(shared_list, []).append(number)
    found = Q(pk__in=[])
    for campaign, handlings in running.values_list("pk", "handlings_id"):
        if handlings in meant:
            found |= Q(campaign=campaign, handling__in=meant[handlings])
    return found


def to_file_entry(row: Issue) -> Entry:
    return Entry(f"问题 {row.number:04d} {row.enterprise_name}", link("penalties:case_file", row.pk), row.behaviour)


def cases_in(state: str) -> Find:
    rows = PenaltyCase.objects.filter(state=state).only("party_name", "number", "cause").order_by("pk")
    return lambda user, at: rows.within(user, "case.handle")


def step_entry(action: str) -> Callable[[PenaltyCase], Entry]:
    def entry(row: PenaltyCase) -> Entry:
        url = reverse("penalties:case_step", args=[row.pk, action])
        return Entry(f"{row.party_name} {row.number}", url, row.cause)

    return entry


def noticed() -> Rows:
    """With the last day of the party's term (陈述申辩期限)."""
    notice = CaseStep.objects.filter(case=OuterRef("pk"), kind=Step.NOTICE)
    until = Subquery(notice.values(until=KT("detail__defence_until"))[:1])
    return PenaltyCase.objects.filter(state=CaseState.NOTICED).annotate(defence_until=until)


def to_decide(user: User, at: datetime) -> Rows:
    """The party's term is over; decided at the authority, and not by who investigated."""
    over = Q(pk__in=[])
    for path in holdings(user).scope("case.decide").paths:
        over |= Q(authority__path__startswith=path)
    rows = noticed().filter(over, defence_until__lt=day_of(at).isoformat())
    return rows.exclude(investigators=user).order_by("defence_until", "pk")


def to_answer(user: User, at: datetime) -> Rows:
    """The party may still answer the prior notice."""
    rows = noticed().filter(pk__in=PenaltyCase.objects.visible_to(user).within(user, "enterprise.own").values("pk"))
    return rows.filter(defence_until__gte=day_of(at).isoformat()).order_by("defence_until", "pk")


def answer_entry(row: PenaltyCase) -> Entry:
    until = date.fromisoformat(row.defence_until)  # type: ignore[attr-defined]
    return Entry(f"{row.number} {row.cause}", link("penalties:case_detail", row.pk), "可以陈述、申辩或要求听证", until)


def to_pay(user: User, at: datetime) -> Rows:
    rows = PenaltyCase.objects.visible_to(user).within(user, "enterprise.own").filter(state=CaseState.SERVED)
    return rows.order_by("pk")


def pay_entry(row: PenaltyCase) -> Entry:
    return Entry(f"{row.number} {row.cause}", link("penalties:case_detail", row.pk), "决定书已送达")


DUTIES = (
    Duty(
        "answers", "可以陈述申辩的案件", "enterprise.own", to_answer, answer_entry, "penalties:case_list?state=noticed"
    ),
    Duty("payments", "待履行的处罚决定", "enterprise.own", to_pay, pay_entry, "penalties:case_list?state=served"),
    Duty(
        "decide",
        "待决定的处罚",
        "case.decide",
        to_decide,
        step_entry("decide"),
        "penalties:case_list?state=noticed",
    ),
    Duty("file", "待立案的问题", "case.handle", to_file, to_file_entry, "inspections:issue_list"),
    Duty(
        "notice",
        "待事先告知的案件",
        "case.handle",
        cases_in(CaseState.FILED),
        step_entry("notice"),
        "penalties:case_list?state=filed",
    ),
    Duty(
        "serve",
        "待送达的处罚决定",
        "case.handle",
        cases_in(CaseState.DECIDED),
        step_entry("serve"),
        "penalties:case_list?state=decided",
    ),
    Duty(
        "close",
        "待缴款结案的案件",
        "case.handle",
        cases_in(CaseState.SERVED),
        step_entry("close"),
        "penalties:case_list?state=served",
    ),
)
