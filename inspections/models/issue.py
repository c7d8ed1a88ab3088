from datetime import date, datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models import Campaign
from core.models import StoredFile
from enterprises.models import Enterprise
from inspections.models.record import VisitRecord
from inspections.models.visit import Visit
from inspections.states import BasisKind, Gravity, IssueState, Nature


class IssueQuerySet(ScopedQuerySet["Issue"]):
    view_capability = "issue.view"
    of_campaign = "campaign"
    enterprise_lookup = "enterprise_id"

    def open(self) -> "IssueQuerySet":
        return self.filter(state__in=IssueState.open())

    def voided(self) -> "IssueQuerySet":
        return self.filter(state=IssueState.VOID)

    def overdue(self, day: date) -> "IssueQuerySet":
        """Still to be mended after the last day of the term; a reported one waits for us, not for the enterprise."""
        return self.filter(state=IssueState.MENDING, deadline_on__lt=day)


class Issue(models.Model):
    """One row of the issue ledger (问题台账): one finding of one visit as it stands; its history is IssueVersion."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="issues")
    number = models.BigIntegerField()
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="issues")
    record = models.ForeignKey(VisitRecord, on_delete=models.PROTECT, related_name="issues")
    finding_key = models.CharField(max_length=40)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="issues")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    found_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=IssueState.choices, default=IssueState.MENDING)

    # The snapshot of the enterprise on the record (ledger columns 4–13).
    enterprise_name = models.CharField(max_length=120)
    enterprise_type = models.CharField(max_length=40, blank=True)
    is_key = models.BooleanField()
    industry = models.IntegerField()
    industry_text = models.CharField(max_length=60, blank=True)
    is_ultra_low = models.BooleanField()
    performance_grade = models.CharField(max_length=4)
    self_accepted_since_2019 = models.BooleanField()
    longitude = models.DecimalField(max_digits=10, decimal_places=7)
    latitude = models.DecimalField(max_digits=9, decimal_places=7)
    county = models.CharField(max_length=60)
    town = models.CharField(max_length=60)
    inspectors = models.CharField(max_length=120)
    expert_name = models.CharField(max_length=40)

    item_path = models.CharField(max_length=80, blank=True)
    elements = ArrayField(models.CharField(max_length=4), default=list)
    is_producing = models.BooleanField()
    pollution = models.CharField(max_length=500)
    behaviour = models.CharField(max_length=500)
    description = models.TextField()
    nature = models.CharField(max_length=10, choices=Nature.choices)
    gravity = models.CharField(max_length=10, choices=Gravity.choices)
    issue_type = models.IntegerField()
    basis_kind = models.CharField(max_length=10, choices=BasisKind.choices)
    basis_text = models.CharField(max_length=300)
    handling = models.IntegerField()
    proposal = models.CharField(max_length=300, blank=True)
    demand = models.TextField()
    deadline_on = models.DateField(null=True)
    search = ArrayField(models.CharField(max_length=2), default=list)

    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    rectification_text = models.TextField(blank=True)
    rectified_at = models.DateTimeField(null=True)
    penalty_text = models.CharField(max_length=300, blank=True)
    # Of the case that stands on this row, as the penalties room says it; withdrawn it is empty again.
    case_number = models.CharField(max_length=60, blank=True)
    closed_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "number"], name="issue_number"),
            models.UniqueConstraint(fields=["visit", "finding_key"], name="issue_finding"),
            models.CheckConstraint(
                name="issue_closed_by_another",
                condition=~Q(state="closed")
                | (Q(closed_at__isnull=False) & Q(verified_by__isnull=False) & ~Q(verified_by=F("found_by"))),
            ),
            models.CheckConstraint(
                name="issue_closed_says_what_was_mended", condition=~Q(state="closed") | ~Q(rectification_text="")
            ),
            models.CheckConstraint(name="issue_void_dated", condition=~Q(state="void") | Q(voided_at__isnull=False)),
            models.CheckConstraint(name="issue_void_without_case", condition=~Q(state="void") | Q(case_number="")),
            # 查处情况 4 限期整改 always has its date (HS-73).
            models.CheckConstraint(
                name="issue_time_limited_has_date", condition=~Q(handling=4) | Q(deadline_on__isnull=False)
            ),
            models.CheckConstraint(name="issue_industry_22_named", condition=~Q(industry=22) | ~Q(industry_text="")),
        ]
        indexes = [
            models.Index(fields=["unit", "-recorded_at", "-id"], name="issue_unit_recorded"),
            # With the unit a list is counted in the index alone, without its rows.
            models.Index(fields=["campaign", "-recorded_at", "-id"], include=["unit"], name="issue_campaign_recorded"),
            models.Index(fields=["enterprise", "-id"], name="issue_enterprise"),
            models.Index(fields=["campaign", "state", "-recorded_at", "-id"], name="issue_state_recorded"),
            # Conditions that leave a twentieth of a province: what else is asked is looked up among those rows only.
            models.Index(fields=["campaign", "industry", "-recorded_at", "-id"], name="issue_industry_recorded"),
            models.Index(fields=["campaign", "issue_type", "-recorded_at", "-id"], name="issue_type_recorded"),
            models.Index(fields=["campaign", "deadline_on"], name="issue_overdue", condition=Q(state="mending")),
            # The orders the ledger can be asked for; by number the constraint above serves.
            models.Index(fields=["campaign", "enterprise_name", "id"], name="issue_by_enterprise"),
            models.Index(fields=["campaign", "county", "id"], name="issue_by_county"),
            # By what names a place each unit's apart: those of all others would lie before a city's own.
            models.Index(fields=["unit", "campaign", "enterprise_name", "id"], name="issue_unit_enterprise"),
            models.Index(fields=["unit", "campaign", "county", "id"], name="issue_unit_county"),
            # Two conditions that are asked together; with the unit counted in the index alone.
            models.Index(
                fields=["campaign", "handling", "gravity", "-recorded_at", "-id"],
                include=["unit"],
                name="issue_handling_recorded",
            ),
            models.Index(fields=["campaign", "deadline_on", "id"], name="issue_by_deadline"),
            models.Index(fields=["unit", "rectified_at"], name="issue_reported", condition=Q(state="reported")),
            GinIndex(fields=["search"], name="issue_search"),
        ]

    def __str__(self) -> str:
        return f"问题 {self.number:04d} {self.enterprise_name}"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.enterprise_id


VERSION_ACTIONS = {
    "found": "现场检查发现",
    "correct": "检查记录更正",
    "change": "修改台账",
    "report": "企业报告整改",
    "return": "退回继续整改",
    "sign": "责任人签字",
    "rectification": "修改整改情况",
    "close": "复核销号",
    "reopen": "重新整改",
    "void": "作废",
    "penalty": "处罚情况更新",
    "hand_over": "移交属地",
    "propose": "超期未整改，提出升级（待确认）",
    "escalate": "确认升级，市队直接查办",
    "keep": "不予升级，仍由属地查处",
}


class IssueVersionQuerySet(models.QuerySet["IssueVersion"]):
    def as_of(self, at: datetime) -> "IssueVersionQuerySet":
        """What the ledger said at an instant: recorded by then and not yet superseded then."""
        return self.filter(Q(superseded_at=None) | Q(superseded_at__gt=at), recorded_at__lte=at)


class IssueVersion(models.Model):
    """What the ledger said of one issue between two instants of recording; a past report reads only these."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="versions")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    action = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=IssueState.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    nature = models.CharField(max_length=10, choices=Nature.choices)
    gravity = models.CharField(max_length=10, choices=Gravity.choices)
    issue_type = models.IntegerField()
    handling = models.IntegerField()
    deadline_on = models.DateField(null=True)
    # The other columns of the sheet that may change later: rectification_text, penalty_text, demand, signature.
    texts = models.JSONField(default=dict)

    objects = IssueVersionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["issue"], name="issue_version_one_current", condition=Q(superseded_at=None)
            ),
            models.CheckConstraint(
                name="issue_version_forward",
                condition=Q(superseded_at=None) | Q(superseded_at__gte=F("recorded_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "recorded_at"], name="issue_version_recorded"),
            # What changed in a week: the figures ask how a row stood before (reporting.figures.statements).
            models.Index(
                fields=["superseded_at"], name="issue_version_changed", condition=Q(superseded_at__isnull=False)
            ),
        ]

    @property
    def said(self) -> str:
        """What happened, in words."""
        return VERSION_ACTIONS.get(self.action, self.action)


class Rectification(models.Model):
    """One report of an enterprise that an issue is mended, and what the county decided on it."""

    class Decision(models.TextChoices):
        WAITING = "waiting", "待复核"
        PASSED = "passed", "复核通过"
        RETURNED = "returned", "退回"

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="rectifications")
    text = models.TextField()
    photos = models.ManyToManyField(StoredFile, related_name="+")
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, default=Decision.WAITING)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issue"], name="rectification_one_waiting", condition=Q(decision="waiting")
            ),
        ]


class IssueSignature(models.Model):
    """The responsible person's signature (责任人签字) under what was mended, as the ledger says; a change voids it."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="signatures")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    image = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    content_digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue"], name="issue_signature_once", condition=Q(voided_at=None))
        ]
