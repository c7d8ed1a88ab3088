from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.db.models import Case, F, Q, Value, When

from accounts.gate import Person, ScopedQuerySet, holdings
from accounts.models import Unit, User
from campaigns.models import Campaign
from core.models import PrintedDocument
from enterprises.models import Enterprise
from inspections.models import Evidence, Issue, VisitRecord
from penalties.states import CaseState, Step


@dataclass(frozen=True)
class Signing:
    """Where a case is decided: the authority in whose name the papers go out, not the branch that handles it."""

    gate_path: str
    gate_enterprise_id: int | None = None


class PenaltyCaseQuerySet(ScopedQuerySet["PenaltyCase"]):
    view_capability = "case.view"
    of_campaign = "campaign"
    enterprise_lookup = "enterprise_id"
    case_lookup = "pk"

    def open(self) -> "PenaltyCaseQuerySet":
        return self.exclude(state__in=[CaseState.CLOSED, CaseState.WITHDRAWN])

    def visible_to(self, user: Person) -> "PenaltyCaseQuerySet":
        """An enterprise learns of its case by the prior notice, not by the filing."""
        own = holdings(user).scope(self.own_capability).enterprise_ids
        seen = super().visible_to(user).annotate(told=state_told(own))
        return seen.filter(steps__kind=Step.NOTICE) if own else seen


def state_told(own: frozenset[int]) -> Case:
    """The state as a person is told it: to the party a decision is none before it is served."""
    unserved = Q(state=CaseState.DECIDED, enterprise_id__in=own)
    return Case(When(unserved, then=Value(CaseState.NOTICED.value)), default=F("state"))


class PenaltyCase(models.Model):
    """One penalty case (案件) against one enterprise, filed from one issue."""

    number = models.CharField(max_length=60, unique=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="cases")
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="cases")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="cases")
    party_name = models.CharField(max_length=120)
    party_uscc = models.CharField(max_length=18, blank=True)
    party_address = models.CharField(max_length=200, blank=True)
    party_representative = models.CharField(max_length=40, blank=True)
    # Who handles it, and in whose name it is signed: before 2026-08-15 a county branch signs as its city bureau.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=200)
    violated_article = models.CharField(max_length=200)
    penalty_article = models.CharField(max_length=200)
    facts = models.TextField()
    investigators = models.ManyToManyField(User, related_name="+")
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.FILED)
    filed_on = models.DateField()
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = PenaltyCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issue"], name="case_one_per_issue", condition=~Q(state="withdrawn")),
        ]
        indexes = [
            models.Index(fields=["unit", "-id"], name="case_unit"),
            # The order of the list; a province has tens of thousands.
            models.Index(fields=["-filed_on", "-id"], name="case_filed"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.cause}"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.enterprise_id

    @property
    def told_state(self) -> str:
        """The state as told to whom the row was read for (`visible_to`)."""
        return str(getattr(self, "told", self.state))

    @property
    def told_label(self) -> str:
        return CaseState(self.told_state).label

    def row_for(self, capability: str) -> "PenaltyCase | Signing":
        """What a capability must reach: people of the authority decide (article `decide`), the branch handles."""
        return Signing(self.authority.path) if capability == "case.decide" else self


class CaseStepQuerySet(models.QuerySet["CaseStep"]):
    def visible_to(self, user: Person) -> "CaseStepQuerySet":
        """Of cases that the person sees: to the party a decision and its paper are nothing before they are served."""
        own = holdings(user).scope(PenaltyCaseQuerySet.own_capability).enterprise_ids
        return self.exclude(kind=Step.DECIDE, case__state=CaseState.DECIDED, case__enterprise_id__in=own)


class CaseStep(models.Model):
    """One step taken in a case: on which day, by whom, with what number and amount. Never edited."""

    case = models.ForeignKey(PenaltyCase, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=Step.choices)
    occurred_on = models.DateField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    document_number = models.CharField(max_length=60, blank=True)
    fine = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    text = models.TextField(blank=True)
    detail = models.JSONField(default=dict)
    document = models.ForeignKey(PrintedDocument, null=True, on_delete=models.PROTECT, related_name="+")

    objects = CaseStepQuerySet.as_manager()

    class Meta:
        ordering = ["case", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "kind"], name="case_step_once"),
            models.CheckConstraint(name="case_step_two_people", condition=Q(second=None) | ~Q(second=F("actor"))),
            models.CheckConstraint(
                name="case_decision_has_amount", condition=~Q(kind="decide") | Q(fine__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["kind", "recorded_at"], name="case_step_recorded")]


class CaseMaterial(models.Model):
    """One thing that a case rests on: a photo or recording of a visit, a record of one, or why nothing was recorded."""

    class Kind(models.TextChoices):
        EVIDENCE = "evidence", "现场照片与音像"
        RECORD = "record", "现场检查记录"
        EXPLANATION = "explanation", "无音像记录的说明"

    case = models.ForeignKey(PenaltyCase, on_delete=models.PROTECT, related_name="materials")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    evidence = models.ForeignKey(Evidence, null=True, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(VisitRecord, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="material_is_one_thing",
                condition=Q(kind="evidence", evidence__isnull=False, record=None)
                | Q(kind="record", record__isnull=False, evidence=None)
                | (Q(kind="explanation", record=None, evidence=None) & ~Q(text="")),
            ),
            models.UniqueConstraint(fields=["case", "evidence"], name="material_evidence_once"),
            models.UniqueConstraint(fields=["case", "record"], name="material_record_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.evidence or self.record or self.text}"

    @property
    def gate_path(self) -> str:
        return self.case.unit.path
