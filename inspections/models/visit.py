from django.db import models

from accounts.gate import ScopedQuerySet
from accounts.models import EnforcementCertificate, Unit, User
from campaigns.models import Assignment, Campaign
from enterprises.models import Enterprise
from inspections.states import VisitState


class VisitQuerySet(ScopedQuerySet["Visit"]):
    view_capability = "visit.view"
    enterprise_lookup = "enterprise_id"

    def of_team_member(self, user: User) -> "VisitQuerySet":
        return self.filter(models.Q(assignment__lead_inspector=user) | models.Q(assignment__second_inspector=user))


class Visit(models.Model):
    """One visit to one enterprise (现场检查), born with its assignment."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="visit")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="visits")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="visits")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=VisitState.choices, default=VisitState.PLANNED)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    new_date = models.DateField(null=True)
    created_at = models.DateTimeField()

    objects = VisitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="visit_halted_has_new_date",
                condition=~models.Q(state="halted") | models.Q(new_date__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="visit_unit")]

    def __str__(self) -> str:
        return f"{self.enterprise.name} 现场检查"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.enterprise_id


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
