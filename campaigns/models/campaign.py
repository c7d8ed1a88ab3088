from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.gate import Person, ScopedQuerySet, holdings
from accounts.models import Unit, User
from campaigns.models.blueprint import BlueprintVersion, SharedList
from campaigns.states import CampaignState, WindowState
from core.models import FormDefinition, StoredFile


class CampaignQuerySet(ScopedQuerySet["Campaign"]):
    view_capability = "campaign.view"
    of_campaign = ""
    path_lookup = "unit__path"
    campaign_lookup = "pk"

    def visible_to(self, user: Person) -> "CampaignQuerySet":
        """A campaign is seen by its authority; once published also by every unit below it and by whom it reaches."""
        scope = holdings(user).scope("campaign.view")
        above = [path[: i + 1] for path in scope.paths for i, c in enumerate(path) if c == "/" and i]
        reached = Q(unit__path__in=above)
        if scope.enterprise_ids:
            sites = self.model.objects.filter(targets__enterprise_id__in=scope.enterprise_ids)
            reached |= Q(pk__in=sites.order_by().values("pk"))
        return self.filter(self._condition(scope) | reached & Q(published_at__isnull=False))

    def published(self) -> "CampaignQuerySet":
        return self.exclude(published_at=None)


class Campaign(models.Model):
    """One campaign of one authority and year, made from a blueprint (一体化专项执法行动)."""

    State = CampaignState

    blueprint = models.ForeignKey(BlueprintVersion, on_delete=models.PROTECT, related_name="campaigns")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="campaigns")
    # The superior's campaign from which this one was handed down; its authority's leader approves this one too.
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    title = models.CharField(max_length=120)
    year = models.IntegerField()
    # The demonstration moves every date of the blueprint by whole weeks, once, when the campaign is created.
    shift_weeks = models.IntegerField(default=0)
    # The readings chosen for what the plan leaves open: {"contacts_due": "04-10", …}; publication asks for all of them.
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    # OnHoliday of core.rules; the report clock of the blueprint may be changed before publication.
    on_holiday = models.CharField(max_length=20, default="previous_workday")
    report_weekday = models.IntegerField(default=4)
    report_time = models.TimeField()
    plan_document = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    industries = models.ForeignKey(SharedList, null=True, on_delete=models.PROTECT, related_name="+")
    issue_types = models.ForeignKey(SharedList, null=True, on_delete=models.PROTECT, related_name="+")
    handlings = models.ForeignKey(SharedList, null=True, on_delete=models.PROTECT, related_name="+")
    adoption_statement = models.TextField(blank=True)
    adopted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="campaign_published_after_approval",
                condition=Q(published_at=None) | Q(approved_at__lte=F("published_at")),
            ),
            models.CheckConstraint(
                name="campaign_state_has_its_dates",
                condition=~Q(state__in=["published", "closed"]) | Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class Phase(models.Model):
    """One phase of a campaign with its window; windows overlap."""

    class Scope(models.TextChoices):
        KEY = "key", "重点排污单位"
        OTHER = "other", "非重点排污单位"
        ALL = "all", "各排污单位"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="phases")
    key = models.CharField(max_length=20)
    order = models.IntegerField()
    name = models.CharField(max_length=40)
    scope = models.CharField(max_length=6, choices=Scope.choices, default=Scope.ALL)
    starts_on = models.DateField()
    ends_on = models.DateField()
    # Whether a city may ask for its own window (方案四（二）：具体执法时间根据各地疫情情况决定).
    adjustable = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["campaign", "order"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "key"], name="phase_key"),
            models.CheckConstraint(name="phase_window_forward", condition=Q(ends_on__gte=F("starts_on"))),
        ]

    def __str__(self) -> str:
        return self.name

    def open_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


class PhaseWindowQuerySet(ScopedQuerySet["PhaseWindow"]):
    view_capability = "campaign.view"
    of_campaign = "phase__campaign"

    def in_force(self) -> "PhaseWindowQuerySet":
        return self.filter(state=WindowState.APPROVED)


class PhaseWindow(models.Model):
    """One unit's own window of a phase: asked for with a reason, in force once approved by the campaign's authority."""

    State = WindowState

    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="windows")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=200, blank=True)

    objects = PhaseWindowQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["phase", "unit"], name="phase_window_in_force", condition=Q(state="approved")
            ),
            models.UniqueConstraint(
                fields=["phase", "unit"], name="phase_window_one_asked", condition=Q(state="asked")
            ),
            models.CheckConstraint(
                name="phase_window_decided_has_its_date",
                condition=Q(state="asked") | Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(name="phase_window_own_forward", condition=Q(ends_on__gte=F("starts_on"))),
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name} {self.phase.name} {self.starts_on} 至 {self.ends_on}"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class CampaignForm(models.Model):
    """Which version of which form a campaign uses for which purpose (自查表、记录表、承诺书…)."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="forms")
    purpose = models.CharField(max_length=20)
    definition = models.ForeignKey(FormDefinition, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    is_original = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "purpose"], name="campaign_form_purpose")]

    def __str__(self) -> str:
        return self.title
