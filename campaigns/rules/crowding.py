"""Is the enterprise visited too often, by whomever? A superior's visit, other teams, the cap of the year."""

from campaigns.rules.answers import Answer, Ask, RuleSaid
from campaigns.rules.facts import RESEARCH, VERIFY, Before, Facts, said


def same_month(facts: Facts) -> RuleSaid | None:
    """GS-56: after a superior's visit not again that month on the same matter, but with reason and approval."""
    if facts.policy.same_month is None or facts.kind == RESEARCH:
        return None
    found = [visit for visit in facts.superior_visits if is_same(visit, facts)]
    if not found:
        return said(facts, "same_month", Answer.ALLOW, "检查当月没有上级对同一事项的检查在先。")
    last = max(found, key=lambda visit: visit.on)
    days = facts.policy.same_month.days
    span = f"{days} 日内" if days else "同一自然月内"
    matter = f"“{'、'.join(sorted(last.items))}”" if last.items else "全部事项"
    before = f"{last.by}已于 {last.on} 对该企业检查{matter}，{span}原则上不再对同一事项检查"
    if not facts.words:
        return said(facts, "same_month", Answer.REFUSE, f"{before}；确需检查的，写明理由并报批准。")
    if not facts.approved:
        sentence = f"{before}；已写明理由（{facts.words}），须经单位领导批准后派单。"
        return said(facts, "same_month", Answer.NEEDS_REASON, sentence, Ask.APPROVAL)
    return said(facts, "same_month", Answer.ALLOW, f"{before}；理由：{facts.words}，已经领导批准。")


def is_same(visit: Before, facts: Facts) -> bool:
    """Before the planned day, in its calendar month, and on a matter of it; a visit that names none was on all."""
    day, rule = facts.planned_on, facts.policy.same_month
    if visit.on > day:
        return False
    if rule is not None and rule.days is not None:
        return (day - visit.on).days <= rule.days and share_matter(visit, facts)
    return (visit.on.year, visit.on.month) == (day.year, day.month) and share_matter(visit, facts)


def share_matter(visit: Before, facts: Facts) -> bool:
    return not visit.items or not facts.items or bool(visit.items & facts.items)


def merge(facts: Facts) -> RuleSaid | None:
    """LH-12: what one visit can settle is not done by two teams."""
    days = facts.policy.merge_days
    if days is None or facts.kind == RESEARCH:
        return None
    near = [visit for visit in facts.other_visits if abs((visit.on - facts.planned_on).days) <= days]
    if not near:
        return said(facts, "merge", Answer.ALLOW, f"前后 {days} 天内没有其他单位或其他行动对该企业的检查。")
    named = "、".join(f"{visit.by}（{visit.on}）" for visit in sorted(near, key=lambda visit: visit.on))
    before = f"前后 {days} 天内另有{named}对该企业的检查"
    if not facts.words:
        sentence = f"{before}，建议合并为一次检查；不能合并的，写明理由。"
        return said(facts, "merge", Answer.NEEDS_REASON, sentence, Ask.WORDS)
    return said(facts, "merge", Answer.ALLOW, f"{before}，不合并的理由：{facts.words}。")


def yearly_cap(facts: Facts) -> RuleSaid | None:
    """No more visits in a year than the plan allows; what it frees (re-check, own request, lead) does not count."""
    cap = facts.policy.yearly_cap
    if cap is None or facts.kind in {RESEARCH, VERIFY}:
        return None
    count = f"该企业本年度计入上限的检查已有 {facts.counted_this_year} 次（上限 {cap.times} 次）"
    if facts.exception in cap.free or (facts.lead_stands and "lead" in cap.free):
        return said(facts, "yearly_cap", Answer.ALLOW, f"{count}，本次不计入。")
    if facts.counted_this_year >= cap.times and facts.lead_kind and facts.lead_detail and "lead" in cap.free:
        sentence = f"{count}，所填线索尚未登记在册，须经单位领导批准后派单。"
        return said(facts, "yearly_cap", Answer.NEEDS_REASON, sentence, Ask.APPROVAL)
    if facts.counted_this_year >= cap.times:
        return said(facts, "yearly_cap", Answer.REFUSE, f"{count}，不能再派单；复查、企业申请、线索核查按例外办理。")
    return said(facts, "yearly_cap", Answer.ALLOW, f"{count}。")
