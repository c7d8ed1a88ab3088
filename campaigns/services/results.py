"""Results in the platform (成果应用): what is not entered yet, what never will be, and that the last phase waits."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count

from accounts.models import User
from campaigns.models import Campaign, Target
from campaigns.states import CampaignState
from core import audit, clock
from core.refusals import Refused

LAST = "apply"
NAMED = 5


def excuse(target: Target, *, reason: str, actor: User, at: datetime) -> Target:
    """There will be no result of this enterprise, for a reason that is kept."""
    if len(reason.strip()) < 5:
        raise Refused("请写明无须录入的原因（不少于 5 个字）。", field="reason", status=422)
    with transaction.atomic():
        row = Target.objects.select_for_update(of=("self",)).select_related("campaign", "unit").get(pk=target.pk)
        if row.campaign.state != CampaignState.PUBLISHED:
            raise Refused("行动发布后、结束前才能登记。")
        if row.result_at is not None or row.excused_at is not None:
            raise Refused("该企业的结果已经录入或已登记无须录入。")
        row.excused_at, row.excused_by, row.excused_reason = at, actor, reason.strip()[:200]
        row.save(update_fields=["excused_at", "excused_by", "excused_reason"])
        audit.record("campaigns.target.excuse", row, actor=actor, at=at, reason=reason, unit_path=row.unit.path)
    return row


def refuse_unentered(campaign: Campaign, at: datetime) -> None:
    """HN-42: once the last phase runs, it is closed (and the campaign with it) with every result entered. Before that
    an authority may break a campaign off."""
    phase = campaign.phases.filter(key=LAST, starts_on__lte=clock.day_of(at)).first()
    left = Target.objects.filter(campaign=campaign).unentered()
    if phase is None or not (total := left.count()):
        return
    units = left.values_list("unit__short_name").annotate(count=Count("pk")).order_by("-count", "unit__short_name")
    named = "、".join(f"{name} {count} 家" for name, count in units[:NAMED])
    raise Refused(
        f"还有 {total} 家的检查结果没有录入（{named}），不能关闭“{phase.name}”阶段；录入或登记无须录入后再关闭。"
    )
