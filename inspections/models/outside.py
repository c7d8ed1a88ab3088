from typing import ClassVar

from django.db import models

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from enterprises.models import Enterprise


class OutsideCheckQuerySet(ScopedQuerySet["OutsideCheck"]):
    view_capability = "visit.view"


class OutsideCheck(models.Model):
    """A check as another system has it (移动执法APP、双随机、交叉互查), under that system's number."""

    class System(models.TextChoices):
        MOBILE = "mobile", "移动执法APP"
        RANDOM = "random", "双随机系统"
        CROSS = "cross", "交叉互查"

    system = models.CharField(max_length=8, choices=System.choices)
    number = models.CharField(max_length=60)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="outside_checks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    checked_on = models.DateField()
    problems = models.IntegerField()
    people = models.IntegerField()
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    objects = OutsideCheckQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "enterprise", "number"], name="outsidecheck_number"),
            models.CheckConstraint(name="outsidecheck_figures", condition=models.Q(problems__gte=0, people__gte=1)),
        ]
        indexes: ClassVar = [models.Index(fields=["unit", "checked_on"], name="outsidecheck_unit")]

    def __str__(self) -> str:
        return f"{self.get_system_display()} {self.number}"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None
