"""Strata by six dimensions, versions of a draft, and the ratios of a quarter: each change cites or is approved."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.draw_rules import Five, layered
from campaigns.models import DrawRates, DrawScheme, PoolVersion
from campaigns.services import draws
from core import clock
from core.refusals import Refused
from enterprises.models import Enterprise
from enterprises.rules.quarters import Quarter
from scripts import verify_draw
from tests import factories as make
from tests.campaigns import draw_scene as scene
from tests.campaigns.draw_scene import MORNING
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SIX = ["region", "industry", "type", "pollutant", "offence", "policy"]
SECOND = Quarter(2020, 2)
FULL = {"permit": "kept", "management": "good", "petitions": 0}


def rate(site: Enterprise, cast: Cast, **said):
    values = {"size": "small", "elements": ["大气"], "credit": "good", "risk": "", "offences": 0} | said
    return draws.rate(site, actor=cast.officer_city, at=MORNING, basis="漯环评〔2020〕3号", **values)


def sites(draw) -> list[Enterprise]:
    return [row.enterprise for row in draw.campaign.targets.select_related("enterprise").order_by("pk")]


# Six dimensions.


def varied(cast: Cast, draw) -> None:
    """Twelve enterprises that differ in every one of the six dimensions."""
    for number, site in enumerate(sites(draw)):
        kind = ("国有", "民营", "")[number % 3]
        Enterprise.objects.filter(pk=site.pk).update(enterprise_type=kind, industry=13 - number % 2)
        site.refresh_from_db()
        if number % 4:
            elements = [["水", "大气"], ["大气", "水"], ["噪声"]][number % 3]
            policies = ["绿色信贷"] if number % 2 else []
            rate(site, cast, elements=elements, policies=policies, offences=number % 3)


@pytest.mark.req("LH-24")
def test_by_each_of_six_dimensions_the_strata_sum_to_the_list_and_round_up(cast):
    draw = scene.draft(cast, ratio=1500)
    varied(cast, draw)
    for by in [[one] for one in SIX] + [SIX]:
        draw = draws.revise(
            draw, scene.settings(strata_by=by, ratio=1500), witness=cast.discipline, actor=cast.officer_city, at=MORNING
        )
        found = draw.schemes.first().found
        assert sum(one["size"] + one["excluded"] for one in found["strata"]) == found["total"] == 12, by
        assert all(one["quota"] == -(-one["size"] * 1500 // 10_000) for one in found["strata"]), by
        assert len(found["strata"]) > 1, by
    # Each change of a dimension was computed again and is kept beside the ones before.
    versions = list(draw.schemes.order_by("number").values_list("number", "terms"))
    assert [number for number, _ in versions] == list(range(1, 9))
    assert [terms["strata_by"] for _, terms in versions] == [["region"], *([one] for one in SIX), SIX]


def test_the_same_kinds_in_another_order_are_one_stratum(cast):
    draw = scene.draft(cast, strata_by=["pollutant"])
    for site, elements in zip(sites(draw), (["水", "大气"], ["大气", "水"]), strict=False):
        rate(site, cast, elements=elements)
    found = {one["label"]: one["size"] for one in draws.gather(draw).strata}
    assert found == {"大气、水": 2, "要素未登记": 10}


def test_a_stratum_of_its_own_ratio_rounds_up_by_itself(cast):
    draw = draws.set_ratios(
        scene.draft(cast), {"region=411102": 100, "region=411104": 5100}, actor=cast.officer_city, at=MORNING
    )
    assert [(one["size"], one["quota"]) for one in draw.schemes.first().found["strata"]] == [(6, 1), (6, 4)]


def test_a_version_of_a_draft_is_never_altered(cast):
    row = scene.draft(cast).schemes.get()
    with pytest.raises(Exception, match="never altered"), transaction.atomic():
        DrawScheme.objects.filter(pk=row.pk).update(found={})


def test_a_draft_is_looked_at_without_its_lists_and_says_when_they_moved(cast, client):
    draw = scene.draft(cast)
    client.force_login(cast.officer_city)
    address = reverse("campaigns:draw_detail", args=[draw.pk])
    with clock.travel(MORNING), CaptureQueriesContext(connection) as asked:
        page = client.get(address).content.decode()
    assert "此后有变动" not in page
    assert not [one["sql"] for one in asked if 'SELECT "campaigns_target"."id"' in one["sql"]]
    later = MORNING + timedelta(minutes=1)
    with clock.travel(later):
        draws.rate(
            sites(draw)[0], actor=cast.officer_city, at=later, basis="评价", size="small", elements=["水"], credit="bad"
        )
        assert "此后有变动" in client.get(address).content.decode()
        client.post(reverse("campaigns:draw_recompute", args=[draw.pk]))
        assert "此后有变动" not in client.get(address).content.decode()
    assert draw.schemes.first().number == 2


@pytest.mark.parametrize("by, label", [("region", "源汇区"), ("policy", "环保税减免"), ("layer", "重点层")])
def test_an_empty_stratum_is_refused_by_name(cast, by, label):
    draw = scene.draft(cast, strata_by=[by])
    for site in sites(draw)[1::2]:
        rate(site, cast, policies=["环保税减免"], credit="bad", offences=3, **FULL)
    Enterprise.objects.filter(pk__in=[site.pk for site in sites(draw)[1::2]]).update(state="halted")
    before = PoolVersion.objects.count()
    with pytest.raises(Refused, match=f"分层“{label}”没有可抽取的企业（6 家全部排除）"):
        draws.publish(draw, actor=cast.officer_city, at=MORNING)
    draw.refresh_from_db()
    assert (draw.state, draw.number, PoolVersion.objects.count()) == ("draft", "", before)


# Ratios of a quarter.

VALUES = {"minimum": 500, "high": 3000, "middle": 1500, "low": 500, "default": 1000, "frequency": 4}


def ask(cast: Cast, *, quarter=SECOND, reports=None, reason="", source="甘环办〔2018〕63号", **changed) -> DrawRates:
    return draws.ask_rates(
        cast.city,
        quarter,
        VALUES | changed,
        source=source,
        reports=reports or {},
        reason=reason,
        actor=cast.officer_city,
        at=MORNING,
    )


def approved(cast: Cast, **given) -> DrawRates:
    return draws.approve_rates(ask(cast, **given), actor=cast.leader_city, at=MORNING)


@pytest.mark.req("GS-18")
def test_a_ratio_out_of_range_is_refused_and_a_change_needs_reason_and_approval(cast):
    for wrong in (0, -100, 10_001):
        with pytest.raises(Refused, match="一般层抽查比例须大于 0、不超过 100%"):
            ask(cast, middle=wrong)
    with pytest.raises(Refused, match="请写明参数的来源"):
        ask(cast, source=" ")
    approved(cast)
    sealed = draws.publish(scene.draft(cast, strata_by=["layer"]), actor=cast.officer_city, at=MORNING)
    with pytest.raises(Refused, match="须写明理由"):
        ask(cast, default=2000, frequency=6)
    asked = ask(cast, default=2000, frequency=6, reason="投诉增多")
    day = scene.VISIT_DAY
    assert draws.rates_for(cast.city, day).values["default"] == 1000
    with pytest.raises(Refused, match="不能批准自己"):
        draws.approve_rates(asked, actor=cast.officer_city, at=MORNING)
    draws.approve_rates(asked, actor=cast.leader_city, at=MORNING)
    assert draws.rates_for(cast.city, day).values["default"] == 2000
    # What was published before keeps its ratio.
    before, text = sealed.strata, sealed.frozen.text
    sealed.refresh_from_db()
    assert ([one["ratio"] for one in before], sealed.strata, sealed.frozen.text) == ([1000], before, text)


@pytest.mark.req("LH-21")
def test_each_difference_of_the_next_quarter_cites_its_report_or_is_marked_and_reasoned(cast):
    approved(cast)
    third = SECOND.next
    with pytest.raises(Refused, match="须写明理由"):
        ask(cast, quarter=third, high=5000, low=600)
    row = ask(
        cast,
        quarter=third,
        high=5000,
        low=600,
        reports={"high": "漯环研〔2020〕2号", "middle": "无关"},
        reason="季度研判",
    )
    assert [(one["name"], one["before"], one["after"], one["report"]) for one in row.changes] == [
        ("重点层抽查比例", "30%", "50%", "漯环研〔2020〕2号"),
        ("低频层抽查比例", "5%", "6%", ""),
    ]
    assert draws.rates_for(cast.city, date(2020, 7, 1)).values["high"] == 3000
    draws.approve_rates(row, actor=cast.leader_city, at=MORNING)
    assert draws.rates_for(cast.city, date(2020, 7, 1)).values["high"] == 5000
    assert draws.rates_for(cast.city, date(2020, 6, 30)).values["high"] == 3000


def test_a_change_without_a_reason_is_not_kept_by_the_database_either(cast):
    row = approved(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        DrawRates.objects.filter(pk=row.pk).update(changes=[{"key": "high"}], reason="")


def test_what_was_refused_is_in_force_nowhere_and_the_same_again_is_no_change(cast):
    row = draws.refuse_rates(ask(cast), actor=cast.leader_city, at=MORNING, reason="来源不符")
    assert (row.state, draws.rates_for(cast.city, scene.VISIT_DAY)) == ("refused", None)
    approved(cast)
    with pytest.raises(Refused, match="完全相同"):
        ask(cast)


def test_a_single_draw_does_not_go_below_what_was_approved(cast):
    approved(cast, minimum=500)
    for low in ({"ratio": 400},):
        with pytest.raises(Refused, match="低于批准的最低抽查比例 5%（2020年第2季度起）"):
            scene.draft(cast, **low)
    draw = scene.draft(cast, campaign=make.campaign(cast.province))
    with pytest.raises(Refused, match="低于批准的最低抽查比例"):
        draws.set_ratios(draw, {"region=411102": 499}, actor=cast.officer_city, at=MORNING)


# Five kinds of information, a layer, a ratio.


@pytest.mark.req("DT-05")
def test_credit_moves_the_layer_and_the_next_ratio_by_rules_that_are_shown(cast):
    approved(cast)
    draw = scene.draft(cast, strata_by=["layer"], ratio=5000)
    site = sites(draw)[3]
    seen = []
    for credit in ("good", "bad", "good"):
        rate(site, cast, credit=credit, offences=1, **FULL)
        pool = draws.gather(draw)
        row = next(row for row in pool.enterprises if row[1] == site.name)
        stratum = next(one for one in pool.strata if one["key"] == row[5])
        seen.append((stratum["label"], stratum["ratio"], pool.layered[row[0]][-1]))
    low, high = ("低频层", 500, "合计 0 分，低频层"), ("重点层", 3000, "合计 3 分，重点层")
    assert seen == [low, high, low]
    assert "L4 信用 环保不良 +3 分" in layered(Five("kept", "good", 1, "bad", 0)).said
    unknown = next(one for one in pool.strata if one["label"] == "默认层")
    assert (unknown["ratio"], unknown["size"]) == (1000, 11)


@pytest.mark.parametrize(
    "of, gone",
    [
        (Five(), "许可执行、管理水平、守法、信用、信访"),
        (Five("", "good", 0, "good", 0), "许可执行"),
        (Five("kept", "", 0, "good", 0), "管理水平"),
        (Five("kept", "good", None, "good", 0), "守法"),
        (Five("kept", "good", 0, "", 0), "信用"),
        (Five("kept", "good", 0, "bad", None), "信访"),
    ],
)
def test_what_is_not_known_goes_to_the_default_layer_and_is_named(of, gone):
    assert layered(of) == layered(of).__class__("default", (f"缺{gone}资料，按默认层",))


@pytest.mark.req("DT-05")
def test_the_rating_page_shows_layer_rule_and_ratio(cast, client):
    approved(cast)
    rate(cast.site_a, cast, credit="warned", **FULL)
    client.force_login(cast.officer_city)
    with clock.travel(MORNING):
        page = client.get(reverse("campaigns:rating_list")).content.decode()
        assert "一般层 15%" in page
        assert "L4 信用 环保警示 +2 分" in page
        rate(cast.site_a, cast, credit="", **FULL)
        page = client.get(reverse("campaigns:rating_list")).content.decode()
    assert "默认层 10%" in page
    assert "缺信用资料，按默认层" in page


def test_the_script_of_before_performs_a_draw_with_parameters_partners_and_items_again(cast):
    draft = scene.draft(cast, strata_by=["layer", "policy"], ratio=3000, partners=("市水利局",))
    rate(sites(draft)[1], cast, policies=["绿色信贷"], credit="bad", offences=3, **FULL)
    approved(cast)
    draw = draws.publish(draft, actor=cast.officer_city, at=MORNING)
    ready = scene.valued(scene.revealed(scene.committed(draw)))
    proof = draws.proof_of(draws.hold(ready, actor=cast.officer_city, at=scene.AFTER))
    terms = proof["frozen"]["terms"]
    assert (terms["rates"]["values"]["high"], terms["partners"]) == (3000, ["市水利局"])
    assert [(one["label"], one["ratio"]) for one in proof["frozen"]["strata"]] == [
        ("默认层 · 无环保优惠政策", 1000),
        ("重点层 · 绿色信贷", 3000),
    ]
    verify_draw.verify(proof, draw.pool_digest)
    terms["partners"].append("市住建局")
    with pytest.raises(verify_draw.Different, match="名单指纹"):
        verify_draw.verify(proof)
