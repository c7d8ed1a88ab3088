"""A case from filing to closing. Each verb checks, writes its step, moves the state and tells the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import EnforcementCertificate, Unit, User
from campaigns.models import Assignment
from campaigns.services import due
from core import audit
from core.calendar import calendar
from core.clock import day_of
from core.numbering import next_number
from core.refusals import Refused
from core.states import advance
from enterprises.models import Enterprise
from inspections.models import Issue
from inspections.services.issues import record_penalty
from inspections.states import IssueState, Nature
from penalties.documents import print_decision
from penalties.materials import refuse_without_process
from penalties.models import CaseStep, PenaltyCase
from penalties.regimes import article, in_force
from penalties.rules import defence_ends_on, heavier_after_defence
from penalties.states import CASES, Step

UNAWARE = "日期不能晚于今天。"


@dataclass(frozen=True)
class Filing:
    """What a filing says: the cause, both articles, the facts, who investigates and the day."""

    cause: str
    violated_article: str
    penalty_article: str
    facts: str
    investigators: Sequence[User]
    filed_on: date


def file_case(issue: Issue, filing: Filing, *, actor: User, at: datetime) -> PenaltyCase:
    """File a case from a ledger row (立案), once per issue; an issue of rules and registers is guided instead."""
    refuse_day(filing.filed_on, day_of(issue.occurred_at), "立案日期", "发现问题之日", at)
    refuse_investigators(filing.investigators, filing.filed_on)
    with transaction.atomic():
        refuse_unfit_issue(Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk))
        if issue.cases.exclude(state="withdrawn").exists():
            raise Refused(f"{issue}已经立案，不能重复立案。")
        refuse_unnamed_party(issue.enterprise)
        case = create_case(issue, filing, actor=actor, at=at)
        add_step(case, Step.FILE, filing.filed_on, actor=actor, at=at, document_number=case.number, text=filing.facts)
        audit.record("penalties.penaltycase.file", case, actor=actor, at=at, after={"number": case.number})
        record_penalty(issue, f"已立案（{case.number}）", case_number=case.number, actor=actor, at=at)
    return case


def refuse_unfit_issue(issue: Issue) -> None:
    if issue.state == IssueState.VOID:
        raise Refused("问题已作废，不能立案。")
    if issue.visit.assignment.kind == Assignment.Kind.RESEARCH:
        # 漯河方案三（一）第6句：调研中发现的问题不作为执法证据。
        raise Refused("问题是在调研指导中发现的，不作为执法证据，不能据此立案；须另行执法检查取证。", status=422)
    if issue.nature == Nature.SYSTEM:
        # 方案四（三）：制度不健全、落实不到位的，依法进行行政指导。
        raise Refused("制度类问题应先行政指导，不能直接立案处罚。", status=422)


def refuse_unnamed_party(site: Enterprise) -> None:
    """The papers of a case name its party as registered when it is filed; what lacks then could never be decided."""
    wanted = {"详细地址": site.address, "法定代表人": site.entity.representative}
    lacking = [title for title, text in wanted.items() if not text.strip()]
    if lacking:
        raise Refused(
            f"当事人“{site.name}”还没有登记{'、'.join(lacking)}，请先在“排污单位”中修改登记，补齐后再立案。", status=422
        )


def refuse_day(day: date, earliest: date, name: str, after: str, at: datetime) -> None:
    if day > day_of(at):
        raise Refused(f"{name}：{UNAWARE}", field="occurred_on", status=422)
    if day < earliest:
        raise Refused(
            f"{name}（{day:%Y-%m-%d}）不能早于{after}（{earliest:%Y-%m-%d}）。", field="occurred_on", status=422
        )


def refuse_investigators(people: Sequence[User], day: date) -> None:
    """At least two, each with a certificate valid that day."""
    if len({person.pk for person in people}) < 2:
        cited = article("investigate", day)
        raise Refused(f"调查人员不得少于两人（{cited}）。", field="investigators", status=422)
    certified = set(
        EnforcementCertificate.objects.valid_on(day).filter(user__in=people).values_list("user_id", flat=True)
    )
    lacking = [person.name for person in people if person.pk not in certified]
    if lacking:
        cited = article("investigate", day)
        raise Refused(f"{'、'.join(lacking)}在立案之日没有有效的执法证（{cited}）。", field="investigators", status=422)


def create_case(issue: Issue, filing: Filing, *, actor: User, at: datetime) -> PenaltyCase:
    authority = authority_of(issue.unit, filing.filed_on)
    entity = issue.enterprise.entity
    case = PenaltyCase.objects.create(
        number=official_number(authority, "立", filing.filed_on.year),
        campaign=issue.campaign,
        issue=issue,
        enterprise=issue.enterprise,
        party_name=issue.enterprise_name,
        party_uscc=entity.uscc or "",
        party_address=issue.enterprise.address,
        party_representative=entity.representative,
        unit=issue.unit,
        authority=authority,
        cause=filing.cause,
        violated_article=filing.violated_article,
        penalty_article=filing.penalty_article,
        facts=filing.facts,
        filed_on=filing.filed_on,
        filed_by=actor,
        recorded_at=at,
    )
    case.investigators.set(filing.investigators)
    return case


def authority_of(unit: Unit, day: date) -> Unit:
    """In whose name the papers go out: the city bureau for its county branch, unless the regime lets the branch act."""
    if unit.level == Unit.Level.COUNTY and unit.parent and in_force(day).county_signs_as == "parent":
        return unit.parent
    return unit


def official_number(authority: Unit, word: str, year: int) -> str:
    """漯环立〔2020〕31号: mark, kind, year in hexagonal brackets, number without padding (GB/T 9704-2012 7.2.5)."""
    if not authority.document_mark:
        raise Refused(f"{authority.name}还没有设置机关代字，请系统管理员在“机构”中填写后再编号。", status=422)
    return f"{authority.document_mark}{word}〔{year}〕{next_number(f'case:{word}', str(authority.pk), year)}号"


def add_step(case: PenaltyCase, kind: str, day: date, *, actor: User, at: datetime, **fields: Any) -> CaseStep:
    return CaseStep.objects.create(case=case, kind=kind, occurred_on=day, recorded_at=at, actor=actor, **fields)


def last_day(case: PenaltyCase) -> date:
    """The day of the last step: no step stands before the one it follows."""
    return max(case.steps.values_list("occurred_on", flat=True))


def give_notice(case: PenaltyCase, *, day: date, fine: Decimal, text: str, actor: User, at: datetime) -> PenaltyCase:
    """Serve the prior notice (事先告知): facts, ground, the fine intended, and until when the party may answer."""
    CASES.arrow(case.state, "notice")
    refuse_day(day, last_day(case), "告知日期", "立案日期", at)
    refuse_amount(fine)
    refuse_empty(text, "text", f"告知的事实、理由和依据（{article('notice', day)}）")
    term = in_force(day).defence
    until = defence_ends_on(day, term, calendar())
    with transaction.atomic():
        moved = advance(PenaltyCase, case.pk, "notice", table=CASES, actor=actor, at=at)
        number = official_number(case.authority, "罚告字", day.year)
        detail = {
            "article": article("notice", day),
            "defence_until": until.isoformat(),
            "defence_source": term.source,
        }
        add_step(
            moved, Step.NOTICE, day, actor=actor, at=at, document_number=number, fine=fine, text=text, detail=detail
        )
    return moved


@dataclass(frozen=True)
class Deciding:
    """What a decision says. `waived` is the party's written word that it will not answer."""

    day: date
    fine: Decimal
    evidence: str
    defence: str
    discretion: str
    payment: str
    waived: bool = False


