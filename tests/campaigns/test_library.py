"""Campaigns from every blueprint and in any year: their dates, what is handed down, copied, exported, compared."""

from datetime import date

import pytest
import yaml

from campaigns import clocks, services
from campaigns.blueprint_files import ROOT, BadBlueprint, read_blueprint
from campaigns.exports import blueprint_yaml, campaign_yaml
from campaigns.models import BlueprintVersion, Campaign
from campaigns.services.blueprints import load_blueprints
from campaigns.services.plan_terms import terms_of
from core.calendar import calendar, load_tables
from core.models import AuditEvent
from core.refusals import Refused
from core.rules import OnHoliday
from tests.campaigns import scene
from tests.campaigns.scene import MARCH

pytestmark = pytest.mark.django_db
NAMES = ["henan-2020", "hengshui-2020", "luohe-2021", "gansu-2018", "datong-2021"]
YEARS = [2018, 2019, 2020, 2021, 2026]


@pytest.fixture
def library(db):
    load_tables()
    load_blueprints(at=MARCH)


@pytest.fixture
def tables(db):
    load_tables()


@pytest.fixture
def forms(tables):
    """What a plan that is written in the browser may use."""
    load_blueprints(at=MARCH, only=["henan-2020"])


def make_campaign(name, unit, year, actor):
    return services.create_from_blueprint(name, unit=unit, year=year, actor=actor, at=MARCH)


def owed_in(name, year, **chosen):
    """Titles and days (as MM-DD, after the holiday policy) of what a plan orders in a year."""
    data, _ = read_blueprint(ROOT / name)
    season = services.season_of(data, year)
    season = clocks.Season(year, season.phases, {**season.chosen, **chosen}, season.policy)
    return {
        (one.number or one.title): [term.day for term in one.terms]
        for one in services.owed(data, season, calendar(), MARCH)
    }


def days(*said):
    return [date.fromisoformat(one) for one in said]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("name", NAMES)
def test_a_campaign_is_made_from_every_blueprint_for_any_year(library, cast, name, year):
    row = make_campaign(name, cast.city if name != "gansu-2018" else cast.province, year, cast.officer_province)
    planned = BlueprintVersion.objects.get(name=name).data["phases"]
    windows = {phase.key: (phase.starts_on, phase.ends_on) for phase in row.phases.all()}
    assert len(windows) == len(planned)
    for phase in planned:
        first, last = windows[phase["key"]]
        assert f"{first:%m-%d}" == phase["from"][-5:]
        assert (first.year, last.year) == tuple(year + phase[end].startswith("次年") for end in ("from", "to"))
    assert "{" not in row.title
    assert row.forms.filter(purpose="record").exists()
    assert services.differences(row)[-1].section in {"台账选项", "参数"}


@pytest.mark.parametrize("name", NAMES)
def test_it_goes_from_readings_and_lists_to_publication(library, cast, name):
    row = make_campaign(name, cast.province, 2021, cast.officer_province)
    asked = row.blueprint.data["parameters"]
    chosen = {p["key"]: p.get("default") or p["options"][0]["value"] for p in asked}
    services.choose_parameters(row, chosen, actor=cast.officer_province, at=MARCH)
    services.adopt_lists(row, actor=cast.officer_province, at=MARCH)
    services.approve(row, actor=cast.leader_province, at=MARCH)
    published = services.publish(row, actor=cast.officer_province, at=MARCH)
    assert published.state == "published"
    assert bool(services.report_dates(published)) == (name == "henan-2020"), "only Henan orders weekly reports"


def test_the_look_back_begins_where_the_reading_says(library, cast):
    row = make_campaign("hengshui-2020", cast.city, 2020, cast.officer_province)
    assert row.phases.get(key="lookback").starts_on == date(2021, 3, 16)
    services.choose_parameters(row, {"lookback_from": "次年03-11"}, actor=cast.officer_province, at=MARCH)
    assert row.phases.get(key="lookback").starts_on == date(2021, 3, 11)


def test_hengshui_reports_on_the_10th_the_20th_and_the_last_day_thirteen_times(tables):
    """HS-46: 02-28 is a Sunday and goes to Friday 02-26; 02-20 is a Saturday at work and 02-10 a Wednesday."""
    found = owed_in("hengshui-2020", 2020)["上报活动开展情况"]
    assert len(found) == 13
    assert (found[0], found[-1]) == (date(2020, 11, 30), date(2021, 3, 31))
    assert [day for day in found if day.month == 2] == days("2021-02-10", "2021-02-20", "2021-02-26")
    assert owed_in("hengshui-2020", 2020)["上报工业企业动态清单"] == days("2020-12-10")


