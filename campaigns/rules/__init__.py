"""The visit gate, and the dates of a campaign. Pure: frozen facts in, an answer with its grounds out."""

from campaigns.rules.answers import ANSWER_LABELS, WEIGHT, Answer, Ask, Decision, RuleSaid
from campaigns.rules.dates import NEXT_YEAR, Window, campaign_day, own_window
from campaigns.rules.facts import EXCEPTIONS, SOURCES, Facts, Officer, said
from campaigns.rules.gate import RULE_LABELS, RULES, decide

__all__ = [
    "ANSWER_LABELS",
    "EXCEPTIONS",
    "NEXT_YEAR",
    "RULES",
    "RULE_LABELS",
    "SOURCES",
    "WEIGHT",
    "Answer",
    "Ask",
    "Decision",
    "Facts",
    "Officer",
    "RuleSaid",
    "Window",
    "campaign_day",
    "decide",
    "own_window",
    "said",
]
