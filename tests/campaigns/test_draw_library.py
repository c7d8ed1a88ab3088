"""The library by four classes, helpers in lists of their own, what is checked with whom, new permits of a quarter."""

import json
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from campaigns.models import Target
from campaigns.registers.services import move
from campaigns.services import draws
from campaigns.services.draws.rating_sheets import import_ratings
from core.refusals import Refused
from enterprises.models import Enterprise, Permit
from enterprises.rules.quarters import Quarter
from tests import factories as make
from tests.campaigns import draw_scene as scene
from tests.campaigns.draw_scene import MORNING
from tests.cast import Cast
from tests.registers import scene as registers

pytestmark = pytest.mark.django_db
SECOND = Quarter(2020, 2)


def rate(site: Enterprise, cast: Cast, **said):
    values = {"size": "small", "elements": ["大气"], "credit": "good", "risk": "", "offences": 0} | said
    return draws.rate(site, actor=cast.officer_city, at=MORNING, basis="漯环评〔2020〕3号", **values)


def sites(draw) -> list[Enterprise]:
    return [row.enterprise for row in draw.campaign.targets.select_related("enterprise").order_by("pk")]


# The library, its four classes; experts and institutions.


@pytest.mark.req("DT-04")
def test_without_one_of_four_classes_nobody_enters_and_each_sums_to_the_whole(cast, client):
    site = make.enterprise("漯河示例无行业厂", cast.county_a, cast.region_a)
    Enterprise.objects.filter(pk=site.pk).update(industry=None)
    site.refresh_from_db()
    for lacking, said in ((site, {}), (cast.site_a, {"size": ""}), (cast.site_a, {"elements": []})):
        with pytest.raises(Refused, match=f"不能入库：{lacking.name}缺(行业|规模|要素).*四项分类必填"):
            rate(lacking, cast, **said)
    # The fourth, the region, is required by the register itself.
    with pytest.raises(IntegrityError), transaction.atomic():
        Enterprise.objects.filter(pk=site.pk).update(region=None)
    draw = scene.draft(cast)
    for number, one in enumerate(sites(draw)):
        rate(one, cast, size=("small", "large", "micro")[number % 3], elements=[["水"], ["大气", "水"]][number % 2])
    client.force_login(cast.officer_city)
    page = client.get(reverse("campaigns:library"))
    assert page.context["total"] == 12
    assert [(one["name"], one["total"]) for one in page.context["tables"]] == [
        ("区域", 12),
        ("行业", 12),
        ("规模", 12),
        ("要素", 12),
    ]
    assert all(sum(count for _, count in one["lines"]) == 12 for one in page.context["tables"])
    assert "大气、水" in page.content.decode()


def test_a_draw_of_the_library_alone_leaves_out_who_is_not_in_it_and_says_what_lacks(cast):
    draw = scene.draft(cast, filters={"regions": [], "industries": [], "key": "", "listed": True})
    first, *_ = sites(draw)
    rate(first, cast)
    found = draws.gather(draw)
    assert [row[1] for row in found.enterprises] == [first.name]
    assert {row[2] for row in found.excluded} == {"未入名录库，缺规模、要素"}


@pytest.mark.req("DT-06")
def test_without_a_speciality_nobody_is_in_a_special_draw_and_helpers_have_lists_of_their_own(cast, client):
    draw = scene.draft(cast, speciality="辐射")
    with pytest.raises(Refused, match="还没有在库的专家"):
        draws.keep_experts(cast.city, actor=cast.officer_city, at=MORNING)
    registers.load("experts")
    said = {"home": "示例大学", "industries": ["化工", "电力"], "ways": ["网络远程"]}
    registers.file("experts", cast.officer_city, name="何示例", **said)
    left = registers.file("experts", cast.officer_city, name="吕示例", **said)
    move(left, "leave", {}, actor=cast.officer_city, at=registers.AT, reason="调离")
    draws.keep_experts(cast.city, actor=cast.officer_city, at=MORNING)
    draws.keep_institutions(cast.city, "示例监测中心｜辐射监测｜CMA 001", actor=cast.officer_city, at=MORNING)
    assert draws.gather(draw).inspectors == []
    person = User.objects.filter(username__startswith="crew").first()
    draws.set_specialities(person, ["辐射"], actor=cast.officer_city, at=MORNING)
    found = draws.gather(draw)
    assert [row[0] for row in found.inspectors] == [person.pk]
    assert {"没有“辐射”专长"} == {row[2] for row in found.excluded_inspectors}
    assert not {"何示例", "示例监测中心"} & {row[1] for row in found.roster}
    with pytest.raises(Refused, match="“何示例”已在专家库中，专家和专业机构须分库登记"):
        draws.keep_institutions(cast.city, "何示例｜辐射｜无", actor=cast.officer_city, at=MORNING)
    client.force_login(cast.officer_city)
    page = client.get(reverse("campaigns:helper_lists"))
    found = [[tuple(row) for row in part["rows"]] for part in page.context["parts"]]
    assert found == [[("何示例", "化工、电力", "示例大学")], [("示例监测中心", "辐射监测", "CMA 001")]]


