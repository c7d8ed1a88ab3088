"""Draws as they are held: who is left out, who says what when, once and for good."""

import json
import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.draw_rules import commitment, perform
from campaigns.models import Draw, DrawnTarget, PoolVersion, Rating, Recusal
from campaigns.services import draws
from core.models import AuditEvent, Notice
from core.refusals import Refused
from enterprises.models import PositiveListEntry
from tests import factories as make
from tests.campaigns import draw_scene as scene
from tests.campaigns.draw_scene import AFTER, COMMIT_BY, HOUR, MORNING, PUBLIC_AT, REVEAL_BY, SECRETS, VALUE, VISIT_DAY
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def publish(draw: Draw, cast: Cast) -> Draw:
    return draws.publish(draw, actor=cast.officer_city, at=MORNING)


def site_of(draw: Draw, number: int):
    return draw.campaign.targets.order_by("pk")[number]


def frozen(draw: Draw) -> dict:
    return json.loads(draw.frozen.text)


def test_a_draw_follows_from_what_was_published(cast):
    draw = scene.drawn(cast)
    rows = [[one.order, one.stratum, one.target_id, one.drawn_team] for one in draw.drawn.order_by("order")]
    assert rows == [one.as_row() for one in perform(frozen(draw), draw.seed)]
    assert [one["quota"] for one in draw.strata] == [2, 2]
    assert draw.number == "漯环双随机〔2020〕1号"


def test_what_a_result_is_does_not_depend_on_who_presses_or_when(cast):
    draw = scene.ready(cast)
    with transaction.atomic():
        first = draws.hold(draw, actor=cast.officer_city, at=AFTER).result_digest
        transaction.set_rollback(True)
    again = draws.hold(draw, actor=cast.discipline, at=AFTER + HOUR)
    assert again.result_digest == first


# What is left out before anything is drawn, each with its reason.


@pytest.mark.parametrize("state, reason", [("halted", "临时停产"), ("closed", "已登记关停注销")])
def test_a_site_that_stands_still_is_left_out(cast, state, reason):
    draw = scene.draft(cast)
    target = site_of(draw, 1)
    type(target.enterprise).objects.filter(pk=target.enterprise_id).update(state=state)
    assert frozen(publish(draw, cast))["excluded_enterprises"] == [[target.pk, target.enterprise.name, reason]]


def test_on_the_positive_list_a_key_site_is_left_out_and_another_weighs_half(cast):
    draw = scene.draft(cast)
    key, other = (draw.campaign.targets.filter(is_key=flag).order_by("pk")[0] for flag in (True, False))
    for target in (key, other):
        PositiveListEntry.objects.create(
            enterprise=target.enterprise, ground="环保诚信", valid_from=date(2020, 1, 1), entered_at=MORNING
        )
    pool = frozen(publish(draw, cast))
    assert [row[0] for row in pool["excluded_enterprises"]] == [key.pk]
    weights = {row[0]: row[-1] for row in pool["enterprises"]["rows"]}
    assert (weights.pop(other.pk), set(weights.values())) == (50, {100})


def test_what_is_planned_or_was_visited_in_the_campaign_is_left_out(cast):
    draw = scene.draft(cast)
    planned, visited = site_of(draw, 0), site_of(draw, 1)
    make.assignment(planned, cast.inspector_a, cast.second_a)
    type(visited).objects.filter(pk=visited.pk).update(visit_count=1)
    said = {row[0]: row[2] for row in frozen(publish(draw, cast))["excluded_enterprises"]}
    assert said == {planned.pk: "已有未完成的派单", visited.pk: "本行动内已检查 1 次，不重复检查"}


def test_without_a_certificate_on_the_day_nobody_is_drawn(cast):
    draw = scene.draft(cast)
    cast.inspector_a.certificates.update(valid_to=VISIT_DAY - timedelta(days=1))
    pool = frozen(publish(draw, cast))
    assert pool["excluded_inspectors"] == [[cast.inspector_a.pk, "李一检", "2020-05-13 没有有效的执法证"]]
    assert cast.inspector_a.pk not in {row[0] for row in pool["inspectors"]["rows"]}


@pytest.mark.req("LH-25")
def test_only_who_has_the_speciality_comes_into_a_special_draw(cast):
    """辐射类任务只抽有辐射专长; who has none marked is not in the pool at all."""
    draw = scene.draft(cast, speciality="辐射")
    expert = list(type(cast.inspector_a).objects.filter(username__startswith="crew").order_by("pk"))
    for person in expert[:2]:
        draws.set_specialities(person, ["辐射", "大气"], actor=cast.officer_city, at=MORNING)
    draws.set_specialities(expert[2], ["水"], actor=cast.officer_city, at=MORNING)
    done = draws.hold(
        scene.valued(scene.revealed(scene.committed(publish(draw, cast)))), actor=cast.officer_city, at=AFTER
    )
    assert {pk for one in done.drawn.all() for pk in one.drawn_team} == {one.pk for one in expert[:2]}
    assert "没有“辐射”专长" in {row[2] for row in frozen(done)["excluded_inspectors"]}.pop()


