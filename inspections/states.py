"""States of self-checks, visits and issues, and every arrow between them."""

from django.db import models

from core.states import StateTable, Transition


class SelfCheckState(models.TextChoices):
    DRAFT = "draft", "填写中"
    SUBMITTED = "submitted", "待备案"
    ACCEPTED = "accepted", "已备案"
    RETURNED = "returned", "已退回"
    SUPERSEDED = "superseded", "已被更正"


class VisitState(models.TextChoices):
    PLANNED = "planned", "待检查"
    ON_SITE = "on_site", "检查中"
    SUBMITTED = "submitted", "已完成"
    HALTED = "halted", "停产改期"
    CLOSED = "closed", "已终止"
    CANCELLED = "cancelled", "已撤销"


class OffsiteState(models.TextChoices):
    PLANNED = "planned", "待检查"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已撤销"


class Outcome(models.TextChoices):
    DONE = "done", "发现问题"
    NO_PROBLEM = "no_problem", "未发现问题"
    HALTED = "halted", "临时停产"
    GONE = "gone", "已搬迁或关停"
    REFUSED = "refused", "拒绝检查"


class RecordState(models.TextChoices):
    DRAFT = "draft", "填写中"
    LOCKED = "locked", "已提交"
    SUPERSEDED = "superseded", "已被更正"


class IssueState(models.TextChoices):
    MENDING = "mending", "整改中"
    REPORTED = "reported", "待复核"
    CLOSED = "closed", "已销号"
    VOID = "void", "已作废"

    @classmethod
    def open(cls) -> list["IssueState"]:
        """Not settled yet."""
        return [cls.MENDING, cls.REPORTED]


class HandoverState(models.TextChoices):
    HANDED = "handed", "属地查处中"
    PROPOSED = "proposed", "升级待确认"
    ESCALATED = "escalated", "市队直接查办"
    KEPT = "kept", "不升级，属地继续"


class Nature(models.TextChoices):
    SYSTEM = "system", "制度"
    MINOR = "minor", "轻微"
    OFFENCE = "offence", "违法"
    CRIME = "crime", "涉刑"


class Gravity(models.TextChoices):
    ORDINARY = "ordinary", "一般"
    MAJOR = "major", "重点"
    GRAVE = "grave", "重大"


class BasisKind(models.TextChoices):
    LAW = "law", "法律法规"
    STANDARD = "standard", "检查标准"
    TASK = "task", "攻坚要求"


SELF_CHECKS = StateTable(
    "自查情况表",
    dict(SelfCheckState.choices),
    (
        Transition("submit", "提交备案", ("draft", "returned"), "submitted", "selfcheck.fill"),
        Transition("accept", "受理备案", ("submitted",), "accepted", "selfcheck.review"),
        Transition("return", "退回", ("submitted",), "returned", "selfcheck.review", needs_reason=True),
        Transition("supersede", "被更正版替代", ("accepted",), "superseded", "selfcheck.fill"),
    ),
)

VISITS = StateTable(
    "现场检查",
    dict(VisitState.choices),
    (
        Transition("start", "开始检查", ("planned",), "on_site", "visit.record"),
        Transition("submit", "提交记录", ("on_site",), "submitted", "visit.record"),
        Transition("halt", "停产改期", ("on_site",), "halted", "visit.record", needs_reason=True),
        Transition("close", "终止检查", ("on_site",), "closed", "visit.record", needs_reason=True),
        Transition("cancel", "撤销派单", ("planned",), "cancelled", "visit.plan", needs_reason=True),
    ),
)

OFFSITE = StateTable(
    "非现场检查",
    dict(OffsiteState.choices),
    (
        Transition("finish", "完成", ("planned",), "done", "visit.record"),
        Transition("cancel", "撤销", ("planned",), "cancelled", "visit.plan", needs_reason=True),
    ),
)

RECORDS = StateTable(
    "检查记录",
    dict(RecordState.choices),
    (
        Transition("lock", "提交", ("draft",), "locked", "visit.record"),
        Transition("supersede", "被更正版替代", ("locked",), "superseded", "visit.record"),
    ),
)

ISSUES = StateTable(
    "问题",
    dict(IssueState.choices),
    (
        Transition("report", "报告整改完成", ("mending",), "reported", "rectification.report"),
        Transition("return", "退回继续整改", ("reported",), "mending", "issue.verify", needs_reason=True),
        Transition("close", "复核通过并销号", ("reported",), "closed", "issue.verify"),
        Transition("reopen", "重新整改", ("closed",), "mending", "issue.verify", needs_reason=True),
        Transition("void", "作废", ("mending", "reported"), "void", "issue.void", needs_reason=True),
    ),
)

# Proposed by the clock, decided at the city (区域交叉执法：整改不及时的，市队直接查办).
HANDOVERS = StateTable(
    "移交属地的问题",
    dict(HandoverState.choices),
    (
        Transition("propose", "提出升级", ("handed",), "proposed", "visit.approve"),
        Transition("confirm", "确认升级", ("proposed",), "escalated", "visit.approve"),
        Transition("keep", "不予升级", ("proposed",), "kept", "visit.approve", needs_reason=True),
    ),
)
