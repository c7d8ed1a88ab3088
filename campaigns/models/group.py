from django.db import models

from accounts.models import Unit, User
from campaigns.models.campaign import Campaign


class WorkGroup(models.Model):
    """One working group of a campaign (领导小组、办公室、四个工作组) with its duty in the plan's words."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="groups")
    key = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    duty = models.TextField(blank=True)
    order = models.IntegerField()

    class Meta:
        ordering = ["campaign", "order"]
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="work_group_key")]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """One person's place in a working group."""

    group = models.ForeignKey(WorkGroup, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="group_places")
    role = models.CharField(max_length=20, default="组员")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="group_member_once")]

    def __str__(self) -> str:
        return f"{self.group.name} {self.role} {self.user.name}"


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
