"""States of a penalty case and every arrow between them (filing, notice, decision, service, closing)."""

from django.db import models

from core.states import StateTable, Transition


class CaseState(models.TextChoices):
    FILED = "filed", "已立案"
    NOTICED = "noticed", "已事先告知"
    DECIDED = "decided", "已决定"
    SERVED = "served", "已送达"
    CLOSED = "closed", "已结案"
    WITHDRAWN = "withdrawn", "已撤案"


class Step(models.TextChoices):
    FILE = "file", "立案"
    NOTICE = "notice", "事先告知"
    DECIDE = "decide", "处罚决定"
    SERVE = "serve", "送达"
    CLOSE = "close", "结案"
    WITHDRAW = "withdraw", "撤案"


CASES = StateTable(
    "案件",
    dict(CaseState.choices),
    (
        Transition("notice", "送达事先告知书", ("filed",), "noticed", "case.handle"),
        Transition("decide", "作出处罚决定", ("noticed",), "decided", "case.decide"),
        Transition("serve", "送达处罚决定书", ("decided",), "served", "case.handle"),
        Transition("close", "结案", ("served",), "closed", "case.handle"),
        Transition("withdraw", "撤案", ("filed", "noticed"), "withdrawn", "case.decide", needs_reason=True),
    ),
)
