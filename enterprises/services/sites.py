"""A site is registered, edited, confirmed, given to another unit, halted or closed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.gate import may
from accounts.models import Unit, User
from core import audit, states
from core.clock import day_of, local
from core.refusals import Refused, refused_if_taken
from enterprises.models import Enterprise, EnterpriseName
from enterprises.rules.codes import examine_permit
from enterprises.services.entities import (
    Override,
    accepted_code,
    entity_for,
    free_site_number,
    give_code,
    hold_sites,
)
from enterprises.services.facts import Facts, differences
from enterprises.services.names import index, open_names, rename_all
from enterprises.services.permits import permits_as_stated
from enterprises.services.positive import entry_as_stated
from enterprises.states import SITE_STATES

NO_OVERRIDE = Override()
TAKEN = "他人刚刚登记了相同的统一社会信用代码、厂址序号或许可证编号，请刷新后核对。"


def register(
    facts: Facts, *, actor: User, at: datetime, override: Override = NO_OVERRIDE, namesakes_checked: bool = False
) -> Enterprise:
    """A new site. Without a code, or with an overridden one, it waits until a person confirms it."""
    unit = Unit.objects.select_related("parent").get(pk=facts.unit_id or 0)
    if not may(actor, "enterprise.edit", Placed(unit.path)):
        raise Refused("只能登记由您管辖范围内单位监管的企业。", field="unit", status=403)
    if not namesakes_checked:
        refuse_namesake(facts, unit, actor)
    code, overridden = accepted_code(facts.uscc, override) if facts.uscc else ("", False)
    refuse_unplaced(facts, code)
    since = day_of(at)
    with refused_if_taken(TAKEN):
        entity = entity_for(code, facts.name, representative=facts.representative or "", override=override, since=since)
        site = Enterprise(
            entity=entity,
            site_number=free_site_number(entity, facts.site_number),
            name=facts.name,
            is_confirmed=bool(code) and not overridden,
            created_by=actor,
            created_at=at,
            updated_at=at,
            **facts.stated(),
        )
        index(site, [facts.former_name] if facts.former_name else [])
        site.save()
        open_names([(site, facts.former_name)], since=since, source="登记")
        state_the_rest(site, facts, actor=actor, at=at)
        audit.record("enterprises.enterprise.register", site, actor=actor, at=at, after=facts.to_json())
    return site


def refuse_namesake(facts: Facts, unit: Unit, actor: User) -> None:
    """A name that somebody in the city bears or bore is looked at first; of others' sites only the unit is named."""
    area = unit.parent.path if unit.parent and unit.level not in {"city", "province"} else unit.path
    borne = EnterpriseName.objects.filter(name=facts.name).values("enterprise_id")
    alike = Enterprise.objects.filter(unit__path__startswith=area).filter(Q(name=facts.name) | Q(pk__in=borne)).first()
    if alike is not None:
        seen = may(actor, "enterprise.view", alike)
        known = f"“{alike.name}”（{alike.unit.short_name}，{alike.address or '未填地址'}）"
        raise Refused(
            f"同名单位已经登记：{known if seen else f'由其他单位监管，请联系{alike.unit.name}'}。"
            "请先核对；确为不同单位的，勾选“已核对”后再登记。",
            field="namesakes_checked",
            status=422,
        )


def state_the_rest(site: Enterprise, facts: Facts, *, actor: User, at: datetime) -> None:
    """The permit and the entry of the positive list that a registration states."""
    entry = entry_as_stated(site, [], facts, actor=actor, at=at, ground="登记时列入")
    for row in (*permits_as_stated(site, [], facts, day_of(at)), entry):
        if row is not None:
            row.save()


def refuse_unplaced(facts: Facts, code: str) -> None:
    """A place without a code is known only by what and where it is."""
    if not code and not facts.place_kind:
        raise Refused("没有统一社会信用代码的，请选择场所类型。", field="place_kind", status=422)
    if not code and not facts.address:
        raise Refused("没有统一社会信用代码的，请填写详细地址。", field="address", status=422)
    if facts.industry == 22 and not facts.industry_text:
        raise Refused("行业类别选“其他具体行业”时，须填写行业说明。", field="industry_text", status=422)
    if facts.permit and (error := examine_permit(facts.permit).error):
        raise Refused(error, field="permit", status=422)


