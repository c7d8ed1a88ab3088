"""Step 6, the sheet itself: photos, findings, the colleague who takes the pen."""

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from core.models import SubmissionConflict
from inspections.models import VisitRecord
from inspections.services.sheets import sheet_of
from tests.journeys.stage import Player, Stage
from tests.journeys.steps import sheet

AIR = "facilities.air"
BEHAVIOUR = "除尘设施不正常运行，压差计读数为零"
OTHER = "危险废物管理台账未按月装订"
DETAIL = "2 号布袋除尘器压差计读数为零，滤袋破损"
NOTE = "已查阅一季度环保例会记录"


@dataclass(frozen=True)
class Said:
    """What the inspectors write of one finding."""

    nature: str
    gravity: str
    issue_type: str
    behaviour: str
    basis: str
    due: str


GRAVE = Said("违法", "重点", "7", BEHAVIOUR, "《大气污染防治法》第二十条第二款", "2020-05-08")
SLIGHT = Said("轻微", "一般", "27", OTHER, "《固体废物污染环境防治法》第五十三条第二款", "2020-05-06")


def photo(tint: int = 0) -> bytes:
    """A picture of an invented works."""
    image = Image.new("RGB", (960, 720), (168 + tint, 190, 214))
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 480, 960, 720], fill=(110, 116, 104))
    draw.rectangle([300, 260, 620, 520], fill=(150, 148, 152))
    draw.rectangle([700, 120, 740, 500], fill=(120, 92, 84))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def record_is_filled(stage: Stage) -> None:
    """6: every item of the five parts on the phone; a picture that is none is refused and nothing is lost."""
    lead = stage.on_phone(stage.cast.inspector_a)
    page = lead.page
    stage.look(page, "record-empty")
    sheet.choose(page, f"{AIR}.exists", "涉及")
    sheet.choose(page, f"{AIR}.running", "建成但不正常运行")
    sheet.write(page, f"{AIR}.detail", DETAIL)
    photos_are_added(stage, page)
    sheet.choose(page, "systems.waste.built", "已建立")
    sheet.choose(page, "systems.waste.applied", "部分落实")
    sheet.complete(page, "2020-04-28", name="赵班长", post="车间主任", ended_time="11:40", note=OTHER)
    findings_are_written(stage, lead)
    own_problem_is_ticked(page)
    stage.look(page, "record-own-check")
    page.locator("[data-form-keep]").click()
    expect(page.locator("[data-form-status]")).to_have_attribute("data-tone", "green")


def photos_are_added(stage: Stage, page: Page) -> None:
    """A text file that calls itself a photo: the server says so, and what was typed stays."""
    field = page.locator(f'[data-form-field="{AIR}.photos"]')
    picker = field.locator("[data-form-photo-input]")
    picker.set_input_files([{"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": b"this is no picture" * 50}])
    expect(field.locator("[data-form-photo-errors] li")).to_contain_text("现场.jpg")
    expect(page.locator(f'[data-form-field="{AIR}.detail"] [data-form-input]')).to_have_value(DETAIL)
    stage.look(page, "photo-refused")
    field.locator(".form-photo button").click()
    page.get_by_role("button", name="移除这张照片").click()
    picker.set_input_files([{"name": "除尘器.jpg", "mimeType": "image/jpeg", "buffer": photo()}])
    expect(field.locator('.form-photo[data-state="done"]')).to_be_visible()


def findings_are_written(stage: Stage, lead: Player) -> None:
    """Each negative answer begins a finding; signing waits until each is whole."""
    page = lead.page
    sheet.turn_to(page, "findings")
    for words in ("运行", "落实"):
        page.locator("[data-offers] article", has_text=words).get_by_role("button", name="生成问题").click()
    fill_finding(page, 0, GRAVE)
    expect(page.locator("[data-form-missing]")).to_contain_text("缺")
    expect(page.locator("[data-form-continue]")).to_be_hidden()
    page.locator("[data-form-keep]").click()
    expect(page.locator("[data-form-status]")).to_contain_text("服务器")
    page.goto(page.url.split("/record/")[0] + "/sign/")
    lead.reads("填好后才能签名")
    stage.look(page, "sign-gaps")
    page.go_back()
    sheet.turn_to(page, "findings")
    fill_finding(page, 1, SLIGHT)
    stage.look(page, "findings")


