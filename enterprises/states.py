"""States of a site and of an uploaded list, and the arrows between them."""

from django.db.models import TextChoices

from core.states import StateTable, Transition


class SiteState(TextChoices):
    ACTIVE = "active", "在产在册"
    HALTED = "halted", "临时停产"
    CLOSED = "closed", "关停注销"


class ImportState(TextChoices):
    READING = "reading", "正在读取"
    MAPPING = "mapping", "待对照表头"
    PREVIEW = "preview", "待确认"
    WRITING = "writing", "正在写入"
    WRITTEN = "written", "已完成"
    REFUSED = "refused", "不能读取"
    DROPPED = "dropped", "已放弃"


EDIT = "enterprise.edit"
IMPORT = "enterprise.import"

SITE_STATES = StateTable(
    name="排污单位",
    labels=dict(SiteState.choices),
    transitions=(
        Transition("halt", "登记停产", ("active",), "halted", EDIT, needs_reason=True),
        Transition("resume", "恢复在产", ("halted",), "active", EDIT),
        Transition("close", "登记关停注销", ("active", "halted"), "closed", EDIT, needs_reason=True),
        Transition("reopen", "撤销关停登记", ("closed",), "active", EDIT, needs_reason=True),
    ),
)

IMPORT_STATES = StateTable(
    name="导入名单",
    labels=dict(ImportState.choices),
    transitions=(
        Transition("ask_mapping", "请人对照表头", ("reading",), "mapping", IMPORT),
        Transition("refuse", "不能读取", ("reading",), "refused", IMPORT),
        Transition("show", "读取完成", ("reading",), "preview", IMPORT),
        Transition("settle", "无变化，完成", ("reading",), "written", IMPORT),
        Transition("map", "提交表头对照", ("mapping", "preview"), "reading", IMPORT),
        Transition("confirm", "确认写入", ("preview",), "writing", IMPORT),
        Transition("finish", "写入完成", ("writing",), "written", IMPORT),
        Transition("drop", "放弃导入", ("mapping", "preview", "refused"), "dropped", IMPORT),
    ),
)
