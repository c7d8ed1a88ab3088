from django.db import models


class HolidayYear(models.Model):
    """The State Council's arrangement for one year, as loaded or as an administrator amended it."""

    year = models.IntegerField(unique=True)
    # The notices by title, number and date.
    source = models.CharField(max_length=200)
    # Of the table: as loaded, then one more with every amendment.
    version = models.IntegerField(default=1)
    amended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.year} 年节假日安排"


class HolidayDay(models.Model):
    """One day that differs from its weekday: a weekday off, or a weekend at work."""

    year = models.ForeignKey(HolidayYear, on_delete=models.CASCADE, related_name="days")
    day = models.DateField(unique=True)
    is_off = models.BooleanField()
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}{'休' if self.is_off else '班'}"
