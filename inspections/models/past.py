from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models import Campaign
from enterprises.models import Enterprise
from inspections.models.visit import OPEN, Visit
from inspections.rules.past import CONCLUSIONS, TONES, UNSEEN


class PastProblemQuerySet(ScopedQuerySet["PastProblem"]):
    view_capability = "visit.view"
    of_campaign = "campaign"
    campaign_lookup = "campaign_id"

    def open(self) -> "PastProblemQuerySet":
        """Nobody has said how it stands; what could not be seen is still to be looked at."""
        return self.filter(conclusion__in=["", UNSEEN])

    def of_site(self, campaign_id: int, enterprise_id: int) -> "PastProblemQuerySet":
        rows = self.filter(campaign_id=campaign_id, enterprise_id=enterprise_id)
        return rows.select_related("answered_by").order_by("kind", "pk")

    def of_visit(self, visit: Visit) -> "PastProblemQuerySet":
        """What this visit has to answer, or has answered. One that is over is asked for nothing that came later."""
        rows = self.of_site(visit.campaign_id, visit.enterprise_id)
        if visit.state in OPEN:
            return rows.filter(Q(conclusion__in=["", UNSEEN]) | Q(visit=visit))
        return rows.filter(visit=visit)


class PastProblem(models.Model):
    """One clue of an enterprise's history (历史线索), imported for a campaign and answered by the visit."""

    class Kind(models.TextChoices):
        """The five 对照 of the Henan plan, 五（二）第3句."""

        LISTED = "1_listed", "重点排污单位清单和污染源普查清单"
        GAS = "2_gas", "2019年全省涉气执法检查发现问题整改情况"
        REPORTED = "3_reported", "2019年以来举报投诉和在线监控超标查处整改情况"
        PROGRAMME = "4_programme", "2019年河南省工业大气污染防治6个专项方案"
        STANDARD = "5_standard", "河南省企业环境规范化管理指导标准"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="past_problems")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="past_problems")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.CharField(max_length=300)
    source = models.CharField(max_length=100, blank=True)
    dated_on = models.DateField(null=True)
    # How it was said to be mended, as the source has it.
    measures = models.CharField(max_length=200, blank=True)
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="past_problems")
    conclusion = models.CharField(max_length=10, choices=list(CONCLUSIONS.items()), blank=True)
    remark = models.CharField(max_length=200, blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = PastProblemQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "enterprise", "kind", "text"], name="pastproblem_once"),
            models.CheckConstraint(
                name="pastproblem_answered_by_somebody",
                condition=Q(conclusion="", visit=None, answered_by=None, answered_at=None)
                | ~Q(conclusion="") & Q(visit__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["unit", "-id"], name="pastproblem_unit")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.text}"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None

    @property
    def word(self) -> str:
        return self.get_conclusion_display() if self.conclusion else "未核销"

    @property
    def tone(self) -> str:
        return TONES.get(self.conclusion, "amber")