def test_a_declared_recusal_and_an_earlier_visit_keep_a_person_away(cast):
    draw = scene.draft(cast, ratio=10_000)
    kin, before = site_of(draw, 0), site_of(draw, 1)
    recuse(draw, cast, cast.inspector_b, kin.enterprise)
    earlier = make.campaign(cast.city, year=2019)
    make.assignment(make.target(earlier, before.enterprise), cast.inspector_a, cast.second_a, state="done")
    done = draws.hold(
        scene.valued(scene.revealed(scene.committed(publish(draw, cast)))), actor=cast.officer_city, at=AFTER
    )
    assert {(row[0], row[1]) for row in frozen(done)["recusals"]} == {
        (kin.pk, cast.inspector_b.pk),
        (before.pk, cast.inspector_a.pk),
        (before.pk, cast.second_a.pk),
    }
    teams = {one.target_id: one.drawn_team for one in done.drawn.all()}
    assert cast.inspector_b.pk not in teams[kin.pk]
    assert not {cast.inspector_a.pk, cast.second_a.pk} & set(teams[before.pk])


def recuse(draw, cast, user, enterprise=None, reason="近亲属任职"):
    return draws.recuse(
        draw, user, enterprise=enterprise, kind="own", reason=reason, actor=cast.officer_city, at=MORNING
    )


def test_who_is_recused_from_the_draw_is_not_in_its_pool(cast):
    draw = scene.draft(cast)
    recuse(draw, cast, cast.inspector_a)
    assert frozen(publish(draw, cast))["excluded_inspectors"] == [
        [cast.inspector_a.pk, "李一检", "自行回避：近亲属任职"]
    ]


def test_a_recusal_that_ended_binds_nobody_and_stands_once(cast):
    draw = scene.draft(cast)
    row = recuse(draw, cast, cast.inspector_a, site_of(draw, 0).enterprise)
    with pytest.raises(Refused, match="已经登记"):
        recuse(draw, cast, cast.inspector_a, site_of(draw, 0).enterprise)
    draws.end_recusal(row, actor=cast.officer_city, at=MORNING, reason="已调离")
    assert frozen(publish(draw, cast))["recusals"] == []
    with pytest.raises(Refused, match="已经解除"):
        draws.end_recusal(row, actor=cast.officer_city, at=MORNING, reason="已调离")


def test_a_team_that_crosses_never_goes_home(cast):
    draw = scene.draft(cast, cross_region=True)
    with pytest.raises(Refused, match="凑不齐 2 名执法人员"):
        publish(draw, cast)


# What cannot be drawn from is refused before it is published, and nothing is half written.


def test_an_empty_stratum_is_refused_by_name(cast):
    draw = scene.draft(cast, strata_by=["region", "key"])
    halted = draw.campaign.targets.filter(unit=cast.county_a, is_key=True)
    type(cast.site_a).objects.filter(targets__in=halted).update(state="halted")
    with pytest.raises(Refused) as refused:
        publish(draw, cast)
    assert "分层“源汇区 · 重点排污单位”没有可抽取的企业（2 家全部排除），不能空抽" in refused.value.message
    draw.refresh_from_db()
    assert (draw.state, draw.pool_digest, PoolVersion.objects.exclude(kind="items").count()) == ("draft", "", 0)


def test_an_empty_stratum_may_be_left_out_openly(cast):
    draw = scene.draft(cast, strata_by=["region", "key"])
    halted = draw.campaign.targets.filter(unit=cast.county_a, is_key=True)
    type(cast.site_a).objects.filter(targets__in=halted).update(state="halted")
    empty = next(one["key"] for one in draws.gather(draw).strata if not one["size"])
    draws.set_ratios(draw, {empty: None}, actor=cast.officer_city, at=MORNING)
    done = publish(draw, cast)
    assert next(one for one in done.strata if one["key"] == empty)["ratio"] == 0


