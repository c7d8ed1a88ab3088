"""Checks of several systems in one way of counting: what stands in two of them is one check."""

from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import clock
from inspections.models import OutsideCheck
from inspections.rules.counting import Check, Tally, merged, tally
from tests import factories as make
from tests.inspections import scene as stage
from tests.inspections.browsing import signed_in
from tests.inspections.scene import Scene

PAGE = reverse("inspections:check_counts")
HEAD = "系统,编号,企业名称,检查日期,问题数,执法人员数"
DAYS = {"since": "2020-05-01", "until": "2020-05-31"}


def sent(client: Client, *lines: str) -> tuple[int, str]:
    file = SimpleUploadedFile("检查.csv", "\n".join([HEAD, *lines]).encode())
    answer = client.post(PAGE, {"file": file})
    return answer.status_code, answer.content.decode()


def whole(client: Client) -> Tally:
    return client.get(PAGE, DAYS).context["whole"]  # type: ignore[no-any-return]


def test_a_day_at_an_enterprise_is_one_point_with_the_larger_figures() -> None:
    day = date(2020, 5, 12)
    twice = [Check(1, day, 7, "mobile", "A-1", 2, 3), Check(1, day, 7, "random", "R-9", 3, 2)]
    other = Check(1, date(2020, 5, 13), 7, "mobile", "A-2", 0, 2)
    rows = merged([*twice, other])
    assert tally(rows) == Tally(points=2, problems=3, people=5)
    assert dict(rows[1].numbers) == {"mobile": ["A-1"], "random": ["R-9"]}


@pytest.mark.req("HS-16")
def test_a_check_that_stands_in_two_systems_is_counted_once_and_exported_with_both_numbers(scene: Scene) -> None:
    visit = make.visit(
        make.assignment(scene.target, scene.cast.inspector_a, scene.cast.second_a, state="done"),
        state="submitted",
        started_at=stage.MORNING,
    )
    for person in (scene.cast.inspector_a, scene.cast.second_a):
        visit.check_ins.create(user=person, shown_at=stage.MORNING)
    visit.check_ins.create(user=scene.cast.expert, is_expert=True, shown_at=stage.MORNING)
    research = make.assignment(scene.target, scene.cast.inspector_a, scene.cast.second_a, state="done", kind="research")
    make.visit(research, state="submitted", started_at=stage.MORNING)
    name = scene.cast.site_a.name
    client = signed_in(scene.cast.officer_a)
    with clock.travel(stage.NOON):
        assert whole(client) == Tally(points=1, problems=0, people=2)
        same = f"移动执法APP,YD-0001,{name},2020-05-12,1,2"
        assert sent(client, same, f"双随机系统,SJ-77,{name},2020-05-12,1,2")[0] == 302
        assert whole(client) == Tally(points=1, problems=1, people=2), "the same check in three systems"
        assert sent(client, same, f"交叉互查,HC-5,{name},2020-05-11,2,4")[0] == 302
        assert whole(client) == Tally(points=2, problems=3, people=6)
        assert OutsideCheck.objects.count() == 3, "a number comes in once"
        status, said = sent(
            client, f"移动执法APP,YD-2,{name},2020-05-10,1,2", "移动执法APP,YD-3,没有这家,2020-05-10,1,2"
        )
        assert (status, "第 3 行" in said, OutsideCheck.objects.count()) == (422, True, 3)
        answer: Any = client.get(reverse("inspections:check_counts_export"), DAYS)
        table = b"".join(answer.streaming_content)
        rows = list(openpyxl.load_workbook(BytesIO(table)).worksheets[0].iter_rows(values_only=True))
        mine = [row for row in rows if row[0] == name]
        assert [row[3:] for row in mine] == [
            (1, 2, str(visit.pk), "YD-0001", "SJ-77", None),
            (2, 4, None, None, None, "HC-5"),
        ]
        other = signed_in(scene.cast.inspector_b)
        assert whole(other) == Tally()
        assert sent(other, same)[0] == 403


def test_figures_and_days_out_of_reach_are_said_and_no_error(scene: Scene) -> None:
    client, name = signed_in(scene.cast.officer_a), scene.cast.site_a.name
    status, said = sent(client, f"移动执法APP,YD-1,{name},2020-05-12,9999999999,2")
    assert (status, "“问题数”的“9999999999”超出范围" in said) == (422, True)
    pages = ("inspections:check_counts", "inspections:check_counts_export", "inspections:visit_list")
    for page in (*pages, "campaigns:due_list", "campaigns:due_calendar", "campaigns:lead_list"):
        for ends in ({"until": "9999-12-31"}, {"since": "0001-01-01"}):
            assert client.get(reverse(page), ends).status_code == 200, page
    assert client.get(reverse("inspections:week_board"), {"day": "9999-12-31"}).status_code == 200


def test_a_known_number_with_other_content_is_said_and_systems_may_number_alike(scene: Scene) -> None:
    name, other = scene.cast.site_a.name, make.enterprise("示例另一厂", scene.cast.county_a, scene.cast.region_a).name
    client = signed_in(scene.cast.officer_a)
    with clock.travel(stage.NOON):
        first = f"双随机系统,2020-1,{name},2020-05-12,1,2"
        assert sent(client, first)[0] == 302
        status, said = sent(client, f"双随机系统,2020-2,{name},2020-05-12,1,2", first.replace(",1,2", ",3,2"))
        assert (status, "第 3 行：双随机系统 2020-1此前已导入，内容不同" in said) == (422, True)
        status, said = sent(
            client, f"双随机系统,2020-3,{name},2020-05-11,0,2", f"双随机系统,2020-3,{name},2020-05-10,1,2"
        )
        assert (status, "第 3 行：双随机系统 2020-3与第 2 行重复" in said) == (422, True)
        assert sent(client, first, first.replace(name, other))[0] == 302
    assert list(OutsideCheck.objects.order_by("pk").values_list("enterprise__name", flat=True)) == [name, other]
