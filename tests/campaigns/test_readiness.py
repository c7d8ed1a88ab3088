"""The start checklist: what each unit owes before it begins, who reviews, who is urged, what the gate says of it."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from campaigns import services
from campaigns.models import Assignment, Campaign, ReadinessEntry, ReadinessUrging
from campaigns.rules.readiness import is_main_leader
from campaigns.services.blueprints import load_blueprints
from campaigns.services.readiness import plan_missing
from core import clock
from core.models import AuditEvent, Notice
from core.refusals import NotAllowed, Refused
from inspections.models import Issue
from tests import factories as make
from tests.campaigns import scene
from tests.campaigns.scene import MARCH, MAY

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
GUARANTEES = ["funds", "trained", "staff", "safety"]


@pytest.fixture(autouse=True)
def _in_may():
    with clock.travel(MAY):
        yield


@pytest.fixture
def signed_in(client):
    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def hengshui(cast, blueprints) -> Campaign:
    """The plan of the 全企体检 as a campaign of the cast's city, its two counties below."""
    load_blueprints(at=MARCH)
    row = services.create_from_blueprint("hengshui-2020", unit=cast.city, year=2020, actor=cast.officer_city, at=MARCH)
    readings = {p["key"]: p.get("default") or p["options"][0]["value"] for p in row.blueprint.data["parameters"]}
    services.choose_parameters(row, readings, actor=cast.officer_city, at=MARCH)
    services.adopt_lists(row, actor=cast.officer_city, at=MARCH)
    services.approve(row, actor=cast.leader_city, at=MARCH)
    return services.publish(row, actor=cast.officer_city, at=MARCH)


def pdf(name="措施.pdf", content=PDF):
    return SimpleUploadedFile(name, content, "application/pdf")


def line_of(campaign, unit):
    return services.readiness_lines(campaign, [unit], MAY)[0]


def word(campaign, unit, key):
    cell = next(cell for cell in line_of(campaign, unit).cells if cell and cell.item["key"] == key)
    return (cell.verdict.word, cell.verdict.remark)


def file(campaign, unit, key, actor, data=None, **more):
    given = data or {"measure": "已安排", "officer": "示例甲"}
    return services.file_readiness(campaign, unit, key, given, actor=actor, at=more.pop("at", MAY), **more)


def all_filed(henan, cast):
    """Everything that the city owes, the measures approved by the province."""
    services.name_contact(henan, cast.city, cast.contact_city, actor=cast.officer_city, at=MAY)
    file(henan, cast.city, "leading", cast.officer_city, {"head": "示例甲", "head_post": "党组书记、局长"})
    row = file(henan, cast.city, "measures", cast.officer_city, {"title": "措施"}, upload=pdf())
    services.approve_readiness(row, actor=cast.officer_province, at=MAY)
    for key in GUARANTEES:
        file(henan, cast.city, key, cast.officer_city)


@pytest.mark.parametrize(
    "post", ["局长", "党组书记、局长", "分局局长", "副县级局长", "党组副书记、局长", "开发区环保局主任", "书记兼局长"]
)
def test_a_main_leader(post):
    assert is_main_leader(post)


@pytest.mark.parametrize(
    "post",
    ["副局长", "常务副局长", "党组书记", "局长助理", "办公室主任", "执法大队大队长", "分管局长", "", "三级调研员"],
)
def test_no_main_leader(post):
    assert not is_main_leader(post)


@pytest.mark.req("HN-50")
def test_a_city_whose_group_is_headed_by_a_deputy_does_not_conform(henan, cast, signed_in):
    client = signed_in(cast.officer_city)
    address = reverse("campaigns:readiness_file", args=[henan.pk, cast.city.pk, "leading"])
    assert client.post(address, {"head": "示例乙", "head_post": "副局长"}).status_code == 302
    page = client.get(reverse("campaigns:readiness_list", args=[henan.pk])).content.decode()
    assert "不符合" in page
    assert "组长职务“副局长”不是主要负责人" in page
    client.post(address, {"head": "示例甲", "head_post": "局长"})
    assert word(henan, cast.city, "leading") == ("已报送", "")
    assert ReadinessEntry.objects.filter(key="leading").count() == 2