def test_gansu_publishes_by_the_tenth_and_its_list_by_the_reading(tables):
    assert date(2018, 11, 9) in owed_in("gansu-2018", 2018)["公开随机抽查情况和查处结果"]
    assert owed_in("gansu-2018", 2019)["公布重点排污单位名单"] == days("2019-03-31")
    assert owed_in("gansu-2018", 2019, key_list_due="04-30")["公布重点排污单位名单"] == days("2019-04-30")


@pytest.mark.parametrize("row", [6, 7, 8, 9, 11])
def test_ten_days_before_a_quarter_ends_is_a_day_by_default_and_a_span_by_choice(tables, row):
    """DT-45: Q1 on Sunday 03-21, Q2 on Sunday 06-20, Q3 in the mid-autumn holiday, Q4 on a Tuesday."""
    assert owed_in("datong-2021", 2021)[row] == days("2021-03-19", "2021-06-18", "2021-09-18", "2021-12-21")
    span = owed_in("datong-2021", 2021, quarter_end="span")[row]
    assert span == days("2021-03-31", "2021-06-30", "2021-09-30", "2021-12-31")


def test_the_third_quarter_s_day_goes_forward_when_the_policy_says_so(tables):
    data, _ = read_blueprint(ROOT / "datong-2021")
    season = services.season_of(data, 2021)
    later = clocks.Season(2021, season.phases, season.chosen, OnHoliday.NEXT)
    row = next(row for row in data["plan"]["rows"] if row["number"] == 6)
    assert clocks.terms(row, later, calendar())[2].day == date(2021, 9, 22)


def test_datong_s_fixed_days_and_months(tables):
    found = owed_in("datong-2021", 2021)
    assert found[13] == days("2021-02-20"), "a Saturday at work"
    assert found[5][0] == date(2021, 1, 29), "01-31 is a Sunday"
    assert len(found[5]) == 12
    assert [found[number] for number in (1, 2, 4, 10)] == [[], [], [], []]
    assert found[25] == days("2021-12-15")


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("name", NAMES)
def test_every_clock_of_every_plan_falls_on_a_worked_day_unless_it_is_kept(tables, name, year):
    data, _ = read_blueprint(ROOT / name)
    work = calendar()
    season = services.season_of(data, year)
    for one in [*data["dues"], *data.get("plan", {}).get("rows", [])]:
        for term in clocks.terms(one, season, work):
            kept = one.get("on_holiday", data["on_holiday"]) == "keep"
            assert kept or work.is_workday(term.day)
            assert kept == (term.day == term.nominal) or work.is_workday(term.nominal)


@pytest.mark.req("HN-47")
def test_a_city_s_campaign_changes_dates_but_drops_no_item_that_is_required(henan, cast):
    child = services.hand_down(henan, cast.city, actor=cast.officer_province, at=MARCH)
    services.set_dates(
        child, {"inspect_other": (date(2020, 6, 1), date(2020, 9, 30))}, actor=cast.officer_city, at=MARCH
    )
    assert services.window(child, "inspect_other", cast.city) == (date(2020, 6, 1), date(2020, 9, 30))
    assert services.window(henan, "inspect_other", cast.city) == (date(2020, 5, 1), date(2020, 10, 31))
    with pytest.raises(Refused, match="领导批准"):
        services.approve(child, actor=cast.leader_city, at=MARCH)
    child.phases.filter(key="handle").delete()
    child.forms.filter(purpose="selfcheck").delete()
    with pytest.raises(Refused) as refused:
        services.approve(child, actor=cast.leader_province, at=MARCH)
    assert "“依法处理”阶段不能删去" in refused.value.message
    assert "“排污单位自查情况表”不能删去" in refused.value.message


