from typing import ClassVar

from django.db import models

from accounts.gate import ScopedQuerySet
from accounts.models import User
from enterprises.models import Enterprise


class ProjectQuerySet(ScopedQuerySet["Project"]):
    view_capability = "visit.view"
    path_lookup = "enterprise__unit__path"


class Project(models.Model):
    """One construction project (建设项目) by its environmental document: which share of them must be checked."""

    class Kind(models.TextChoices):
        REPORT = "report", "报告书"
        TABLE = "table", "报告表"
        REGISTRATION = "registration", "登记表"

    # 报告书（表）: all of them are checked; of 登记表 one in ten.
    APPROVED: ClassVar = (Kind.REPORT.value, Kind.TABLE.value)

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = models.CharField(max_length=60)
    approved_on = models.DateField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["enterprise", "number"], name="project_number")]

    def __str__(self) -> str:
        return self.name

    @property
    def gate_path(self) -> str:
        return self.enterprise.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None
