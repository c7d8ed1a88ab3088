"""Step 4: the slip on paper, the account on a phone, the self-check with a signature, its filing and its correction."""

import re
from io import BytesIO

from playwright.sync_api import expect
from pypdf import PdfReader

from accounts.models import Grant, User
from campaigns.models import Target
from core.models import Obligation, Submission
from enterprises.models import Enterprise
from inspections.models import SelfCheck
from tests.journeys.stage import Player, Stage
from tests.journeys.steps import sheet
from tests.journeys.steps.registering import HALTED, HERO

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
OWNER, PHONE = "田示例", "13900000001"
BAD = "systems.hazard"
REASON = "隐患排查一项的整改措施过于简单，请补充后再报"


def targets_are_listed(stage: Stage) -> None:
    """Before 4: the city puts its sites on the campaign's list."""
    stage.travel("2020-03-26 09:00")
    city = stage.at_desk(stage.cast.officer_city)
    page = city.open("/targets/")
    page.locator("#id_unit").last.select_option(label=str(stage.cast.city))
    page.get_by_label("纳入全部排污单位").check()
    city.press("纳入")
    city.reads("新纳入 5 家")
    stage.look(page, "targets")
    targets = {row.enterprise_id: row for row in Target.objects.all()}
    assert len(targets) == 5
    stage.facts["targets"] = targets
    assert Obligation.objects.filter(kind="selfcheck", met_at=None).count() == 5


def slips_are_printed(stage: Stage) -> None:
    """4: the county prints the slips; another county's officer sees none of them."""
    county = stage.at_desk(stage.cast.officer_a)
    page = county.open("/enterprises/slips/")
    for name in (HERO, HALTED):
        page.get_by_role("checkbox", name=name).check()
    stage.look(page, "slips")
    paper = county.downloads(page.get_by_role("button", name="打印所选"))
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(paper)).pages)
    codes = CODE.findall(text)
    assert len(codes) == 2
    assert HERO in text.replace("\n", "")
    stage.facts["codes"] = dict(zip(sorted((HERO, HALTED), key=text.index), codes, strict=True))
    stranger = stage.at_desk(stage.cast.inspector_b)
    stranger.is_turned_away("/enterprises/slips/")


def account_is_activated(stage: Stage) -> None:
    """4: on a phone: a wrong code is refused, the right one opens the account, a second slip adds a second site."""
    stage.travel("2020-03-27 10:00")
    phone = Player(stage.cast.enterprise_a, stage.new_phone(), stage)
    page = phone.page
    page.goto(f"{stage.url}/enterprises/activate/")
    phone.fill(code="ABCD-EFGH-JKMN")
    phone.press("下一步")
    expect(page.locator(".errorlist, .notice-error").first).to_be_visible()
    stage.look(page, "activate-refused")
    phone.fill(code=stage.facts["codes"][HERO].lower().replace("-", " "))
    phone.press("下一步")
    phone.reads(HERO)
    stage.look(page, "activate-account")
    phone.fill(name=OWNER, phone=PHONE, password="Shali-2020-zhiyao", again="Shali-2020-zhiyao")
    phone.press("开通并登录")
    phone.reads("账号已开通")
    owner = User.objects.get(username=PHONE)
    player = stage.joins(Player(owner, page, stage, "Shali-2020-zhiyao"), by_hand=True)
    second_site(stage, player)
    stage.facts["owner"] = owner
    held = Grant.objects.filter(user=owner, role="enterprise").values_list("subject_id", flat=True)
    assert set(held) == set(Enterprise.objects.filter(name__in=[HERO, HALTED]).values_list("pk", flat=True))


def second_site(stage: Stage, player: Player) -> None:
    player.open("/enterprises/activate/")
    player.fill(code=stage.facts["codes"][HALTED])
    player.press("下一步")
    player.press("把这家单位加入我的账号")
    player.reads("已加入您的账号")
    player.open("/enterprises/activate/")
    player.fill(code=stage.facts["codes"][HERO])
    player.press("下一步")
    expect(player.page.locator(".errorlist, .notice-error").first).to_contain_text("使用")
    player.open("/enterprises/mine/")
    stage.look(player.page, "my-sites")
    stranger = Enterprise.objects.get(name="召陵示例化工厂")
    player.finds_nothing(f"/enterprises/{stranger.pk}/")


