"""May this enterprise be visited, and again?"""

from campaigns.rules.answers import Answer, Ask, RuleSaid
from campaigns.rules.facts import RESEARCH, VERIFY, Facts, said
from campaigns.rules.leads import KIND_LABELS
from campaigns.rules.policy import EXCEPTIONS, PositiveList


def enterprise_open(facts: Facts) -> RuleSaid:
    if facts.closed:
        return said(facts, "enterprise_open", Answer.REFUSE, "该企业已登记为关停注销，不能派单。")
    if facts.moved_to:
        sentence = f"该企业现由{facts.moved_to}监管，不在本行动的范围之内，不能派单。"
        return said(facts, "enterprise_open", Answer.REFUSE, sentence)
    return said(facts, "enterprise_open", Answer.ALLOW, "企业未登记为关停注销。")


def standing(facts: Facts) -> RuleSaid:
    if facts.standing_on is None:
        return said(facts, "standing", Answer.ALLOW, "没有未完成的派单。")
    return said(
        facts, "standing", Answer.REFUSE, f"该企业已有一次未完成的派单（{facts.standing_on}），请先完成或撤销后再派。"
    )


def repeat(facts: Facts) -> RuleSaid:
    """HN-02, HS-12: a second visit in one campaign only on a ground of the list, until every one had its first."""
    if facts.kind == RESEARCH:
        return said(facts, "repeat", Answer.ALLOW, "调研指导不是执法检查，不计入检查次数。")
    if facts.kind == VERIFY:
        return said(facts, "repeat", Answer.ALLOW, "核查的是已经做过的检查，不计入检查次数。")
    if facts.visits == 0:
        return said(facts, "repeat", Answer.ALLOW, "本行动内尚未检查过该企业。")
    before = f"该企业在本行动内已检查 {facts.visits} 次"
    rule = facts.policy.repeat
    if rule.until_covered is not None:
        before += f"，本行动对象已检查 {facts.covered} 家、共 {facts.listed} 家（{coverage(facts)}）"
        if facts.listed and facts.covered * 100 >= rule.until_covered * facts.listed:
            return said(facts, "repeat", Answer.ALLOW, f"{before}，已全部检查一遍，可以再次检查。")
    if facts.drawn and rule.draws_again:
        return said(facts, "repeat", Answer.ALLOW, f"{before}，本次由双随机抽中。")
    if facts.exception not in rule.grounds:
        return without_ground(facts, before)
    return on_ground(facts, before)


def coverage(facts: Facts) -> str:
    """As a percentage that is never rounded up to the whole."""
    tenths = facts.covered * 1000 // facts.listed if facts.listed else 0
    return f"{tenths // 10}.{tenths % 10}%"


def without_ground(facts: Facts, before: str) -> RuleSaid:
    rule = facts.policy.repeat
    grounds = "、".join(EXCEPTIONS[ground] for ground in rule.grounds)
    if facts.exception:
        return said(facts, "repeat", Answer.REFUSE, f"{before}，所填理由不在例外之列（{grounds}），不得重复检查。")
    if rule.until_covered is not None:
        wanted = f"全部检查一遍之前不重复检查，确有{grounds}的，须选择例外理由。"
        return said(facts, "repeat", Answer.REFUSE, f"{before}；{wanted}")
    return said(facts, "repeat", Answer.NEEDS_REASON, f"{before}，再次检查须选择例外理由。", Ask.REASON)


def on_ground(facts: Facts, before: str) -> RuleSaid:
    rule, ground = facts.policy.repeat, EXCEPTIONS[facts.exception]
    if facts.exception in rule.with_lead and not facts.grounded_in_lead:
        sentence = f"{before}，以“{ground}”再次检查的，须引用或填写相应的线索。"
        return said(facts, "repeat", Answer.REFUSE, sentence)
    if facts.exception in rule.with_lead and not facts.lead_stands:
        sentence = f"{before}，所填线索尚未登记在册，须经单位领导批准后派单。"
        return said(facts, "repeat", Answer.NEEDS_REASON, sentence, Ask.APPROVAL)
    if facts.exception in rule.by_approval and not facts.approved:
        if not facts.words:
            sentence = f"{before}，以“{ground}”再次检查的，须写明理由并经批准。"
            return said(facts, "repeat", Answer.NEEDS_REASON, sentence, Ask.WORDS)
        sentence = f"{before}，例外理由：{ground}（{facts.words}），须经单位领导批准后派单。"
        return said(facts, "repeat", Answer.NEEDS_REASON, sentence, Ask.APPROVAL)
    words = f"（{facts.words}）" if facts.words else ""
    return said(facts, "repeat", Answer.ALLOW, f"{before}，例外理由：{ground}{words}。")


