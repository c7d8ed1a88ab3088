from typing import ClassVar

from django.db import models

from accounts.models import Grant, Unit, User
from campaigns.models.campaign import Campaign


class WorkGroup(models.Model):
    """One working group of a campaign (领导小组、办公室、四个工作组) with its duty in the plan's words."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="groups")

    class Rights(models.TextChoices):
        """What a place in the group allows (campaigns.services.groups)."""

        NONE = "", "不带权限"
        READ = "read", "只读"
        OFFICE = "office", "只读并发布通知"
        EXPERT = "expert", "专家"
        PATROL = "patrol", "廉政巡查"

    key = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    duty = models.TextField(blank=True)
    rights = models.CharField(max_length=10, choices=Rights.choices, default=Rights.NONE, blank=True)
    order = models.IntegerField()

    class Meta:
        ordering = ["campaign", "order"]
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="work_group_key")]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """One person's place in a working group: with an account, or by name alone (who never signs in).

    `post` is the office the person held when entered (职务), as it is printed. `grant` is the right that came with it.
    """

    group = models.ForeignKey(WorkGroup, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="group_places")
    name = models.CharField(max_length=40, blank=True)
    post = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=20, default="组员")
    grant = models.ForeignKey(Grant, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "user"], name="group_member_once"),
            models.UniqueConstraint(
                fields=["group", "name"], name="group_member_named_once", condition=models.Q(user=None)
            ),
            models.CheckConstraint(
                name="group_member_is_somebody", condition=models.Q(user__isnull=False) | ~models.Q(name="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group.name} {self.role} {self.who}"

    @property
    def who(self) -> str:
        return self.name or (self.user.name if self.user else "")

    @property
    def held(self) -> str:
        """The office that the person holds, else where the person works."""
        home = self.user.unit if self.user else None
        return self.post or (home.short_name if home else "")


class ContactPerson(models.Model):
    """The person whom a unit names for a campaign's liaison (联络员, 附件7)."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="contacts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit", "user"], name="contact_once", condition=models.Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name} 联络员 {self.user.name}"
