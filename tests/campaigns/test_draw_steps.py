"""The seed of a draw, step by step; and what may still change once it is held."""

import json
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from campaigns.draw_rules import commitment
from campaigns.models import Draw, Recusal
from campaigns.public_sources import choices, sources
from campaigns.services import draws
from core.models import AuditEvent, Notice
from core.refusals import Refused
from tests.campaigns import draw_scene as scene
from tests.campaigns.draw_scene import AFTER, COMMIT_BY, MORNING, PUBLIC_AT, REVEAL_BY, SECRETS, SOON, VALUE
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
    draws.commit(draw, one.user, text, at=SOON)
    with pytest.raises(Refused, match="提交后不能更改"):
        draws.commit(draw, one.user, "0" * 64, at=SOON)
    with pytest.raises(Refused, match="不能照抄"):
        draws.commit(draw, two.user, text, at=SOON)
    with pytest.raises(Refused, match="64 位十六进制"):
        draws.commit(draw, two.user, "密值", at=SOON)
    with pytest.raises(Refused, match="只有组织方和见证方"):
        draws.commit(draw, cast.leader_city, "1" * 64, at=SOON)
    with pytest.raises(Refused, match="名单公布以后"):
        draws.commit(draw, two.user, "1" * 64, at=MORNING)


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
    draws.commit(draw, one.user, commitment(draw.pool_digest, one.role, SECRETS[one.role]), at=SOON)
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
    draws.enter_value(draw, cast.officer_city, "03 07 11 19 25 31 09", at=PUBLIC_AT)
    with pytest.raises(Refused, match="还没有经两人录入一致"):
        draws.hold(draw, actor=cast.officer_city, at=AFTER)
    with pytest.raises(Refused, match="与第一人录入的不一致"):
        draws.enter_value(draw, cast.discipline, VALUE, at=PUBLIC_AT)
    draws.enter_value(draw, cast.officer_city, VALUE, at=PUBLIC_AT)
    done = draws.enter_value(draw, cast.discipline, "31、25,19　１１ 7 3 ＋8", at=PUBLIC_AT)
    assert (done.public_value, done.value_confirmed_by) == (VALUE, cast.discipline)
    with pytest.raises(Refused, match="不能再改"):
        draws.enter_value(draw, cast.officer_city, "1", at=AFTER)


@pytest.mark.parametrize(
    "value, sentence",
    [
        ("", "公共值只写号码，用空格分隔，如“01 02 03 04 05 06 01”"),
        ("三 七 十一", "公共值只写号码"),
        ("03 07 11 19 25 31", "每次开奖 7 个号码，现在填了 6 个"),
        ("03 07 11 19 25 34 08", "红球须是 6 个不同的号码，从 1 到 33"),
        ("03 03 11 19 25 31 08", "红球须是 6 个不同的号码"),
        ("03 07 11 19 25 31 17", "蓝球须是 1 个不同的号码，从 1 到 16"),
    ],
)
def test_what_is_no_number_of_the_source_is_refused(cast, value, sentence):
    draw = scene.revealed(scene.committed(scene.sealed(cast)))
    with pytest.raises(Refused, match=sentence):
        draws.enter_value(draw, cast.officer_city, value, at=PUBLIC_AT)


def test_no_spelling_of_the_public_value_makes_another_seed(cast):
    """Order, width, separators and full-width figures: one spelling, one seed."""
    draw = scene.revealed(scene.committed(scene.sealed(cast)))
    seen = set()
    for spelling in (VALUE, "3,7,11,19,25,31+8", "０３ 07\t11　19  25 31 | 08", "31 25 19 11 07 03 08"):
        seen.add(draws.enter_value(draw, cast.officer_city, spelling, at=PUBLIC_AT).public_value)
    assert seen == {VALUE}


def test_one_of_the_two_who_type_the_value_is_the_witness(cast):
    draw = scene.revealed(scene.committed(scene.sealed(cast)))
    draws.enter_value(draw, cast.officer_city, VALUE, at=PUBLIC_AT)
    with pytest.raises(Refused, match="两人中须有一人是见证人"):
        draws.enter_value(draw, cast.leader_city, VALUE, at=PUBLIC_AT)
    done = draws.enter_value(draw, cast.discipline, VALUE, at=PUBLIC_AT)
    assert done.value_confirmed_by == cast.discipline


@pytest.mark.parametrize(
    "reveal_by, public_at",
    [
        (datetime(2020, 5, 12, 12, 15, tzinfo=UTC), datetime(2020, 5, 12, 13, 15, tzinfo=UTC)),
        (datetime(2020, 5, 12, 12, 16, tzinfo=UTC), datetime(2020, 5, 14, 13, 15, tzinfo=UTC)),
        (datetime(2020, 5, 14, 16, 0, tzinfo=UTC), datetime(2020, 5, 17, 13, 15, tzinfo=UTC)),
    ],
)
def test_the_moment_of_the_public_value_follows_from_its_source(cast, reveal_by, public_at):
    """The first publication an hour or more after the last reveal; nobody types it."""
    assert scene.draft(cast, reveal_by=reveal_by).public_at == public_at


