"""The visit gate, and the dates of a campaign. Pure: frozen facts in, an answer with its grounds out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any


class Answer(StrEnum):
    """What one rule, or all of them together, say to a planned visit. The later outweighs the earlier."""

    ALLOW = "allow"
    NEEDS_REASON = "needs_reason"
    REFUSE = "refuse"


class Ask(StrEnum):
    """What a rule that answers NEEDS_REASON wants: a ground from the list, or a leader's approval of the lead."""

    NOTHING = ""
    REASON = "reason"
    APPROVAL = "approval"


WEIGHT = {Answer.ALLOW: 0, Answer.NEEDS_REASON: 1, Answer.REFUSE: 2}
ANSWER_LABELS = {Answer.ALLOW: "放行", Answer.NEEDS_REASON: "须说明理由", Answer.REFUSE: "阻断"}

# The grounds on which one enterprise may be visited a second time in one campaign.
EXCEPTIONS = {
    "recheck": "复查整改情况",
    "complaint": "信访举报",
    "exceedance": "在线监控超标",
    "superior": "上级交办",
    "halted": "停产改期补查",
}

# What a rule stands on where the campaign's blueprint names no line of its plan.
SOURCES = {
    "certificates": "《行政处罚法》：检查时执法人员不得少于两人，并应当出示执法证件",
    "enforcers": "《行政处罚法》：行政执法由具有行政执法资格的人员实施",
    "recusal": "《行政处罚法》：执法人员与案件有直接利害关系或者其他关系可能影响公正执法的，应当回避",
}


@dataclass(frozen=True)
class Officer:
    """One of the two who are to go: what the platform knows of the person for the planned day."""

    name: str
    may_enforce: bool = True
    certificate_valid: bool = True
    pledged: bool = True
    recused: str = ""  # the kind of the recusal (自行回避 …); why, is nobody's business here


@dataclass(frozen=True)
class Facts:
    """All that the gate may know. `officers` begins with the lead inspector; the sources are the plan's own lines."""

    planned_on: date
    today: date
    officers: tuple[Officer, ...]
    phase_name: str = "执法检查"
    phase_starts_on: date | None = None
    phase_ends_on: date | None = None
    published: bool = True
    closed: bool = False
    standing_on: date | None = None
    visits: int = 0
    exception: str = ""
    on_positive_list: bool = False
    positive_until: date | None = None
    lead_kind: str = ""
    lead_detail: str = ""
    lead_approved: bool = False
    expert: str = ""
    expert_may_advise: bool = True
    pledge_asked: bool = True
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleSaid:
    """What one rule answered, in one Chinese sentence, and the line of the plan it stands on."""

    rule: str
    answer: Answer
    message: str
    source: str = ""
    asks: Ask = Ask.NOTHING

    @property
    def label(self) -> str:
        return "须经批准" if self.asks is Ask.APPROVAL else ANSWER_LABELS[self.answer]


@dataclass(frozen=True)
class Decision:
    """The gate's answer: the heaviest of its rules' answers."""

    answer: Answer
    rules: tuple[RuleSaid, ...]

    def saying(self, answer: Answer) -> tuple[RuleSaid, ...]:
        return tuple(said for said in self.rules if said.answer is answer)

    @property
    def wants_reason(self) -> bool:
        return self.answer is Answer.NEEDS_REASON and any(said.asks is Ask.REASON for said in self.rules)

    @property
    def wants_approval(self) -> bool:
        """Nothing is missing but a leader's approval."""
        return self.answer is Answer.NEEDS_REASON and not self.wants_reason

    @property
    def label(self) -> str:
        return "须经领导批准" if self.wants_approval else ANSWER_LABELS[self.answer]

    def as_json(self) -> dict[str, Any]:
        """As kept on the assignment."""
        said = [
            {"rule": s.rule, "answer": str(s.answer), "message": s.message, "source": s.source, "asks": str(s.asks)}
            for s in self.rules
        ]
        return {"answer": str(self.answer), "rules": said}


def decide(facts: Facts) -> Decision:
    """Ask every rule; refuse outweighs needs_reason outweighs allow."""
    said = tuple(rule(facts) for rule in RULES)
    return Decision(max((one.answer for one in said), key=WEIGHT.__getitem__), said)