@pytest.mark.req("HN-55")
def test_without_one_of_the_four_guarantees_the_checklist_does_not_pass(henan, cast, signed_in):
    all_filed(henan, cast)
    assert line_of(henan, cast.city).ready
    page = reverse("campaigns:readiness_unit", args=[henan.pk, cast.city.pk])
    assert "启动清单通过" in signed_in(cast.officer_city).get(page).content.decode()
    names = {"funds": "经费保障", "trained": "培训保障", "staff": "人员保障", "safety": "安全保障"}
    for key, name in names.items():
        kept = list(ReadinessEntry.objects.filter(key=key))
        ReadinessEntry.objects.filter(key=key).delete()
        assert line_of(henan, cast.city).missing == [name]
        assert "启动清单不通过" in signed_in(cast.officer_city).get(page).content.decode()
        ReadinessEntry.objects.bulk_create(kept)


@pytest.mark.req("HN-55")
def test_a_task_across_regions_of_the_province_says_who_pays(henan, cast, signed_in):
    far = make.user("far", "远检", cast.other_county)
    make.grant(far, "inspector", over=cast.city)
    make.certificate(far)
    scene.pledged(henan, far, cast.second_a, cast.inspector_a)
    row = scene.plan(scene.listed(henan, cast), cast, lead_inspector=far)
    page = signed_in(cast.officer_province).get(reverse("inspections:assignment_detail", args=[row.pk]))
    assert "经费来源" in page.content.decode()
    assert "省生态环境执法监督局" in page.content.decode()
    Assignment.objects.filter(pk=row.pk).update(lead_inspector=cast.inspector_a)
    page = signed_in(cast.officer_province).get(reverse("inspections:assignment_detail", args=[row.pk]))
    assert "经费来源" not in page.content.decode()


@pytest.mark.req("HN-76")
def test_a_city_without_a_reviewed_document_of_measures_is_not_ready_and_is_urged(henan, cast, signed_in):
    all_filed(henan, cast)
    ReadinessEntry.objects.filter(key="measures").delete()
    client = signed_in(cast.officer_province)
    page = client.get(reverse("campaigns:readiness_list", args=[henan.pk]) + "?state=missing").content.decode()
    urged = page[page.index("<h2>催办</h2>") :]
    assert "漯河市" in urged
    assert "尚缺 措施文件" in urged
    client = signed_in(cast.officer_city)
    address = reverse("campaigns:readiness_file", args=[henan.pk, cast.city.pk, "measures"])
    assert client.post(address, {"title": "措施"}).status_code == 422
    assert client.post(address, {"title": "措施", "file": pdf()}).status_code == 302
    assert word(henan, cast.city, "measures")[0] == "第1版待审核"
    assert not line_of(henan, cast.city).ready
    first = ReadinessEntry.objects.get(key="measures")
    assert Notice.objects.filter(key=f"readiness.filed:{first.pk}", recipient=cast.officer_province).exists()
    services.return_readiness(first, actor=cast.officer_province, at=MAY, reason="缺责任分工")
    assert word(henan, cast.city, "measures")[0] == "第1版已退回"
    client.post(address, {"title": "措施", "file": pdf(content=PDF + b"2")})
    second = ReadinessEntry.objects.get(key="measures", version=2)
    client = signed_in(cast.officer_province)
    client.post(reverse("campaigns:readiness_approve", args=[henan.pk, second.pk]))
    assert line_of(henan, cast.city).ready
    answer = client.get(reverse("campaigns:readiness_document", args=[henan.pk, first.pk]))
    assert b"".join(answer.streaming_content) == PDF


def test_a_newer_version_that_waits_does_not_take_readiness_away(henan, cast):
    all_filed(henan, cast)
    file(henan, cast.city, "measures", cast.officer_city, {"title": "措施"}, upload=pdf(content=PDF + b"2"))
    assert word(henan, cast.city, "measures")[0] == "第1版已通过，第2版待审核"
    line = line_of(henan, cast.city)
    assert line.ready
    assert line.asks == "上级审核 褚调度"


