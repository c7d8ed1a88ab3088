from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models.assignment import Target
from campaigns.models.campaign import Campaign
from campaigns.states import PlanState

# A version that is not yet in force and not returned for good: a unit works on one at a time.
OPEN = (PlanState.DRAFT.value, PlanState.RETURNED.value, PlanState.REPORTED.value, PlanState.FILED.value)
EDITABLE = (PlanState.DRAFT.value, PlanState.RETURNED.value)


class PlanQuerySet(ScopedQuerySet["Plan"]):
    view_capability = "visit.view"
    of_campaign = "campaign"

    def in_force(self) -> "PlanQuerySet":
        return self.filter(state=PlanState.IN_FORCE)

    def open(self) -> "PlanQuerySet":
        return self.filter(state__in=OPEN)


class Plan(models.Model):
    """One version of a unit's inspection plan (执法计划) for a campaign: who visits which object in which week."""

    State = PlanState

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="plans")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="plans")
    version = models.IntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    # What the blueprint wants to be said (执法力量、污染要素、执法标准、执法时段), in the unit's words: {name: text}.
    elements = models.JSONField(default=dict)
    # Why there is a new version; nothing for the first.
    change = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    reported_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=300, blank=True)
    filed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "unit", "version"], name="plan_version"),
            models.UniqueConstraint(fields=["campaign", "unit"], name="plan_one_open", condition=Q(state__in=OPEN)),
            models.UniqueConstraint(
                fields=["campaign", "unit"], name="plan_one_in_force", condition=Q(state="in_force")
            ),
            models.CheckConstraint(
                name="plan_filed_by_someone",
                condition=~Q(state="filed") | Q(filed_by__isnull=False, filed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_started_when", condition=~Q(state="in_force") | Q(started_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name}执法计划第{self.version}版"

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class PlanRow(models.Model):
    """One object of a plan: the week (by its Monday), who answers for it, and who goes along."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="rows")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="plan_rows")
    week_on = models.DateField()
    lead = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "target"], name="plan_row_once"),
            models.CheckConstraint(name="plan_row_two_people", condition=Q(second=None) | ~Q(lead=F("second"))),
            models.CheckConstraint(name="plan_row_monday", condition=Q(week_on__iso_week_day=1)),
        ]
        indexes = [models.Index(fields=["plan", "week_on", "id"], name="plan_row_week")]

    def __str__(self) -> str:
        return f"{self.target} {self.week_on}"

    @property
    def month(self) -> date:
        return self.week_on.replace(day=1)


class PlanFilingQuerySet(models.QuerySet["PlanFiling"]):
    def standing(self) -> "PlanFilingQuerySet":
        return self.filter(ended_at=None)


class PlanFiling(models.Model):
    """That a plan was filed (备案): with whom, on which day, under which document. Ends when the plan is returned."""

    class Receiver(models.TextChoices):
        GOVERNMENT = "government", "本级人民政府"
        SUPERIOR = "superior", "上级生态环境部门"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="filings")
    receiver = models.CharField(max_length=12, choices=Receiver.choices)
    organ = models.CharField(max_length=80)
    filed_on = models.DateField()
    number = models.CharField(max_length=60)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    # Of a text that went back to be changed: it does not count for the next one.
    ended_at = models.DateTimeField(null=True)

    objects = PlanFilingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "receiver"], name="plan_filing_once", condition=Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.get_receiver_display()}备案 {self.number}"