def said(facts: Facts, rule: str, answer: Answer, message: str, asks: Ask = Ask.NOTHING) -> RuleSaid:
    return RuleSaid(rule, answer, message, facts.sources.get(rule) or SOURCES.get(rule, ""), asks)


def published(facts: Facts) -> RuleSaid:
    if facts.published:
        return said(facts, "published", Answer.ALLOW, "行动已发布。")
    return said(facts, "published", Answer.REFUSE, "行动尚未发布，发布后才能派单。")


def planned_day(facts: Facts) -> RuleSaid:
    if facts.planned_on < facts.today:
        return said(facts, "planned_day", Answer.REFUSE, f"检查日期 {facts.planned_on} 早于今天（{facts.today}）。")
    return said(facts, "planned_day", Answer.ALLOW, f"检查日期 {facts.planned_on}。")


def phase_open(facts: Facts) -> RuleSaid:
    if facts.phase_starts_on is None or facts.phase_ends_on is None:
        return said(facts, "phase_open", Answer.REFUSE, f"本行动没有“{facts.phase_name}”阶段，不能派单。")
    window = f"“{facts.phase_name}”阶段（{facts.phase_starts_on} 至 {facts.phase_ends_on}）"
    if facts.phase_starts_on <= facts.planned_on <= facts.phase_ends_on:
        return said(facts, "phase_open", Answer.ALLOW, f"检查日期在{window}内。")
    return said(
        facts,
        "phase_open",
        Answer.REFUSE,
        f"检查日期 {facts.planned_on} 不在{window}内；确需调整的，由市局申请调整阶段时间。",
    )


def enterprise_open(facts: Facts) -> RuleSaid:
    if facts.closed:
        return said(facts, "enterprise_open", Answer.REFUSE, "该企业已登记为关停注销，不能派单。")
    return said(facts, "enterprise_open", Answer.ALLOW, "企业未登记为关停注销。")


def standing(facts: Facts) -> RuleSaid:
    if facts.standing_on is None:
        return said(facts, "standing", Answer.ALLOW, "没有未完成的派单。")
    return said(
        facts, "standing", Answer.REFUSE, f"该企业已有一次未完成的派单（{facts.standing_on}），请先完成或撤销后再派。"
    )


def repeat(facts: Facts) -> RuleSaid:
    """HN-02: a second visit in one campaign only on a ground of the list."""
    if facts.visits == 0:
        return said(facts, "repeat", Answer.ALLOW, "本行动内尚未检查过该企业。")
    before = f"该企业在本行动内已检查 {facts.visits} 次"
    if not facts.exception:
        return said(facts, "repeat", Answer.NEEDS_REASON, f"{before}，再次检查须选择例外理由。", Ask.REASON)
    if facts.exception not in EXCEPTIONS:
        return said(facts, "repeat", Answer.REFUSE, f"{before}，所填理由不在例外之列，不得重复检查。")
    return said(facts, "repeat", Answer.ALLOW, f"{before}，例外理由：{EXCEPTIONS[facts.exception]}。")


def positive_list(facts: Facts) -> RuleSaid:
    """HN-58: on the list only for a lead that a leader approved."""
    if not facts.on_positive_list:
        return said(facts, "positive_list", Answer.ALLOW, "检查当日不在监督执法正面清单有效期内。")
    until = f"（有效期至 {facts.positive_until}）" if facts.positive_until else ""
    listed = f"该企业检查当日在监督执法正面清单内{until}"
    if not facts.lead_kind or not facts.lead_detail:
        return said(
            facts,
            "positive_list",
            Answer.REFUSE,
            f"{listed}，不得直接派单；有信访举报、在线超标、上级交办等线索的，填写线索报批。",
        )
    if not facts.lead_approved:
        return said(
            facts, "positive_list", Answer.NEEDS_REASON, f"{listed}，已填写线索，须经单位领导批准后派单。", Ask.APPROVAL
        )
    return said(facts, "positive_list", Answer.ALLOW, f"{listed}，线索已经领导批准。")


