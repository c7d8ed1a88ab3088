from django.db import models

from accounts.models import User


class BlueprintVersion(models.Model):
    """One plan document as data, immutable once loaded; a campaign keeps the version it was made from."""

    name = models.CharField(max_length=40)
    version = models.IntegerField()
    title = models.CharField(max_length=120)
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    # Who wrote it in the browser, and what is new in it; nobody for what came with the platform.
    written_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    change = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name", "-version"]
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="blueprint_version")]

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"


class SharedList(models.Model):
    """One shared enumeration (行业、问题类型、查处情况) that campaigns adopt, by version."""

    class Kind(models.TextChoices):
        INDUSTRY = "industry", "行业类别"
        ISSUE_TYPE = "issue_type", "问题类型"
        HANDLING = "handling", "查处情况"

    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    version = models.IntegerField(default=1)
    title = models.CharField(max_length=120)
    source = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, blank=True)
    loaded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "kind", "version"], name="shared_list_version")]

    def __str__(self) -> str:
        return self.title


class ListItem(models.Model):
    """One numbered entry of a shared list; the number is the plan's own and is never reused."""

    shared_list = models.ForeignKey(SharedList, on_delete=models.CASCADE, related_name="items")
    number = models.IntegerField()
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["shared_list", "number"], name="list_item_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.short_name or self.name}"
