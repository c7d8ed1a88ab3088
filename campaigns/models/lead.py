from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.gate import Person, ScopedQuerySet, holdings
from accounts.models import Unit, User
from campaigns.rules.leads import Source
from campaigns.states import LeadState
from core.models import StoredFile
from enterprises.models import Enterprise


class LeadQuerySet(ScopedQuerySet["Lead"]):
    view_capability = "lead.view"

    def visible_to(self, user: Person) -> "LeadQuerySet":
        """What concerns officers' conduct is seen by the inspection group alone (HN-65)."""
        own = self._condition(holdings(user).scope("lead.view"))
        watched = self._condition(holdings(user).scope("discipline.view"))
        return self.filter((own & Q(is_integrity=False)) | (watched & Q(is_integrity=True)))

    def open(self) -> "LeadQuerySet":
        return self.filter(state__in=[LeadState.REGISTERED, LeadState.ACCEPTED, LeadState.ASSIGNED])

    def usable(self) -> "LeadQuerySet":
        """Those that may still send somebody: registered or accepted, nobody sent yet."""
        return self.filter(state__in=[LeadState.REGISTERED, LeadState.ACCEPTED], is_integrity=False)


class Lead(models.Model):
    """One reason to look (线索): a complaint, an exceedance. Of an enterprise, or of a place while that is unknown."""

    State = LeadState

    class Kind(models.TextChoices):
        """Where it came from (来源). The gate asks for the kind that `rules.leads.KINDS` gives it."""

        HOTLINE = Source.HOTLINE.value, "12369 热线"
        WECHAT = Source.WECHAT.value, "微信举报"
        WEB = Source.WEB.value, "网络举报"
        COMPLAINT = Source.COMPLAINT.value, "信访举报"
        INSIDER = Source.INSIDER.value, "内部举报"
        INDUSTRY = Source.INDUSTRY.value, "行业监督"
        GRID = Source.GRID.value, "网格巡查"
        ASSOCIATION = Source.ASSOCIATION.value, "环保协会"
        EXCEEDANCE = Source.EXCEEDANCE.value, "在线监控超标"
        POWER = Source.POWER.value, "用电监控异常"
        WATER = Source.WATER.value, "用水监控异常"
        MONITORING = Source.MONITORING.value, "监督性监测超标"
        REMOTE = Source.REMOTE.value, "卫星遥感"
        DRONE = Source.DRONE.value, "无人机或走航"
        VIDEO = Source.VIDEO.value, "视频监控"
        TRANSFER = Source.TRANSFER.value, "上级交办或移送"
        OTHER = Source.OTHER.value, "其他"

    number = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=12, choices=LeadState.choices, default=LeadState.REGISTERED)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    enterprise = models.ForeignKey(Enterprise, null=True, on_delete=models.PROTECT, related_name="leads")
    address = models.CharField(max_length=200, blank=True)
    longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=7, null=True)
    detail = models.CharField(max_length=300)
    # When it happened; when it came in.
    occurred_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    # Nobody of the platform: it came in by the public page.
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    # Of an exceedance: what was measured.
    factor = models.CharField(max_length=40, blank=True)
    value = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    limit = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    # Of what the platform raised by itself: what did (known by its address alone) and by which rule of a plan.
    origin = models.CharField(max_length=120, blank=True)
    origin_url = models.CharField(max_length=100, blank=True)
    basis = models.CharField(max_length=1000, blank=True)
    # About the conduct of officers (违纪违规): kept from everybody but the inspection group.
    is_integrity = models.BooleanField(default=False)
    has_reporter = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=300, blank=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="lead_of_somebody_or_somewhere",
                condition=Q(enterprise__isnull=False) | ~Q(address="") | Q(longitude__isnull=False),
            ),
            models.CheckConstraint(
                name="lead_place_in_pairs",
                condition=Q(longitude=None, latitude=None) | Q(longitude__isnull=False, latitude__isnull=False),
            ),
            models.CheckConstraint(
                name="lead_merged_into_another",
                condition=Q(state="merged", merged_into__isnull=False) | (~Q(state="merged") & Q(merged_into=None)),
            ),
            models.CheckConstraint(name="lead_not_merged_into_itself", condition=~Q(merged_into=F("pk"))),
            models.CheckConstraint(
                name="lead_ended_with_words",
                condition=~Q(state__in=["refused", "closed"]) | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-entered_at", "-id"], name="lead_unit"),
            models.Index(fields=["enterprise", "occurred_at"], name="lead_enterprise"),
            models.Index(fields=["occurred_at"], name="lead_occurred"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.detail}"

    @property
    def place(self) -> str:
        """The enterprise's name or, while that is unknown, where it was seen."""
        if self.enterprise is not None:
            return self.enterprise.name
        return self.address or f"{self.longitude}, {self.latitude}"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class Reporter(models.Model):
    """Who reported, apart from the lead: read one at a time, with a reason, by whom the law lets know."""

    lead = models.OneToOneField(Lead, on_delete=models.PROTECT, related_name="reporter")
    name = models.CharField(max_length=40)
    contact = models.CharField(max_length=60, blank=True)
    paper = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return "举报人"
