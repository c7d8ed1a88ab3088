from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.gate import Person, ScopedQuerySet, holdings
from accounts.models import Unit, User
from campaigns.models.assignment import Target
from campaigns.models.campaign import Campaign
from campaigns.rules import signals


class SignalQuerySet(ScopedQuerySet["Signal"]):
    view_capability = "visit.view"
    campaign_lookup = "campaign_id"
    of_campaign = "campaign"

    def visible_to(self, user: Person) -> "SignalQuerySet":
        """One's own area's, and those from above that moved up a target of one's area."""
        below = Q(pk__in=[])
        for path in holdings(user).scope(self.view_capability).free:
            below |= Q(target__unit__path__startswith=path)
        own = super().visible_to(user).values("pk")
        return self.filter(Q(pk__in=own) | Q(pk__in=RaisedTarget.objects.filter(below).values("signal")))

    def standing(self) -> "SignalQuerySet":
        return self.filter(ended_at=None)


class Signal(models.Model):
    """Something outside says where to look first (科学体检): weather, pollutant, satellite, hot grid, alert."""

    class Kind(models.TextChoices):
        WEATHER = signals.WEATHER, "气象条件"
        POLLUTANT = signals.POLLUTANT, "特征污染物"
        SATELLITE = signals.SATELLITE, "卫星遥感"
        HOTGRID = signals.HOTGRID, "热点网格报警"
        ALERT = signals.ALERT, "重污染天气预警"

    class Level(models.TextChoices):
        NONE = "", "不分级"
        YELLOW = "yellow", "黄色"
        ORANGE = "orange", "橙色"
        RED = "red", "红色"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="signals")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    level = models.CharField(max_length=6, choices=Level.choices, blank=True)
    detail = models.CharField(max_length=300)
    # Of which industries (numbers of the list); none is all.
    industries = models.JSONField(default=list)
    longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=7, null=True)
    metres = models.IntegerField(null=True)
    # The task that goes with it: what is checked at each enterprise.
    checks = models.JSONField(default=list)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_for = models.CharField(max_length=200, blank=True)

    objects = SignalQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="signal_place_whole",
                condition=Q(longitude=None, latitude=None, metres=None)
                | Q(longitude__isnull=False, latitude__isnull=False, metres__isnull=False),
            ),
            models.CheckConstraint(name="signal_alert_has_level", condition=~Q(kind="alert") | ~Q(level="")),
            models.CheckConstraint(name="signal_level_of_alert", condition=Q(kind="alert") | Q(level="")),
        ]
        indexes = [models.Index(fields=["unit", "-made_at", "-id"], name="signal_unit")]

    def __str__(self) -> str:
        level = f"{self.get_level_display()}" if self.level else ""
        return f"{level}{self.get_kind_display()}"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class RaisedTarget(models.Model):
    """One target that a signal moved up: from which priority to which."""

    signal = models.ForeignKey(Signal, on_delete=models.CASCADE, related_name="raised")
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="raised")
    before = models.IntegerField()
    after = models.IntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["signal", "target"], name="raised_once")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