def fill_finding(page: Page, place: int, said: Said) -> None:
    card = page.locator("[data-findings] > details").nth(place)
    if card.get_attribute("open") is None:
        card.locator("summary").click()
    pressed = {"nature": said.nature, "gravity": said.gravity, "is_producing": "正在生产", "basis_kind": "法律法规"}
    for name, label in pressed.items():
        card.locator(f'label:has([data-f="{name}"])').filter(has_text=label).first.click()
    for name, value in {"issue_type": said.issue_type, "handling": "4"}.items():
        card.locator(f'[data-f="{name}"]').select_option(value)
    typed = {"pollution": "排口可见烟羽", "behaviour": said.behaviour, "basis_text": said.basis}
    for name, text in {**typed, "demand": "立即整改，补齐记录并报告", "deadline_on": said.due}.items():
        card.locator(f'[data-f="{name}"]').fill(text)
    expect(card.locator("[data-finding-badge]")).to_have_text("已填齐")


def own_problem_is_ticked(page: Page) -> None:
    sheet.turn_to(page, "own")
    card = page.locator("[data-own]").first
    expect(card).to_contain_text("隐患排查台账缺三月记录")
    card.locator("label", has_text="已整改").first.click()


def colleague_takes_the_pen(stage: Stage) -> None:
    """6: two at one sheet: the second is told who writes; after the pen moved, the first sees both versions."""
    stage.travel("2020-04-28 11:20")
    lead, second = stage.on_phone(stage.cast.inspector_a), stage.on_phone(stage.cast.second_a)
    visit = stage.facts["hero_visit"]
    theirs = second.open(f"/visits/{visit.pk}/record/")
    second.reads("只读：现在由李一检执笔")
    stage.look(theirs, "record-watch")
    second.confirm("接过执笔", "接过执笔")
    theirs.wait_for_selector("[data-form-sheet]")
    sheet.write(theirs, f"{AIR}.detail", f"{DETAIL}，协办人复核")
    sheet.keep(theirs)
    expect(theirs.locator("[data-form-status]")).to_contain_text("已存到服务器")
    page = lead.page
    sheet.write(page, "systems.duty.note", NOTE)
    page.locator("[data-form-keep]").click()
    session_ended(stage, lead)
    both_are_shown(stage, lead)
    lead.open(f"/visits/{visit.pk}/record/")
    lead.confirm("接过执笔", "接过执笔")
    expect(page.locator("[data-form-status]")).to_contain_text("已存到服务器")
    both_are_kept(stage, visit.pk)


def session_ended(stage: Stage, lead: Player) -> None:
    """Two hours without a word to the server: what was typed waits on the phone for the next sign-in."""
    status = lead.page.locator("[data-form-status]")
    expect(status).to_contain_text("登录已失效，内容都在本机")
    stage.look(lead.page, "session-ended")
    with lead.page.expect_popup() as opened:
        status.get_by_role("link", name="重新登录").click()
    Player(lead.user, opened.value, stage).sign_in()
    opened.value.close()
    lead.page.locator("[data-form-keep]").click()


def both_are_shown(stage: Stage, lead: Player) -> None:
    """Field by field, theirs and mine; without the pen the merged sheet stays on the phone."""
    page = lead.page
    dialog = page.locator('dialog[data-form-dialog="conflict"][open]')
    expect(dialog).to_contain_text("王二检 04-28 11:20 已经改过这张表，您这一份没有覆盖它，两份都留着。")
    stage.look(page, "conflict")
    for row in dialog.locator("fieldset").all():
        whose = "theirs" if "协办人复核" in row.inner_text() else "mine"
        row.locator(f'input[value="{whose}"]').check()
    lead.press("按所选保存")
    expect(page.locator("[data-form-status]")).to_contain_text("现在由王二检执笔，您填写的内容没有覆盖原有内容")


def both_are_kept(stage: Stage, visit: int) -> None:
    record = VisitRecord.objects.get(visit=visit)
    answers = sheet_of(record.client_id).answers
    assert record.writer == stage.cast.inspector_a
    assert answers["facilities"]["air"]["detail"].endswith("协办人复核")
    assert answers["systems"]["duty"]["note"] == NOTE
    assert SubmissionConflict.objects.exists()
