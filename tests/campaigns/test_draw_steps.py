"""The seed of a draw, step by step; and what may still change once it is held."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection

from campaigns.draw_rules import commitment
from campaigns.models import Draw, Recusal
from campaigns.services import draws
from core.models import AuditEvent, Notice
from core.refusals import Refused
from tests.campaigns import draw_scene as scene
from tests.campaigns.draw_scene import AFTER, COMMIT_BY, MORNING, PUBLIC_AT, REVEAL_BY, SECRETS, VALUE
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def publish(draw: Draw, cast: Cast) -> Draw:
    return draws.publish(draw, actor=cast.officer_city, at=MORNING)


def site_of(draw: Draw, number: int):
    return draw.campaign.targets.order_by("pk")[number]


def frozen(draw: Draw) -> dict:
    return json.loads(draw.frozen.text)


def recuse(draw, cast, user, enterprise=None, reason="近亲属任职"):
    return draws.recuse(
        draw, user, enterprise=enterprise, kind="own", reason=reason, actor=cast.officer_city, at=MORNING
    )


# The seed: nobody makes it alone.


def test_a_commitment_is_final_and_not_copied(cast):
    draw = scene.sealed(cast)
    one, two = scene.participants(draw)
    text = commitment(draw.pool_digest, one.role, SECRETS[one.role])
    draws.commit(draw, one.user, text, at=MORNING)
    with pytest.raises(Refused, match="提交后不能更改"):
        draws.commit(draw, one.user, "0" * 64, at=MORNING)
    with pytest.raises(Refused, match="不能照抄"):
        draws.commit(draw, two.user, text, at=MORNING)
    with pytest.raises(Refused, match="64 位十六进制"):
        draws.commit(draw, two.user, "密值", at=MORNING)
    with pytest.raises(Refused, match="只有组织方和见证方"):
        draws.commit(draw, cast.leader_city, "1" * 64, at=MORNING)


def test_who_commits_too_late_is_refused_and_without_both_there_is_no_draw(cast):
    draw = scene.sealed(cast)
    one, two = scene.participants(draw)
    draws.commit(draw, one.user, "0" * 64, at=COMMIT_BY)
    with pytest.raises(Refused, match="已于 05-12 10:00 截止"):
        draws.commit(draw, two.user, "1" * 64, at=COMMIT_BY + timedelta(seconds=1))
    with pytest.raises(Refused, match="见证方沈巡查没有提交承诺值，本次抽取须撤销"):
        draws.enter_value(draw, one.user, VALUE, at=PUBLIC_AT)


def test_nothing_is_revealed_before_both_have_committed(cast):
    draw = scene.sealed(cast)
    one = scene.participants(draw)[0]
    draws.commit(draw, one.user, commitment(draw.pool_digest, one.role, SECRETS[one.role]), at=MORNING)
    with pytest.raises(Refused, match="另一方还没有提交承诺值"):
        draws.reveal(draw, one.user, SECRETS[one.role], at=MORNING)


def test_another_value_than_the_committed_one_is_refused(cast):
    draw = scene.committed(scene.sealed(cast))
    with pytest.raises(Refused, match="与您提交的承诺值不符"):
        draws.reveal(draw, cast.officer_city, "c" * 64, at=MORNING)


def test_the_public_value_comes_after_every_reveal(cast):
    draw = scene.committed(scene.sealed(cast))
    with pytest.raises(Refused, match="现在不能录入"):
        draws.enter_value(draw, cast.officer_city, VALUE, at=PUBLIC_AT - timedelta(seconds=1))
    with pytest.raises(Refused, match="公开已于 05-12 11:00 截止"):
        draws.reveal(draw, cast.officer_city, SECRETS["organiser"], at=REVEAL_BY + timedelta(seconds=1))


def test_who_never_reveals_steers_nothing_and_is_named(cast):
    draw = draws.hold(scene.ready(cast, silent="witness"), actor=cast.officer_city, at=AFTER)
    proof = draws.proof_of(draw)
    assert [one["value"] for one in proof["participants"]] == [SECRETS["organiser"], ""]
    assert draw.state == "drawn"


def test_the_public_value_is_typed_by_two_people(cast):
    draw = scene.revealed(scene.committed(scene.sealed(cast)))
    draws.enter_value(draw, cast.officer_city, "03 11 25 48", at=PUBLIC_AT)
    with pytest.raises(Refused, match="还没有经两人录入一致"):
        draws.hold(draw, actor=cast.officer_city, at=AFTER)
    with pytest.raises(Refused, match="与第一人录入的不一致"):
        draws.enter_value(draw, cast.discipline, VALUE, at=PUBLIC_AT)
    draws.enter_value(draw, cast.officer_city, VALUE, at=PUBLIC_AT)
    done = draws.enter_value(draw, cast.discipline, "  03 11  25 47 ", at=PUBLIC_AT)
    assert (done.public_value, done.value_confirmed_by) == (VALUE, cast.discipline)
    with pytest.raises(Refused, match="不能再改"):
        draws.enter_value(draw, cast.officer_city, "1", at=AFTER)


def test_once_the_result_can_be_known_nobody_cancels(cast):
    draw = scene.revealed(scene.committed(scene.sealed(cast)))
    with pytest.raises(Refused, match="结果可以算出，不能再撤销"):
        draws.cancel(draw, actor=cast.officer_city, at=PUBLIC_AT, reason="改期")
    assert draws.cancel(draw, actor=cast.officer_city, at=REVEAL_BY, reason="改期").state == "cancelled"


# After the draw.


def test_a_redraw_needs_a_reason_and_keeps_the_old_result(cast):
    old = scene.drawn(cast)
    rows = list(old.drawn.order_by("order").values_list("target", "drawn_team"))
    with pytest.raises(Refused, match="须填写理由"):
        draws.redraw(old, actor=cast.leader_city, at=AFTER, reason=" ")
    made = draws.redraw(old, actor=cast.leader_city, at=AFTER, reason="两家企业已注销")
    old.refresh_from_db()
    assert (old.state, old.end_reason, made.redraw_of, made.redraw_reason) == (
        "superseded",
        "两家企业已注销",
        old,
        "两家企业已注销",
    )
    assert list(old.drawn.order_by("order").values_list("target", "drawn_team")) == rows
    assert draws.publish(made, actor=cast.officer_city, at=AFTER).pool_digest != old.pool_digest
    assert frozen(made)["draw"]["redraw_of"] == old.number
    with pytest.raises(Refused):
        draws.redraw(old, actor=cast.leader_city, at=AFTER, reason="再来一次")


def test_an_adjustment_needs_a_reason_and_another_person(cast):
    draw = scene.drawn(cast)
    row = draw.drawn.get(order=1)
    fit = draws.may_join(row)
    people = type(cast.inspector_a).objects
    out, into = people.get(pk=row.team[0]), people.get(pk=fit[0][0])
    ask = {"kind": "replace", "person_out": out, "person_in": into, "actor": cast.officer_city, "at": AFTER}
    with pytest.raises(Refused, match="请写明调整的理由"):
        draws.ask_adjustment(row, reason=" ", **ask)
    asked = draws.ask_adjustment(row, reason="出差", **ask)
    with pytest.raises(Refused, match="已有一项待批准"):
        draws.ask_adjustment(row, reason="出差", **ask)
    with pytest.raises(Refused, match="不能批准自己"):
        draws.approve_adjustment(asked, actor=cast.officer_city, at=AFTER)
    draws.approve_adjustment(asked, actor=cast.leader_city, at=AFTER)
    row.refresh_from_db()
    assert row.team == [into.pk, *row.drawn_team[1:]]
    assert draws.proof_of(draw)["adjustments"][0]["approved_by"] == "冯局长"
    assert AuditEvent.objects.filter(action="campaigns.drawadjustment.approve").count() == 1
    assert Notice.objects.filter(key=f"adjustment.asked:{asked.pk}", recipient=cast.leader_city).exists()


def test_who_is_recused_or_was_not_in_the_pool_does_not_come_in(cast):
    draw = scene.draft(cast, ratio=10_000)
    recuse(draw, cast, cast.inspector_b, site_of(draw, 0).enterprise)
    done = draws.hold(
        scene.valued(scene.revealed(scene.committed(publish(draw, cast)))), actor=cast.officer_city, at=AFTER
    )
    row = done.drawn.get(target=site_of(draw, 0))
    out = type(cast.inspector_a).objects.get(pk=row.team[0])
    for person in (cast.inspector_b, cast.officer_a, None):
        with pytest.raises(Refused, match="换上的人员须在公布的执法人员名单中"):
            draws.ask_adjustment(
                row, kind="replace", reason="出差", person_out=out, person_in=person, actor=cast.officer_city, at=AFTER
            )


def test_a_refused_adjustment_changes_nothing_and_a_dropped_site_is_not_planned(cast):
    draw = scene.drawn(cast)
    row = draw.drawn.get(order=1)
    asked = draws.ask_adjustment(row, kind="drop", reason="已停产", actor=cast.officer_city, at=AFTER)
    draws.refuse_adjustment(asked, actor=cast.leader_city, at=AFTER, reason="仍在生产")
    row.refresh_from_db()
    assert not row.is_dropped
    again = draws.ask_adjustment(row, kind="drop", reason="已停产", actor=cast.officer_city, at=AFTER)
    draws.approve_adjustment(again, actor=cast.leader_city, at=AFTER)
    with pytest.raises(Refused, match="不再检查"):
        draws.ask_adjustment(row, kind="drop", reason="已停产", actor=cast.officer_city, at=AFTER)


def test_every_step_is_in_the_trail(cast):
    scene.drawn(cast)
    seen = set(AuditEvent.objects.values_list("action", flat=True))
    assert {
        f"campaigns.{name}"
        for name in (
            "draw.create",
            "draw.publish",
            "drawparticipant.commit",
            "drawparticipant.reveal",
            "draw.enter_value",
            "draw.hold",
        )
    } <= seen


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_get_one_result(cast):
    draw = scene.ready(cast)
    barrier, said = threading.Barrier(2), []

    def press(person):
        barrier.wait()
        try:
            said.append(draws.hold(draw, actor=person, at=AFTER).result_digest)
        except Refused as refused:
            said.append(refused.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(one,)) for one in (cast.officer_city, cast.discipline)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    draw.refresh_from_db()
    assert sorted(said, key=len) == ["当前为“已抽取”，不能办理。", draw.result_digest]
    assert draw.drawn.count() == 4
    assert Recusal.objects.count() == 0
