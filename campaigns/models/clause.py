from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.gate import Person, ScopedQuerySet, holdings
from accounts.models import Unit, User
from campaigns.rules.clauses import above


class ClauseVersionQuerySet(ScopedQuerySet["ClauseVersion"]):
    view_capability = "campaign.view"

    def visible_to(self, user: Person) -> "ClauseVersionQuerySet":
        """Those kept in one's own area, and those kept above it: whoever works below is bound by them."""
        paths = holdings(user).scope(self.view_capability).paths
        kept_above = [one for path in paths for one in above(path)]
        return self.filter(Q(pk__in=super().visible_to(user).values("pk")) | Q(unit__path__in=kept_above))

    def binding(self, paths: set[str]) -> "ClauseVersionQuerySet":
        """Those that bind people who sit in these units."""
        return self.filter(unit__path__in={one for path in paths for one in above(path)})

    def newest(self) -> "ClauseVersionQuerySet":
        later = ClauseVersion.objects.filter(
            unit=OuterRef("unit"), name=OuterRef("name"), number__gt=OuterRef("number")
        )
        return self.filter(~Exists(later))

    def current(self, day: object) -> "ClauseVersionQuerySet":
        """Of each text the version in force on a day."""
        later = ClauseVersion.objects.filter(
            unit=OuterRef("unit"), name=OuterRef("name"), number__gt=OuterRef("number"), valid_from__lte=day
        )
        return self.filter(~Exists(later), valid_from__lte=day)


class ClauseVersion(models.Model):
    """One version of a text of discipline (八项规定、六项禁令、六不准、十不准), kept by a unit for all below it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    number = models.IntegerField()
    source = models.CharField(max_length=120)
    text = models.TextField()
    text_digest = models.CharField(max_length=64)
    valid_from = models.DateField()
    change = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = ClauseVersionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "name", "number"], name="clause_version_once"),
            models.CheckConstraint(name="clause_version_counts", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第 {self.number} 版"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class ClauseSignature(models.Model):
    """One officer has learnt one version and signed for it (学习签收)."""

    version = models.ForeignKey(ClauseVersion, on_delete=models.PROTECT, related_name="signatures")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="learnt")
    name = models.CharField(max_length=40)
    signed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "user"], name="clause_signed_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
