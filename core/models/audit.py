from django.db import models


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def unsealed(self) -> "AuditEventQuerySet":
        return self.filter(number=None)

    def sealed(self) -> "AuditEventQuerySet":
        return self.exclude(number=None).order_by("number")


class AuditEvent(models.Model):
    """One command (or one denial) that a person or the platform carried out. Only the sealer touches it, once."""

    occurred_at = models.DateTimeField()
    action = models.CharField(max_length=80)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60)
    unit_path = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=80, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_label = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    address = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    before_digest = models.CharField(max_length=64, blank=True)
    after_digest = models.CharField(max_length=64, blank=True)
    number = models.BigIntegerField(null=True, unique=True)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["model", "object_id"], name="audit_object"),
            models.Index(fields=["id"], name="audit_unsealed", condition=models.Q(number=None)),
            models.Index(fields=["-occurred_at"], name="audit_occurred"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_label}"


class AuditHead(models.Model):
    """The single row that the sealer locks: the last number and digest of the chain."""

    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
