"""Step 5: the county plans visits; the gate allows, asks or refuses and says which rule spoke."""

from playwright.sync_api import expect

from campaigns.models import Assignment, Pledge
from inspections.models import Visit
from tests import factories as make
from tests.campaigns.scene import trained
from tests.journeys.stage import Player, Stage


def inspectors_pledge(stage: Stage) -> None:
    """Before 5: a colleague without a certificate exists; the second inspector has not signed the pledge yet."""
    stage.travel("2020-04-27 09:00")
    third = make.user("third_a", "何三检", stage.cast.county_a)
    make.grant(third, "inspector", over=stage.cast.county_a)
    trained(stage.facts["campaign"], stage.cast)  # by the province; before that nobody may be sent
    pledges(stage, stage.at_desk(stage.cast.inspector_a))
    pledges(stage, stage.at_desk(third))


def pledges(stage: Stage, player: Player) -> None:
    """Without the tick nothing is signed."""
    path = f"/campaigns/{stage.facts['campaign'].pk}/pledge/"
    page = player.open(path)
    player.fill(name=player.user.name)
    player.press("签署")
    player.reads("请逐条阅读后勾选，再签名。")
    stage.look(page, f"pledge-{player.user.username}")
    page.locator("#id_read").check()
    player.fill(name=player.user.name)
    player.press("签署")
    expect(page.locator("#pledge-sign")).to_have_count(0)


def visits_are_planned(stage: Stage) -> None:
    """5: positive list, certificates and phase refuse with their sentences, who has not signed cannot be chosen;
    then the gate allows."""
    county = stage.at_desk(stage.cast.officer_a)
    refused_for_the_list(stage, county)
    path = plan_path(stage, "hero")
    propose(county, path, "2020-04-28", "何三检")
    county.reads("检查当日有效执法证只有 1 个，不足两个：何三检的执法证在检查当日无效或未登记。")
    expect(county.page.locator("#id_second_inspector option", has_text="王二检")).to_be_disabled()
    stage.look(county.page, "plan-refused")
    county.press("派单")
    assert not Assignment.objects.exists(), "the gate holds on sending too"
    pledges(stage, stage.at_desk(stage.cast.second_a))
    assert Pledge.objects.filter(campaign=stage.facts["campaign"]).count() == 3
    propose(county, path, "2020-06-29", "王二检")
    county.reads("检查日期 2020-06-29 不在“执法检查”阶段")
    stage.at_desk(stage.cast.inspector_b).finds_nothing(path)
    for name in ("hero", "halted"):
        stage.facts[f"{name}_visit"] = planned(stage, county, name)
    county.open("/assignments/week/?day=2020-04-28")
    stage.look(county.page, "week")


def plan_path(stage: Stage, name: str) -> str:
    return f"/targets/{stage.facts['targets'][stage.facts[name].pk].pk}/plan/"


def refused_for_the_list(stage: Stage, county: Player) -> None:
    propose(county, plan_path(stage, "listed"), "2020-04-28", "何三检")
    county.reads("该企业检查当日在监督执法正面清单内（有效期至 2021-04-30），不得直接派单")
    stage.look(county.page, "plan-positive-list")


def propose(county: Player, path: str, day: str, second: str) -> None:
    """What the gate says to a plan; the answer comes beside the form as it is typed."""
    page = county.open(path)
    with page.expect_response(lambda answer: answer.url.endswith("/gate/")):
        page.locator("#id_planned_on").fill(day)
        choose_person(county, "lead_inspector", "李一检")
        choose_person(county, "second_inspector", second)


def choose_person(county: Player, field: str, name: str) -> None:
    option = county.page.locator(f"#id_{field} option", has_text=name)
    county.page.locator(f"#id_{field}").select_option(value=option.get_attribute("value"))


def planned(stage: Stage, county: Player, name: str) -> Visit:
    propose(county, plan_path(stage, name), "2020-04-28", "王二检")
    county.reads("放行")
    county.press("派单")
    county.reads("已派单，检查人员已收到通知。")
    row = Assignment.objects.get(target__enterprise=stage.facts[name])
    assert row.gate["answer"] == "allow"
    return Visit.objects.get(assignment=row)


def second_visit_asks_why(stage: Stage) -> None:
    """5, after 6: the same works again in one campaign: only with a ground of the list."""
    stage.travel("2020-04-29 08:30")
    county = stage.at_desk(stage.cast.officer_a)
    propose(county, plan_path(stage, "hero"), "2020-05-06", "王二检")
    county.reads("该企业在本行动内已检查 1 次，再次检查须选择例外理由。")
    stage.look(county.page, "plan-second-visit")
    county.press("派单")
    county.reads("再次检查须选择例外理由")
    assert Assignment.objects.filter(target__enterprise=stage.facts["hero"]).count() == 1
