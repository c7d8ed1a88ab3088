import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q


class ChatRobot(models.Model):
    """The robot of one unit's chat group. Whoever knows its address may write there: it is never shown whole."""

    class Kind(models.TextChoices):
        WECOM = "wecom", "企业微信"
        DINGTALK = "dingtalk", "钉钉"
        FEISHU = "feishu", "飞书"

    unit_id = models.BigIntegerField(unique=True)
    kind = models.CharField("平台", max_length=10, choices=Kind.choices)
    url = models.CharField("机器人地址", max_length=500)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.get_kind_display()}群机器人"


class MailChoice(models.Model):
    """What a person wants by mail; without a row the defaults hold. The inbox gets everything, always."""

    class Events(models.TextChoices):
        DAILY = "daily", "并入每天一封的邮件"
        EACH = "each", "每条即时发送"
        NONE = "none", "不发邮件"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choice")
    reminders = models.BooleanField("到期提醒", default=True)
    events = models.CharField("办理消息", max_length=10, choices=Events.choices, default=Events.DAILY)

    def __str__(self) -> str:
        return f"{self.user}的邮件设置"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> "DeliveryQuerySet":
        return self.filter(sent_at=None, given_up_at=None)

    def due(self, at: datetime) -> "DeliveryQuerySet":
        free = Q(leased_until=None) | Q(leased_until__lte=at)
        return self.waiting().filter(free, next_at__lte=at)

    def failing(self) -> "DeliveryQuerySet":
        """What failed the last time it was tried, and is tried again."""
        return self.waiting().exclude(last_error="")

    def given_up(self) -> "DeliveryQuerySet":
        """What nobody tries any more."""
        return self.filter(sent_at=None).exclude(last_error="").exclude(given_up_at=None)


class Delivery(models.Model):
    """One message on its way out of the platform, tried until it is through; its token is the same at every try."""

    class Channel(models.TextChoices):
        MAIL = "mail", "邮件"
        CHAT = "chat", "群消息"

    channel = models.CharField(max_length=4, choices=Channel.choices)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    robot = models.ForeignKey(ChatRobot, null=True, on_delete=models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=60)
    token = models.UUIDField(default=uuid.uuid4, unique=True)
    subject = models.CharField(max_length=120, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "robot", "channel", "key"], name="delivery_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="delivery_has_one_receiver",
                condition=Q(channel="mail", recipient__isnull=False, robot=None)
                | Q(channel="chat", recipient=None, robot__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], name="delivery_due", condition=Q(sent_at=None, given_up_at=None)),
            models.Index(fields=["-tried_at"], name="delivery_failing", condition=Q(sent_at=None) & ~Q(last_error="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.key}"
