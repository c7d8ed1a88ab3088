"""Is the visit in the unit's plan, and may this person lead it?"""

from campaigns.rules.answers import Answer, Ask, RuleSaid
from campaigns.rules.facts import Facts, said


def planned(facts: Facts) -> RuleSaid:
    """LH-13: what no plan in force holds is visited with the superior's or the own head's approval only."""
    if not facts.plan_asked:
        return said(facts, "planned", Answer.ALLOW, "方案没有规定计划外检查须经批准。")
    if facts.in_plan:
        return said(facts, "planned", Answer.ALLOW, "该企业在实施中的执法计划内。")
    outside = "该企业不在实施中的执法计划内"
    if facts.plan_waits:
        outside = f"该企业所在的{facts.plan_waits}，备案实施之前不能按计划派单"
    if facts.approved:
        return said(facts, "planned", Answer.ALLOW, f"{outside}，已经领导批准。")
    who = "上级和本单位主要负责人都批准" if facts.both_approve else "上级或本单位主要负责人批准"
    if not facts.reason:
        sentence = f"{outside}；确需检查的，在“说明”中写明理由，报{who}。"
        return said(facts, "planned", Answer.NEEDS_REASON, sentence, Ask.REASON)
    return said(facts, "planned", Answer.NEEDS_REASON, f"{outside}，须经{who}后派单。", Ask.APPROVAL)


def lead_tag(facts: Facts) -> RuleSaid:
    """HN-49: where the document says who may lead, the lead inspector carries that tag."""
    if not facts.lead_tags or not facts.officers:
        return said(facts, "lead_tag", Answer.ALLOW, "方案对主办人没有另外的要求。")
    lead, wanted = facts.officers[0], "”或“".join(facts.lead_tags)
    if set(lead.tags) & set(facts.lead_tags):
        return said(facts, "lead_tag", Answer.ALLOW, f"主办人{lead.name}带有“{wanted}”标签。")
    return said(
        facts, "lead_tag", Answer.REFUSE, f"主办人{lead.name}没有“{wanted}”标签，不能担任主办人，请另选主办人。"
    )
