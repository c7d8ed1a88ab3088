"""A draw is prepared: terms, ratios, witness, recusals. Nothing of it counts before it is sealed and published."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.models import Grant, Unit, User
from accounts.rules import Role
from campaigns.draw_rules import WHOLE, published_after
from campaigns.models import Campaign, Draw, DrawParticipant, DrawScheme, Recusal
from campaigns.public_sources import choices, sealed_source
from campaigns.services.draws.libraries import items_of, rows_of
from campaigns.services.draws.rates import above, refuse_below
from campaigns.services.draws.schemes import keep_scheme
from campaigns.states import DRAWS, CampaignState, DrawState
from core import audit, clock
from core.refusals import Refused
from core.states import advance
from enterprises.models import Enterprise


@dataclass(frozen=True)
class Settings:
    """What is decided before a draw. `ratio` in ten-thousandths; `filters` and `strata_by` as the model keeps them."""

    title: str
    filters: Mapping[str, Any]
    strata_by: list[str]
    ratio: int
    inspect_on: date
    commit_by: datetime
    reveal_by: datetime
    public_source: str
    partners: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    team_size: int = 2
    speciality: str = ""
    cross_region: bool = False
    avoid_previous: bool = True

    def as_columns(self) -> dict[str, Any]:
        """With the moment that follows: the first publication of the source after everybody has revealed."""
        public_at = published_after(sealed_source(self.public_source), self.reveal_by)
        lists = {"partners": list(self.partners), "checks": list(self.checks)}
        return asdict(self) | lists | {"public_at": public_at}


def create(
    campaign: Campaign, unit: Unit, settings: Settings, *, witness: User, actor: User, at: datetime, **link: Any
) -> Draw:
    """A draft with its organiser (who prepares it) and its witness."""
    if campaign.state != CampaignState.PUBLISHED:
        raise Refused("行动发布后才能组织随机抽查。", field="campaign")
    refuse_wrong(settings, unit)
    refuse_near_witness(witness, actor, unit, at)
    with transaction.atomic():
        draw = Draw.objects.create(
            campaign=campaign,
            unit=unit,
            token=secrets.token_hex(16),
            created_by=actor,
            created_at=at,
            **settings.as_columns(),
            **link,
        )
        for role, user in ((DrawParticipant.Role.ORGANISER, actor), (DrawParticipant.Role.WITNESS, witness)):
            DrawParticipant.objects.create(draw=draw, role=role, user=user)
        after = {"unit": unit.path, "ratio": settings.ratio, "witness": witness.name}
        audit.record("campaigns.draw.create", draw, actor=actor, at=at, unit_path=unit.path, after=after)
        keep_scheme(draw, actor=actor, at=at)
    return draw


def witnesses(unit: Unit, at: datetime) -> QuerySet[User]:
    """Who may witness a unit's draw: discipline over it, or officers and leaders of a unit above or beside it."""
    grants = Grant.objects.in_force(clock.day_of(at)).filter(kind=Grant.Kind.UNIT)
    over = above(unit.path)
    beside = Q(unit__parent=unit.parent_id) & ~Q(unit=unit.pk) if unit.parent_id else Q(pk__in=[])
    discipline = Q(role=Role.DISCIPLINE, unit__path__in=[*over, unit.path])
    others = Q(role__in=[Role.OFFICER, Role.LEADER]) & (Q(unit__path__in=over) | beside)
    own = grants.filter(role__in=[Role.OFFICER, Role.LEADER], unit=unit.pk)
    return User.objects.filter(pk__in=grants.filter(discipline | others).values("user"), is_active=True).exclude(
        pk__in=own.values("user")
    )


def refuse_near_witness(witness: User, organiser: User, unit: Unit, at: datetime) -> None:
    if witness.pk == organiser.pk or not witnesses(unit, at).filter(pk=witness.pk).exists():
        raise Refused("见证人须是巡查人员，或上级、同级其他单位的人员。", field="witness", status=422)


def refuse_wrong(settings: Settings, unit: Unit) -> None:
    """What no draw may be prepared with, each with its place on the form."""
    refuse_ratio(settings.ratio, "ratio", "默认抽取比例")
    refuse_below(unit, settings.inspect_on, settings.ratio, "ratio", "默认抽取比例")
    refuse_strange_items(settings.checks, unit)
    if not settings.commit_by < settings.reveal_by:
        raise Refused("公开截止时间须晚于承诺截止时间。", field="reveal_by", status=422)
    if settings.public_source not in dict(choices(clock.day_of(settings.reveal_by))):
        raise Refused("请从列出的公开号码中选择公共值的来源。", field="public_source", status=422)
    if not 2 <= settings.team_size <= 4:
        raise Refused("每组 2 至 4 名执法人员。", field="team_size", status=422)


def refuse_strange_items(checks: Sequence[str], unit: Unit) -> None:
    """What is checked is in the published list of items, in these very words (事项指导目录)."""
    items = items_of(unit) if checks else None
    listed = {row[1] for row in rows_of(items)} if items else set()
    strange = [name for name in checks if name not in listed]
    if strange:
        raise Refused(f"检查事项“{'”“'.join(strange)}”不在现行抽查事项清单内，不能检查。", field="checks", status=422)


def refuse_ratio(ratio: int, field: str, name: str) -> None:
    if not 0 < ratio <= WHOLE:
        raise Refused(f"{name}须大于 0、不超过 100%。", field=field, status=422)


def locked_draft(pk: int) -> Draw:
    rows = Draw.objects.select_related("unit", "campaign__blueprint").select_for_update(of=("self",))
    draw = rows.get(pk=pk)
    if draw.state != DrawState.DRAFT:
        raise Refused(f"名单封存后不能再改，当前为“{draw.get_state_display()}”。")
    return draw


