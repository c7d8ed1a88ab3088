from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.gate import Person, Scope, ScopedQuerySet, holdings
from accounts.models import Unit, User
from inspections.models.issue import Issue
from inspections.states import HandoverState, IssueState

TONES = {
    HandoverState.HANDED: "blue",
    HandoverState.PROPOSED: "amber",
    HandoverState.ESCALATED: "red",
    HandoverState.KEPT: "grey",
}


class HandoverQuerySet(ScopedQuerySet["Handover"]):
    view_capability = "issue.view"
    path_lookup = "locality__path"
    of_campaign = "issue__campaign"

    def visible_to(self, user: Person) -> "HandoverQuerySet":
        """The locality, whoever stands above it, and the team to which it escalates."""
        return super().visible_to(user) | self.filter(of_team(holdings(user).scope(self.view_capability)))

    def to_decide(self, user: Person) -> "HandoverQuerySet":
        """What waits for this person's word: at the team or above it."""
        waiting = self.filter(state=HandoverState.PROPOSED, issue__state__in=IssueState.open())
        return waiting.filter(of_team(holdings(user).scope("visit.approve")))


def of_team(scope: Scope) -> Q:
    found = Q(pk__in=[])
    for path in scope.free:
        found |= Q(team__path__startswith=path)
    return found


class Handover(models.Model):
    """A problem of a cross-region check given to its locality (移交属地), and whether the city's team takes it back."""

    State = HandoverState

    issue = models.OneToOneField(Issue, on_delete=models.PROTECT, related_name="handover")
    locality = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    # Who handles it directly (直接查办) once it is confirmed that the locality was too late.
    team = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.HANDED)
    handed_on = models.DateField()
    # Who took it at the locality, or the number of the locality's receipt.
    receipt = models.CharField(max_length=100, blank=True)
    handed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()
    # By how many days too late, as the plan said when the escalation was proposed.
    days = models.IntegerField(null=True)
    proposed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="handover_proposed_dated",
                condition=Q(state="handed") | (Q(proposed_at__isnull=False) & Q(days__isnull=False)),
            ),
            models.CheckConstraint(
                name="handover_decided_by_somebody",
                condition=~Q(state__in=["escalated", "kept"])
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(name="handover_kept_with_reason", condition=~Q(state="kept") | ~Q(reason="")),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="handover_state")]

    def __str__(self) -> str:
        return f"{self.issue} 移交{self.locality.short_name}"

    @property
    def gate_path(self) -> str:
        """Of the team: to decide is its leader's and the city's, never the locality's."""
        return self.team.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None

    @property
    def tone(self) -> str:
        return TONES[HandoverState(self.state)]
