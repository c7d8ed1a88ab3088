"""The gate once more when people show their certificates: much may have changed since the visit was planned."""

from dataclasses import replace
from datetime import datetime

from campaigns.models import Assignment, Target
from campaigns.rules import Answer
from campaigns.services.gate import judge
from campaigns.services.planning import proposal_of
from core import clock
from core.refusals import Refused

# What a campaign, a list or a superior may have changed. People and their papers are asked for on the spot.
CHANGING = frozenset({"published", "phase_open", "enterprise_open", "positive_list", "same_month"})


def refuse_outlived(assignment: Assignment, *, at: datetime) -> None:
    """Refused (409) where the gate would no longer let this visit pass today, approvals that it has counted."""
    rows = Target.objects.select_related("campaign__blueprint", "campaign__unit", "enterprise", "unit")
    target = rows.get(pk=assignment.target_id)
    proposal = proposal_of(assignment, approved=assignment.approved_at is not None)
    decision = judge(target, replace(proposal, planned_on=clock.day_of(at)), at, besides=assignment)
    against = [said for said in decision.rules if said.rule in CHANGING and said.answer is not Answer.ALLOW]
    if against:
        sentences = "".join(said.message for said in against)
        raise Refused(f"派单之后情况有变，不能开始检查：{sentences}请撤销派单，确需检查的重新派单。")
