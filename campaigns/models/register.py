from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.gate import Person, ScopedQuerySet, holdings
from accounts.models import Grant, Unit, User
from campaigns.models.campaign import Campaign
from campaigns.models.group import GroupMember
from core.models import FormDefinition, StoredFile
from enterprises.models import Enterprise


class RegisterVersionQuerySet(models.QuerySet["RegisterVersion"]):
    def current(self) -> "RegisterVersionQuerySet":
        """The newest version of every register."""
        return self.order_by("key", "-version").distinct("key")


class RegisterVersion(models.Model):
    """One version of a register's definition, immutable; an entry keeps the version under which it was filed."""

    key = models.CharField(max_length=30)
    version = models.IntegerField()
    title = models.CharField(max_length=120)
    theme = models.CharField(max_length=20)
    data = models.JSONField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    form = models.ForeignKey(FormDefinition, on_delete=models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField()
    written_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    change = models.CharField(max_length=200, blank=True)
    # The platform no longer comes with it: what was filed stays to be read and finished, nothing new is filed.
    retired_at = models.DateTimeField(null=True)

    objects = RegisterVersionQuerySet.as_manager()

    class Meta:
        ordering = ["key", "-version"]
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="register_version")]

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"

    @property
    def is_standing(self) -> bool:
        return bool(self.data["scope"] == "standing")

    @property
    def is_confidential(self) -> bool:
        """Who wrote an entry has no right to it by that alone."""
        return bool(self.data["read"].get("confidential"))


class RegisterEntryQuerySet(ScopedQuerySet["RegisterEntry"]):
    enterprise_lookup = "enterprise_id"

    def visible_to(self, user: Person) -> "RegisterEntryQuerySet":
        """By unit for who holds the register's reading capability, by working group, by being named or the writer.

        A confidential register is read by its groups and its capability only; whom an entry concerns never reads it.
        """
        if user.pk is None:
            return self.none()
        found = self.by_capability(user) | self.by_group(user.pk)
        secret = RegisterVersion.objects.filter(data__read__confidential=True).values("pk")
        found |= Q(created_by_id=user.pk) & ~Q(version__in=secret)
        found |= Q(pk__in=RegisterPerson.objects.filter(user_id=user.pk, sees=True).values("entry"))
        own = holdings(user).scope("enterprise.own").enterprise_ids
        found |= Q(for_enterprise=True, enterprise_id__in=sorted(own))
        concerned = RegisterPerson.objects.filter(user_id=user.pk, concerned=True).values("entry")
        return self.filter(found).exclude(pk__in=concerned)

    def by_capability(self, user: Person) -> Q:
        """One condition a place, whatever the number of capabilities held there."""
        held: dict[tuple[str, int | None], set[str]] = {}
        found = Q(pk__in=[])
        for row in holdings(user).rows:
            if row.kind == Grant.Kind.UNIT:
                held.setdefault((row.path, row.subject_id), set()).update(row.able)
            elif row.kind == Grant.Kind.CAMPAIGN:
                found |= Q(read_capability__in=sorted(row.able), campaign_id=row.subject_id)
        for (path, campaign), able in held.items():
            within = Q(unit__path__startswith=path) | Q(other_unit__path__startswith=path)
            if campaign is not None:
                within &= Q(campaign=campaign) | Q(campaign__parent=campaign)
            found |= Q(read_capability__in=sorted(able)) & within
        return found

    def by_group(self, person_id: int) -> Q:
        found = Q(pk__in=[])
        places = GroupMember.objects.filter(user_id=person_id).values_list("group__campaign_id", "group__key")
        for campaign_id, key in places:
            found |= Q(campaign_id=campaign_id, read_groups__contains=[key])
        return found


class RegisterEntry(models.Model):
    """One entry of a register. What it says stands in submissions, one a version; columns are what lists ask for."""

    version = models.ForeignKey(RegisterVersion, on_delete=models.PROTECT, related_name="entries")
    register = models.CharField(max_length=30)
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="register_entries")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    other_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, null=True, on_delete=models.PROTECT, related_name="register_entries")
    year = models.IntegerField()
    number = models.IntegerField()
    state = models.CharField(max_length=20)
    is_open = models.BooleanField(default=True)
    occurred_on = models.DateField()
    title = models.CharField(max_length=200)
    values = models.JSONField(default=dict)
    read_capability = models.CharField(max_length=40, blank=True)
    read_groups: "ArrayField[Any, Any]" = ArrayField(models.CharField(max_length=30), default=list)
    for_enterprise = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)

    objects = RegisterEntryQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["register", "year", "number"], name="register_entry_number")
        ]
        indexes = [
            models.Index(fields=["register", "-occurred_on", "-id"], name="register_entry_list"),
            models.Index(fields=["enterprise", "register"], name="register_entry_enterprise"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"[:200]

    @property
    def label(self) -> str:
        return f"{self.version.title}〔{self.year}〕{self.number} 号"

    @property
    def state_label(self) -> str:
        return next((one["label"] for one in self.version.data["states"] if one["key"] == self.state), self.state)

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.enterprise_id if self.for_enterprise else None


class RegisterPerson(models.Model):
    """One person whom an entry names, by field: who came, who is asked, whom it concerns."""

    entry = models.ForeignKey(RegisterEntry, on_delete=models.CASCADE, related_name="people")
    field = models.CharField(max_length=30)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sees = models.BooleanField(default=False)
    concerned = models.BooleanField(default=False)
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "field", "user"], name="register_person_once")]

    def __str__(self) -> str:
        return self.user.name


class RegisterLink(models.Model):
    """What an entry refers to in the rooms above, by kind and key (core.references)."""

    entry = models.ForeignKey(RegisterEntry, on_delete=models.CASCADE, related_name="links")
    field = models.CharField(max_length=30)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=40)
    typed = models.CharField(max_length=200, blank=True)
    label = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "field"], name="register_link_once")]
        indexes = [models.Index(fields=["kind", "key"], name="register_link_target")]

    def __str__(self) -> str:
        return self.label


class RegisterFile(models.Model):
    """One attachment of an entry."""

    entry = models.ForeignKey(RegisterEntry, on_delete=models.CASCADE, related_name="files")
    field = models.CharField(max_length=30)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "field", "file"], name="register_file_once")]

    def __str__(self) -> str:
        return self.name


class RegisterStep(models.Model):
    """One thing that was done with an entry, with what was said then; never edited."""

    entry = models.ForeignKey(RegisterEntry, on_delete=models.CASCADE, related_name="steps")
    action = models.CharField(max_length=30)
    label = models.CharField(max_length=20)
    values = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.label
