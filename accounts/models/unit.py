from django.db import models


class Region(models.Model):
    """One administrative division of GB/T 2260 (two to six digits used), with the days its code is valid."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=60)
    level = models.CharField(
        max_length=10, choices=[("province", "省"), ("city", "市"), ("county", "县（市、区）"), ("town", "乡镇街道")]
    )
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class UnitQuerySet(models.QuerySet["Unit"]):
    def under(self, path: str) -> "UnitQuerySet":
        """A unit and its subtree."""
        return self.filter(path__startswith=path)

    def at_level(self, level: str) -> "UnitQuerySet":
        return self.filter(level=level)


class Unit(models.Model):
    """One organ of the organisation tree (厅局、分局、开发区局、支队). Not a region: it maps to 0..n regions."""

    class Level(models.TextChoices):
        PROVINCE = "province", "省级"
        CITY = "city", "市级"
        COUNTY = "county", "县级"
        TEAM = "team", "队级"

    name = models.CharField(max_length=80, unique=True)
    short_name = models.CharField(max_length=40)
    document_mark = models.CharField(max_length=12, blank=True)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=200, blank=True)
    order = models.IntegerField(default=0)
    regions = models.ManyToManyField(Region, related_name="units", blank=True)
    address = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    closed_on = models.DateField(null=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        # Two units with one mark would give out the same document numbers.
        constraints = [
            models.UniqueConstraint(
                fields=["document_mark"],
                name="unit_document_mark",
                condition=~models.Q(document_mark=""),
                violation_error_message="这个机关代字已被另一机构使用，文书编号会重复，请换一个。",
            )
        ]
        indexes = [models.Index(fields=["path"], name="unit_path", opclasses=["text_pattern_ops"])]

    def __str__(self) -> str:
        return self.name
