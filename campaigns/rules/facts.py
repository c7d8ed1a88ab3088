"""All that the visit gate may know, frozen; and how a rule speaks about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from campaigns.rules.answers import Answer, Ask, RuleSaid
from campaigns.rules.policy import GROUND_OF, Policy

# What a rule stands on where the campaign's blueprint names no line of its plan.
SOURCES = {
    "published": "平台规则：行动经批准、发布后才能派单，结束后不再派单",
    "unit_ready": "启动清单：方案要求先有审核通过的文件，才安排任务",
    "planned_day": "平台规则：检查日期不早于派单当日",
    "phase_open": "平台规则：检查在行动规定的阶段时间之内",
    "enterprise_open": "平台规则：检查对象须在册、在本行动范围之内",
    "standing": "平台规则：同一行动内同一企业只有一次未完成的派单",
    "repeat": "平台规则：同一行动内再次检查须有例外理由",
    "positive_list": "《关于加强生态环境监督执法正面清单管理推动差异化执法监管的指导意见》：对清单内企业减少现场检查",
    "lead": "平台规则：线索须登记在册、属于该企业、尚未派查",
    "research": "平台规则：方案安排了调研指导的行动才有调研指导",
    "expert": "平台规则：专家须登记在本辖区，只提供意见，没有执法权",
    "verification": "平台规则：先检查、后核查",
    "certificates": "《行政处罚法》：检查时执法人员不得少于两人，并应当出示执法证件",
    "enforcers": "《行政处罚法》：行政执法由具有行政执法资格的人员实施",
    "patrol": "巡查组对执法检查实施巡查监督，巡查人员与被巡查的检查组须由不同人员担任",
    "recusal": "《行政处罚法》：执法人员与案件有直接利害关系或者其他关系可能影响公正执法的，应当回避",
}


@dataclass(frozen=True)
class Officer:
    """One of the two who are to go: what the platform knows of the person for the planned day."""

    name: str
    may_enforce: bool = True
    certificate_valid: bool = True
    pledged: bool = True
    unlearnt: tuple[str, ...] = ()  # texts of discipline in force that the person has not signed
    patrols: bool = False  # sits in the campaign's patrol group
    tags: tuple[str, ...] = ()  # 千名精兵、业务骨干 and whatever else the inspectors' list says
    recused: str = ""  # the kind of the recusal (自行回避 …); why, is nobody's business here


@dataclass(frozen=True)
class Before:
    """Another visit to the same enterprise: its day, who went, what it looked into ("" and nothing: all of it)."""

    on: date
    by: str
    items: frozenset[str] = frozenset()


class LeadStanding(StrEnum):
    """What the register says of the lead that is brought forward."""

    TYPED = ""
    REGISTERED = "registered"
    ELSEWHERE = "elsewhere"
    USED = "used"
    ENDED = "ended"


ENFORCE, RESEARCH, VERIFY = "enforce", "research", "verify"


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
    ended: bool = False  # the campaign, by whoever closed it
    closed: bool = False
    moved_to: str = ""  # the unit that answers for the enterprise now, where the campaign does not reach it
    standing_on: date | None = None
    visits: int = 0
    exception: str = ""
    on_positive_list: bool = False
    positive_until: date | None = None
    lead_kind: str = ""
    lead_detail: str = ""  # the words of a lead are kept apart: no sentence repeats them
    lead_number: str = ""
    lead_standing: LeadStanding = LeadStanding.TYPED
    expert: str = ""
    expert_may_advise: bool = True
    expert_patrols: bool = False
    pledge_asked: bool = True
    clauses: str = ""  # what becomes of who has not signed the texts of discipline: required, free; "" nothing is asked
    training_asked: bool = False
    province_untrained: bool = False  # the plan wants the province's training first, and none is registered
    untrained: str = ""  # the lead inspector's name, where the plan orders training and none is recorded
    plan_missing: str = ""  # the document that the unit owes before anything is assigned (启动清单)
    # Whether the document wants approval for what no plan in force holds, and what is known of the plans.
    plan_asked: bool = False
    in_plan: bool = False
    both_approve: bool = False  # the superior and the own head, not one of them
    plan_waits: str = ""  # the plan that holds it and is not in force yet, with its state
    reason: str = ""
    approved: bool = False  # by a leader, for this very visit
    lead_tags: tuple[str, ...] = ()  # of which the lead inspector must carry one
    policy: Policy = field(default_factory=Policy)
    kind: str = ENFORCE
    is_key: bool = True
    drawn: bool = False
    items: frozenset[str] = frozenset()
    covered: int = 0
    listed: int = 0
    # Visits that a superior made, visits of other teams or campaigns, and how many of this year count.
    superior_visits: tuple[Before, ...] = ()
    other_visits: tuple[Before, ...] = ()
    counted_this_year: int = 0
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The planner's own; what a draw writes by itself is nobody's reason."""
        return "" if self.drawn else self.reason

    @property
    def lead_is_registered(self) -> bool:
        return self.lead_standing is LeadStanding.REGISTERED

    @property
    def lead_stands(self) -> bool:
        """The lead is in the register; one that was typed is registered by a leader's approval."""
        return bool(self.lead_kind and self.lead_detail) and (self.lead_is_registered or self.approved)

    @property
    def grounded_in_lead(self) -> bool:
        """The exception rests on a lead of its own kind."""
        return bool(self.lead_detail) and GROUND_OF.get(self.lead_kind) == self.exception


def said(facts: Facts, rule: str, answer: Answer, message: str, asks: Ask = Ask.NOTHING) -> RuleSaid:
    return RuleSaid(rule, answer, message, facts.sources.get(rule) or SOURCES.get(rule, ""), asks)
