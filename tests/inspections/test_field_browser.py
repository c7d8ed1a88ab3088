"""The sheet of a visit in a telephone: findings drafted from answers, the self-check looked at, signatures drawn."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import FilePayload, Locator, Page, expect

from accounts.models import User
from core import clock
from inspections.models import Issue, VisitRecord
from tests.cast import assemble
from tests.inspections import scene as stage
from tests.inspections.scene import NOON, Scene

pytestmark = pytest.mark.journey


@pytest.fixture
def world(transactional_db: None) -> Scene:
    return stage.scene(assemble())


def sign_in(page: Page, address: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])


def draw(page: Page, card: str) -> None:
    canvas = page.locator(f"#sign-{card} canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 90, steps=6)
    page.mouse.up()
    page.locator(f"#sign-{card}").get_by_role("button", name="确认签名").click()
    expect(page.locator(f"#sign-{card} img.signature-shown")).to_be_visible()


def complete(finding: Locator) -> None:
    """What the draft knows already, then what it lacks."""
    expect(finding.locator("[data-finding-own]")).to_have_text("自查已报")
    expect(finding.locator('[data-f="behaviour"]')).to_have_value("2#布袋除尘压差异常")
    expect(finding.locator('[data-f="basis_text"]')).to_have_value("《大气污染防治法》第十八条、第二十条")
    expect(finding.locator('[data-f="is_producing"][value="yes"]')).to_be_checked()
    for words in ("违法", "重点"):
        finding.get_by_role("radio", name=words, exact=True).check()
    finding.locator('[data-f="issue_type"]').select_option("7")
    finding.locator('[data-f="pollution"]').fill("排口可见烟羽")
    finding.locator('[data-f="handling"]').select_option("4")
    finding.locator('[data-f="demand"]').fill("立即检修")
    expect(finding.locator("[data-finding-missing]")).to_have_text("待填：整改期限")
    finding.locator('[data-f="deadline_on"]').fill("2020-05-11")
    expect(finding.locator("[data-finding-missing]")).to_have_text("整改期限不能早于检查日期 2020-05-12")
    expect(finding.locator("[data-finding-badge]")).to_have_text("草稿")
    finding.locator('[data-f="deadline_on"]').fill("2020-05-22")
    expect(finding.locator("[data-finding-badge]")).to_have_text("已填齐")


def the_refused_photo_is_shown_and_not_kept(phone: Page, record: VisitRecord) -> None:
    expect(phone.locator('[data-form-field="facilities.air.photos"]').get_by_text("未接收")).to_be_visible()
    expect(phone.locator("[data-form-status-text]")).to_contain_text("已存到服务器")
    assert "假.jpg" not in str(stage.sheet_of(record).answers)


def the_bar_counts_the_whole_sheet(phone: Page) -> None:
    """The self-check's problem, and an end before the beginning, said beside its field."""
    bar, ended = phone.locator("[data-form-missing]"), "visit_closing.ended.ended_time"
    expect(bar).to_have_text("缺 1 项")
    phone.get_by_role("radio", name="未整改", exact=True).check()
    expect(bar).to_have_text("已填齐")
    phone.locator('[data-form-tab="visit_closing"]').click()
    field = phone.locator(f'[data-form-field="{ended}"]')
    field.locator("[data-form-input]").fill("08:10")
    expect(field).to_contain_text("检查结束时间早于开始时间 2020-05-12 09:00")
    expect(bar).to_have_text("缺 1 项")
    field.locator("[data-form-input]").fill("11:40")
    expect(bar).to_have_text("已填齐")


