"""The visit gate: what is proposed, what is read about it, and the decision."""

from campaigns.services.gate.judging import KEY_PHASE, OTHER_PHASE, gather, gather_many, judge, judge_many
from campaigns.services.gate.proposing import Proposal, people_of
from campaigns.services.gate.reading import held_by, policy_for

__all__ = [
    "KEY_PHASE",
    "OTHER_PHASE",
    "Proposal",
    "gather",
    "gather_many",
    "held_by",
    "judge",
    "judge_many",
    "people_of",
    "policy_for",
]
