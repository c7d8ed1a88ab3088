"""States of a unit's periodic report and every arrow between them."""

from django.db import models

from core.states import StateTable, Transition


class ReportState(models.TextChoices):
    OPEN = "open", "待报送"
    SENT = "sent", "已报送"
    RETURNED = "returned", "已退回"
    ACCEPTED = "accepted", "已接收"


REPORTS = StateTable(
    "周报",
    dict(ReportState.choices),
    (
        Transition("send", "报送", ("open",), "sent", "report.send"),
        Transition("recall", "撤回", ("sent",), "open", "report.send", needs_reason=True),
        Transition("return", "退回更正", ("sent", "accepted"), "returned", "report.receive", needs_reason=True),
        Transition("correct", "报送更正版", ("returned",), "sent", "report.send", needs_reason=True),
        Transition("accept", "接收", ("sent",), "accepted", "report.receive"),
    ),
)