def self_check_is_filled(stage: Stage) -> None:
    """4: the sheet on the phone: one problem, one 不适用 with its reason, signed on the glass, handed in."""
    phone = stage.on_phone(stage.facts["owner"])
    phone.open("/selfchecks/mine/")
    phone.reads("自查阶段从 2020-04-01 开始，届时在这里填写。")
    stage.travel("2020-04-08 14:00")
    page = phone.open("/selfchecks/mine/")
    stage.look(page, "my-selfchecks")
    page.locator("section.card", has_text=HERO).get_by_role("button", name="开始自查").click()
    sheet.choose(page, f"{BAD}.result", "不符合")
    sheet.write(page, f"{BAD}.problem", "隐患排查台账缺三月记录")
    sheet.choose(page, "facilities.waste_tailings.result", "不适用")
    sheet.complete(page, "2020-04-08", name=OWNER, person=OWNER, due_on="2020-04-20")
    page.locator('[data-form-field="facilities.waste_tailings.reason"] [data-form-input]').fill("")
    expect(page.locator("[data-form-missing]")).to_have_text("缺 1 项")
    page.locator("[data-form-missing]").click()
    expect(page.locator("dialog[open]")).to_contain_text("不适用的理由")
    stage.look(page, "selfcheck-missing")
    page.keyboard.press("Escape")
    sheet.write(page, "facilities.waste_tailings.reason", "本厂没有尾矿库")
    stage.look(page, "selfcheck-sheet")
    sheet.go_on(page)
    declared(stage, phone)
    row = SelfCheck.objects.get(enterprise=stage.facts["hero"])
    assert (row.state, row.problem_count, row.declared_by) == ("submitted", 1, OWNER)
    assert row.signature is not None
    stage.facts["selfcheck"] = row


def declared(stage: Stage, phone: Player) -> None:
    """Without a signature nothing is handed in."""
    page = phone.page
    phone.reads("隐患排查台账缺三月记录")
    page.locator("#id_agreed").check()
    page.locator("#id_name").fill(OWNER)
    phone.press("签名并提交")
    phone.reads("请先手写签名再提交")
    stage.look(page, "selfcheck-declare")
    phone.draw(page.locator("[data-signature] canvas"))
    phone.press("签名并提交")
    phone.reads("自查情况表已提交，回执")


def self_check_is_filed(stage: Stage) -> None:
    """4: returned with a reason, handed in again, filed under a number; corrected only by a new version."""
    row, county = stage.facts["selfcheck"], stage.at_desk(stage.cast.officer_a)
    path = f"/selfchecks/{row.pk}/"
    county.open(path)
    stage.look(county.page, "selfcheck-county")
    county.confirm("退回", "退回", REASON)
    county.reads("已退回，企业会收到退回理由。")
    stage.at_desk(stage.cast.inspector_b).finds_nothing(path)
    stage.at_desk(stage.cast.enterprise_b).finds_nothing(path)
    handed_in_again(stage, row)
    stage.travel("2020-04-10 09:30")
    county.open(path)
    county.confirm("受理备案", "受理备案")
    county.reads("已受理备案，编号 漯环源自查〔2020〕1号。")
    corrected(stage, row)
    versions = SelfCheck.objects.filter(enterprise=stage.facts["hero"]).order_by("version")
    assert [(one.version, one.state, one.number) for one in versions] == [
        (1, "superseded", "漯环源自查〔2020〕1号"),
        (2, "accepted", "漯环源自查〔2020〕2号"),
    ]
    assert Submission.objects.filter(kind="self_check", subject_id=row.pk).received().count() == 2
    assert Obligation.objects.filter(kind="selfcheck", met_at=None).count() == 4


def handed_in_again(stage: Stage, row: SelfCheck) -> None:
    stage.travel("2020-04-09 10:00")
    phone = stage.on_phone(stage.facts["owner"])
    page = phone.open("/selfchecks/mine/")
    phone.reads(REASON)
    phone.press("按退回意见修改")
    sheet.write(page, f"{BAD}.measure", "补齐三月台账，四月起由环保科每周检查并签字")
    sheet.go_on(page)
    declare(phone)


def declare(phone: Player) -> None:
    phone.page.locator("#id_agreed").check()
    phone.page.locator("#id_name").fill(OWNER)
    phone.draw(phone.page.locator("[data-signature] canvas"))
    phone.press("签名并提交")
    phone.reads("自查情况表已提交，回执")


def corrected(stage: Stage, row: SelfCheck) -> None:
    """What is filed cannot be written on: the address of the sheet leads back to reading."""
    phone = stage.on_phone(stage.facts["owner"])
    page = phone.open(f"/selfchecks/{row.pk}/edit/")
    assert page.url.endswith(f"/selfchecks/{row.pk}/")
    phone.confirm("申请更正", "开始更正", "补报监测设施检修情况")
    sheet.choose(page, "systems.training.result", "符合")
    sheet.write(page, "unit.manager.phone", "13900000002")
    sheet.go_on(page)
    declare(phone)
    stage.travel("2020-04-13 09:00")
    second = SelfCheck.objects.get(enterprise=stage.facts["hero"], version=2)
    county = stage.at_desk(stage.cast.officer_a)
    county.open(f"/selfchecks/{second.pk}/")
    county.confirm("受理备案", "受理备案")
    county.reads("已受理备案，编号 漯环源自查〔2020〕2号。")
    stage.look(county.page, "selfcheck-filed")
