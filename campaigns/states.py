"""States of campaigns, unit windows and assignments, and every arrow between them."""

from django.db import models

from core.states import StateTable, Transition


class CampaignState(models.TextChoices):
    DRAFT = "draft", "拟定"
    APPROVED = "approved", "已批准"
    PUBLISHED = "published", "已发布"
    CLOSED = "closed", "已结束"


class WindowState(models.TextChoices):
    ASKED = "asked", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    SUPERSEDED = "superseded", "已被替代"


class ReadinessState(models.TextChoices):
    FILED = "filed", "已报送"
    APPROVED = "approved", "已通过"
    RETURNED = "returned", "已退回"


class AssignmentState(models.TextChoices):
    ASKED = "asked", "待批准"
    PLANNED = "planned", "已派单"
    REFUSED = "refused", "未批准"
    CANCELLED = "cancelled", "已撤销"
    POSTPONED = "postponed", "已改期"
    DONE = "done", "已完成"


class LeadState(models.TextChoices):
    REGISTERED = "registered", "已登记"
    ACCEPTED = "accepted", "已受理"
    ASSIGNED = "assigned", "已派查"
    MERGED = "merged", "已合并"
    REFUSED = "refused", "不予受理"
    CLOSED = "closed", "已办结"


class DrawState(models.TextChoices):
    DRAFT = "draft", "准备中"
    PUBLISHED = "published", "名单已封存公布"
    DRAWN = "drawn", "已抽取"
    SUPERSEDED = "superseded", "已重抽"
    CANCELLED = "cancelled", "已撤销"
    VOIDED = "voided", "已作废"


class AdjustmentState(models.TextChoices):
    ASKED = "asked", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"


class PlanState(models.TextChoices):
    DRAFT = "draft", "草稿"
    REPORTED = "reported", "报备"
    RETURNED = "returned", "已退回"
    FILED = "filed", "已备案"
    IN_FORCE = "in_force", "实施"
    REPLACED = "replaced", "已被新版替代"


class RatesState(models.TextChoices):
    ASKED = "asked", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"


STANDING = (AssignmentState.ASKED.value, AssignmentState.PLANNED.value)

CAMPAIGNS = StateTable(
    "专项行动",
    dict(CampaignState.choices),
    (
        Transition("approve", "批准", ("draft",), "approved", "campaign.approve"),
        Transition("return", "退回修改", ("approved",), "draft", "campaign.approve", needs_reason=True),
        Transition("publish", "发布", ("approved",), "published", "campaign.manage"),
        Transition("close", "结束", ("published",), "closed", "campaign.manage", needs_reason=True),
    ),
)

WINDOWS = StateTable(
    "阶段时间调整申请",
    dict(WindowState.choices),
    (
        Transition("approve", "批准", ("asked",), "approved", "campaign.approve_window"),
        Transition("refuse", "不予批准", ("asked",), "refused", "campaign.approve_window", needs_reason=True),
        Transition("supersede", "被新的调整替代", ("approved",), "superseded", "campaign.approve_window"),
    ),
)

READINESS = StateTable(
    "启动清单文件",
    dict(ReadinessState.choices),
    (
        Transition("approve", "审核通过", ("filed",), "approved", "readiness.review"),
        Transition("return", "退回修改", ("filed",), "returned", "readiness.review", needs_reason=True),
    ),
)

ASSIGNMENTS = StateTable(
    "派单",
    dict(AssignmentState.choices),
    (
        Transition("approve", "批准", ("asked",), "planned", "visit.approve"),
        Transition("refuse", "不予批准", ("asked",), "refused", "visit.approve", needs_reason=True),
        Transition("cancel", "撤销", STANDING, "cancelled", "visit.plan", needs_reason=True),
        Transition("postpone", "改期", ("planned",), "postponed", "visit.record", needs_reason=True),
        Transition("finish", "完成", ("planned",), "done", "visit.record"),
    ),
)

LEADS = StateTable(
    "线索",
    dict(LeadState.choices),
    (
        Transition("accept", "受理", ("registered",), "accepted", "lead.handle"),
        Transition("assign", "派查", ("registered", "accepted"), "assigned", "visit.plan"),
        Transition("release", "退回待派", ("assigned",), "accepted", "visit.plan"),
        Transition("merge", "合并", ("registered", "accepted"), "merged", "lead.handle"),
        Transition("refuse", "不予受理", ("registered",), "refused", "lead.handle", needs_reason=True),
        Transition("hand_over", "转廉政线索", ("registered",), "closed", "discipline.view", needs_reason=True),
        Transition("close", "办结", ("accepted", "assigned"), "closed", "lead.handle", needs_reason=True),
    ),
)

DRAWS = StateTable(
    "随机抽查",
    dict(DrawState.choices),
    (
        Transition("publish", "封存并公布名单", ("draft",), "published", "draw.prepare"),
        Transition("hold", "抽取", ("published",), "drawn", "draw.prepare"),
        Transition("cancel", "撤销", ("draft", "published"), "cancelled", "draw.prepare", needs_reason=True),
        Transition("void", "作废", ("published",), "voided", "draw.approve", needs_reason=True),
        Transition("supersede", "重新抽取", ("drawn",), "superseded", "draw.approve", needs_reason=True),
    ),
)

ADJUSTMENTS = StateTable(
    "抽取后调整",
    dict(AdjustmentState.choices),
    (
        Transition("approve", "批准", ("asked",), "approved", "draw.approve"),
        Transition("refuse", "不予批准", ("asked",), "refused", "draw.approve", needs_reason=True),
    ),
)

# Filing is the superior's act (campaigns.services.plans.filing): `plan.file` is asked for over the unit above.
PLANS = StateTable(
    "执法计划",
    dict(PlanState.choices),
    (
        Transition("report", "报备", ("draft", "returned"), "reported", "visit.plan"),
        Transition("return", "退回", ("reported",), "returned", "plan.file", needs_reason=True),
        Transition("file", "备案", ("reported",), "filed", "plan.file"),
        Transition("start", "实施", ("filed",), "in_force", "visit.plan"),
        Transition("adopt", "实施（方案未要求备案）", ("draft",), "in_force", "visit.plan"),
        Transition("replace", "由新版替代", ("in_force",), "replaced", "visit.plan"),
    ),
)

RATES = StateTable(
    "抽查参数",
    dict(RatesState.choices),
    (
        Transition("approve", "批准", ("asked",), "approved", "draw.approve"),
        Transition("refuse", "不予批准", ("asked",), "refused", "draw.approve", needs_reason=True),
    ),
)