def test_a_source_is_dated_and_says_how_sure_it_is():
    assert {row["sure"] for row in sources().values()} <= {"A", "B", "C"}
    assert all(row["since"] and row["source"] for row in sources().values())
    assert [key for key, _ in choices(date(2020, 5, 12))] == ["ssq", "dlt"]
    assert [key for key, _ in choices(date(2026, 5, 12))] == ["kl8", "ssq", "dlt"]


def test_a_secret_of_another_form_is_refused_in_words(cast):
    """Committed away from the platform, where nobody could look at it."""
    draw = scene.sealed(cast)
    for one in scene.participants(draw):
        draws.commit(draw, one.user, commitment(draw.pool_digest, one.role, one.role[0] * 100), at=SOON)
    with pytest.raises(Refused, match="密值须是 64 位十六进制数字"):
        draws.reveal(draw, cast.officer_city, "o" * 100, at=COMMIT_BY)


def test_once_somebody_has_revealed_the_organiser_does_not_cancel(cast):
    draw = scene.committed(scene.sealed(cast))
    draws.reveal(draw, cast.discipline, SECRETS["witness"], at=COMMIT_BY)
    with pytest.raises(Refused, match="经办不能再撤销"):
        draws.cancel(draw, actor=cast.officer_city, at=COMMIT_BY, reason="改期")
    with pytest.raises(Refused, match="须填写理由"):
        draws.void(draw, actor=cast.leader_city, at=COMMIT_BY, reason=" ")
    with pytest.raises(Refused, match="不能作废自己参与的抽取"):
        draws.void(draw, actor=cast.officer_city, at=COMMIT_BY, reason="改期")
    done = draws.void(draw, actor=cast.leader_city, at=COMMIT_BY, reason="系统停电")
    assert (done.state, done.end_reason) == ("voided", "系统停电")


def test_while_nothing_can_be_guessed_the_organiser_may_cancel(cast):
    draw = scene.committed(scene.sealed(cast))
    with pytest.raises(Refused, match="经办不能再撤销"):
        draws.cancel(draw, actor=cast.officer_city, at=PUBLIC_AT, reason="改期")
    assert draws.cancel(draw, actor=cast.officer_city, at=REVEAL_BY, reason="改期").state == "cancelled"


def test_a_result_that_is_settled_is_not_voided(cast):
    draw = scene.ready(cast)
    with pytest.raises(Refused, match="结果已定，不能作废"):
        draws.void(draw, actor=cast.leader_city, at=AFTER, reason="不满意")


# One draw at a time over the same enterprises.


@pytest.mark.parametrize("stage", [scene.sealed, scene.drawn])
def test_a_second_draw_over_the_same_enterprises_is_not_published(cast, stage):
    first = stage(cast)
    second = scene.draft(cast, first.campaign, title="再抽一次", filters={"key": "yes"})
    with pytest.raises(Refused, match=f"同一行动的 {first.number}.*还没有办完，与本次有 4 家相同的对象"):
        publish(second, cast)
    second.refresh_from_db()
    assert second.state == "draft"


def test_a_draw_over_other_enterprises_is_published_beside(cast):
    first = scene.draft(cast, filters={"key": "yes"})
    publish(first, cast)
    assert publish(scene.draft(cast, first.campaign, filters={"key": "no"}), cast).state == "published"


def test_what_is_voided_or_all_dropped_stands_in_nobodys_way_and_is_sealed_with_the_next(cast):
    first = scene.sealed(cast)
    draws.void(first, actor=cast.leader_city, at=SOON, reason="见证人住院")
    second = publish(scene.draft(cast, first.campaign), cast)
    assert frozen(second)["earlier"] == [[first.number, "voided", first.pool_digest]]
    done = draws.hold(scene.valued(scene.revealed(scene.committed(second))), actor=cast.officer_city, at=AFTER)
    for row in done.drawn.all():
        asked = draws.ask_adjustment(row, kind="drop", reason="已停产", actor=cast.officer_city, at=AFTER)
        draws.approve_adjustment(asked, actor=cast.leader_city, at=AFTER)
    third = publish(scene.draft(cast, first.campaign), cast)
    assert [row[1] for row in frozen(third)["earlier"]] == ["voided", "drawn"]


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


def test_a_recusal_of_today_binds_an_adjustment_too(cast):
    """The frozen list knows nothing of what is declared after the sealing."""
    draw = scene.drawn(cast)
    row = draw.drawn.select_related("target__enterprise").get(order=1)
    people = type(cast.inspector_a).objects
    out, into = people.get(pk=row.team[0]), people.get(pk=draws.may_join(row)[0][0])
    ask = {"kind": "replace", "person_out": out, "reason": "出差", "actor": cast.officer_city, "at": AFTER}
    asked = draws.ask_adjustment(row, person_in=into, **ask)
    recuse(draw, cast, into, row.target.enterprise)
    assert into.pk not in dict(draws.may_join(row))
    with pytest.raises(Refused, match="现在须回避该企业"):
        draws.approve_adjustment(asked, actor=cast.leader_city, at=AFTER)
    draws.refuse_adjustment(asked, actor=cast.leader_city, at=AFTER, reason="须回避")
    with pytest.raises(Refused, match="不须回避该企业"):
        draws.ask_adjustment(row, person_in=into, **ask)


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