def revise(draw: Draw, settings: Settings, *, witness: User, actor: User, at: datetime) -> Draw:
    """New terms of a draft. Ratios of single strata go when the strata are cut another way."""
    refuse_wrong(settings, draw.unit)
    with transaction.atomic():
        row = locked_draft(draw.pk)
        refuse_near_witness(witness, row.created_by, row.unit, at)
        if row.strata_by != settings.strata_by:
            row.ratios = {}
        for name, value in settings.as_columns().items():
            setattr(row, name, value)
        row.save()
        row.participants.filter(role=DrawParticipant.Role.WITNESS).update(user=witness)
        after = {"ratio": row.ratio, "strata_by": row.strata_by, "witness": witness.name}
        audit.record("campaigns.draw.revise", row, actor=actor, at=at, unit_path=row.unit.path, after=after)
        keep_scheme(row, actor=actor, at=at)
    return row


def recompute(draw: Draw, *, actor: User, at: datetime) -> DrawScheme:
    """Look at the lists again, because something they hold has changed."""
    with transaction.atomic():
        row = locked_draft(draw.pk)
        made = keep_scheme(row, actor=actor, at=at)
        after = {"scheme": made.number}
        audit.record("campaigns.draw.recompute", row, actor=actor, at=at, unit_path=row.unit.path, after=after)
    return made


def set_ratios(draw: Draw, ratios: Mapping[str, int | None], *, actor: User, at: datetime) -> Draw:
    """What single strata have of their own; None: not drawn this time, which is published too."""
    for key, ratio in ratios.items():
        if ratio is not None:
            refuse_ratio(ratio, key, "分层抽取比例")
            refuse_below(draw.unit, draw.inspect_on, ratio, key, "分层抽取比例")
    with transaction.atomic():
        row = locked_draft(draw.pk)
        before, row.ratios = row.ratios, dict(ratios)
        row.save(update_fields=["ratios"])
        audit.record(
            "campaigns.draw.set_ratios",
            row,
            actor=actor,
            at=at,
            unit_path=row.unit.path,
            before={"ratios": before},
            after={"ratios": row.ratios},
        )
        keep_scheme(row, actor=actor, at=at)
    return row


def recuse(
    draw: Draw, user: User, *, enterprise: Enterprise | None, kind: str, reason: str, actor: User, at: datetime
) -> Recusal:
    """A person keeps away from one enterprise in every draw, or from this draw altogether."""
    if not reason.strip():
        raise Refused("请写明回避的事由。", field="reason", status=422)
    try:
        with transaction.atomic():
            row = Recusal.objects.create(
                user=user,
                enterprise=enterprise,
                draw=None if enterprise else locked_draft(draw.pk),
                kind=kind,
                reason=reason.strip()[:200],
                entered_by=actor,
                entered_at=at,
            )
            after = {"user": user.name, "enterprise": enterprise.name if enterprise else "本次抽查"}
            audit.record("campaigns.recusal.enter", row, actor=actor, at=at, reason=row.reason, after=after)
            keep_if_draft(draw, actor, at)
    except IntegrityError as error:
        raise Refused(f"{user.name}对该企业的回避已经登记。", field="user") from error
    return row


def keep_if_draft(draw: Draw, actor: User, at: datetime) -> None:
    """A recusal is in force at once; of a sealed draw it changes nothing."""
    row = Draw.objects.select_related("unit", "campaign__blueprint").get(pk=draw.pk)
    if row.state == DrawState.DRAFT:
        keep_scheme(row, actor=actor, at=at)


def end_recusal(row: Recusal, *, draw: Draw, actor: User, at: datetime, reason: str) -> None:
    """The ground is gone. What was published before keeps it."""
    if not reason.strip():
        raise Refused("请写明解除回避的理由。", field="reason", status=422)
    with transaction.atomic():
        if not Recusal.objects.filter(pk=row.pk, ended_at=None).update(ended_at=at):
            raise Refused("这条回避已经解除。")
        audit.record("campaigns.recusal.end", row, actor=actor, at=at, reason=reason)
        keep_if_draft(draw, actor, at)


def cancel(draw: Draw, *, actor: User, at: datetime, reason: str) -> Draw:
    """Give up a draw whose result nobody can guess at yet: nothing is revealed, the public value does not exist."""
    with transaction.atomic():
        row = Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk)
        if row.state == DrawState.PUBLISHED and may_be_guessed(row, at):
            raise Refused("已有一方公开密值，或公共值已经产生，经办不能再撤销；确需作废的，由单位领导写明理由。")
        stamps = {"ended_at": at, "end_reason": reason.strip()[:200]}
        return advance(Draw, row.pk, "cancel", table=DRAWS, actor=actor, at=at, reason=reason, stamps=stamps)


def may_be_guessed(row: Draw, at: datetime) -> bool:
    complete = not row.participants.filter(commitment="").exists()
    return row.participants.exclude(value="").exists() or (complete and at >= row.public_at)


def void(draw: Draw, *, actor: User, at: datetime, reason: str) -> Draw:
    """A leader ends a sealed draw that cannot be finished. It stays on the public page beside what follows.

    Not once two have confirmed the public value: then it is drawn, and drawn again openly if need be.
    """
    with transaction.atomic():
        row = Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk)
        if row.value_confirmed_by_id:
            raise Refused("公共值已经两人录入一致，结果已定，不能作废；抽取后确需重抽的，由领导写明理由。")
        if row.participants.filter(user=actor).exists():
            raise Refused("组织方和见证方的经办人不能作废自己参与的抽取。", status=403)
        stamps = {"ended_at": at, "end_reason": reason.strip()[:200]}
        return advance(Draw, row.pk, "void", table=DRAWS, actor=actor, at=at, reason=reason, stamps=stamps)
