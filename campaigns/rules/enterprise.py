"""May this enterprise be visited, and again?"""

from campaigns.rules.answers import Answer, Ask, RuleSaid
from campaigns.rules.facts import EXCEPTIONS, Facts, said


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