def test_nobody_reviews_for_the_own_unit(henan, cast, signed_in):
    row = file(henan, cast.city, "measures", cast.officer_city, {"title": "措施"}, upload=pdf())
    with pytest.raises(NotAllowed):
        services.approve_readiness(row, actor=cast.officer_city, at=MAY)
    address = reverse("campaigns:readiness_approve", args=[henan.pk, row.pk])
    assert signed_in(cast.officer_city).post(address).status_code == 403
    assert signed_in(cast.officer_other).post(address).status_code == 404


@pytest.mark.req("HN-74")
def test_a_city_without_a_channel_is_told_and_messages_of_a_group_are_no_record(henan, cast, signed_in):
    page = reverse("campaigns:readiness_unit", args=[henan.pk, cast.city.pk])
    assert word(henan, cast.city, "channel") == ("未登记", "")
    client = signed_in(cast.officer_city)
    said = client.get(page).content.decode()
    assert "缺少只作提示" in said
    assert "群消息不作执法记录" in said
    sent = {"name": "漯河一体化执法群", "administrator": "示例甲", "members": "源汇分局\n召陵分局"}
    client.post(reverse("campaigns:readiness_file", args=[henan.pk, cast.city.pk, "channel"]), sent)
    said = client.get(page).content.decode()
    for word_said in ("级别：市级", "漯河一体化执法群", "管理员：示例甲", "召陵分局"):
        assert word_said in said
    # What is counted is an issue, and an issue is written from a record of the platform only.
    assert not Issue.objects.exists()
    assert not Issue._meta.get_field("record").null


@pytest.mark.req("HS-41")
def test_a_county_without_an_office_is_told_at_both_levels(hengshui, cast, signed_in):
    assert word(hengshui, cast.county_a, "office") == ("未登记", "")
    page = reverse("campaigns:readiness_list", args=[hengshui.pk])
    said = signed_in(cast.officer_city).get(page).content.decode()
    assert "领导小组办公室" in said
    said = signed_in(cast.officer_city).get(page + "?level=county").content.decode()
    row = said[said.index("源汇区") : said.index("召陵区")]
    assert "未登记" in row
    given = {"place": "执法大队", "director": "示例甲", "director_post": "副局长"}
    for unit, actor in ((cast.county_a, cast.officer_a), (cast.city, cast.officer_city)):
        file(hengshui, unit, "office", actor, given)
        assert word(hengshui, unit, "office") == ("已登记", "")
    assert word(hengshui, cast.county_b, "office") == ("未登记", "")


@pytest.mark.req("HS-82")
def test_a_county_whose_group_is_not_headed_by_the_main_leader_does_not_conform(hengshui, cast):
    file(hengshui, cast.county_a, "leading", cast.officer_a, {"head": "示例甲", "head_post": "副局长"})
    assert word(hengshui, cast.county_a, "leading") == ("不符合", "组长职务“副局长”不是主要负责人")
    file(hengshui, cast.county_a, "leading", cast.officer_a, {"head": "示例乙", "head_post": "分局局长"})
    assert word(hengshui, cast.county_a, "leading") == ("已报送", "")


@pytest.mark.req("HS-42")
def test_a_county_without_an_approved_plan_gets_no_tasks(hengshui, cast):
    services.list_targets(hengshui, cast.city, key_only=False, actor=cast.officer_city, at=MAY)
    target = hengshui.targets.select_related("campaign", "enterprise", "unit").get(enterprise=cast.site_a)
    day = hengshui.phases.first().starts_on
    with clock.travel(clock.at_local(day, 9)):
        with pytest.raises(Refused, match="源汇区没有审核通过的“行动方案”"):
            scene.plan(target, cast, planned_on=day, at=clock.now())
        row = file(hengshui, cast.county_a, "plan", cast.officer_a, {"title": "方案"}, upload=pdf())
        with pytest.raises(Refused, match="没有审核通过"):
            scene.plan(target, cast, planned_on=day, at=clock.now())
        services.approve_readiness(row, actor=cast.officer_city, at=MAY)
        decision = services.judge(target, services.Proposal(day, cast.inspector_a, cast.second_a), clock.now())
        assert next(said.answer for said in decision.rules if said.rule == "unit_ready") == "allow"


