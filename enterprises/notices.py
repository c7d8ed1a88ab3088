"""What the room says to whom: a county hears that a list has brought it new sites."""

from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse

from accounts.gate import people_with
from accounts.models import Unit
from core.notices import notify
from enterprises.models import ImportBatch


def tell_counties(batch: ImportBatch, new_by_unit: Mapping[int, int], *, at: datetime) -> None:
    """One notice to each unit that prints slips for its new sites."""
    for unit in Unit.objects.filter(pk__in=[key for key, count in new_by_unit.items() if count]):
        notify(
            people_with("slip.print", unit, at),
            f"名单导入新增 {new_by_unit[unit.pk]} 家排污单位",
            f"{batch.unit.short_name}导入名单“{batch.file_name}”，您单位新增 {new_by_unit[unit.pk]} 家。"
            "请核对信息并打印激活单，交排污单位开通账号。",
            key=f"import:{batch.pk}:{unit.pk}",
            at=at,
            url=reverse("enterprises:slip_list"),
        )
