"""Is the campaign running, and is the day one of its days?"""

from campaigns.rules.answers import Answer, RuleSaid
from campaigns.rules.facts import ENFORCE, Facts, said


def published(facts: Facts) -> RuleSaid:
    if facts.published:
        return said(facts, "published", Answer.ALLOW, "行动已发布。")
    if facts.ended:
        return said(facts, "published", Answer.REFUSE, "行动已经结束，不能再派单。")
    return said(facts, "published", Answer.REFUSE, "行动尚未发布，发布后才能派单。")


def unit_ready(facts: Facts) -> RuleSaid:
    """HS-42: no task of a unit whose own plan is not approved."""
    if facts.plan_missing:
        return said(facts, "unit_ready", Answer.REFUSE, f"{facts.plan_missing}，审核通过前本单位任务不能派单。")
    return said(facts, "unit_ready", Answer.ALLOW, "本单位启动清单没有阻止派单的事项。")


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
    when = "阶段尚未到" if facts.planned_on < facts.phase_starts_on else "阶段已经结束"
    return said(
        facts,
        "phase_open",
        Answer.REFUSE,
        f"检查日期 {facts.planned_on} 不在{window}内，{when}；确需调整的，由市局申请调整阶段时间。",
    )


UNTRAINED = "没有省级统一培训的登记，“执法检查”阶段不能启动；请省级或组织本行动的单位在“培训登记”中登记后再派单。"


def province_training(facts: Facts) -> RuleSaid | None:
    """HN-73: the province trains before the inspections begin."""
    if "province_training" not in facts.sources or facts.kind != ENFORCE:
        return None
    if facts.province_untrained:
        return said(facts, "province_training", Answer.REFUSE, UNTRAINED)
    return said(facts, "province_training", Answer.ALLOW, "省级统一培训已登记。")
