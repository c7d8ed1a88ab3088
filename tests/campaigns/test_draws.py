"""Draws as they are held: who is left out, who says what when, once and for good."""

import json
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from campaigns.draw_rules import perform
from campaigns.models import Draw, DrawnTarget, PoolVersion, Rating
from campaigns.services import draws
from core.refusals import Refused
from enterprises.models import PositiveListEntry
from tests import factories as make
from tests.campaigns import draw_scene as scene
from tests.campaigns.draw_scene import AFTER, COMMIT_BY, HOUR, MORNING, VISIT_DAY
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


def rows_of(draw: Draw) -> list:
    return list(draw.drawn.order_by("order").values_list("order", "target", "drawn_team"))


def test_what_a_result_is_does_not_depend_on_who_presses_or_when(cast):
    draw = scene.ready(cast)
    with transaction.atomic():
        first = rows_of(draws.hold(draw, actor=cast.officer_city, at=AFTER))
        transaction.set_rollback(True)
    again = draws.hold(draw, actor=cast.discipline, at=AFTER + HOUR)
    assert rows_of(again) == first


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
    draws.end_recusal(row, draw=draw, actor=cast.officer_city, at=MORNING, reason="已调离")
    assert frozen(publish(draw, cast))["recusals"] == []
    with pytest.raises(Refused, match="已经解除"):
        draws.end_recusal(row, draw=draw, actor=cast.officer_city, at=MORNING, reason="已调离")


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
        ({"public_source": "office"}, "请从列出的公开号码中选择公共值的来源"),
        ({"public_source": "kl8"}, "请从列出的公开号码中选择公共值的来源"),
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
    with scene.unguarded():
        type(draw.frozen).objects.update(text=draw.frozen.text.replace("漯河示例00厂", "漯河示例99厂"))
    with pytest.raises(Refused, match="封存名单与公布的指纹不符"):
        draws.hold(Draw.objects.get(pk=draw.pk), actor=cast.officer_city, at=AFTER)
    assert not DrawnTarget.objects.exists()


@pytest.mark.req("DT-01")
def test_each_list_that_changed_gets_its_next_version_and_a_draw_can_be_read_by_it(cast):
    first = scene.drawn(cast)
    names = [row[1] for row in draws.rows_of(first.enterprises)]
    over(first, cast)
    second = publish(scene.draft(cast, first.campaign, title="同一名单，只查重点", filters={"key": "yes"}), cast)
    assert (second.enterprises_id, second.inspectors_id) == (first.enterprises_id, first.inspectors_id)
    draws.set_specialities(cast.inspector_a, ["大气"], actor=cast.officer_city, at=MORNING)
    draws.keep_items(
        cast.city, scene.ITEMS + "\n危险废物管理｜《固体废物污染环境防治法》", actor=cast.officer_city, at=MORNING
    )
    type(cast.site_a).objects.filter(name="漯河示例00厂").update(state="halted")
    draws.cancel(second, actor=cast.officer_city, at=MORNING, reason="另行组织")
    third = publish(scene.draft(cast, first.campaign, title="名单有变"), cast)
    assert [third.items.number, third.enterprises.number, third.inspectors.number] == [2, 2, 2]
    kept = Draw.objects.get(pk=first.pk)
    assert [row[1] for row in draws.rows_of(kept.enterprises)] == names
    assert [row[1] for row in draws.rows_of(kept.items)] == ["污染防治设施运行情况", "排污许可证执行情况"]


def over(draw: Draw, cast: Cast) -> None:
    """Nothing of the draw waits any more."""
    draws.redraw(draw, actor=cast.leader_city, at=AFTER, reason="范围有误")


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
        seen.append((stratum["label"], stratum["ratio"], draws.said_of(row, draws.weights_of(draw))[0]))
    good, bad = ("环保良好", 500, "W1 信用×80%"), ("环保不良", 10_000, "W1 信用×200%")
    assert seen == [good, bad, good]


def rate(site, cast, credit, **said):
    values = {"size": "small", "elements": ["大气"], "risk": "", "offences": 0, "basis": "豫环评〔2020〕3号"} | said
    return draws.rate(site, actor=cast.officer_city, at=MORNING, credit=credit, **values)


def test_what_nobody_rated_is_a_stratum_of_its_own_and_says_so(cast):
    draw = scene.draft(cast, strata_by=["risk"])
    rate(site_of(draw, 3).enterprise, cast, "bad", risk="high", offences=2)
    pool = draws.gather(draw)
    assert {one["label"]: one["size"] for one in pool.strata} == {"风险未评定": 11, "高风险": 1}
    row = next(row for row in pool.enterprises if row[5] == "risk=high")
    assert (row[-1], draws.said_of(row, draws.weights_of(draw))) == (
        600,
        ["W1 信用×200%", "W2 风险×200%", "W4 违法 2 次×150%"],
    )


def test_a_rating_keeps_the_one_before(cast):
    for credit in ("good", "bad"):
        rate(cast.site_a, cast, credit)
    assert list(Rating.objects.order_by("pk").values_list("credit", "is_current")) == [("good", False), ("bad", True)]
    with pytest.raises(Refused, match="请写明评定依据"):
        draws.rate(cast.site_a, actor=cast.officer_city, at=MORNING, basis=" ")


def test_a_witness_who_lost_the_office_before_the_sealing_is_refused(cast):
    draw = scene.draft(cast)
    cast.discipline.grants.update(revoked_at=MORNING)
    with pytest.raises(Refused, match="见证人须是"):
        publish(draw, cast)
