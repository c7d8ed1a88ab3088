"""The organisation tree. A unit's path is written here and nowhere else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from accounts.models import Region, Unit, User
from core import audit
from core.refusals import Refused, refused_if_taken

TAKEN = "机构全称或机关代字刚刚被另一机构使用，请换一个。"


def create_unit(
    *, parent: Unit | None, actor: User | None, at: datetime, regions: Iterable[Region] = (), **fields: Any
) -> Unit:
    """A new unit under `parent`; its path ends in its own id."""
    with refused_if_taken(TAKEN):
        above = Unit.objects.select_for_update().get(pk=parent.pk).path if parent else "/"
        unit = Unit.objects.create(parent=parent, **fields)
        unit.path = f"{above}{unit.pk}/"
        unit.save(update_fields=["path"])
        unit.regions.set(regions)
        after = {"name": unit.name, "regions": codes(unit)}
        audit.record("accounts.unit.create", unit, actor=actor, at=at, after=after)
    return unit


def move_unit(unit: Unit, parent: Unit, *, actor: User, at: datetime, reason: str) -> None:
    """Hang a unit and its subtree under another one; every stored path below it follows in the same transaction."""
    if not reason.strip():
        raise Refused("请填写机构调整的依据。", field="reason", status=422)
    with transaction.atomic():
        locked = {one.pk: one for one in Unit.objects.select_for_update().order_by("pk")}  # a rare command: all of them
        row, parent = locked[unit.pk], locked[parent.pk]
        if parent.path.startswith(row.path):
            raise Refused("不能把机构移到它自己或下级机构之下。", field="parent", status=422)
        old, new = row.path, f"{parent.path}{row.pk}/"
        Unit.objects.filter(pk=row.pk).update(parent=parent)
        rewrite(Unit, "path", old, new)
        rewrite(apps.get_model("core", "Obligation"), "unit_path", old, new)
        audit.record(
            "accounts.unit.move", row, actor=actor, at=at, reason=reason, before={"path": old}, after={"path": new}
        )


def rewrite(model: Any, column: str, old: str, new: str) -> None:
    """Replace a path prefix in one statement."""
    rows = model.objects.filter(**{f"{column}__startswith": old})
    rows.update(**{column: Concat(Value(new), Substr(column, len(old) + 1))})


def edit_unit(unit: Unit, *, actor: User, at: datetime, regions: Iterable[Region], **fields: Any) -> None:
    with refused_if_taken(TAKEN):
        before = {name: getattr(unit, name) for name in fields} | {"regions": codes(unit)}
        for name, value in fields.items():
            setattr(unit, name, value)
        unit.save(update_fields=list(fields))
        unit.regions.set(regions)
        after = fields | {"regions": codes(unit)}
        audit.record("accounts.unit.edit", unit, actor=actor, at=at, before=before, after=after)


def codes(unit: Unit) -> list[str]:
    return list(unit.regions.order_by("code").values_list("code", flat=True))
