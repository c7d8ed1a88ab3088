from datetime import datetime

from django.conf import settings
from django.db import models


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def open(self) -> "ObligationQuerySet":
        return self.filter(met_at=None, waived_at=None)

    def overdue(self, at: datetime) -> "ObligationQuerySet":
        return self.open().filter(due_at__lt=at)

    def to_tell(self, at: datetime) -> "ObligationQuerySet":
        """What somebody is to be told of by now; read by the index `obligation_remind`, whatever else is open."""
        return self.open().filter(remind_at__lte=at)

    def under(self, unit_path: str) -> "ObligationQuerySet":
        return self.filter(unit_path__startswith=unit_path)


class Obligation(models.Model):
    """One thing that one unit (or one enterprise) owes by one moment, with the sentence that obliges it."""

    campaign_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    period = models.CharField(max_length=40, blank=True)
    unit_path = models.CharField(max_length=200)
    enterprise_id = models.BigIntegerField(null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    url = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    rule = models.CharField(max_length=200, blank=True)
    # The capability without which nobody sees or hears of it, its superiors included; "" where it is no secret.
    reader = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # The day as the plan names it, before its holiday policy (core.rules.OnHoliday) is looked at; "" where no calendar
    # moves it. With `workdays`, the day from which so many working days are counted.
    nominal_on = models.DateField(null=True)
    on_holiday = models.CharField(max_length=20, blank=True)
    workdays = models.IntegerField(null=True)
    # No holiday arrangement of the day's year is published yet.
    provisional = models.BooleanField(default=False)
    # When a calendar, a window or new dates last moved it after it was opened.
    moved_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    waived_at = models.DateTimeField(null=True)
    waived_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    waived_reason = models.CharField(max_length=200, blank=True)
    # When somebody is told of it next (core.obligations.stages); nobody any more once its superior was told.
    remind_at = models.DateTimeField(null=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign_id", "kind", "subject", "period", "unit_path"],
                name="obligation_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="obligation_waived_with_reason",
                condition=models.Q(waived_at=None) | ~models.Q(waived_reason=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["nominal_on"], name="obligation_nominal", condition=models.Q(met_at=None, waived_at=None)
            ),
            models.Index(fields=["campaign_id", "kind"], name="obligation_campaign"),
            models.Index(fields=["due_at"], name="obligation_due", condition=models.Q(met_at=None, waived_at=None)),
            models.Index(
                fields=["remind_at", "id"], name="obligation_remind", condition=models.Q(met_at=None, waived_at=None)
            ),
            models.Index(fields=["subject", "kind"], name="obligation_subject"),
            models.Index(fields=["unit_path"], name="obligation_unit", opclasses=["text_pattern_ops"]),
            models.Index(fields=["enterprise_id"], name="obligation_enterprise"),
        ]

    def __str__(self) -> str:
        return self.title

    def is_late(self, at: datetime) -> bool:
        """Late is computed, never stored: met after the due instant, or still open after it."""
        return (self.met_at or at) > self.due_at
