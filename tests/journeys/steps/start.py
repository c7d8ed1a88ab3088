"""Steps 1 and 2: the first sign-in; the province makes the campaign from its blueprint and publishes it."""

import re

from playwright.sync_api import Page, expect

from accounts.models import User
from campaigns.models import Campaign
from core.models import AuditEvent, Notice
from tests.journeys.stage import Player, Stage

NEW_PASSWORD = "Shengting-2020-diaodu"
PHASES = ("企业自查", "执法检查", "依法处理", "指导整改", "异地核查", "成果应用")


def first_sign_in(stage: Stage) -> None:
    """1: the security administrator hands out a first password; the officer must change it before anything else."""
    stage.travel("2020-03-23 09:00")
    officer = stage.cast.officer_province
    first = handed_out(stage, officer)
    player = stage.at_desk(officer)
    player.page.goto(stage.url + "/")
    player.password = "cuowu-de-mima-2020"
    wrong_password(player)
    player.password = first
    player.sign_in()
    player.reads("您正在使用初始密码，请先改成自己的密码，再办理业务。")
    player.open("/campaigns/")
    player.reads("您正在使用初始密码")
    change_password(player, first)
    player.password = NEW_PASSWORD
    player.reads("密码已修改，下次登录请使用新密码。")
    stage.at_desk(stage.cast.officer_other).finds_nothing(f"/enterprises/{stage.cast.site_a.pk}/")
    officer.refresh_from_db()
    assert not officer.must_change_password
    assert AuditEvent.objects.filter(action="accounts.person.change_password", object_id=str(officer.pk)).count() == 1


def handed_out(stage: Stage, officer: User) -> str:
    """The administrator's page says the first password once."""
    admin = stage.at_desk(stage.cast.security)
    admin.open(f"/people/{officer.pk}/")
    stage.look(admin.page, "person")
    admin.press("重置密码")
    dialog = admin.page.locator("dialog[open]")
    if dialog.count():
        dialog.get_by_role("button", name=re.compile("重置|确定")).click()
    said = admin.page.locator("[data-first-password]").inner_text()
    admin.is_turned_away("/campaigns/new/")
    return said


def wrong_password(player: Player) -> None:
    player.page.get_by_label("账号").fill(player.user.username)
    player.page.get_by_label("密码").fill(player.password)
    player.press("登录")
    player.reads("账号或密码不正确。")
    expect(player.page.get_by_label("账号")).to_have_value(player.user.username)


def change_password(player: Player, first: str) -> None:
    """A password that is too plain is refused in words, then a good one is taken."""
    player.fill(old=first, new="1234567890", again="1234567890")
    player.press("保存新密码")
    expect(player.page.locator(".errorlist").first).to_be_visible()
    player.fill(old=first, new=NEW_PASSWORD, again=NEW_PASSWORD)
    player.press("保存新密码")


def campaign_is_published(stage: Stage) -> None:
    """2: from the blueprint to publication; what is undecided is named, and who drew it up cannot approve it."""
    province = stage.at_desk(stage.cast.officer_province)
    created(stage, province)
    campaign = Campaign.objects.get()
    stage.facts["campaign"] = campaign
    path = f"/campaigns/{campaign.pk}/"
    province.reads("尚未采用台账选项")
    leader = stage.at_desk(stage.cast.leader_province)
    leader.open(path)
    leader.confirm("批准", "批准")
    leader.reads("行动还不能批准或发布")
    decide_what_is_open(stage, province, path)
    leader.open(path)
    leader.confirm("批准", "批准")
    leader.reads("行动已批准，可以发布。")
    province.open(path)
    province.confirm("发布", "发布")
    province.reads("行动已发布，下级各单位已收到通知。")
    published_page(stage, province, path)
    campaign.refresh_from_db()
    assert campaign.state == "published"
    assert campaign.approved_by == stage.cast.leader_province
    assert Notice.objects.filter(recipient=stage.cast.officer_city).exists()
    stranger = stage.at_desk(stage.cast.officer_other)
    stranger.is_turned_away(f"{path}parameters/")
    stage.at_desk(stage.cast.administrator).finds_nothing(path)


def created(stage: Stage, province: Player) -> None:
    page = province.open("/campaigns/")
    stage.look(page, "campaigns-empty")
    page.get_by_role("link", name="拟定").first.click()
    page.get_by_label("方案模板").select_option("henan-2020")
    page.get_by_label("年度").fill("2020")
    province.press("拟定")


def decide_what_is_open(stage: Stage, province: Player, path: str) -> None:
    page = province.open(path)
    page.get_by_role("link", name="选定参数").click()
    for group in page.locator("fieldset").all():
        if not group.locator("input:checked").count():
            group.locator("input").first.check()
    stage.look(page, "parameters")
    province.press("确定")
    province.reads("参数已选定。")
    page.get_by_role("link", name="采用共享选项").click()
    statement = page.get_by_label("决定内容")
    kept = statement.input_value()
    statement.fill("")
    province.press("确定")
    expect(page.locator(".errorlist").first).to_be_visible()
    page.get_by_label("决定内容").fill(kept)
    province.press("确定")
    province.reads("已采用共享台账选项，决定显示在本页。")
    province.reads("采用决定")


def published_page(stage: Stage, province: Player, path: str) -> None:
    """Six phases that overlap, groups, forms and the resolved report dates, the holiday Friday moved."""
    page = province.page
    for name in PHASES:
        province.reads(name)
    moved = page.get_by_role("row", name=re.compile("04-30 17:30.*原定 05-01"))
    expect(moved).to_be_visible()
    stage.look(page, "campaign")
    forms_and_groups(province, page, path)
    first, second = stage.facts["campaign"].phases.filter(key__in=["selfcheck", "inspect"])
    assert second.starts_on <= first.ends_on


def forms_and_groups(province: Player, page: Page, path: str) -> None:
    province.open(f"{path}source/")
    for title in ("排污单位自查情况表", "一体化执法现场检查记录表"):
        province.reads(title)
    province.open(f"{path}people/")
    assert page.locator("main h3").count() >= 3
    province.reads("未报")
