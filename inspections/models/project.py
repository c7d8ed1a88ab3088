from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.gate import ScopedQuerySet
from accounts.models import User
from enterprises.models import Enterprise


class ProjectQuerySet(ScopedQuerySet["Project"]):
    view_capability = "visit.view"
    path_lookup = "enterprise__unit__path"

    def standing(self) -> "ProjectQuerySet":
        return self.filter(ended_on=None)

    def ended(self, year: int) -> "ProjectQuerySet":
        return self.filter(ended_on__year=year)

    def counting(self, year: int) -> "ProjectQuerySet":
        """Those approved until the end of a year and to be checked in it: what was entered in error never was, what
        came to its end is not in the year of its end nor later."""
        over = Q(ended_on__year__lte=year, end_ground=Project.Ground.OVER)
        return self.filter(approved_on__year__lte=year).exclude(end_ground=Project.Ground.ERROR).exclude(over)


class Project(models.Model):
    """One construction project (建设项目) by its environmental document: which share of them must be checked."""

    class Kind(models.TextChoices):
        REPORT = "report", "报告书"
        TABLE = "table", "报告表"
        REGISTRATION = "registration", "登记表"

    class Ground(models.TextChoices):
        """Why it is to be checked no more."""

        OVER = "over", "项目终止（当年起不再列入）"
        ERROR = "error", "登记有误（各年都不列入）"

    # 报告书（表）: all of them are checked; of 登记表 one in ten.
    APPROVED: ClassVar = (Kind.REPORT.value, Kind.TABLE.value)
    # What a correction may change, and a version keeps.
    SAID: ClassVar = ("name", "kind", "number", "approved_on")

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="projects")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = models.CharField(max_length=60)
    approved_on = models.DateField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    ended_on = models.DateField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    end_ground = models.CharField(max_length=8, choices=Ground.choices, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            # The number of one that was ended may be entered again.
            models.UniqueConstraint(
                fields=["enterprise", "number"], name="project_number", condition=Q(ended_on__isnull=True)
            ),
            models.CheckConstraint(
                name="project_ended_with_reason",
                condition=Q(ended_on=None, ended_by=None, end_ground="", end_reason="")
                | Q(ended_on__isnull=False, ended_by__isnull=False) & ~Q(end_ground="") & ~Q(end_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def said(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.SAID}

    @property
    def gate_path(self) -> str:
        return self.enterprise.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class ProjectVersion(models.Model):
    """What was said of a project until a correction, with who corrected it and why; never changed."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Project.Kind.choices)
    document = models.CharField(max_length=60)
    approved_on = models.DateField()
    corrected_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    corrected_at = models.DateTimeField()
    reason = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="project_version_number"),
            models.CheckConstraint(name="project_version_with_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第{self.number}版"