def test_a_handed_down_campaign_is_approved_above_and_published_below(henan, cast):
    child = services.hand_down(henan, cast.city, actor=cast.officer_province, at=MARCH)
    assert child.parameters == henan.parameters
    assert [phase.key for phase in child.phases.all()] == [phase.key for phase in henan.phases.all()]
    services.approve(child, actor=cast.leader_province, at=MARCH)
    assert services.publish(child, actor=cast.officer_city, at=MARCH).state == "published"
    with pytest.raises(Refused, match="由上级下达，不能自行复制"):
        services.copy_campaign(child, year=2021, actor=cast.officer_city, at=MARCH)
    with pytest.raises(Refused, match="已经下达"):
        services.hand_down(henan, cast.city, actor=cast.officer_province, at=MARCH)
    with pytest.raises(Refused, match="的下级"):
        services.hand_down(Campaign.objects.get(pk=child.pk), cast.other_city, actor=cast.officer_province, at=MARCH)


def test_a_campaign_is_handed_down_in_the_window_that_the_city_was_granted(henan, cast):
    make_window = services.ask_window(
        henan.phases.get(key="inspect"), unit=cast.city, starts_on=date(2020, 5, 6), ends_on=date(2020, 6, 26),
        reason="疫情", actor=cast.officer_city, at=MARCH,
    )  # fmt: skip
    services.approve_window(make_window, actor=cast.leader_province, at=MARCH)
    child = services.hand_down(henan, cast.city, actor=cast.officer_province, at=MARCH)
    assert child.phases.get(key="inspect").starts_on == date(2020, 5, 6)


def test_a_draft_is_not_handed_down_nor_its_dates_turned_round(draft, cast):
    with pytest.raises(Refused, match="发布后才能下达"):
        services.hand_down(draft, cast.city, actor=cast.officer_province, at=MARCH)
    with pytest.raises(Refused, match="不能早于开始"):
        services.set_dates(
            draft, {"inspect": (date(2020, 6, 1), date(2020, 5, 1))}, actor=cast.officer_province, at=MARCH
        )
    with pytest.raises(Refused, match="没有“check”阶段"):
        services.set_dates(
            draft, {"check": (date(2020, 6, 1), date(2020, 6, 2))}, actor=cast.officer_province, at=MARCH
        )


def test_a_copy_moves_every_date_by_years_and_keeps_readings_and_lists(henan, cast):
    row = services.copy_campaign(henan, year=2021, actor=cast.officer_province, at=MARCH)
    assert (row.state, row.year, row.title) == ("draft", 2021, "2021 年度排污单位一体化专项执法行动")
    assert row.parameters == henan.parameters
    assert row.issue_types == henan.issue_types
    for phase in henan.phases.all():
        own = row.phases.get(key=phase.key)
        assert (own.starts_on, own.ends_on) == (
            phase.starts_on.replace(year=2021),
            phase.ends_on.replace(year=2021),
        )
    assert row.groups.count() == henan.groups.count()
    with pytest.raises(Refused, match="不能重复创建"):
        services.copy_campaign(henan, year=2021, actor=cast.officer_province, at=MARCH)
    with pytest.raises(Refused, match="换一个年度"):
        services.copy_campaign(henan, year=2020, actor=cast.officer_province, at=MARCH)


def test_the_comparison_names_what_differs_and_nothing_else(henan, cast):
    assert {one.section for one in services.differences(henan)} == {"参数"}, "readings that the plan leaves open"
    henan.phases.filter(key="inspect").update(starts_on=date(2020, 5, 1))
    henan.groups.filter(key="patrol").delete()
    Campaign.objects.filter(pk=henan.pk).update(on_holiday="keep", title="改名的行动")
    found = {
        (one.section, one.name): (one.planned, one.now)
        for one in services.differences(Campaign.objects.get(pk=henan.pk))
    }
    assert found["阶段", "执法检查"] == ("2020-04-21 至 2020-06-20", "2020-05-01 至 2020-06-20")
    assert found["工作组", "巡查组"] == ("巡查组", "—")
    assert found["节假日", "报送日逢节假日"] == ("提前到前一个工作日", "不变")
    assert found["行动", "名称"][1] == "改名的行动"


@pytest.mark.parametrize("name", NAMES)
def test_an_exported_blueprint_is_read_back_as_the_same(library, cast, name):
    row = BlueprintVersion.objects.get(name=name)
    text = blueprint_yaml(row)
    with pytest.raises(Refused, match="完全相同"):
        services.write_blueprint(text, "x.yaml", change="试", actor=cast.administrator, at=MARCH)
    assert BlueprintVersion.objects.filter(name=name).count() == 1


