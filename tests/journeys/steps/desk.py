"""Step 10: what is owed by date, the inbox, the search, the work of somebody who leaves."""

from playwright.sync_api import expect

from accounts.models import User
from campaigns.models import Assignment, ContactPerson
from core import clock
from core.models import Notice, Obligation
from penalties.models import PenaltyCase
from reporting.services.reminders import sweep_obligations
from tests import factories as make
from tests.journeys.stage import Player, Stage
from tests.journeys.steps.registering import HERO

OWED = "报送一体化执法检查联络人员信息统计表"


def contact_is_named(stage: Stage) -> None:
    """10: the workbench says what the city owes by when; done, it is owed no more."""
    stage.travel("2020-03-30 09:00")
    city = stage.at_desk(stage.cast.officer_city)
    page = city.open("/")
    owed = page.get_by_role("listitem").filter(has_text=OWED)
    expect(owed).to_contain_text("04-10")
    stage.look(page, "workbench-owed")
    owed.get_by_role("link").click()
    form = page.locator("#contact-name")
    form.get_by_role("button", name="登记").click()
    expect(page.locator(".errorlist").first).to_be_visible()
    form.locator("select[name=user]").select_option(label="郑联络")
    form.get_by_role("button", name="登记").click()
    expect(page.get_by_role("row").filter(has_text="漯河市")).to_contain_text("郑联络")
    city.open("/")
    expect(page.get_by_text(OWED)).to_have_count(0)
    assert ContactPerson.objects.get(ended_at=None).user == stage.cast.contact_city
    assert Obligation.objects.filter(kind="contact", met_at=None).count() == 1, "the other city still owes its own"


def owners_are_reminded(stage: Stage) -> None:
    """7 and 10: a row whose term has run shows as overdue, and the works' own people were told."""
    stage.travel("2020-05-12 08:30")
    county = stage.at_desk(stage.cast.officer_a)
    page = county.open("/issues/?due=late")
    expect(page.get_by_role("row").filter(has_text=stage.cast.site_a.name)).to_contain_text("逾期")
    sweep_obligations(clock.now())
    owner = stage.on_phone(stage.cast.enterprise_a)
    page = owner.open("/")
    owner.reads("已逾期")
    stage.look(page, "workbench-overdue")
    notice = Notice.objects.filter(recipient=stage.cast.enterprise_a).latest("created_at")
    assert "逾期" in notice.title + notice.body
    page = owner.open("/inbox/")
    stage.look(page, "inbox")
    page.get_by_role("listitem").filter(has_text=notice.title).get_by_role("button").first.click()
    notice.refresh_from_db()
    assert notice.read_at is not None
    stranger = stage.on_phone(stage.facts["owner"])
    stranger.open("/")
    refused = stranger.post(f"/inbox/{notice.pk}/open/", {})
    assert refused.status == 404


def search_finds(stage: Stage) -> None:
    """10: two characters find the works, its row and its case; elsewhere nothing is found."""
    county = stage.at_desk(stage.cast.officer_a)
    page = county.open("/")
    page.get_by_label("搜索排污单位、问题、案件").fill("沙澧")
    page.keyboard.press("Enter")
    for room in ("排污单位", "问题", "案件"):
        expect(page.locator("main").get_by_role("heading", name=room, exact=True)).to_be_visible()
    county.reads(HERO)
    stage.look(page, "search")
    county.open("/search/?q=沙")
    county.reads("请至少输入两个字。")
    stranger = stage.at_desk(stage.cast.officer_other)
    stranger.open("/search/?q=沙澧")
    stranger.reads("没有找到")


def leaver_hands_over(stage: Stage) -> None:
    """10: an account is closed; one step gives its work to a colleague, and never leaves a team of one."""
    stage.travel("2020-05-13 09:00")
    leaver = stage.cast.inspector_a
    admin = stage.at_desk(stage.cast.security)
    admin.open(f"/people/{leaver.pk}/")
    admin.confirm("停用账号", "确定", "调离本单位")
    admin.reads("账号已停用")
    leader = stage.at_desk(stage.cast.leader_a)
    page = leader.open("/handover/")
    leader.reads("已停用账号名下的工作")
    stage.look(page, "handover")
    page.get_by_role("listitem").filter(has_text="李一检").get_by_role("link", name="移交").click()
    leader.reads("王二检已在其中，移交后将只剩一人")
    leader.reads("没有有效的执法证")
    colleague = User.objects.get(name="何三检")
    make.certificate(colleague)
    leader.open(f"/handover/?leaver={leaver.pk}")
    hand(leader, "何三检")
    leader.reads("项工作给何三检。")
    planned = Assignment.objects.get(target__enterprise=stage.facts["halted"], state="planned")
    assert planned.lead_inspector.name == "何三检"
    assert leaver in PenaltyCase.objects.get().investigators.all(), "decided: who investigated is history"
    stage.at_desk(stage.cast.officer_a).is_turned_away("/handover/")


def hand(leader: Player, successor: str) -> None:
    option = leader.page.locator("#id_successor option", has_text=successor)
    leader.page.locator("#id_successor").select_option(value=option.get_attribute("value"))
    leader.fill(reason="调离")
    leader.press("移交全部工作")
