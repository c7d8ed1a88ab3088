from django.db import models


class Counter(models.Model):
    """The last number given out of one gapless series (kind, scope, year)."""

    kind = models.CharField(max_length=40)
    scope = models.CharField(max_length=200)
    year = models.IntegerField()
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "scope", "year"], name="counter_series")]
