from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Unit, User
from campaigns.models.campaign import Campaign
from core.models import Obligation, StoredFile


class Responsibility(models.Model):
    """One unit that an entry of a plan is laid upon (责任单位): found by its level, or named by an officer."""

    class Role(models.TextChoices):
        LEAD = "lead", "牵头"
        JOINT = "joint", "配合"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="responsibilities")
    # The key of the entry, and the subject of its obligations: due.list, row.7, row.8.1, phase.handle.
    entry = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=6, choices=Role.choices)
    # Nobody named a unit, so the authority itself owes.
    is_fallback = models.BooleanField(default=False)
    named_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "entry", "unit"], name="responsibility_once")]
        indexes = [models.Index(fields=["unit"], name="responsibility_unit")]

    def __str__(self) -> str:
        return f"{self.unit.short_name} {self.get_role_display()} {self.entry}"


class DueAnswer(models.Model):
    """One version of what a unit handed in for something due; never changed, returned with a reason or followed by
    the next version."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="answers")
    number = models.IntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    # {"亮点成效": "…", "典型案例": "…"}: every part that the plan asks for.
    texts = models.JSONField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    is_late = models.BooleanField()
    returned_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    returned_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["obligation", "number"], name="due_answer_number"),
            models.CheckConstraint(
                name="due_answer_returned_with_reason", condition=Q(returned_at=None) | ~Q(return_reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation.title} 第{self.number}版"


class DueAnswerFile(models.Model):
    """What was attached to an answer, under the name it came with."""

    answer = models.ForeignKey(DueAnswer, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class DueFeed(models.Model):
    """The secret address under which a person's calendar program reads what is due; only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user"], name="due_feed_one", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.user.name} 日历订阅"
