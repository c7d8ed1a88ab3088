"""Step 8: a case from the ledger row to its end, step by step; every jump is refused by page and interface alike."""

from decimal import Decimal
from io import BytesIO

from pypdf import PdfReader

from inspections.models import Issue
from penalties.models import PenaltyCase
from tests.journeys.stage import Player, Stage
from tests.journeys.steps.registering import HERO

NUMBER = "漯环立〔2020〕1号"


def case_is_filed(stage: Stage) -> None:
    """8: filed from the row with two investigators; one alone is refused."""
    stage.travel("2020-04-29 14:00")
    issue = stage.facts["issue"]
    county = stage.at_desk(stage.cast.officer_a)
    page = county.open(f"/issues/{issue.pk}/")
    page.get_by_role("link", name="立案").last.click()
    county.fill(penalty_article="《大气污染防治法》第九十九条第三项")
    page.get_by_label("李一检").check()
    county.press("立案并编号")
    county.reads("调查人员不得少于两人（《中华人民共和国行政处罚法》（2017 年修正）第三十七条第一款）。")
    page.get_by_label("王二检").check()
    county.press("立案并编号")
    county.reads(f"当事人“{HERO}”还没有登记法定代表人，请先在“排污单位”中修改登记，补齐后再立案。")
    party_is_registered(stage, county)
    county.press("立案并编号")
    county.reads(f"已立案，案号 {NUMBER}。")
    case = PenaltyCase.objects.get()
    stage.facts["case"] = case
    assert Issue.objects.get(pk=issue.pk).penalty_text == f"已立案（{NUMBER}）"
    jumps_are_refused(stage, county, case)
    noticed(stage, county, case)


def party_is_registered(stage: Stage, county: Player) -> None:
    """In another window; what was typed into the filing waits in the first."""
    other = Player(county.user, county.page.context.new_page(), stage)
    other.open(f"/enterprises/{stage.facts['hero'].pk}/edit/")
    other.fill(representative="田示例")
    other.press("保存")
    other.reads("登记信息已更新。")
    other.page.close()


def jumps_are_refused(stage: Stage, county: Player, case: PenaltyCase) -> None:
    """Closing what was only filed: 409, in words, on the page and over the interface."""
    assert county.visit(f"/cases/{case.pk}/steps/close/").status == 409
    county.reads("已立案")
    stage.look(county.page, "case-jump")
    county.open("/")
    over = county.post(f"/api/v1/cases/{case.pk}/steps/serve", {"occurred_on": "2020-04-29"}, as_json=True)
    assert over.status == 409, over.text()
    assert PenaltyCase.objects.get(pk=case.pk).state == "filed"
    for stranger in (stage.cast.officer_other, stage.cast.inspector_b):
        stage.at_desk(stranger).finds_nothing(f"/cases/{case.pk}/")


def noticed(stage: Stage, county: Player, case: PenaltyCase) -> None:
    """The prior notice; a decision before the party's term has run is refused, and nothing typed is lost."""
    county.open(f"/cases/{case.pk}/steps/notice/")
    county.fill(fine="50000", text="除尘设施不正常运行，拟罚款五万元；可在期限内陈述申辩、申请听证")
    county.press("送达事先告知书")
    county.reads("已办理“送达事先告知书”。")
    stage.travel("2020-04-30 09:00")
    leader = stage.at_desk(stage.cast.leader_city)
    decided(leader, case, "2020-04-30")
    leader.reads("陈述申辩（听证申请）期限到 2020-05-07 届满（行政处罚法（2017）第四十二条")
    assert leader.page.locator("#id_evidence").input_value().startswith("现场检查")
    stage.look(leader.page, "decision-too-early")
    stage.at_desk(stage.cast.inspector_a).is_turned_away(f"/cases/{case.pk}/steps/decide/")


def decided(leader: Player, case: PenaltyCase, day: str) -> None:
    leader.open(f"/cases/{case.pk}/steps/decide/")
    leader.fill(
        occurred_on=day,
        fine="50000",
        evidence="现场检查（勘察）笔录、现场照片",
        defence="当事人在期限内未提出陈述申辩，未申请听证",
        discretion="首次发现，及时整改，依裁量基准确定",
        payment="自收到本决定书之日起 15 日内缴至指定银行",
    )
    leader.press("作出处罚决定")


def case_is_decided(stage: Stage) -> None:
    """8: the decision after the term, by the authority's leader, with its one printed paper."""
    stage.travel("2020-05-12 09:00")
    leader = stage.at_desk(stage.cast.leader_city)
    decided(leader, stage.facts["case"], "2020-05-12")
    leader.reads("已办理“作出处罚决定”。")
    paper_says(leader)


def case_is_closed(stage: Stage) -> None:
    """8: service by two and closing; each step with its day and its people."""
    stage.travel("2020-05-14 09:00")
    case, county = stage.facts["case"], stage.at_desk(stage.cast.officer_a)
    county.open(f"/cases/{case.pk}/steps/serve/")
    county.fill(receiver="秦厂长", place="企业办公室")
    option = county.page.locator("#id_second option", has_text="王二检").get_attribute("value")
    county.page.locator("#id_second").select_option(value=option)
    county.press("送达处罚决定书")
    county.reads("已办理“送达处罚决定书”。")
    stage.travel("2020-05-20 09:00")
    county.open(f"/cases/{case.pk}/steps/close/")
    county.fill(fine="50000", text="罚款已全部缴清，票据已附卷")
    county.press("结案")
    county.reads("已办理“结案”。")
    stage.look(county.page, "case")
    case = PenaltyCase.objects.get(pk=case.pk)
    assert case.state == "closed"
    kinds = case.steps.order_by("pk").values_list("kind", "fine")
    fine = Decimal(50000)
    assert list(kinds) == [("file", None), ("notice", fine), ("decide", fine), ("serve", None), ("close", fine)]


def paper_says(leader: Player) -> None:
    link = leader.page.get_by_role("link", name="（PDF）")
    paper = leader.fetch(link.get_attribute("href"))
    text = "".join("".join(one.extract_text().split()) for one in PdfReader(BytesIO(paper)).pages)
    for said in (HERO, "漯河市生态环境局", "漯环罚决字〔2020〕1号", "2020年5月12日"):
        assert said in text, f"the decision does not say {said}"