def positive_list(facts: Facts) -> RuleSaid:
    """HN-58, LH-05, LH-06: on the list only for a lead of a kind that the plan allows; most plans ask a leader too."""
    if not facts.on_positive_list:
        return said(facts, "positive_list", Answer.ALLOW, "检查当日不在监督执法正面清单有效期内。")
    until = f"（有效期至 {facts.positive_until}）" if facts.positive_until else ""
    listed = f"该企业检查当日在监督执法正面清单内{until}"
    if facts.kind == RESEARCH:
        return research_on_list(facts, listed)
    rule = facts.policy.positive_list
    if facts.drawn and rule.draws(is_key=facts.is_key):
        return said(facts, "positive_list", Answer.ALLOW, f"{listed}，本次由双随机抽中。")
    if facts.lead_kind and facts.lead_detail:
        return past_the_list(facts, listed)
    if rule.checked:
        return check_of_list(facts, listed)
    tail = "填写线索报批" if rule.approval else "引用已登记的线索"
    way = f"；有{kinds_said(rule)}等线索的，{tail}" if rule.leads else "，本行动没有设例外"
    return said(facts, "positive_list", Answer.REFUSE, f"{listed}，不得直接派单{way}。")


def kinds_said(rule: PositiveList) -> str:
    return "、".join(label for kind, label in KIND_LABELS.items() if kind in rule.leads)


def research_on_list(facts: Facts, listed: str) -> RuleSaid:
    """LH-07: in principle not even that; where it is really needed, the planner says why."""
    if facts.words:
        return said(facts, "positive_list", Answer.ALLOW, f"{listed}，本次为调研指导，不是执法检查：{facts.words}。")
    sentence = f"{listed}，原则上不进行现场调研指导；确需开展的，在“说明”中写明理由。"
    return said(facts, "positive_list", Answer.NEEDS_REASON, sentence, Ask.WORDS)


def check_of_list(facts: Facts, listed: str) -> RuleSaid:
    """The plan orders checks of the list itself and wants no needless ones: a leader judges the need."""
    if not facts.words:
        sentence = f"{listed}；属于方案安排的清单检查的，在“说明”中写明检查的必要，报单位领导批准。"
        return said(facts, "positive_list", Answer.NEEDS_REASON, sentence, Ask.WORDS)
    if not facts.approved:
        sentence = f"{listed}，已写明理由（{facts.words}），须经单位领导批准后派单。"
        return said(facts, "positive_list", Answer.NEEDS_REASON, sentence, Ask.APPROVAL)
    return said(facts, "positive_list", Answer.ALLOW, f"{listed}，方案安排的清单检查：{facts.words}，已经领导批准。")


def past_the_list(facts: Facts, listed: str) -> RuleSaid:
    rule = facts.policy.positive_list
    if facts.lead_kind not in rule.leads:
        kind = KIND_LABELS.get(facts.lead_kind, facts.lead_kind)
        known = f"不在本行动规定的例外（{kinds_said(rule)}）之内" if rule.leads else "本行动没有设例外"
        sentence = f"{listed}，线索为“{kind}”，{known}。"
        return said(facts, "positive_list", Answer.REFUSE, sentence)
    if facts.approved:
        return said(facts, "positive_list", Answer.ALLOW, f"{listed}，线索已经领导批准。")
    if rule.approval or not facts.lead_is_registered:
        sentence = f"{listed}，已填写线索，须经单位领导批准后派单。"
        return said(facts, "positive_list", Answer.NEEDS_REASON, sentence, Ask.APPROVAL)
    return said(facts, "positive_list", Answer.ALLOW, f"{listed}，有已登记的线索（{facts.lead_number}）。")


def lead(facts: Facts) -> RuleSaid | None:
    """A lead goes past a rule only while it stands in the register, concerns this enterprise and is not used up."""
    if not facts.lead_kind:
        return None
    wrong = {
        "elsewhere": "所引用的线索不是这家企业的，不能据此派单。",
        "used": "所引用的线索已经派查，不能再次据此派单。",
        "ended": "所引用的线索已经合并、不予受理或办结，不能据此派单。",
    }
    if sentence := wrong.get(facts.lead_standing):
        return said(facts, "lead", Answer.REFUSE, sentence)
    if facts.lead_is_registered:
        return said(facts, "lead", Answer.ALLOW, "线索已登记在册，属于该企业，尚未派查。")
    return said(facts, "lead", Answer.ALLOW, "所填线索在派单时登记。")


def research(facts: Facts) -> RuleSaid | None:
    """LH-07: research asks the enterprise first."""
    if facts.kind != RESEARCH:
        return None
    if not facts.policy.research:
        return said(facts, "research", Answer.REFUSE, "本行动方案没有安排调研指导，请按执法检查派单。")
    sentence = "调研指导须事先征得企业同意：派单后向企业征询，企业同意前不能开始；所见问题不作为执法证据。"
    return said(facts, "research", Answer.ALLOW, sentence)


def verification(facts: Facts) -> RuleSaid | None:
    """HN-80: what has not been inspected yet is not verified."""
    if facts.kind != VERIFY:
        return None
    if facts.visits:
        return said(facts, "verification", Answer.ALLOW, f"本行动已检查该企业 {facts.visits} 次，可以核查。")
    unit = "重点单位" if facts.is_key else "非重点单位"
    return said(facts, "verification", Answer.REFUSE, f"该{unit}的检查尚未完成，不能生成核查任务。")