def decide(case: PenaltyCase, said: Deciding, *, actor: User, at: datetime) -> PenaltyCase:
    """Decide (处罚决定) after the party's term, by one who did not investigate, not heavier than notified; print it."""
    CASES.arrow(case.state, "decide")
    refuse_day(said.day, last_day(case), "决定日期", "事先告知日期", at)
    refuse_amount(said.fine)
    refuse_decision(case, said, actor)
    refuse_without_process(case)
    with transaction.atomic():
        moved = advance(PenaltyCase, case.pk, "decide", table=CASES, actor=actor, at=at)
        number = official_number(case.authority, "罚决字", said.day.year)
        detail = {
            "article": article("decide", said.day),
            "evidence": said.evidence,
            "defence": said.defence,
            "discretion": said.discretion,
            "payment": said.payment,
            "waived": said.waived,
        }
        step = add_step(
            moved, Step.DECIDE, said.day, actor=actor, at=at, document_number=number, fine=said.fine, detail=detail
        )
        step.document = print_decision(moved, step, by=actor, at=at)
        step.save(update_fields=["document"])
        fined = f"罚款 {said.fine:,.2f} 元（{number}）"
        record_penalty(moved.issue, fined, case_number=moved.number, actor=actor, at=at)
    return moved


def refuse_decision(case: PenaltyCase, said: Deciding, actor: User) -> None:
    if case.investigators.filter(pk=actor.pk).exists():
        cited = article("decide", said.day)
        raise Refused(f"您是本案调查人员，不能作出处罚决定；决定由行政机关负责人作出（{cited}）。", status=403)
    notice = case.steps.get(kind=Step.NOTICE)
    until = date.fromisoformat(notice.detail["defence_until"])
    if said.day <= until and not said.waived:
        raise Refused(
            f"陈述申辩（听证申请）期限到 {until:%Y-%m-%d} 届满（{notice.detail['defence_source']}），届满后才能决定；"
            "当事人书面放弃的请勾选。",
            field="occurred_on",
            status=422,
        )
    if heavier_after_defence(notice.fine or Decimal(0), said.fine):
        raise Refused(
            f"决定的罚款不能高于事先告知的 {notice.fine:,.2f} 元（{article('not_heavier', said.day)}）；"
            "确需加重的应重新告知。",
            field="fine",
            status=422,
        )


