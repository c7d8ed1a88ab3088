from typing import ClassVar

from django.db import models
from django.db.models.functions import Cast

from accounts.gate import Person, ScopedQuerySet, able_somewhere, holdings
from accounts.models import EnforcementCertificate, Unit, User
from campaigns.models import Assignment, Campaign, RegisterLink
from enterprises.models import Enterprise
from inspections.states import VisitState

TONES = {
    VisitState.PLANNED: "grey",
    VisitState.ON_SITE: "blue",
    VisitState.SUBMITTED: "green",
    VisitState.HALTED: "amber",
    VisitState.CLOSED: "amber",
    VisitState.CANCELLED: "grey",
}
OPEN = [VisitState.PLANNED, VisitState.ON_SITE]
OBSTRUCTED = "受阻"
# The register in which resistance to a visit is reported.
OBSTACLES = "obstacle"
KNOWN_TO_ENTERPRISE = [VisitState.ON_SITE, VisitState.SUBMITTED, VisitState.HALTED, VisitState.CLOSED]


class VisitQuerySet(ScopedQuerySet["Visit"]):
    view_capability = "visit.view"
    of_campaign = "campaign"
    enterprise_lookup = "enterprise_id"
    campaign_lookup = "campaign_id"

    def visible_to(self, user: Person) -> "VisitQuerySet":
        """A visit that is only planned is kept from the enterprise: its name must not leak before the team is there."""
        own = holdings(user).scope(self.own_capability).enterprise_ids
        seen = self._condition(holdings(user).scope(self.view_capability))
        return self.filter(seen | (self._named(self.enterprise_lookup, own) & models.Q(state__in=KNOWN_TO_ENTERPRISE)))

    def of_team_member(self, user: User) -> "VisitQuerySet":
        return self.filter(
            models.Q(assignment__lead_inspector=user)
            | models.Q(assignment__second_inspector=user)
            | models.Q(assignment__expert=user)
        )

    def with_obstacles(self, user: Person) -> "VisitQuerySet":
        """Each with whether an obstacle report about it stands (检查阻力报告单, not settled yet); the enterprise's own
        people are not told."""
        if not able_somewhere(user, self.view_capability):
            return self
        about = RegisterLink.objects.filter(kind="visit", key=Cast(models.OuterRef("pk"), models.CharField()))
        standing = about.filter(entry__register=OBSTACLES, entry__is_open=True)
        return self.annotate(obstructed=models.Exists(standing))

    def finished(self) -> "VisitQuerySet":
        return self.filter(state__in=[VisitState.SUBMITTED, VisitState.HALTED, VisitState.CLOSED])


class Visit(models.Model):
    """One visit to one enterprise (现场检查), born with its assignment."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="visit")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="visits")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="visits")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=VisitState.choices, default=VisitState.PLANNED)
    # The running number of the sheet (序号) of this unit in this campaign, given when the first record is locked.
    number = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    new_date = models.DateField(null=True)
    created_at = models.DateTimeField()

    objects = VisitQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="visit_halted_has_new_date",
                condition=~models.Q(state="halted") | models.Q(new_date__isnull=False),
            ),
            models.CheckConstraint(
                name="visit_begun_has_time",
                condition=models.Q(state__in=["planned", "cancelled"]) | models.Q(started_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["campaign", "unit", "number"],
                name="visit_number",
                condition=models.Q(number__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-id"], name="visit_unit"),
            models.Index(fields=["enterprise", "-id"], name="visit_enterprise"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise.name} 现场检查"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.enterprise_id

    @property
    def is_obstructed(self) -> bool:
        """Not through, and resistance was reported (read by `with_obstacles`): nobody is late with it."""
        return bool(getattr(self, "obstructed", False)) and self.state in OPEN

    @property
    def word(self) -> str:
        """The state as lists say it."""
        return OBSTRUCTED if self.is_obstructed else self.get_state_display()

    @property
    def tone(self) -> str:
        """The colour beside the state's word."""
        if self.is_obstructed:
            return "red"
        return TONES[VisitState(self.state)]


class CheckIn(models.Model):
    """One officer (or expert) on site, certificate shown: an officer's number is kept as it was that day."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="check_ins")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    certificate = models.ForeignKey(EnforcementCertificate, null=True, on_delete=models.PROTECT, related_name="+")
    certificate_number = models.CharField(max_length=40, blank=True)
    is_expert = models.BooleanField(default=False)
    shown_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "user"], name="check_in_once")]