def enforcers(facts: Facts) -> RuleSaid:
    """HN-25: experts and others without the right to enforce are no part of the two."""
    without = [officer.name for officer in facts.officers if not officer.may_enforce]
    if without:
        return said(
            facts,
            "enforcers",
            Answer.REFUSE,
            f"{'、'.join(without)}在该辖区没有执法权限，不能担任主办人或协办人（专家没有执法权）。",
        )
    return said(facts, "enforcers", Answer.ALLOW, "主办人、协办人均为本辖区执法人员。")


def recusal(facts: Facts) -> RuleSaid:
    """Who is recused from an enterprise does not go there, drawn or chosen. The kind is named, never the ground."""
    away = [f"{officer.name}（{officer.recused}）" for officer in facts.officers if officer.recused]
    if away:
        return said(facts, "recusal", Answer.REFUSE, f"{'、'.join(away)}须回避该企业，请另派人员。")
    return said(facts, "recusal", Answer.ALLOW, "主办人、协办人均不须回避该企业。")


def certificates(facts: Facts) -> RuleSaid:
    """HN-25, HS-76: at least two valid certificates on the planned day."""
    valid = [officer.name for officer in facts.officers if officer.certificate_valid]
    if len(valid) >= 2:
        return said(facts, "certificates", Answer.ALLOW, f"检查当日 {len(valid)} 人执法证有效。")
    lacking = "、".join(officer.name for officer in facts.officers if not officer.certificate_valid)
    tail = f"：{lacking}的执法证在检查当日无效或未登记" if lacking else ""
    return said(facts, "certificates", Answer.REFUSE, f"检查当日有效执法证只有 {len(valid)} 个，不足两个{tail}。")


def pledge(facts: Facts) -> RuleSaid:
    unsigned = [officer.name for officer in facts.officers if not officer.pledged]
    if facts.pledge_asked and unsigned:
        return said(
            facts, "pledge", Answer.REFUSE, f"{'、'.join(unsigned)}尚未签署本行动的廉洁自律承诺书，请本人登录后签署。"
        )
    return said(
        facts, "pledge", Answer.ALLOW, "廉洁自律承诺书已签署。" if facts.pledge_asked else "本行动不要求签署承诺书。"
    )


def expert(facts: Facts) -> RuleSaid:
    if not facts.expert:
        return said(facts, "expert", Answer.ALLOW, "未配专家。")
    if facts.expert_may_advise:
        return said(facts, "expert", Answer.ALLOW, f"配备专家{facts.expert}，专家没有执法权，不计入两名执法人员。")
    return said(facts, "expert", Answer.REFUSE, f"{facts.expert}不是本辖区登记的专家。")


RULES: tuple[Callable[[Facts], RuleSaid], ...] = (
    published,
    planned_day,
    phase_open,
    enterprise_open,
    standing,
    repeat,
    positive_list,
    enforcers,
    recusal,
    certificates,
    pledge,
    expert,
)
RULE_LABELS = {
    "published": "行动发布",
    "planned_day": "检查日期",
    "phase_open": "阶段时间",
    "enterprise_open": "企业状态",
    "standing": "未完成派单",
    "repeat": "重复检查",
    "positive_list": "正面清单",
    "enforcers": "执法权限",
    "recusal": "回避",
    "certificates": "执法证件",
    "pledge": "廉洁承诺",
    "expert": "专家",
}


# What stands before a day of the year after the campaign's: a winter campaign ends in spring.
NEXT_YEAR = "次年"
Window = tuple[date, date]


def own_window(default: Window, own: Mapping[str, Window], path: str) -> Window:
    """The window of a unit: its own, else that of the nearest unit above that has one, else the campaign's."""
    above = [prefix for prefix in own if path.startswith(prefix)]
    return own[max(above, key=len)] if above else default


def campaign_day(month_day: str, year: int, shift_weeks: int = 0) -> date:
    """What a blueprint's "04-21" or "次年03-31" means in a campaign's year; the demonstration shifts by weeks."""
    month, day = map(int, month_day.removeprefix(NEXT_YEAR).split("-"))
    return date(year + month_day.startswith(NEXT_YEAR), month, day) + timedelta(weeks=shift_weeks)
