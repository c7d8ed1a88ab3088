from typing import Any

from django.conf import settings
from django.db import models


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def undelivered(self) -> "NoticeQuerySet":
        return self.filter(delivered_at=None)

    def visible_to(self, user: Any) -> "NoticeQuerySet":
        return self.filter(recipient=user)


class Notice(models.Model):
    """One message to one person, written in the transaction of what it tells, delivered by a sweep."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=120)
    title = models.CharField(max_length=120)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    # The items of a day's reminder: {"count": …, "late": …, "lines": [{"id": …, "text": …, "url": …, "late": …}]}.
    digest = models.JSONField(null=True)
    # Handed over to what leaves the platform (core.deliveries); `mail` is the message that carries it, if one does.
    delivered_at = models.DateTimeField(null=True)
    mail = models.ForeignKey("core.Delivery", null=True, on_delete=models.SET_NULL, related_name="notices")
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_inbox"),
            models.Index(fields=["id"], name="notice_undelivered", condition=models.Q(delivered_at=None)),
        ]

    def __str__(self) -> str:
        return self.title
