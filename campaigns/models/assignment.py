from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models.campaign import Campaign
from campaigns.models.lead import Lead
from campaigns.states import STANDING, AssignmentState
from core.models import StoredFile
from enterprises.models import Enterprise


class TargetQuerySet(ScopedQuerySet["Target"]):
    view_capability = "visit.view"
    of_campaign = "campaign"
    enterprise_lookup = "enterprise_id"

    def unentered(self) -> "TargetQuerySet":
        """Those whose result is not in the platform yet: no record handed in, and nobody said why there is none."""
        return self.filter(result_at=None, excused_at=None).exclude(enterprise__state="closed")


class Target(models.Model):
    """One enterprise on one campaign's list (检查对象), and what has been done to it so far."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="targets")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="targets")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    is_key = models.BooleanField()
    listed_at = models.DateTimeField()
    # Written here by inspections, so that the gate reads only its own room.
    self_checked_at = models.DateTimeField(null=True)
    visited_at = models.DateTimeField(null=True)
    visit_count = models.IntegerField(default=0)
    # When a record of an inspection was handed in last, whatever it found: shut gates are a result, too (HN-42).
    result_at = models.DateTimeField(null=True)
    # Why there is no result of it to enter (正面清单、长期停产), said by the authority before the last phase ends.
    excused_at = models.DateTimeField(null=True)
    excused_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    excused_reason = models.CharField(max_length=200, blank=True)
    # How far signals from outside moved it up in the order of visits (RaisedTarget).
    priority = models.IntegerField(default=0)

    objects = TargetQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "enterprise"], name="target_once")]
        indexes = [
            models.Index(fields=["campaign", "unit", "id"], name="target_unit"),
            # The few that signals moved up; among all others the list walks the order of names.
            models.Index(fields=["campaign", "-priority"], name="target_raised", condition=~models.Q(priority=0)),
            # Who waits for a visit, the key ones first, as desks show the first few.
            models.Index(fields=["-is_key", "id"], name="target_waiting", condition=models.Q(visited_at=None)),
        ]

    def __str__(self) -> str:
        return self.enterprise.name

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.enterprise_id


class TargetPast(models.Model):
    """What the list said of a target until an instant, before the register changed its class or unit."""

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="pasts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    is_key = models.BooleanField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["target", "until"], name="target_past")]


class AssignmentQuerySet(ScopedQuerySet["Assignment"]):
    view_capability = "visit.view"
    of_campaign = "target__campaign"
    path_lookup = "target__unit__path"

    def standing(self) -> "AssignmentQuerySet":
        return self.filter(state__in=STANDING)

    def asked(self) -> "AssignmentQuerySet":
        return self.filter(state=AssignmentState.ASKED)


class Assignment(models.Model):
    """One planned visit (派单): who goes where on which day, with the gate's answer kept beside it."""

    State = AssignmentState

    class Source(models.TextChoices):
        SPECIAL = "special", "专项行动"
        CHECKUP = "checkup", "全面体检"
        CROSS = "cross", "交叉互查"
        RANDOM = "random", "双随机"
        COMPLAINT = "complaint", "信访举报"
        EXCEEDANCE = "exceedance", "超标报警"
        KEY = "key", "重点监管"
        CREDIT = "credit", "信用监管"

    class Approval(models.TextChoices):
        OWN = "own", "本单位主要负责人"
        SUPERIOR = "superior", "上级生态环境部门"

    class Kind(models.TextChoices):
        ENFORCE = "enforce", "执法检查"
        RESEARCH = "research", "调研指导"
        VERIFY = "verify", "核查"

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="assignments")
    planned_on = models.DateField()
    lead_inspector = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second_inspector = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expert = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    # Why a second visit in one campaign (rules.EXCEPTIONS), and in the planner's words.
    exception = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    # What the visit comes from (任务来源), one only; a check of another kind may count as an examination as well.
    source = models.CharField(max_length=12, choices=Source.choices, default=Source.SPECIAL)
    as_checkup = models.BooleanField(default=False)
    lead = models.ForeignKey(Lead, null=True, on_delete=models.PROTECT, related_name="assignments")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.ENFORCE)
    # Which matters are looked into (事项), in the words of the campaign's plan; none named is the whole enterprise.
    items = models.JSONField(default=list)
    # Whose people went: the lead inspector's unit when it was planned.
    sent_by = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    # What the gate said when it was planned: {"answer": …, "rules": [{"rule","answer","message","source"}, …]}
    gate = models.JSONField(default=dict)
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    # Which of the two who may approve it was; "" where nobody had to, or before this was kept.
    approval = models.CharField(max_length=10, choices=Approval.choices, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=300, blank=True)
    # Done, and nothing was inspected: entry was refused, or the works were gone. No visit to the rules on repeats.
    in_vain = models.BooleanField(default=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="assignment_two_people", condition=~Q(lead_inspector=F("second_inspector"))),
            models.UniqueConstraint(
                fields=["target"], name="assignment_one_standing", condition=Q(state__in=["asked", "planned"])
            ),
            models.CheckConstraint(
                name="assignment_asked_with_ground",
                condition=~Q(state="asked") | Q(lead__isnull=False) | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["lead_inspector", "planned_on"], name="assignment_lead"),
            models.Index(fields=["second_inspector", "planned_on"], name="assignment_second"),
            models.Index(fields=["planned_on"], name="assignment_day"),
            models.Index(fields=["target", "planned_on"], name="assignment_target_day"),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.planned_on}"

    @property
    def gate_path(self) -> str:
        return self.target.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.target.enterprise_id


class ConsentQuerySet(ScopedQuerySet["Consent"]):
    """The enterprise is asked, so it sees this visit before it begins."""

    view_capability = "visit.view"
    of_campaign = "assignment__target__campaign"
    path_lookup = "assignment__target__unit__path"
    enterprise_lookup = "assignment__target__enterprise_id"


class Consent(models.Model):
    """An enterprise's word on a research visit (调研指导): without its yes the visit does not begin (LH-07)."""

    class Answer(models.TextChoices):
        NONE = "", "未答复"
        AGREED = "agreed", "同意"
        DECLINED = "declined", "不同意"

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="consent")
    # What was asked, as the enterprise read it; the voucher's digest is over it and the answer.
    text = models.CharField(max_length=500)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.NONE, blank=True)
    # By the enterprise's account, or by whom a signed paper was uploaded.
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    signer = models.CharField(max_length=40, blank=True)
    paper = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="consent_answered_whole",
                condition=Q(answer="", answered_at=None)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(digest="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment.target.enterprise.name} 调研指导{self.get_answer_display()}"

    @property
    def gate_path(self) -> str:
        return self.assignment.target.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.assignment.target.enterprise_id
