"""Step 6, around the sheet: certificates, the beginning, signatures, the submission, the paper, a halted visit."""

from io import BytesIO

from playwright.sync_api import expect
from pypdf import PdfReader

from campaigns.models import Assignment, Target
from core.clock import day_of
from core.models import PrintedDocument
from inspections.models import Issue, Signature, Visit, VisitRecord
from tests.journeys.stage import Player, Stage
from tests.journeys.steps import recording
from tests.journeys.steps.registering import HERO

SITE_PERSON = "赵班长"


def visit_begins(stage: Stage) -> None:
    """6: the self-check's problems are there; alone nobody may begin."""
    stage.travel("2020-04-28 09:05")
    lead, second = stage.on_phone(stage.cast.inspector_a), stage.on_phone(stage.cast.second_a)
    visit = stage.facts["hero_visit"]
    page = lead.open("/visits/mine/")
    stage.look(page, "my-visits")
    page.get_by_role("link", name=HERO).click()
    lead.reads("隐患排查台账缺三月记录")
    lead.press("我已到场，出示执法证")
    lead.reads("已有 1 名持有效执法证的人员亮证，至少须 2 名才能开始检查，不得单人执法。")
    expect(page.get_by_role("button", name="开始检查")).to_be_disabled()
    stage.look(page, "visit-alone")
    assert Visit.objects.get(pk=visit.pk).started_at is None
    second.open(f"/visits/{visit.pk}/")
    second.press("我已到场，出示执法证")
    lead.open(f"/visits/{visit.pk}/")
    lead.press("开始检查")
    page.wait_for_url("**/record/")
    for stranger in (stage.cast.inspector_b, stage.cast.enterprise_b, stage.cast.officer_other):
        stage.at_desk(stranger).finds_nothing(f"/visits/{visit.pk}/")
    assert Visit.objects.get(pk=visit.pk).check_ins.count() == 2


def record_is_signed(stage: Stage) -> None:
    """6: the enterprise is told everything at once; four signatures, the lead's only by the lead."""
    stage.travel("2020-04-28 11:45")
    lead, second = stage.on_phone(stage.cast.inspector_a), stage.on_phone(stage.cast.second_a)
    visit = stage.facts["hero_visit"]
    path = f"/visits/{visit.pk}/sign/"
    page = lead.open(path)
    lead.reads("除尘设施不正常运行")
    expect(page.get_by_role("button", name="提交检查记录")).to_be_disabled()
    stage.look(page, "sign-before")
    for role in ("lead", "enterprise", "receipt"):
        signed(lead, role)
    second.open(path)
    second.reads("签名后由李一检提交。")
    signed(second, "second")
    submitted(stage, lead, path)


def signed(player: Player, role: str) -> None:
    card = player.page.locator(f"#sign-{role}")
    if card.locator('input[name="name"]').count():
        card.locator('input[name="name"]').first.fill(SITE_PERSON)
    player.draw(card.locator("canvas").first)
    card.get_by_role("button", name="确认签名").click()
    expect(player.page.locator(f"#sign-{role} img.signature-shown")).to_be_visible()


def submitted(stage: Stage, lead: Player, path: str) -> None:
    page = lead.open(path)
    stage.look(page, "sign-after")
    lead.press("提交检查记录")
    lead.reads("已收讫，回执")
    stage.look(page, "record")
    record = VisitRecord.objects.get(visit=stage.facts["hero_visit"], state="locked")
    assert (record.outcome, record.is_late) == ("done", False)
    assert day_of(record.recorded_at) == day_of(record.occurred_at)
    roles = Signature.objects.filter(record=record, voided_at=None).values_list("role", flat=True)
    assert set(roles) == {"lead", "second", "enterprise", "receipt"}
    issues = {row.behaviour: row for row in Issue.objects.all()}
    assert len(issues) == 2
    stage.facts |= {"record": record, "issue": issues[recording.BEHAVIOUR], "other": issues[recording.OTHER]}
    page.goto(f"{stage.url}/visits/{record.visit_id}/record/")
    assert page.url.endswith(f"/visits/{record.visit_id}/"), "a locked sheet cannot be written on"
    paper_is_printed(stage, record)


def paper_is_printed(stage: Stage, record: VisitRecord) -> None:
    """An inspector issues the paper, the county reads it: names, certificates, times and every finding."""
    county, lead = stage.at_desk(stage.cast.officer_a), stage.at_desk(stage.cast.inspector_a)
    county.open(f"/records/{record.pk}/")
    expect(county.page.get_by_role("button", name="现场检查（勘察）笔录")).to_have_count(0)
    lead.open(f"/records/{record.pk}/")
    with lead.page.expect_response(lambda answer: "/papers/" in answer.url):
        lead.page.get_by_role("button", name="现场检查（勘察）笔录").click()
    county.open(f"/records/{record.pk}/")
    expect(county.page.get_by_role("link", name="现场检查（勘察）笔录")).to_be_visible()
    printed = PrintedDocument.objects.get(subject_model="inspections.visitrecord", subject_pk=str(record.pk))
    pages = PdfReader(BytesIO(county.fetch(f"/papers/{printed.pk}/"))).pages
    text = "".join("".join(one.extract_text().split()) for one in pages)
    certificates = [row.certificate_number for row in record.visit.check_ins.all()]
    for said in (HERO, "李一检", "王二检", SITE_PERSON, recording.BEHAVIOUR, "2020年4月28日", *certificates):
        assert said in text, f"the paper does not say {said}"
    stage.at_desk(stage.cast.inspector_b).finds_nothing(f"/papers/{printed.pk}/")


def halted_works(stage: Stage) -> None:
    """6: the second works stand still: a new day, and never "done"."""
    stage.travel("2020-04-28 15:00")
    lead, second = stage.on_phone(stage.cast.inspector_a), stage.on_phone(stage.cast.second_a)
    visit = stage.facts["halted_visit"]
    for player in (lead, second):
        player.open(f"/visits/{visit.pk}/")
        player.press("我已到场，出示执法证")
    lead.open(f"/visits/{visit.pk}/")
    lead.press("开始检查")
    page = lead.open(f"/visits/{visit.pk}/end/")
    page.get_by_label("临时停产，改期检查").check()
    lead.fill(note="两条生产线均停运检修，值班人员接待")
    for pad in page.locator("[data-signature] canvas").all():
        lead.draw(pad)
    lead.press("登记并结束")
    lead.reads("停产改期须填写新的检查日期。")
    expect(page.locator("#id_note")).to_have_value("两条生产线均停运检修，值班人员接待")
    stage.look(page, "halted-refused")
    lead.fill(new_date="2020-05-07")
    lead.press("登记并结束")
    lead.reads("已登记：")
    stage.look(page, "halted")
    done = VisitRecord.objects.get(visit=visit)
    assert (done.outcome, done.state) == ("halted", "locked")
    assert Target.objects.get(enterprise=stage.facts["halted"]).visited_at is None
    again = Assignment.objects.get(target__enterprise=stage.facts["halted"], state="planned")
    assert str(again.planned_on) == "2020-05-07"
