from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import models

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})


def content_path(sha256: str) -> str:
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


class StoredFile(models.Model):
    """One content, kept once under its SHA-256 and never altered; whoever uses it refers to it by a foreign key.

    `name` and `created_by` belong to the first upload of this content; a row that refers to it keeps its own.
    A file that no foreign key refers to is swept a day after it was last stored (core.files.sweep_orphans).
    """

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="stored_file_sha256", condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(name="stored_file_size", condition=models.Q(size__gt=0)),
        ]
        indexes = [models.Index(fields=["stored_at"], name="stored_file_stored")]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Where the storage keeps the content."""
        return content_path(self.sha256)

    @property
    def is_image(self) -> bool:
        return self.content_type in IMAGE_TYPES

    def open(self) -> "File[bytes]":
        """The content for reading; the caller closes it."""
        return default_storage.open(self.path, "rb")