def test_an_exported_campaign_carries_its_own_dates_and_is_a_blueprint(henan, cast):
    henan.phases.filter(key="inspect").update(starts_on=date(2020, 5, 6), ends_on=date(2021, 1, 15))
    text = campaign_yaml(Campaign.objects.get(pk=henan.pk))
    data = services.check_text(text, "行动.yaml")
    phase = next(phase for phase in data["phases"] if phase["key"] == "inspect")
    assert (phase["from"], phase["to"]) == ("05-06", "次年01-15")
    assert next(p for p in data["parameters"] if p["key"] == "contacts_due")["default"] == "04-10"
    assert yaml.safe_load(text)["lists"]["key"] == "hengshui-annex4"


def test_a_written_blueprint_is_a_version_with_its_author_and_an_event(library, cast):
    text = blueprint_yaml(BlueprintVersion.objects.get(name="luohe-2021")).replace("各县区分局", "各县（区）分局", 1)
    text = text.replace(
        "关于优化生态环境综合执法助力企业绿色发展的通知\ncampaign", "关于优化综合执法的通知\ncampaign", 1
    )
    row = services.write_blueprint(text, "x.yaml", change="改名称", actor=cast.administrator, at=MARCH)
    assert (row.version, row.written_by, row.change) == (2, cast.administrator, "改名称")
    event = AuditEvent.objects.get(action="campaigns.blueprint.write")
    assert event.actor_id == cast.administrator.pk
    first = BlueprintVersion.objects.get(name="luohe-2021", version=1)
    assert first.data["title"] != row.data["title"] or first.data != row.data


def changed(text, *pairs):
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def own_plan(*pairs):
    """The example of the manual, changed."""
    return changed((ROOT.parents[1] / "docs/guide/examples/summer.yaml").read_text(encoding="utf-8"), *pairs)


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def test_the_example_of_the_manual_becomes_a_campaign(forms, cast):
    row = services.write_blueprint(own_plan(), "summer.yaml", change="夏季扬尘", actor=cast.administrator, at=MARCH)
    campaign = make_campaign(row.name, cast.city, 2026, cast.officer_province)
    assert campaign.title == "2026 年夏季扬尘专项执法"
    found = {one.title: [term.day for term in one.terms] for one in services.campaign_terms(campaign, MARCH)}
    assert found["编制执法计划并报备案"] == [], "the plan of every unit is there, though no day is told"
    assert found["报送检查情况"] == days(
        "2026-06-10", "2026-06-30", "2026-07-10", "2026-07-31", "2026-08-10", "2026-08-31"
    )
    assert found["工地、堆场全面检查"] == days("2026-08-31")
    assert terms_of(campaign).filing == ("superior",)
    assert campaign.forms.get(purpose="record").title == "现场检查记录表（平台通用表）"


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("on_holiday: previous", "on_holidays: previous", "on_holidays: previous", "没有「on_holidays」这样的键"),
        ('to: "08-31", adj', 'to: "05-31", adj', 'to: "05-31"', "早于开始"),
        ("name: 从重处罚, source", "name: 不予处罚, when: 首次发现, source", "name: 不予处罚, when", "写了两次"),
        ("when: 拒不改正", "when: 首次发现并当场覆盖", "key: heavier", "行矛盾"),
        ("source: 二第2句}\n\nforms", "source: 二第9句}\n\nforms", "二第9句", "原文没有“二第9句”这个位置"),
        ("quote: 一个工地只查一次, lines", "quote: 一个工地查两次, lines", "一个工地查两次", "引文不在原文"),
        ("definition: henan_2020_record", "definition: nothing", "definition: nothing", "平台没有表单「nothing」"),
        ("key: hengshui-annex4", "key: nowhere", "key: nowhere", "平台没有共享台账选项「nowhere」"),
        ("days: [10, end]", "day: [10, end]", "day: [10, end]", "没有「day」这样的键"),
        ("kind: month_days, days: [10, end]", "kind: month_days", "kind: month_days}", "须写明 days"),
        ('      to: "08-31"\n', "", "    - number: 1", "缺少「to」"),
        ("检查任务, 起止时间, 实", "实", "columns:", "清单的栏名有 4 个，须有 6 个"),
        ('clock: {kind: day, on: "09-15"}', "clock: {kind: after, event: 下雨, within: 3}", "下雨", "不认得「下雨」"),
        ("per: 每月", "per: month", "key: monthly", "「month」会原样显示"),
        ("default: last", "default: first", "default: first", "不在选项之中"),
        ("key: inspect,", "key: selfcheck,", "name: 全面检查", "「selfcheck」用了两次"),
        ("name: summer-dust", "name: summer-dust\ninherits: nobody", "inherits: nobody", "没有名为「nobody」"),
    ],
)  # fmt: skip
def test_a_fault_is_named_in_chinese_with_its_line_and_nothing_is_kept(forms, cast, old, new, at, said):
    text = own_plan((old, new))
    with pytest.raises(BadBlueprint) as refused:
        services.write_blueprint(text, "我的方案.yaml", change="试", actor=cast.administrator, at=MARCH)
    assert [error for error in refused.value.errors if said in error], refused.value.errors
    found = next(error for error in refused.value.errors if said in error)
    assert found.startswith(f"我的方案.yaml:{line_of(text, at)}: ")
    assert not BlueprintVersion.objects.filter(name="summer-dust").exists()
    assert not AuditEvent.objects.filter(action="campaigns.blueprint.write").exists()