@dataclass(frozen=True)
class Serving:
    """How the decision reached the party: by whom (two), to whom, in which way, where."""

    day: date
    method: str
    receiver: str
    place: str
    second: User


def serve(case: PenaltyCase, said: Serving, *, actor: User, at: datetime) -> PenaltyCase:
    """Serve the decision (送达): two people, a receiver, a way."""
    CASES.arrow(case.state, "serve")
    refuse_day(said.day, last_day(case), "送达日期", "决定日期", at)
    refuse_empty(said.receiver, "receiver", "受送达人（签收人）")
    if said.second.pk == actor.pk:
        raise Refused("送达人须为两人，请选择另一名送达人。", field="second", status=422)
    with transaction.atomic():
        moved = advance(PenaltyCase, case.pk, "serve", table=CASES, actor=actor, at=at)
        detail = {
            "article": article("serve", said.day),
            "method": said.method,
            "receiver": said.receiver,
            "place": said.place,
        }
        add_step(moved, Step.SERVE, said.day, actor=actor, at=at, second=said.second, detail=detail)
    return moved


def close(case: PenaltyCase, *, day: date, paid: Decimal, text: str, actor: User, at: datetime) -> PenaltyCase:
    """Close the case (结案) with what was carried out."""
    CASES.arrow(case.state, "close")
    refuse_day(day, last_day(case), "结案日期", "送达日期", at)
    refuse_empty(text, "text", "执行情况")
    decided = case.steps.get(kind=Step.DECIDE).fine or Decimal(0)
    if paid < 0:
        raise Refused("已缴金额不能为负数。", field="fine", status=422)
    if paid < decided and len(text.strip()) < 10:
        raise Refused(
            f"已缴 {paid:,.2f} 元，少于决定的 {decided:,.2f} 元，请写明未全部缴纳的原因。", field="text", status=422
        )
    with transaction.atomic():
        moved = advance(PenaltyCase, case.pk, "close", table=CASES, actor=actor, at=at)
        add_step(moved, Step.CLOSE, day, actor=actor, at=at, fine=paid, text=text)
        report_follows(moved, day, at)
    return moved


def report_follows(case: PenaltyCase, day: date, at: datetime) -> None:
    """A plan may ask for a report so many days after a case is closed (结案一周内)."""
    about, period = f"{case.number} {case.party_name}", f"case:{case.pk}"
    due.open_after(due.CASE_CLOSED, campaign=case.campaign, unit=case.unit, on=day, period=period, about=about, at=at)


def withdraw(case: PenaltyCase, *, day: date, reason: str, actor: User, at: datetime) -> PenaltyCase:
    """Withdraw the case (撤案) before a decision; the issue may be filed again."""
    with transaction.atomic():
        moved = advance(PenaltyCase, case.pk, "withdraw", table=CASES, actor=actor, at=at, reason=reason)
        refuse_day(day, last_day(case), "撤案日期", "上一步日期", at)
        add_step(moved, Step.WITHDRAW, day, actor=actor, at=at, text=reason)
        record_penalty(moved.issue, f"已撤案（{moved.number}）", case_number="", actor=actor, at=at)
    return moved


def refuse_amount(fine: Decimal) -> None:
    if fine <= 0:
        raise Refused("罚款金额须大于 0 元。", field="fine", status=422)


def refuse_empty(text: str, field: str, name: str) -> None:
    if not text.strip():
        raise Refused(f"请填写{name}。", field=field, status=422)