def edit(
    site: Enterprise,
    facts: Facts,
    *,
    seen: datetime,
    actor: User,
    at: datetime,
    override: Override = NO_OVERRIDE,
    renamed_on: date | None = None,
) -> Enterprise:
    """Change what is stated. `seen` is the `updated_at` on the person's screen: a later change is not overwritten."""
    code, overridden = accepted_code(facts.uscc, override) if facts.uscc else ("", False)
    refuse_unplaced(facts, code)
    with refused_if_taken(TAKEN):
        hold_sites([site.pk], code=code)
        row = locked(site.pk)
        refuse_stale(row, seen)
        if facts.unit_id is not None and facts.unit_id != row.unit_id:
            raise Refused("变更监管单位请使用“变更监管单位”办理。", field="unit", status=422)
        before = differences(row, facts)
        old_name, old_code = row.name, row.entity.uscc or ""
        give_code(row, code, override=override, since=day_of(at))
        row.is_confirmed = row.is_confirmed and not overridden
        state_columns(row, facts, before)
        if facts.name != old_name:
            rename_all([(row, facts.name)], since=renamed_on or day_of(at), source="变更登记")
        touch(row, at)
        record_edit(row, before, {"name": (old_name, row.name), "uscc": (old_code, code)}, actor, at)
    return row


def state_columns(row: Enterprise, facts: Facts, changed: dict[str, tuple[Any, Any]]) -> None:
    for name, (_, stated) in changed.items():
        setattr(row, name, stated)
    if facts.representative is not None and facts.representative != row.entity.representative:
        row.entity.representative = facts.representative
        row.entity.save(update_fields=["representative"])


def record_edit(
    row: Enterprise,
    changed: dict[str, tuple[Any, Any]],
    named: dict[str, tuple[str, str]],
    actor: User,
    at: datetime,
    reason: str = "",
) -> None:
    every = changed | {name: pair for name, pair in named.items() if pair[0] != pair[1]}
    audit.record(
        "enterprises.enterprise.edit",
        row,
        actor=actor,
        at=at,
        reason=reason,
        before={name: old for name, (old, _) in every.items()},
        after={name: new for name, (_, new) in every.items()},
    )


def make_key(sites: Iterable[int], *, actor: User, at: datetime, reason: str) -> int:
    """These sites are key ones from now on, each with its own event. Returns how many were not before."""
    with transaction.atomic():
        rows = Enterprise.objects.select_for_update(of=("self",)).filter(pk__in=sites, is_key=False).order_by("pk")
        for row in (found := list(rows)):
            row.is_key = True
            touch(row, at)
            record_edit(row, {"is_key": (False, True)}, {}, actor, at, reason)
    return len(found)


def locked(pk: int) -> Enterprise:
    return Enterprise.objects.select_for_update(of=("self",)).select_related("entity", "unit", "region").get(pk=pk)


def refuse_stale(row: Enterprise, seen: datetime) -> None:
    if row.updated_at > seen:
        when = local(row.updated_at).strftime("%m-%d %H:%M")
        raise Refused(f"这条登记已于 {when} 被他人修改。您填写的内容仍在下面，请与最新登记核对后再保存。")


def touch(row: Enterprise, at: datetime) -> None:
    row.updated_at = at
    row.save()


def confirm(site: Enterprise, *, actor: User, at: datetime) -> None:
    """A second person says that the site is what the register says. Not the one who entered it."""
    with transaction.atomic():
        row = locked(site.pk)
        if row.is_confirmed:
            raise Refused(f"“{row.name}”已经确认过。")
        if row.created_by_id == actor.pk and row.entity.checksum_override:
            raise Refused("校验位不符的代码须由录入人以外的工作人员复核。", status=403)
        row.is_confirmed, row.confirmed_by, row.confirmed_at = True, actor, at
        touch(row, at)
        audit.record("enterprises.enterprise.confirm", row, actor=actor, at=at)


def change_unit(site: Enterprise, unit: Unit, *, actor: User, at: datetime, reason: str) -> None:
    """Another unit answers for the site from now on; what was recorded before keeps its unit."""
    if not reason.strip():
        raise Refused("请填写变更监管单位的理由。", field="reason", status=422)
    if not may(actor, "enterprise.edit", Placed(unit.path)):
        raise Refused("只能变更到您管辖范围内的单位；跨单位移交请由共同的上级办理。", field="unit", status=403)
    with transaction.atomic():
        row = locked(site.pk)
        if row.unit_id == unit.pk:
            raise Refused(f"“{row.name}”现在就由{unit.name}监管。", field="unit", status=422)
        before, row.unit = row.unit, unit
        touch(row, at)
        audit.record(
            "enterprises.enterprise.change_unit",
            row,
            actor=actor,
            at=at,
            reason=reason,
            before={"unit": before.name},
            after={"unit": unit.name},
        )


class Placed:
    """A place in the organisation tree, as the gate asks for one."""

    gate_enterprise_id: int | None = None

    def __init__(self, path: str) -> None:
        self.gate_path = path


def change_state(site: Enterprise, action: str, *, actor: User, at: datetime, reason: str) -> Enterprise:
    """halt, resume, close or reopen."""
    return states.advance(
        Enterprise,
        site.pk,
        action,
        table=SITE_STATES,
        actor=actor,
        at=at,
        reason=reason,
        stamps={"updated_at": at},
    )
