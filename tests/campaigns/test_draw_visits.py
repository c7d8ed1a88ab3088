"""From a draw to visits, and the three lists that draws are made of."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns.models import Assignment, Draw, PoolVersion, Rating
from campaigns.services import draws
from core import clock
from inspections.models import Visit
from inspections.services import draws as taking
from tests.campaigns import draw_scene as scene
from tests.campaigns.draw_scene import AFTER, MORNING

pytestmark = pytest.mark.django_db
CLASSES = {"size": "small", "elements": ["大气"]}
RATED = {**CLASSES, "credit": "bad", "offences": "2", "basis": "豫环评〔2020〕3号"}


@pytest.fixture(autouse=True)
def in_may():
    with clock.travel(MORNING):
        yield


def of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def url(name: str, draw: Draw, *more: int) -> str:
    return reverse(f"campaigns:{name}", args=[draw.pk, *more])


def text(answer) -> str:
    return answer.content.decode()


# From a draw to visits.


def take(draw: Draw) -> str:
    return reverse("inspections:draw_take_over", args=[draw.pk])


@pytest.mark.req("HS-04")
@pytest.mark.parametrize("ticked", [True, False])
def test_a_random_check_may_count_as_an_examination(cast, ticked):
    draw = scene.drawn(cast)
    draw.campaign.blueprint.data["planning"] = {"task": "checkup", "source": "测试"}
    draw.campaign.blueprint.save()
    assert "计入体检" in text(of(cast.officer_city).get(take(draw)))
    sent = {"planned_on": "2020-05-13", "chosen": [draw.drawn.first().pk]}
    of(cast.officer_city).post(take(draw), sent | ({"as_checkup": "on"} if ticked else {}))
    row = Assignment.objects.get()
    assert (row.source, row.as_checkup) == ("random", ticked)


def test_elsewhere_no_check_counts_as_an_examination(cast):
    assert "计入体检" not in text(of(cast.officer_city).get(take(scene.drawn(cast))))


def test_what_was_drawn_is_planned_with_its_team_and_a_refusal_stands_beside_its_row(cast):
    draw = scene.drawn(cast)
    rows = list(draw.drawn.select_related("target__enterprise").order_by("order"))
    closed = rows[1].target.enterprise
    type(closed).objects.filter(pk=closed.pk).update(state="closed")
    sent = {"planned_on": "2020-05-13", "chosen": [row.pk for row in rows]}
    answer = of(cast.officer_city).post(take(draw), sent)
    assert answer.status_code == 422
    assert "该企业已登记为关停注销，不能派单" in text(answer)
    assert Assignment.objects.count() == Visit.objects.count() == 3
    first = Assignment.objects.get(target=rows[0].target)
    assert [first.lead_inspector_id, first.second_inspector_id] == rows[0].drawn_team
    assert f"随机抽查 {draw} 第 1 家" in first.reason
    rows[0].refresh_from_db()
    assert rows[0].assignment == first
    again = of(cast.officer_city).post(take(draw), sent)
    assert "请刷新后再选" in text(again)
    assert Assignment.objects.count() == 3


def test_all_planned_leads_back_and_then_nothing_is_redrawn(cast):
    draw = scene.drawn(cast)
    sent = {"planned_on": "2020-05-13", "chosen": [row.pk for row in draw.drawn.all()]}
    assert of(cast.officer_city).post(take(draw), sent).url == url("draw_detail", draw)
    answer = of(cast.leader_city).post(url("draw_again", draw), {"reason": "再来"}, follow=True)
    assert "本次结果已有 4 家转为派单，不能重抽" in text(answer)
    assert "没有待派单的企业" in text(of(cast.officer_city).get(take(draw)))


def test_what_happened_meanwhile_counts_when_a_row_is_taken_over(cast):
    """A list of rows read before a redraw, a replacement or a request is judged by the locked row."""
    draw = scene.drawn(cast)
    rows = list(draw.drawn.select_related("target__campaign__blueprint", "target__unit", "target__enterprise"))
    asked, changed, again = rows[:3]
    draws.ask_adjustment(asked, kind="drop", reason="已停产", actor=cast.officer_city, at=AFTER)
    team = changed.team[::-1]
    type(changed).objects.filter(pk=changed.pk).update(team=team)
    day, who = scene.VISIT_DAY, cast.officer_city
    assert "待批准的调整" in taking.take(asked, day, who, AFTER).refusal
    made = taking.take(changed, day, who, AFTER).assignment
    assert [made.lead_inspector_id, made.second_inspector_id] == team
    Draw.objects.filter(pk=draw.pk).update(state="superseded")
    assert "已重抽" in taking.take(again, day, who, AFTER).refusal
    assert Assignment.objects.count() == 1


def test_a_province_reads_the_lists_of_a_city_and_does_not_write_them(cast):
    province = of(cast.officer_province)
    sent = RATED | {"enterprise": cast.site_a.name}
    assert province.post(reverse("campaigns:rating_list"), sent).status_code == 422
    skilled = {"user": cast.inspector_a.pk, "specialities": ["大气"]}
    assert province.post(reverse("campaigns:roster"), skilled).status_code == 422
    assert not Rating.objects.exists()
    of(cast.officer_a).post(reverse("campaigns:rating_list"), sent)
    assert cast.site_a.name in text(province.get(reverse("campaigns:rating_list")))


def test_taking_over_needs_the_right_to_plan(cast):
    draw = scene.drawn(cast)
    assert of(cast.leader_city).get(take(draw)).status_code == 403
    assert of(cast.officer_other).get(take(draw)).status_code == 404
    draft = scene.draft(cast, draw.campaign)
    answer = of(cast.officer_city).post(take(draft), {"planned_on": "2020-05-13", "chosen": ["1"]})
    assert answer.status_code == 422


# One list and two pools.


def test_the_three_lists_are_kept_by_those_who_prepare_and_read_by_those_who_look(cast):
    officer, leader = of(cast.officer_city), of(cast.leader_city)
    for name in ("item_list", "rating_list", "roster"):
        assert officer.get(reverse(f"campaigns:{name}")).status_code == 200
        assert leader.get(reverse(f"campaigns:{name}")).status_code == 200
        assert leader.post(reverse(f"campaigns:{name}"), {}).status_code == 403
        assert of(cast.inspector_a).get(reverse(f"campaigns:{name}")).status_code == 403
    assert "第 1 行须写成" in text(officer.post(reverse("campaigns:item_list"), {"lines": "没有依据"}))
    officer.post(reverse("campaigns:item_list"), {"lines": scene.ITEMS})
    assert PoolVersion.objects.get().unit == cast.city
    sent = {"user": cast.inspector_a.pk, "specialities": ["大气", "辐射"]}
    officer.post(reverse("campaigns:roster"), sent)
    assert "大气、辐射" in text(officer.get(reverse("campaigns:roster")))


def test_a_rating_is_for_enterprises_of_the_own_area(cast):
    sent = RATED | {"enterprise": cast.site_a.name}
    address = reverse("campaigns:rating_list")
    assert "请填本辖区企业的全称" in text(of(cast.officer_other).post(address, sent))
    of(cast.officer_city).post(address, sent)
    assert Rating.objects.get().credit == "bad"
    assert "环保不良" in text(of(cast.officer_city).get(address))
    assert cast.site_a.name not in text(of(cast.officer_other).get(address))


SHEET = "排污单位,规模,要素,环境信用,评定依据\n{name},中型,大气、水,环保良好,示例文号\n"


def sheet(client, text):
    file = SimpleUploadedFile("分级.csv", text.encode(), content_type="text/csv")
    return client.post(reverse("campaigns:rating_list"), {"sheet": "yes", "file": file})


def test_a_table_rates_many_at_once_or_nobody(cast):
    type(cast.site_a).objects.filter(pk=cast.site_a.pk).update(industry=1)
    client = of(cast.officer_a)
    refused = sheet(client, SHEET.format(name=cast.site_a.name) + "不存在的厂,大型,光,,示例文号\n")
    assert refused.status_code == 422
    assert "第 3 行" in text(refused)
    assert "“光”不在可填的内容中" in text(refused)
    assert not Rating.objects.exists()
    elsewhere = sheet(client, SHEET.format(name=cast.site_b.name))
    assert "本辖区没有这家企业" in text(elsewhere)
    assert sheet(client, SHEET.format(name=cast.site_a.name)).status_code == 302
    row = Rating.objects.get()
    assert (row.size, row.elements, row.credit, row.basis) == ("medium", ["大气", "水"], "good", "示例文号")