def test_a_row_of_a_list_without_a_unit_is_named_with_its_line(forms):
    text = own_plan(("      lead: [各县区分局]\n", ""))
    with pytest.raises(BadBlueprint) as refused:
        services.check_text(text, "x")
    at = line_of(text, "    - number: 1")
    assert refused.value.errors == [f"x:{at}: 清单第 1 行（工地、堆场全面检查）没有牵头单位，须写 lead"]


def test_two_rules_that_contradict_name_each_other(forms):
    text = own_plan(
        ("forms:\n", "  - {key: twice, name: 工地、堆场, treatment: exempt, rule: 豁免。, source: 二第2句}\n\nforms:\n")
    )
    with pytest.raises(BadBlueprint) as refused:
        services.check_text(text, "x")
    other = line_of(text, "{key: sites")
    assert refused.value.errors == [
        f"x:{line_of(text, '{key: twice')}: 与第 {other} 行矛盾：同是“工地、堆场”，treatment 不同"
    ]


@pytest.mark.parametrize(
    "text",
    ["", "[", "a: &x 1\nb: *x", r'name: "\0"', "- 1", "? [a]\n: 1", "\x00",
     "a: " + "9" * 5000, "[" * 3000, r'name: "\ud800"'],
)  # fmt: skip
def test_what_is_no_plan_at_all_is_refused_with_a_line(forms, text):
    with pytest.raises(BadBlueprint) as refused:
        services.check_text(text, "粘贴的内容")
    assert all(error.startswith("粘贴的内容:") for error in refused.value.errors)


def dumped(data):
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def test_a_plan_below_keeps_the_phases_forms_and_items_of_the_plan_above(forms, cast):
    above = BlueprintVersion.objects.get(name="henan-2020")
    data = yaml.safe_load(blueprint_yaml(above))
    own = {**data, "name": "luohe-own", "inherits": "henan-2020"}
    own["phases"] = [{**phase, "to": "次年01-31"} if phase["key"] == "apply" else phase for phase in data["phases"]]
    assert (
        services.check_text(yaml.safe_dump(own, allow_unicode=True, sort_keys=False), "x")["inherits"] == "henan-2020"
    )
    own["phases"] = [phase for phase in data["phases"] if phase["key"] != "verify"]
    own["forms"] = [form for form in data["forms"] if form["purpose"] != "selfcheck"]
    own["forms"][0]["definition"] = "henan_2020_selfcheck"
    with pytest.raises(BadBlueprint) as refused:
        services.check_text(dumped(own), "x")
    said = "\n".join(refused.value.errors)
    assert "不能删去上级方案的“异地核查”阶段" in said
    assert "不能删去上级方案的表单“排污单位自查情况表”" in said
    assert "不能删去必备检查项" in said


def test_a_city_s_own_plan_has_the_province_s_campaign_above_it(henan, cast):
    data = yaml.safe_load(blueprint_yaml(henan.blueprint))
    text = dumped({**data, "name": "luohe-own", "inherits": "henan-2020"})
    services.write_blueprint(text, "x", change="市级方案", actor=cast.administrator, at=MARCH)
    row = make_campaign("luohe-own", cast.city, 2020, cast.officer_city)
    assert row.parent == henan
    assert make_campaign("luohe-own", cast.city, 2021, cast.officer_city).parent is None
    scene.ready(row, cast.officer_city)
    with pytest.raises(Refused, match="领导批准"):
        services.approve(row, actor=cast.leader_city, at=MARCH)
    assert services.approve(row, actor=cast.leader_province, at=MARCH).state == "approved"
