from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.gate import Person, ScopedQuerySet, holdings
from accounts.models import User
from core.clock import day_of
from core.models import StoredFile, Submission
from inspections.models.visit import Visit
from inspections.states import Outcome, RecordState


class RecordQuerySet(ScopedQuerySet["VisitRecord"]):
    view_capability = "visit.view"
    of_campaign = "visit__campaign"
    path_lookup = "visit__unit__path"
    enterprise_lookup = "visit__enterprise_id"
    campaign_lookup = "visit__campaign_id"

    def visible_to(self, user: Person) -> "RecordQuerySet":
        """An enterprise sees what was locked about it, never a draft."""
        own = holdings(user).scope(self.own_capability).enterprise_ids
        seen = self._condition(holdings(user).scope(self.view_capability))
        return self.filter(seen | (self._named(self.enterprise_lookup, own) & ~Q(state=RecordState.DRAFT)))

    def locked(self) -> "RecordQuerySet":
        """In force: submitted and not corrected since."""
        return self.filter(state=RecordState.LOCKED)

    def as_of(self, at: datetime) -> "RecordQuerySet":
        """What was in force at an instant."""
        return self.filter(Q(superseded_at=None) | Q(superseded_at__gt=at), recorded_at__lte=at)


class VisitRecord(models.Model):
    """One version of the record of a visit (一体化执法现场检查记录表). A correction is the next version.

    The enterprise's name, class and place are kept as they were when the record was locked: reports count by them.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="records")
    version = models.IntegerField(default=1)
    state = models.CharField(max_length=12, choices=RecordState.choices, default=RecordState.DRAFT)
    client_id = models.UUIDField(unique=True)
    submission = models.OneToOneField(Submission, null=True, on_delete=models.PROTECT, related_name="+")
    # Who holds the pen: one edits, the other co-signs.
    writer = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    # What was met when there was nothing to check: halted, gone, refused.
    outcome_note = models.TextField(blank=True)
    correction_reason = models.CharField(max_length=200, blank=True)
    # What people say and see …
    occurred_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # … and when the server had it: judged against the end of the Shanghai day of occurred_at (HN-60).
    recorded_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)
    is_late = models.BooleanField(default=False)
    late_reason = models.CharField(max_length=200, blank=True)
    locked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    production_state = models.CharField(max_length=20, blank=True)
    notice_text = models.TextField(blank=True)
    guidance_text = models.TextField(blank=True)
    enterprise_opinion = models.TextField(blank=True)
    snapshot = models.JSONField(default=dict)
    enterprise_name = models.CharField(max_length=120, blank=True)
    is_key = models.BooleanField(default=False)
    industry = models.IntegerField(null=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["visit", "version"], name="record_version"),
            models.UniqueConstraint(fields=["visit"], name="record_one_draft", condition=Q(state="draft")),
            models.UniqueConstraint(fields=["visit"], name="record_one_locked", condition=Q(state="locked")),
            models.CheckConstraint(
                name="record_correction_has_reason", condition=Q(version=1) | ~Q(correction_reason="")
            ),
            models.CheckConstraint(
                name="record_superseded_dated",
                condition=Q(state="superseded", superseded_at__isnull=False)
                | (~Q(state="superseded") & Q(superseded_at=None)),
            ),
            models.CheckConstraint(
                name="record_locked_has_its_facts",
                condition=Q(state="draft")
                | (Q(recorded_at__isnull=False) & Q(occurred_at__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(name="record_late_has_reason", condition=Q(is_late=False) | ~Q(late_reason="")),
            models.CheckConstraint(
                name="record_ends_after_start", condition=Q(ended_at=None) | Q(ended_at__gte=F("occurred_at"))
            ),
        ]
        indexes = [models.Index(fields=["recorded_at"], name="record_recorded")]

    def __str__(self) -> str:
        return f"{self.enterprise_name or self.visit.enterprise.name} 现场检查记录 第{self.version}版"

    @property
    def spans_days(self) -> bool:
        """Whether it ended on another Shanghai day than it began: then the end is never told by its time alone."""
        began_at, ended_at = self.occurred_at, self.ended_at
        return bool(began_at and ended_at and day_of(began_at) != day_of(ended_at))

    @property
    def gate_path(self) -> str:
        return self.visit.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.visit.enterprise_id


class SignatureQuerySet(ScopedQuerySet["Signature"]):
    view_capability = "visit.view"
    of_campaign = "record__visit__campaign"
    path_lookup = "record__visit__unit__path"
    enterprise_lookup = "record__visit__enterprise_id"
    campaign_lookup = "record__visit__campaign_id"

    def visible_to(self, user: Person) -> "SignatureQuerySet":
        """Who sees the record sees its signatures: an enterprise none of a draft."""
        return super().visible_to(user).filter(record__in=VisitRecord.objects.visible_to(user))

    def standing(self) -> "SignatureQuerySet":
        return self.filter(voided_at=None)


class Signature(models.Model):
    """One person's signature on one version of a record, or the note that it was refused and who saw that."""

    class Role(models.TextChoices):
        LEAD = "lead", "主办人"
        SECOND = "second", "协办人"
        EXPERT = "expert", "专家"
        ENTERPRISE = "enterprise", "被检查单位现场负责人"
        RECEIPT = "receipt", "一次性告知签收人"
        WITNESS = "witness", "见证人"

    record = models.ForeignKey(VisitRecord, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=12, choices=Role.choices)
    name = models.CharField(max_length=40)
    post = models.CharField(max_length=40, blank=True)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    # Whose login took the drawing: the signer's own, or the colleague's on whose device it was drawn.
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    image = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    is_refusal = models.BooleanField(default=False)
    refusal_reason = models.CharField(max_length=200, blank=True)
    witness_name = models.CharField(max_length=40, blank=True)
    # SHA-256 of what was signed: a signature holds for one content only.
    content_digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "role"], name="signature_once", condition=Q(voided_at=None)),
            models.CheckConstraint(
                name="signature_drawn_or_refused",
                condition=Q(is_refusal=False, image__isnull=False)
                | (Q(is_refusal=True) & ~Q(refusal_reason="") & ~Q(witness_name="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.name}的签名"


class EvidenceQuerySet(ScopedQuerySet["Evidence"]):
    view_capability = "visit.view"
    of_campaign = "visit__campaign"
    path_lookup = "visit__unit__path"
    enterprise_lookup = "visit__enterprise_id"
    campaign_lookup = "visit__campaign_id"

    def visible_to(self, user: Person) -> "EvidenceQuerySet":
        """An enterprise sees what belongs to a record that was locked: no film while the inspectors are on site."""
        own = holdings(user).scope(self.own_capability).enterprise_ids
        seen = self._condition(holdings(user).scope(self.view_capability))
        locked = VisitRecord.objects.exclude(state=RecordState.DRAFT).filter(visit=OuterRef("visit"))
        return self.filter(seen | (self._named(self.enterprise_lookup, own) & Exists(locked)))

    def recordings(self) -> "EvidenceQuerySet":
        """Films and sound of visits, the photographs apart."""
        return self.filter(item_path=Evidence.RECORDING)


class Evidence(models.Model):
    """One file taken on a visit or sent with a rectification: where, when, by whom, and what it shows."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    item_path = models.CharField(max_length=80, blank=True)
    caption = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=7, null=True)
    accuracy_m = models.FloatField(null=True)
    coordinate_source = models.CharField(max_length=20, blank=True)
    device = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField()

    # The item path of what was recorded of the whole visit, in sound or picture (全过程记录).
    RECORDING = "_recording"

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["visit", "file", "item_path"], name="evidence_once")]

    def __str__(self) -> str:
        return self.caption or self.file.name

    @property
    def is_recording(self) -> bool:
        return self.item_path == self.RECORDING
