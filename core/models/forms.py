import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models.files import StoredFile


class SubmissionState(models.TextChoices):
    DRAFT = "draft", "草稿"
    FINAL = "final", "已收讫"
    SUPERSEDED = "superseded", "已被更正"


class FormDefinition(models.Model):
    """One version of a form, as every sheet filled on it will always see it: never altered, never deleted."""

    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="form_definition_version")]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.version} 版）"

    @property
    def name(self) -> str:
        """key@version, as the interface names it."""
        return f"{self.key}@{self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("a form definition is never altered; publish a new version")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("a form definition is never deleted")


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def about(self, kind: str, subject_id: int) -> "SubmissionQuerySet":
        return self.filter(kind=kind, subject_id=subject_id)

    def drafts(self) -> "SubmissionQuerySet":
        return self.filter(state=SubmissionState.DRAFT)

    def final(self) -> "SubmissionQuerySet":
        """Received and not corrected since."""
        return self.filter(state=SubmissionState.FINAL)

    def received(self) -> "SubmissionQuerySet":
        """Every version that was ever received, in order."""
        return self.exclude(state=SubmissionState.DRAFT).order_by("version")


class Submission(models.Model):
    """One filled sheet: a draft that its writers save, then a version that the server received and nobody alters.

    A subject has at most one draft and one final sheet at a time; a correction is a new sheet with the next `version`.
    `revision` counts the saves of the draft; `device` and `sequence` tell a retry of the last writer from another.
    """

    client_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    definition = models.ForeignKey(FormDefinition, on_delete=models.PROTECT, related_name="submissions")
    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=SubmissionState.choices, default=SubmissionState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    reason = models.CharField(max_length=500, blank=True)
    answers = models.JSONField(default=dict)
    payload_sha256 = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=0)
    device = models.CharField(max_length=64, blank=True)
    sequence = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    device_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=40, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    files = models.ManyToManyField(StoredFile, through="SubmissionFile", related_name="submissions")

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"], name="submission_one_draft", condition=Q(state=SubmissionState.DRAFT)
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_id"], name="submission_one_final", condition=Q(state=SubmissionState.FINAL)
            ),
            models.UniqueConstraint(fields=["kind", "subject_id", "version"], name="submission_version"),
            models.UniqueConstraint(fields=["receipt"], name="submission_receipt_once", condition=~Q(receipt="")),
            models.CheckConstraint(
                name="submission_received_with_receipt",
                condition=Q(state=SubmissionState.DRAFT, received_at=None, receipt="")
                | (~Q(state=SubmissionState.DRAFT) & Q(received_at__isnull=False) & ~Q(receipt="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition.title} {self.receipt or '草稿'}"

    @property
    def locked(self) -> bool:
        return self.state != SubmissionState.DRAFT


class SubmissionFile(models.Model):
    """One photo that a sheet shows; it keeps the stored file from being swept, and decides who may see it."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "file"], name="submission_file_once")]


class SubmissionConflict(models.Model):
    """One payload that was refused because somebody else had written first, kept so that nothing typed is lost."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="conflicts")
    answers = models.JSONField()
    payload_sha256 = models.CharField(max_length=64)
    revision = models.PositiveIntegerField()
    final = models.BooleanField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField()
    device_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "payload_sha256", "user"], name="submission_conflict_once")
        ]
        ordering = ["-refused_at"]


class EvidenceUpload(models.Model):
    """Who sent which bytes when, by their hash: for a day the sender may read them back before any sheet shows them."""

    sha256 = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "sha256"], name="evidence_upload_once")]
