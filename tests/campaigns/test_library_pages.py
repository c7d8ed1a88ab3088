"""The pages of the library: who reads and who writes, what they show, and that nothing typed is lost."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns import services
from campaigns.blueprint_files import ROOT
from campaigns.models import BlueprintVersion, Campaign
from campaigns.services.blueprints import load_blueprints
from core import clock
from core.calendar import load_tables
from core.models import AuditEvent
from tests.campaigns.scene import MARCH, MAY

pytestmark = pytest.mark.django_db
EXAMPLE = (ROOT.parents[1] / "docs/guide/examples/summer.yaml").read_text(encoding="utf-8")
WRITE = "campaigns:blueprint_write"


@pytest.fixture
def library(db):
    load_tables()
    load_blueprints(at=MARCH)


@pytest.fixture
def signed_in(client):
    def sign_in(person):
        client.force_login(person)
        return client

    with clock.travel(MAY):
        yield sign_in


def text(answer):
    return answer.content.decode()


def sent(**changes):
    return {"text": EXAMPLE, "year": 2026, "change": "夏季扬尘", "do": "check"} | changes


def test_the_library_lists_the_five_plans_with_number_and_version(library, cast, signed_in):
    said = text(signed_in(cast.officer_a).get(reverse("campaigns:blueprint_list")))
    for row in BlueprintVersion.objects.all():
        assert row.title in said
    assert "甘环办发〔2018〕96号" in said
    assert "编写模板" not in said
    assert "编写模板" in text(signed_in(cast.administrator).get(reverse("campaigns:blueprint_list")))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("henan-2020", ["“环保排污等环保先进企业”（疑为“领跑”）", "04-21 至 06-20", "指挥管理组", "四（二）第1句"]),
        (
            "hengshui-2020",
            ["九、自觉接受政府", "原文空", "1 家：对其进行通报批评", "不少于 5 家"],
        ),
        ("luohe-2021", ["来源不完整", "清单留空", "豫环办〔2021〕59号"]),
        ("gansu-2018", ["原文无成文日期", "怎样计算", "同一自然月"]),
        (
            "datong-2021",
            ["各综合综合行政执法队", "缺5", "季末前第10日当天", "牵头：市局大气环境科"],
        ),
    ],
)
def test_a_plan_s_page_shows_everything_of_it_with_its_places(library, cast, signed_in, name, shown):
    row = BlueprintVersion.objects.get(name=name)
    said = text(signed_in(cast.officer_a).get(reverse("campaigns:blueprint_detail", args=[row.pk])))
    assert [part for part in shown if part not in said] == []
    for section in ("objects", "groups", "registers", "enumerations", "tendencies", "measures", "defects"):
        entries = [entry.get("name") or entry.get("title") or entry["text"] for entry in row.data[section]]
        assert [entry for entry in entries if section != "tendencies" and entry not in said] == []
    assert "原文全文" in said


def test_a_campaign_s_source_page_shows_the_defects_of_its_document(henan, cast, signed_in):
    said = text(signed_in(cast.officer_a).get(reverse("campaigns:campaign_source", args=[henan.pk])))
    assert all(defect["text"] in said for defect in henan.blueprint.data["defects"] if "‘" not in defect["text"])
    assert "原文如此" in said


def test_checking_keeps_nothing_and_previews_the_days_of_the_year(library, cast, signed_in):
    answer = signed_in(cast.administrator).post(reverse(WRITE), sent())
    said = text(answer)
    assert answer.status_code == 200
    assert "检查通过" in said
    assert "2026-06-10" in said
    assert not BlueprintVersion.objects.filter(name="summer-dust").exists()
    assert not AuditEvent.objects.filter(action="campaigns.blueprint.write").exists()


def test_saving_makes_a_version_and_the_next_text_the_next_one(library, cast, signed_in):
    client = signed_in(cast.administrator)
    answer = client.post(reverse(WRITE), sent(do="save"), follow=True)
    assert "已保存为" in text(answer)
    row = BlueprintVersion.objects.get(name="summer-dust")
    assert (row.version, row.written_by, row.change) == (1, cast.administrator, "夏季扬尘")
    again = client.post(reverse(WRITE), sent(do="save"))
    assert (again.status_code, "完全相同" in text(again)) == (422, True)
    client.post(reverse(WRITE), sent(do="save", text=EXAMPLE.replace("减少夏季扬尘", "减轻夏季扬尘")))
    assert list(BlueprintVersion.objects.filter(name="summer-dust").values_list("version", flat=True)) == [2, 1]


def test_a_fault_is_shown_with_its_line_and_the_text_stays(library, cast, signed_in):
    bad = EXAMPLE.replace('to: "08-31", adj', 'to: "05-31", adj')
    line = bad[: bad.index('to: "05-31"')].count("\n") + 1
    for do in ("check", "save"):
        answer = signed_in(cast.administrator).post(reverse(WRITE), sent(text=bad, do=do))
        said = text(answer)
        assert answer.status_code == 422
        assert f"第 {line} 行" in said
        assert "早于开始" in said
        assert "减少夏季扬尘污染" in said, "what was typed is still in the form"
    assert not BlueprintVersion.objects.filter(name="summer-dust").exists()


def test_a_file_goes_before_what_is_pasted_and_is_shown_to_be_mended(library, cast, signed_in):
    client = signed_in(cast.administrator)
    bad = SimpleUploadedFile("夏季.yaml", EXAMPLE.replace("on_holiday", "on_holidy").encode())
    said = text(client.post(reverse(WRITE), sent(text="", file=bad)))
    assert "没有「on_holidy」这样的键" in said
    assert "on_holidy: previous_workday" in said
    latin = SimpleUploadedFile("x.yaml", "name: 夏".encode("gbk"))
    assert "不是 UTF-8 编码" in text(client.post(reverse(WRITE), sent(file=latin)))
    empty = client.post(reverse(WRITE), sent(text=" "))
    assert "请粘贴模板内容" in text(empty)
    huge = SimpleUploadedFile("x.yaml", b"a" * 1_000_001)
    assert "请核对" in text(client.post(reverse(WRITE), sent(file=huge)))


def test_saving_without_saying_what_is_new_is_refused(library, cast, signed_in):
    answer = signed_in(cast.administrator).post(reverse(WRITE), sent(do="save", change=" "))
    assert "请写明这一版改了什么" in text(answer)
    assert not BlueprintVersion.objects.filter(name="summer-dust").exists()


def test_a_new_version_begins_with_the_text_of_the_old(library, cast, signed_in):
    row = BlueprintVersion.objects.get(name="datong-2021")
    said = text(signed_in(cast.administrator).get(reverse(WRITE), {"from": row.pk}))
    assert "name: datong-2021" in said
    assert signed_in(cast.administrator).get(reverse(WRITE), {"from": "x"}).status_code == 200


@pytest.mark.parametrize("who", ["officer_province", "leader_province", "officer_city", "enterprise_a"])
def test_nobody_else_writes(library, cast, signed_in, who):
    assert signed_in(getattr(cast, who)).get(reverse(WRITE)).status_code == 403


def test_the_export_is_a_file_that_passes_the_check(library, cast, signed_in):
    row = BlueprintVersion.objects.get(name="gansu-2018")
    answer = signed_in(cast.officer_a).get(reverse("campaigns:blueprint_export", args=[row.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="gansu-2018-1.yaml"'
    checked = signed_in(cast.administrator).post(reverse(WRITE), sent(text=text(answer)))
    assert "检查通过" in text(checked)


def test_the_pages_of_a_campaign_beside_its_blueprint(henan, cast, signed_in):
    client = signed_in(cast.officer_province)
    assert "联络人员信息统计表报送期限" in text(client.get(reverse("campaigns:campaign_compare", args=[henan.pk])))
    terms = text(client.get(reverse("campaigns:campaign_terms", args=[henan.pk])))
    assert "2020-04-30" in terms
    assert "原定 05-01" in terms
    exported = client.get(reverse("campaigns:campaign_export", args=[henan.pk]))
    assert exported["Content-Disposition"] == 'attachment; filename="henan-2020-2020.yaml"'


def test_dates_are_moved_copies_made_and_campaigns_handed_down_from_the_page(henan, cast, signed_in):
    client = signed_in(cast.officer_province)
    made = client.post(reverse("campaigns:campaign_copy", args=[henan.pk]), {"year": 2021})
    copy = Campaign.objects.get(year=2021)
    assert made.url == reverse("campaigns:campaign_detail", args=[copy.pk])
    days = {f"{phase.key}_starts_on": phase.starts_on for phase in copy.phases.all()}
    days |= {f"{phase.key}_ends_on": phase.ends_on for phase in copy.phases.all()}
    bad = client.post(reverse("campaigns:campaign_dates", args=[copy.pk]), days | {"inspect_ends_on": "2021-01-01"})
    assert (bad.status_code, "不能早于开始日期" in text(bad)) == (422, True)
    for far in ({"inspect_starts_on": "1900-01-01"}, {"inspect_ends_on": "9999-12-31"}):
        bad = client.post(reverse("campaigns:campaign_dates", args=[copy.pk]), days | far)
        assert (bad.status_code, "日期须在 2020 年至 2024 年之间" in text(bad)) == (422, True)
    saved = {"inspect_ends_on": "2021-07-10", "inspect_other_ends_on": "2022-02-01"}
    page = client.post(reverse("campaigns:campaign_dates", args=[copy.pk]), days | saved, follow=True)
    assert "至 2022-02-01；批准后生效" in text(page), "the phases make the span"
    tab = client.get(reverse("campaigns:campaign_windows", args=[copy.pk]))
    assert reverse("campaigns:campaign_dates", args=[copy.pk]) in text(tab)
    assert f"{copy.phases.get(key='inspect').ends_on}" == "2021-07-10"
    client.post(reverse("campaigns:campaign_hand_down", args=[henan.pk]), {"unit": cast.city.pk})
    child = Campaign.objects.get(parent=henan)
    assert child.unit == cast.city
    own = signed_in(cast.officer_city).get(reverse("campaigns:campaign_compare", args=[child.pk]))
    assert reverse("campaigns:campaign_copy", args=[child.pk]) not in text(own), "no door that would be refused"
    for row, offered in ((henan, True), (child, False)):
        approved = {"approved_at": henan.approved_at, "approved_by": henan.approved_by}
        published = {"state": "published", "published_at": henan.published_at}
        Campaign.objects.filter(pk=row.pk).update(**approved, **published)
        page = signed_in(cast.officer_province).get(reverse("campaigns:campaign_compare", args=[row.pk]))
        assert (reverse("campaigns:campaign_hand_down", args=[row.pk]) in text(page)) == offered, "no city, no door"
    assert reverse("campaigns:campaign_export", args=[child.pk]) in text(own)
    client = signed_in(cast.officer_province)
    again = client.post(reverse("campaigns:campaign_hand_down", args=[henan.pk]), {"unit": cast.city.pk})
    assert "已经下达" in text(again)
    assert client.post(reverse("campaigns:campaign_copy", args=[henan.pk]), {"year": 2021}).status_code == 422


def test_what_is_over_before_publication_is_said(library, cast, signed_in):
    with clock.travel(datetime(2020, 5, 20, 1, tzinfo=UTC)):
        row = services.create_from_blueprint(
            "henan-2020", unit=cast.province, year=2020, actor=cast.officer_province, at=clock.now()
        )
        client = signed_in(cast.officer_province)
        page = text(client.get(reverse("campaigns:campaign_detail", args=[row.pk])))
        past = sum(one.due_at <= clock.now() for one in services.report_dates(row))
        assert past > 2
        assert f"现在发布，有 {past} 周的周报" in page
        assert page.count("不生成</span>") == past
        assert "重点排污单位" in page
        terms = text(client.get(reverse("campaigns:campaign_terms", args=[row.pk])))
        assert "到今天已经过去，现在发布不会生成" in terms
        assert "完成“" in terms, "what the end of a phase asks for"
    with clock.travel(datetime(2019, 12, 20, 1, tzinfo=UTC)):
        assert "现在发布，有" not in text(signed_in(cast.officer_province).get(f"/campaigns/{row.pk}/"))