def test_a_brigade_does_not_pass_by_the_plan_of_its_county(hengshui, cast):
    brigade = make.unit("源汇大队", "team", cast.county_a)
    said = plan_missing(hengshui, [brigade, cast.county_a])
    assert said[brigade.pk] == said[cast.county_a.pk] == "源汇区没有审核通过的“行动方案”"
    row = file(hengshui, cast.county_a, "plan", cast.officer_a, {"title": "方案"}, upload=pdf())
    services.approve_readiness(row, actor=cast.officer_city, at=MAY)
    assert plan_missing(hengshui, [brigade, cast.county_a]) == {}


def test_urging_is_a_notice_in_the_trail_and_once_a_day(henan, cast, signed_in):
    client = signed_in(cast.officer_province)
    address = reverse("campaigns:readiness_urge", args=[henan.pk, cast.city.pk])
    client.post(address)
    client.post(address)
    row = ReadinessUrging.objects.get()
    assert row.urged_on == date(2020, 5, 11)
    assert "措施文件" in row.missing
    people = Notice.objects.filter(key=f"readiness.urged:{row.pk}").values_list("recipient__username", flat=True)
    assert set(people) == {"officer_city", "contact_city"}
    assert AuditEvent.objects.filter(action="campaigns.readinessurging.urge").count() == 1
    with pytest.raises(Refused, match="一天只催办一次"):
        services.urge(henan, cast.city, actor=cast.officer_province, at=MAY)
    services.urge(henan, cast.city, actor=cast.officer_province, at=MAY + timedelta(days=1))
    assert ReadinessUrging.objects.count() == 2


def test_who_is_ready_is_not_urged_and_a_city_urges_no_city(henan, cast, signed_in):
    with pytest.raises(NotAllowed):
        services.urge(henan, cast.city, actor=cast.officer_city, at=MAY)
    all_filed(henan, cast)
    with pytest.raises(Refused, match="已经齐备"):
        services.urge(henan, cast.city, actor=cast.officer_province, at=MAY)


def test_a_city_sees_itself_the_province_every_city_and_another_city_not_this_one(henan, cast, signed_in):
    page = reverse("campaigns:readiness_list", args=[henan.pk])
    seen = {}
    for name in ("officer_province", "officer_city", "officer_other"):
        said = signed_in(getattr(cast, name)).get(page).content.decode()
        seen[name] = [city for city in ("漯河市", "洛阳市") if f">{city}</a>" in said]
    assert seen == {
        "officer_province": ["漯河市", "洛阳市"],
        "officer_city": ["漯河市"],
        "officer_other": ["洛阳市"],
    }
    address = reverse("campaigns:readiness_unit", args=[henan.pk, cast.city.pk])
    assert signed_in(cast.officer_other).get(address).status_code == 404


def test_the_sheet_says_what_the_page_says(henan, cast, signed_in):
    file(henan, cast.city, "leading", cast.officer_city, {"head": "示例乙", "head_post": "副局长"})
    answer = signed_in(cast.officer_province).get(reverse("campaigns:readiness_export", args=[henan.pk]))
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    luohe = next(row for row in rows if row[0] == "漯河市")
    assert "不符合（组长职务“副局长”不是主要负责人）" in luohe
    assert "不通过" in luohe
    assert any("措施文件" in str(value) for value in luohe)


def test_the_matrix_costs_the_same_for_two_cities_and_for_twenty(henan, cast, signed_in):
    client, address = signed_in(cast.officer_province), reverse("campaigns:readiness_list", args=[henan.pk])

    def cost():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    first = cost()
    for n in range(18):
        city = make.unit(f"示例{n}市生态环境局", "city", cast.province, short_name=f"示例{n}市")
        person = make.user(f"contact{n}", f"联络{n}", city)
        make.grant(person, "contact", over=city)
        file(henan, city, "funds", person)
    assert cost() == first


def test_nothing_is_filed_before_publication(draft, cast):
    with pytest.raises(Refused, match="发布后"):
        file(draft, cast.city, "funds", cast.officer_city)


def test_an_item_that_the_plan_does_not_know_is_not_there(henan, cast, signed_in):
    address = reverse("campaigns:readiness_file", args=[henan.pk, cast.city.pk, "nothing"])
    assert signed_in(cast.officer_city).get(address).status_code == 404
