"""The visit gate: every rule is asked, the heaviest answer decides."""

from collections.abc import Callable

from campaigns.rules import crowding, enterprise, people, plan, timing
from campaigns.rules.answers import WEIGHT, Decision, RuleSaid
from campaigns.rules.facts import Facts

RULES: tuple[Callable[[Facts], RuleSaid | None], ...] = (
    timing.published,
    timing.unit_ready,
    timing.planned_day,
    timing.phase_open,
    timing.province_training,
    enterprise.enterprise_open,
    enterprise.standing,
    enterprise.repeat,
    enterprise.positive_list,
    plan.planned,
    enterprise.lead,
    enterprise.research,
    enterprise.verification,
    crowding.same_month,
    crowding.merge,
    crowding.yearly_cap,
    people.enforcers,
    plan.lead_tag,
    people.recusal,
    people.patrol,
    people.certificates,
    people.pledge,
    people.clauses,
    people.trained,
    people.expert,
)
RULE_LABELS = {
    "published": "行动发布",
    "unit_ready": "启动清单",
    "planned_day": "检查日期",
    "phase_open": "阶段时间",
    "province_training": "省级培训",
    "enterprise_open": "企业状态",
    "standing": "未完成派单",
    "repeat": "重复检查",
    "positive_list": "正面清单",
    "planned": "执法计划",
    "lead": "线索",
    "research": "调研指导",
    "verification": "核查条件",
    "same_month": "上级当月检查",
    "merge": "合并检查",
    "yearly_cap": "年度上限",
    "enforcers": "执法权限",
    "lead_tag": "主办人资格",
    "recusal": "回避",
    "patrol": "巡查互斥",
    "certificates": "执法证件",
    "pledge": "廉洁承诺",
    "clauses": "纪律条文",
    "trained": "执法培训",
    "expert": "专家",
}


def decide(facts: Facts) -> Decision:
    """Ask every rule; refuse outweighs needs_reason outweighs allow. A rule that does not hold here is silent."""
    said = tuple(one for one in (rule(facts) for rule in RULES) if one is not None)
    return Decision(max((one.answer for one in said), key=WEIGHT.__getitem__), said)