NO_PHOTO: FilePayload = {"name": "假.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}


@pytest.mark.req("HN-13")
def test_a_no_becomes_a_finding_that_is_completed_signed_and_locked(
    world: Scene, live_server: object, phone: Page
) -> None:
    address, cast = str(live_server), world.cast
    with clock.travel(stage.MORNING):
        stage.filed(world, bad=("facilities.air",))
        record = stage.begun(world)
        stage.save(record, stage.record_answers(record))
    with clock.travel(NOON):
        sign_in(phone, address, cast.inspector_a)
        phone.goto(f"{address}/visits/{record.visit_id}/record/")
        phone.locator('[data-form-tab="facilities"]').click()
        running = phone.locator('[data-form-field="facilities.air.running"]')
        running.get_by_role("radio", name="建成但不正常运行").check()
        phone.locator('[data-form-field="facilities.air.detail"] textarea').fill("2#布袋除尘压差异常")
        air = phone.locator("[data-form-item]").filter(has=running)
        air.locator("[data-form-photo-input]").set_input_files(NO_PHOTO)
        expect(air.get_by_text("不是照片")).to_be_visible()
        phone.locator('[data-form-tab="findings"]').click()
        phone.get_by_role("button", name="生成问题").click()
        complete(phone.locator("details.finding"))
        expect(phone.locator("[data-finding-photos] .photo")).to_have_count(0)
        phone.locator('[data-form-tab="facilities"]').click()
        the_refused_photo_is_shown_and_not_kept(phone, record)
        air.locator(".form-photo button").click()
        phone.get_by_role("button", name="移除这张照片").click()
        expect(phone.locator("[data-finding-photos] .photo")).to_have_count(0)
        phone.locator('[data-form-tab="own"]').click()
        the_bar_counts_the_whole_sheet(phone)
        phone.get_by_role("button", name="核对并签字").click()
        expect(phone.get_by_text("发现你单位存在以下 1 个问题")).to_be_visible()
        for card in ("lead", "second", "enterprise", "receipt"):
            draw(phone, card)
        phone.get_by_role("button", name="提交检查记录").click()
        expect(phone.get_by_text("已收讫，回执")).to_be_visible()
    issue = Issue.objects.get()
    assert (issue.item_path, issue.elements, issue.handling) == ("facilities.air.running", ["气"], 4)
    assert VisitRecord.objects.get(pk=record.pk).state == "locked"


def test_the_colleagues_sheet_is_to_read_until_the_pen_is_taken(
    world: Scene, live_server: object, new_window: Callable[..., Page]
) -> None:
    address, cast = str(live_server), world.cast
    with clock.travel(stage.MORNING):
        record = stage.begun(world)
        first, second = new_window(), new_window()
        sign_in(first, address, cast.inspector_a)
        sign_in(second, address, cast.second_a)
        first.goto(f"{address}/visits/{record.visit_id}/record/")
        second.goto(f"{address}/visits/{record.visit_id}/record/")
        expect(second.get_by_text("只读：现在由李一检执笔")).to_be_visible()
        second.get_by_role("button", name="接过执笔").click()
        second.locator("dialog[open]").get_by_role("button", name="接过执笔").click()
        expect(second.locator("[data-form-sheet]")).to_be_visible()
        first.locator('[data-form-field="visit_basic.unit.representative"] input').fill("钱某")
        expect(first.locator("[data-form-status-text]")).to_contain_text("现在由王二检执笔")
        second.reload()
        expect(second.locator('[data-form-field="visit_basic.unit.representative"] input')).to_have_value("赵示例")


def test_the_enterprise_signs_for_its_self_check_on_a_phone(world: Scene, live_server: object, phone: Page) -> None:
    address, owner = str(live_server), world.cast.enterprise_a
    with clock.travel(stage.APRIL):
        sign_in(phone, address, owner)
        phone.goto(f"{address}/selfchecks/mine/")
        phone.get_by_role("button", name="开始自查").click()
        expect(phone.locator("[data-form-missing]")).to_contain_text("缺")
        row = stage.SelfCheck.objects.get()
        stage.fill_self_check(row, stage.self_check_answers(), owner)
        phone.goto(f"{address}/selfchecks/{row.pk}/declare/")
        phone.get_by_label("本单位承诺").check()
        phone.get_by_label("填报人姓名").fill("秦厂长")
        phone.get_by_role("button", name="签名并提交").click()
        expect(phone.get_by_text("请先手写签名再提交")).to_be_visible()
        box = phone.locator("canvas").bounding_box()
        assert box is not None
        phone.mouse.move(box["x"] + 30, box["y"] + 60)
        phone.mouse.down()
        phone.mouse.move(box["x"] + 120, box["y"] + 90, steps=6)
        phone.mouse.up()
        phone.get_by_role("button", name="签名并提交").click()
        expect(phone.get_by_text("等待属地分局备案")).to_be_visible()
    row.refresh_from_db()
    assert row.state == "submitted"
