"""The visit gate, and the dates of a campaign. Pure: frozen facts in, an answer with its grounds out."""

from campaigns.rules.answers import ANSWER_LABELS, WEIGHT, Answer, Ask, Decision, RuleSaid
from campaigns.rules.dates import MONTH_END, NEXT_YEAR, Window, campaign_day, fault, own_window
from campaigns.rules.facts import ENFORCE, RESEARCH, SOURCES, VERIFY, Before, Facts, LeadStanding, Officer, said
from campaigns.rules.gate import RULE_LABELS, RULES, decide
from campaigns.rules.policy import EXCEPTIONS, GROUND_OF, OTHERS, Policy, Repeat, SameMonth, YearlyCap, policy_of
from campaigns.rules.policy import PositiveList as PositivePolicy

__all__ = [
    "ANSWER_LABELS",
    "ENFORCE",
    "EXCEPTIONS",
    "GROUND_OF",
    "MONTH_END",
    "NEXT_YEAR",
    "OTHERS",
    "RESEARCH",
    "RULES",
    "RULE_LABELS",
    "SOURCES",
    "VERIFY",
    "WEIGHT",
    "Answer",
    "Ask",
    "Before",
    "Decision",
    "Facts",
    "LeadStanding",
    "Officer",
    "Policy",
    "PositivePolicy",
    "Repeat",
    "RuleSaid",
    "SameMonth",
    "Window",
    "YearlyCap",
    "campaign_day",
    "decide",
    "fault",
    "own_window",
    "policy_of",
    "said",
]