# What is checked, and with whom.


def test_an_item_outside_the_published_list_is_refused_before_and_at_the_sealing(cast):
    with pytest.raises(Refused, match="检查事项“消防通道”不在现行抽查事项清单内"):
        scene.draft(cast, checks=("消防通道",))
    campaign = make.campaign(cast.province)
    scene.targets(campaign, cast)
    draw = scene.draft(cast, campaign, checks=("排污许可证执行情况",))
    draws.keep_items(cast.city, "污染防治设施运行情况｜第二十条", actor=cast.officer_city, at=MORNING)
    with pytest.raises(Refused, match="检查事项“排污许可证执行情况”不在现行抽查事项清单内"):
        draws.publish(draw, actor=cast.officer_city, at=MORNING)


@pytest.mark.req("DT-02")
def test_ten_percent_of_seven_is_one_and_a_joint_draw_names_its_departments(cast, client):
    draw = scene.draft(cast, strata_by=[], ratio=1000, partners=("市市场监督管理局", "市水利局"))
    Target.objects.filter(
        campaign=draw.campaign, pk__in=list(draw.campaign.targets.values_list("pk", flat=True)[7:])
    ).delete()
    sealed = draws.publish(draw, actor=cast.officer_city, at=MORNING)
    assert [(one["size"], one["quota"]) for one in sealed.strata] == [(7, 1)]
    assert json.loads(sealed.frozen.text)["terms"]["partners"] == ["市市场监督管理局", "市水利局"]
    client.force_login(cast.officer_city)
    assert "市市场监督管理局、市水利局" in client.get(reverse("campaigns:draw_detail", args=[draw.pk])).content.decode()


# New permits of a quarter: a city takes one in ten at least.


def newly(cast: Cast, count: int, campaign) -> None:
    for number in range(count):
        site = make.enterprise(f"漯河示例新证{number:02d}厂", cast.county_a, cast.region_a)
        make.target(campaign, site)
        Permit.objects.create(
            enterprise=site, kind="discharge", number=f"91411100MA{number:05d}001P", issued_on=date(2020, 4, 9)
        )


@pytest.mark.req("DT-11")
def test_of_thirty_one_new_permits_a_city_takes_four_and_three_are_refused(cast):
    campaign = make.campaign(cast.province)
    newly(cast, 31, campaign)
    scene.targets(campaign, cast)
    scene.crew(cast)
    draws.keep_items(cast.city, scene.ITEMS, actor=cast.officer_city, at=MORNING)
    filters = {"regions": [], "industries": [], "key": "", "new_permits": "2020-2"}
    draw = scene.draft(cast, campaign, filters=filters, strata_by=[], ratio=900)
    assert draws.gather(draw).quota == 3
    with pytest.raises(Refused, match="2020年第2季度新领证 31 家，按不低于 10% 至少抽 4 家，现在只抽 3 家"):
        draws.publish(draw, actor=cast.officer_city, at=MORNING)
    draws.revise(
        draw,
        scene.settings(filters=filters, strata_by=[], ratio=1000),
        witness=cast.discipline,
        actor=cast.officer_city,
        at=MORNING,
    )
    assert [(one["size"], one["quota"]) for one in draws.publish(draw, actor=cast.officer_city, at=MORNING).strata] == [
        (31, 4)
    ]


def test_a_renewed_permit_is_not_a_new_one(cast):
    campaign = make.campaign(cast.province)
    newly(cast, 2, campaign)
    site = campaign.targets.order_by("pk")[0].enterprise
    Permit.objects.create(enterprise=site, kind="discharge", number="旧证", issued_on=date(2017, 4, 9))
    assert Permit.objects.first_issued(SECOND, cast.city.path).count() == 1
    assert Permit.objects.first_issued(SECOND.next, cast.city.path).count() == 0


def test_a_quarter_is_read_as_it_is_written():
    assert [Quarter.of(date(2020, month, 1)).number for month in (1, 3, 4, 12)] == [1, 1, 2, 4]
    assert (Quarter(2020, 4).first, Quarter(2020, 4).last) == (date(2020, 10, 1), date(2020, 12, 31))
    assert (Quarter.read("2020-4").next, Quarter(2021, 1).before) == (Quarter(2021, 1), Quarter(2020, 4))
    with pytest.raises(ValueError, match="2021-1"):
        Quarter.read("2020-5")


def test_a_table_of_ratings_refuses_figures_that_the_form_refuses(cast):
    line = f"排污单位,规模,要素,评定依据,近两年违法次数\n{cast.site_a.name},小,大气,示例文号,-1"
    with pytest.raises(Refused, match=r"近两年违法次数.*应在 0 至 999 之间"):
        import_ratings(line.encode(), "分级.csv", sites=Enterprise.objects.all(), actor=cast.officer_city, at=MORNING)
