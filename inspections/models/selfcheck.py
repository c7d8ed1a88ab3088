from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models import Campaign
from core.models import StoredFile, Submission
from enterprises.models import Enterprise
from inspections.states import SelfCheckState

OPEN = [SelfCheckState.DRAFT, SelfCheckState.SUBMITTED, SelfCheckState.RETURNED]


class SelfCheckQuerySet(ScopedQuerySet["SelfCheck"]):
    view_capability = "selfcheck.view"
    of_campaign = "campaign"
    enterprise_lookup = "enterprise_id"

    def current(self) -> "SelfCheckQuerySet":
        return self.exclude(state=SelfCheckState.SUPERSEDED)

    def open(self) -> "SelfCheckQuerySet":
        """On its way: being filled, waiting for the county, or sent back."""
        return self.filter(state__in=OPEN)

    def handed_in(self) -> "SelfCheckQuerySet":
        """What the county has or had on its desk."""
        return self.filter(state__in=[SelfCheckState.SUBMITTED, SelfCheckState.ACCEPTED])


class SelfCheck(models.Model):
    """One version of the self-check sheet that an enterprise files in a campaign (排污单位自查情况表).

    A sheet that was sent back is filled again as the same version; a filed sheet is corrected by the next version, and
    stays in force until that one is filed.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="self_checks")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="self_checks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    version = models.IntegerField(default=1)
    state = models.CharField(max_length=12, choices=SelfCheckState.choices, default=SelfCheckState.DRAFT)
    # The client-made id of the sheet; the Submission row exists from the first saved draft.
    client_id = models.UUIDField(unique=True)
    submission = models.OneToOneField(Submission, null=True, on_delete=models.PROTECT, related_name="+")
    problem_count = models.IntegerField(default=0)
    # Who answers for the truth of the sheet, the signature drawn for it, and the digest of what was signed.
    declared_by = models.CharField(max_length=40, blank=True)
    signature = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    declared_digest = models.CharField(max_length=64, blank=True)
    correction_reason = models.CharField(max_length=200, blank=True)
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    number = models.CharField(max_length=40, blank=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=300, blank=True)
    returned_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = SelfCheckQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "enterprise", "version"], name="selfcheck_version"),
            models.UniqueConstraint(fields=["number"], name="selfcheck_number", condition=~Q(number="")),
            models.UniqueConstraint(
                fields=["campaign", "enterprise"], name="selfcheck_one_open", condition=Q(state__in=OPEN)
            ),
            models.UniqueConstraint(
                fields=["campaign", "enterprise"], name="selfcheck_one_filed", condition=Q(state="accepted")
            ),
            models.CheckConstraint(
                name="selfcheck_handed_in_is_signed",
                condition=~Q(state__in=["submitted", "accepted"])
                | (Q(submitted_at__isnull=False) & Q(signature__isnull=False) & ~Q(declared_by="")),
            ),
            models.CheckConstraint(
                name="selfcheck_correction_has_reason", condition=Q(version=1) | ~Q(correction_reason="")
            ),
            models.CheckConstraint(
                name="selfcheck_filed_has_number",
                condition=~Q(state="accepted") | (Q(filed_at__isnull=False) & ~Q(number="")),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-id"], name="selfcheck_unit"),
            models.Index(fields=["enterprise", "campaign", "-version"], name="selfcheck_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise.name} 自查情况表 第{self.version}版"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.enterprise_id