def test_no_pool_no_people_no_items_are_refused(cast):
    campaign = make.campaign(cast.province)
    draw = scene.draft(cast, campaign)
    with pytest.raises(Refused, match="还没有抽查事项清单"):
        publish(draw, cast)
    draws.keep_items(cast.city, scene.ITEMS, actor=cast.officer_city, at=MORNING)
    with pytest.raises(Refused, match="抽取范围内没有检查对象"):
        publish(draw, cast)
    scene.targets(campaign, cast)
    for row in (cast.inspector_a, cast.second_a):
        row.certificates.update(withdrawn_on=date(2020, 5, 1))
    with pytest.raises(Refused, match="每组需要 2 名执法人员，符合条件的只有 1 名"):
        publish(draw, cast)


def test_a_place_with_fewer_inspectors_than_a_team_is_named(cast):
    campaign = make.campaign(cast.province)
    scene.targets(campaign, cast)
    draws.keep_items(cast.city, scene.ITEMS, actor=cast.officer_city, at=MORNING)
    with pytest.raises(Refused, match=r"回避后有 6 家企业凑不齐 2 名执法人员：漯河示例00厂（可派 1 名）"):
        publish(scene.draft(cast, campaign), cast)


@pytest.mark.parametrize("ratio", [0, -1, 10_001])
def test_a_ratio_of_nothing_or_of_more_than_all_is_refused(cast, ratio):
    with pytest.raises(Refused, match="须大于 0、不超过 100%"):
        draws.create(
            make.campaign(cast.province),
            cast.city,
            scene.settings(ratio=ratio),
            witness=cast.discipline,
            actor=cast.officer_city,
            at=MORNING,
        )
    draw = scene.draft(cast)
    with pytest.raises(Refused, match="须大于 0、不超过 100%"):
        draws.set_ratios(draw, {"region=411102": ratio}, actor=cast.officer_city, at=MORNING)


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"reveal_by": COMMIT_BY}, "公开截止时间须晚于承诺截止时间"),
        ({"public_at": REVEAL_BY}, "公共值的公布时间须晚于双方公开截止时间"),
        ({"team_size": 1}, "每组 2 至 4 名"),
    ],
)
def test_times_that_would_let_somebody_choose_are_refused(cast, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        scene.draft(cast, **changes)


def test_the_database_itself_holds_the_order_of_the_times(cast):
    draw = scene.draft(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(public_at=COMMIT_BY)


@pytest.mark.parametrize("who", ["officer_city", "officer_a", "inspector_a", "enterprise_a", "officer_other"])
def test_a_witness_stands_outside(cast, who):
    """Neither organiser nor own or subordinate units, nor who holds no office. Another city's officer may."""
    values = (make.campaign(cast.province), cast.city, scene.settings())
    draw = lambda: draws.create(*values, witness=getattr(cast, who), actor=cast.officer_city, at=MORNING)  # noqa: E731
    if who == "officer_other":
        assert draw().participants.get(role="witness").user == cast.officer_other
    else:
        with pytest.raises(Refused, match="见证人须是"):
            draw()


def test_a_campaign_that_is_not_published_has_no_draws(cast):
    campaign = make.campaign(cast.province)
    type(campaign).objects.filter(pk=campaign.pk).update(state="closed")
    campaign.refresh_from_db()
    with pytest.raises(Refused, match="行动发布后"):
        scene.draft(cast, campaign)


# What is sealed stays.


def test_what_is_sealed_cannot_be_changed_any_more(cast):
    draw = scene.sealed(cast)
    officer = {"actor": cast.officer_city, "at": MORNING}
    for command in (
        lambda: draws.set_ratios(draw, {}, **officer),
        lambda: draws.revise(draw, scene.settings(), witness=cast.discipline, **officer),
        lambda: recuse(draw, cast, cast.inspector_a),
        lambda: publish(draw, cast),
    ):
        with pytest.raises(Refused, match="名单封存后不能再改"):
            command()


def test_what_changes_in_the_register_afterwards_changes_no_draw(cast):
    draw = scene.ready(cast)
    before = [one.as_row() for one in perform(frozen(draw), "0" * 64)]
    type(cast.site_a).objects.update(state="halted")
    cast.inspector_a.certificates.all().delete()
    draws.hold(draw, actor=cast.officer_city, at=AFTER)
    assert [one.as_row() for one in perform(frozen(draw), "0" * 64)] == before


def test_a_sealed_list_that_was_tampered_with_is_not_drawn_from(cast):
    draw = scene.ready(cast)
    type(draw.frozen).objects.update(text=draw.frozen.text.replace("漯河示例00厂", "漯河示例99厂"))
    with pytest.raises(Refused, match="封存名单与公布的指纹不符"):
        draws.hold(Draw.objects.get(pk=draw.pk), actor=cast.officer_city, at=AFTER)
    assert not DrawnTarget.objects.exists()


@pytest.mark.req("DT-01")
def test_each_list_that_changed_gets_its_next_version_and_a_draw_can_be_read_by_it(cast):
    first = scene.drawn(cast)
    names = [row[1] for row in draws.rows_of(first.enterprises)]
    second = publish(scene.draft(cast, first.campaign, title="同一名单"), cast)
    assert (second.enterprises_id, second.inspectors_id) == (first.enterprises_id, first.inspectors_id)
    draws.set_specialities(cast.inspector_a, ["大气"], actor=cast.officer_city, at=MORNING)
    draws.keep_items(
        cast.city, scene.ITEMS + "\n危险废物管理｜《固体废物污染环境防治法》", actor=cast.officer_city, at=MORNING
    )
    type(cast.site_a).objects.filter(name="漯河示例00厂").update(state="halted")
    third = publish(scene.draft(cast, first.campaign, title="名单有变"), cast)
    assert [third.items.number, third.enterprises.number, third.inspectors.number] == [2, 2, 2]
    kept = Draw.objects.get(pk=first.pk)
    assert [row[1] for row in draws.rows_of(kept.enterprises)] == names
    assert [row[1] for row in draws.rows_of(kept.items)] == ["污染防治设施运行情况", "排污许可证执行情况"]


def test_items_of_the_unit_above_serve_until_there_are_own_ones(cast):
    above = draws.keep_items(cast.province, "省定事项｜依据", actor=cast.officer_province, at=MORNING)
    assert draws.items_of(cast.city) == above
    own = draws.keep_items(cast.city, scene.ITEMS, actor=cast.officer_city, at=MORNING)
    assert (draws.items_of(cast.county_a), draws.items_of(cast.other_city)) == (own, above)


@pytest.mark.parametrize(
    "lines, sentence",
    [("", "至少写一个"), ("甲｜乙\n丙", "第 2 行须写成"), ("甲｜乙\n\n甲｜丙", "第 3 行的事项“甲”与前面重复")],
)
def test_items_name_the_line_that_cannot_be_read(cast, lines, sentence):
    with pytest.raises(Refused, match=sentence):
        draws.keep_items(cast.city, lines, actor=cast.officer_city, at=MORNING)


@pytest.mark.req("GS-21")
def test_a_worse_credit_raises_the_next_ratio_by_a_numbered_rule_and_recovery_undoes_it(cast):
    draw = scene.draft(cast, strata_by=["credit"], ratio=1000)
    draw = draws.set_ratios(draw, {"credit=bad": 10_000, "credit=good": 500}, actor=cast.officer_city, at=MORNING)
    site = site_of(draw, 3).enterprise
    seen = []
    for credit in ("good", "bad", "good"):
        rate(site, cast, credit)
        pool = draws.gather(draw)
        row = next(row for row in pool.enterprises if row[1] == site.name)
        stratum = next(one for one in pool.strata if one["key"] == row[5])
        seen.append((stratum["label"], stratum["ratio"], draws.said_of(row)[0]))
    good, bad = ("环保良好", 500, "W1 信用×80%"), ("环保不良", 10_000, "W1 信用×200%")
    assert seen == [good, bad, good]


def rate(site, cast, credit, **said):
    values = {"size": "", "risk": "", "offences": 0, "basis": "豫环评〔2020〕3号"} | said
    return draws.rate(site, actor=cast.officer_city, at=MORNING, credit=credit, **values)


def test_what_nobody_rated_is_a_stratum_of_its_own_and_says_so(cast):
    draw = scene.draft(cast, strata_by=["risk"])
    rate(site_of(draw, 3).enterprise, cast, "bad", risk="high", offences=2)
    pool = draws.gather(draw)
    assert {one["label"]: one["size"] for one in pool.strata} == {"风险未评定": 11, "高风险": 1}
    row = next(row for row in pool.enterprises if row[5] == "risk=high")
    assert (row[-1], draws.said_of(row)) == (600, ["W1 信用×200%", "W2 风险×200%", "W4 违法 2 次×150%"])


def test_a_rating_keeps_the_one_before(cast):
    for credit in ("good", "bad"):
        rate(cast.site_a, cast, credit)
    assert list(Rating.objects.order_by("pk").values_list("credit", "is_current")) == [("good", False), ("bad", True)]
    with pytest.raises(Refused, match="请写明评定依据"):
        draws.rate(cast.site_a, actor=cast.officer_city, at=MORNING, basis=" ")


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


def test_a_witness_who_lost_the_office_before_the_sealing_is_refused(cast):
    draw = scene.draft(cast)
    cast.discipline.grants.update(revoked_at=MORNING)
    with pytest.raises(Refused, match="见证人须是"):
        publish(draw, cast)
