from django.conf import settings
from django.db import models

from core.models.files import StoredFile

HEX_128 = r"^[0-9a-f]{32}$"


class PrintedDocumentQuerySet(models.QuerySet["PrintedDocument"]):
    def of(self, subject: models.Model) -> "PrintedDocumentQuerySet":
        return self.filter(subject_model=subject._meta.label_lower, subject_pk=str(subject.pk)).order_by("id")

    def valid(self) -> "PrintedDocumentQuerySet":
        return self.filter(voided_at=None)


class PrintedDocument(models.Model):
    """One paper that was issued: its PDF, whom it is about, and the token by which anybody can check it."""

    token = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    number = models.CharField(max_length=60, blank=True)
    subject_model = models.CharField(max_length=80)
    subject_pk = models.CharField(max_length=64)
    subject_label = models.CharField(max_length=200)
    version = models.IntegerField()
    digest = models.CharField(max_length=64)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    issued_by_name = models.CharField(max_length=60)
    unit_path = models.CharField(max_length=200, blank=True)
    unit_name = models.CharField(max_length=80, blank=True)
    voided_at = models.DateTimeField(null=True)
    voided_by_name = models.CharField(max_length=60, blank=True)
    voided_reason = models.CharField(max_length=200, blank=True)

    objects = PrintedDocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_model", "subject_pk", "kind", "version"], name="printed_document_version"
            ),
            models.CheckConstraint(name="printed_document_token", condition=models.Q(("token__regex", HEX_128))),
            models.CheckConstraint(
                name="printed_document_voided_with_reason",
                condition=models.Q(voided_at=None) | ~models.Q(voided_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}".strip()

    @property
    def file_name(self) -> str:
        """What a download is called."""
        return f"{self.title}{self.number and f'（{self.number}）'}.pdf"

    def newer(self) -> "PrintedDocument | None":
        """The latest valid version of the same kind for the same subject, if it came after this one."""
        series = PrintedDocument.objects.valid().filter(
            subject_model=self.subject_model, subject_pk=self.subject_pk, kind=self.kind, version__gt=self.version
        )
        return series.order_by("-version").first()
