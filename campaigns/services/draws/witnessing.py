"""The seed comes about: each participant commits, then reveals, then a public value is entered by two people."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from campaigns.draw_rules import HEX, spelt
from campaigns.draw_rules import commitment as commitment_of
from campaigns.models import Draw, DrawParticipant
from campaigns.states import DrawState
from core import audit
from core.clock import local
from core.refusals import Refused


def locked_published(pk: int) -> Draw:
    draw = Draw.objects.select_related("unit").select_for_update(of=("self",)).get(pk=pk)
    if draw.state != DrawState.PUBLISHED:
        raise Refused(f"当前为“{draw.get_state_display()}”，不能办理。")
    return draw


def place_of(draw: Draw, user: User) -> DrawParticipant:
    found = draw.participants.filter(user=user).first()
    if found is None:
        raise Refused("只有组织方和见证方的经办人可以提交。", status=403)
    return found


def waiting_for(draw: Draw) -> list[DrawParticipant]:
    """Participants who have not committed yet."""
    return [one for one in draw.participants.select_related("user") if not one.commitment]


def commit(draw: Draw, user: User, commitment: str, *, at: datetime) -> DrawParticipant:
    """A participant's commitment, once and for good, while nobody has revealed anything."""
    text = commitment.strip().lower()
    if not HEX.fullmatch(text):
        raise Refused("承诺值须是 64 位十六进制数字（0-9、a-f）。", field="commitment", status=422)
    with transaction.atomic():
        row = locked_published(draw.pk)
        place = place_of(row, user)
        if place.commitment:
            raise Refused("您已提交过承诺值，提交后不能更改。")
        if row.published_at is None or at <= row.published_at:
            raise Refused("名单公布以后才能提交承诺值。")
        if at > row.commit_by:
            raise Refused(f"承诺已于 {local(row.commit_by):%m-%d %H:%M} 截止，本次抽取须撤销后重新公布。")
        if row.participants.filter(commitment=text).exists():
            raise Refused("承诺值与另一方相同，不能照抄，请各自生成。", field="commitment", status=422)
        place.commitment, place.committed_at = text, at
        place.save(update_fields=["commitment", "committed_at"])
        after = {"role": place.role, "commitment": text}
        audit.record("campaigns.drawparticipant.commit", place, actor=user, at=at, after=after)
    return place


def reveal(draw: Draw, user: User, value: str, *, at: datetime) -> DrawParticipant:
    """The value behind the commitment, after all have committed and before the public value exists."""
    text = value.strip().lower()
    if not HEX.fullmatch(text):
        raise Refused("密值须是 64 位十六进制数字（0-9、a-f），与提交承诺值时生成的一样。", field="value", status=422)
    with transaction.atomic():
        row = locked_published(draw.pk)
        place = place_of(row, user)
        if waiting_for(row):
            raise Refused("另一方还没有提交承诺值，现在公开会让对方看到后再选。")
        if place.value:
            raise Refused("您已公开过密值。")
        if at > row.reveal_by:
            raise Refused(
                f"公开已于 {local(row.reveal_by):%m-%d %H:%M} 截止。未公开的一方以其承诺值计入种子，并记入证明。"
            )
        if commitment_of(row.pool_digest, place.role, text) != place.commitment:
            raise Refused("密值与您提交的承诺值不符，请核对是否抄错。", field="value", status=422)
        place.value, place.revealed_at = text, at
        place.save(update_fields=["value", "revealed_at"])
        after = {"role": place.role, "value": text}
        audit.record("campaigns.drawparticipant.reveal", place, actor=user, at=at, after=after)
    return place


def enter_value(draw: Draw, user: User, value: str, *, at: datetime) -> Draw:
    """The public value, once it can be known: one person enters it, another types it again."""
    with transaction.atomic():
        row = locked_published(draw.pk)
        if waiting := waiting_for(row):
            names = "、".join(f"{one.get_role_display()}{one.user.name}" for one in waiting)
            raise Refused(f"{names}没有提交承诺值，本次抽取须撤销后重新公布。")
        if at < row.public_at:
            raise Refused(f"公共值在 {local(row.public_at):%Y-%m-%d %H:%M} 之后才产生，现在不能录入。")
        if row.value_confirmed_by_id:
            raise Refused("公共值已经两人录入一致，不能再改。")
        write_value(row, user, read_value(row, value), at)
        after = {"value": row.public_value, "confirmed": row.value_confirmed_by_id is not None}
        audit.record("campaigns.draw.enter_value", row, actor=user, at=at, unit_path=row.unit.path, after=after)
    return row


def read_value(row: Draw, value: str) -> str:
    """In the one spelling that was sealed: nobody picks a seed by blanks, order or leading noughts."""
    try:
        return spelt(value, row.source)
    except ValueError as error:
        raise Refused(str(error), field="value", status=422) from error


def write_value(row: Draw, user: User, text: str, at: datetime) -> None:
    """Two people type the same, and one of them is the witness."""
    witness = row.participants.get(role=DrawParticipant.Role.WITNESS)
    if row.value_entered_by_id in (None, user.pk):
        row.public_value, row.value_entered_by, row.value_entered_at = text, user, at
    elif text != row.public_value:
        raise Refused("与第一人录入的不一致。请两人一同核对公开渠道，录错的一方重新录入。", field="value", status=422)
    elif witness.user_id not in (row.value_entered_by_id, user.pk):
        raise Refused("录入公共值的两人中须有一人是见证人，请由见证人再录入一次。", field="value", status=403)
    else:
        row.value_confirmed_by, row.value_confirmed_at = user, at
    row.save()
