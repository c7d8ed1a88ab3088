"""Pages of the register: who sees what, filters, pages, forms that come back with a sentence."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from accounts.models import User
from core import clock
from core.models import AuditEvent
from enterprises.models import Enterprise, Permit, PositiveListEntry
from enterprises.views.sites import SIBLINGS
from tests import factories as make
from tests.cast import Cast
from tests.factories import synthetic_uscc


def url(name: str, *args: object) -> str:
    return reverse(f"enterprises:{name}", args=args)


def page(client: Client, user: User, name: str, *args: object, **query: Any) -> str:
    client.force_login(user)
    answer = client.get(url(name, *args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def typed(cast: Cast, **fields: Any) -> dict[str, Any]:
    """A form as a person fills it."""
    return {
        "name": "漯河示例新厂有限公司",
        "uscc": synthetic_uscc(700_001, "411102"),
        "industry": "17",
        "region": cast.region_a.pk,
        "town": "示例镇",
        "address": "示例路 1 号",
        "longitude": "114°00′36″",
        "latitude": "33.57",
        "is_key": "no",
        "in_yellow_river_basin": "no",
        "is_ultra_low": "no",
        "performance_grade": "否",
        "self_accepted_since_2019": "yes",
        "unit": cast.county_a.pk,
    } | fields


def test_a_county_sees_its_own_sites_and_a_city_all_of_its_counties(client: Client, cast: Cast) -> None:
    county = page(client, cast.officer_a, "enterprise_list")
    city = page(client, cast.officer_city, "enterprise_list")
    other = page(client, cast.officer_other, "enterprise_list")
    assert (cast.site_a.name in county, cast.site_b.name in county) == (True, False)
    assert (cast.site_a.name in city, cast.site_b.name in city) == (True, True)
    assert cast.site_a.name not in other


@pytest.mark.parametrize(
    "name",
    [
        "enterprise_detail",
        "enterprise_edit",
        "enterprise_confirm",
        "enterprise_change_unit",
        "permit_add",
        "positive_add",
        "slip_reset",
    ],
)
def test_a_site_of_another_county_does_not_exist(client: Client, cast: Cast, name: str) -> None:
    client.force_login(cast.officer_a)
    answer = (
        client.get(url(name, cast.site_b.pk))
        if name.endswith(("detail", "edit"))
        else client.post(url(name, cast.site_b.pk))
    )
    assert answer.status_code == 404


def test_a_body_with_hundreds_of_sites_shows_the_first_of_them(client: Client, cast: Cast) -> None:
    for number in range(2, 2 + SIBLINGS + 5):
        make.enterprise(
            f"示例加油{number}站", cast.county_a, cast.region_a, entity=cast.site_a.entity, site_number=number
        )
    shown = page(client, cast.officer_a, "enterprise_detail", cast.site_a.pk)
    assert shown.count("示例加油") == SIBLINGS


def test_an_inspector_sees_but_does_not_edit(client: Client, cast: Cast) -> None:
    shown = page(client, cast.inspector_a, "enterprise_detail", cast.site_a.pk)
    assert "修改登记" not in shown
    assert client.get(url("enterprise_edit", cast.site_a.pk)).status_code == 403
    assert client.post(url("positive_add", cast.site_a.pk)).status_code == 403


def test_an_enterprise_sees_its_own_site_and_no_other(client: Client, cast: Cast) -> None:
    assert cast.site_a.name in page(client, cast.enterprise_a, "mine")
    page(client, cast.enterprise_a, "enterprise_detail", cast.site_a.pk)
    assert client.get(url("enterprise_detail", cast.site_b.pk)).status_code == 404
    assert client.get(url("enterprise_list")).status_code == 403


def test_two_characters_find_a_name_a_former_name_and_a_code(client: Client, cast: Cast) -> None:
    code = cast.site_a.entity.uscc or ""
    cast.site_a.search = [*cast.site_a.search, *(code[i : i + 2] for i in range(17))]
    cast.site_a.save()
    for words in ("纸业", code[8:16].lower(), code):
        shown = page(client, cast.officer_city, "enterprise_list", q=words)
        assert (cast.site_a.name in shown, cast.site_b.name in shown) == (True, False)
    assert cast.site_a.name not in page(client, cast.officer_city, "enterprise_list", q="纸")
    assert cast.site_a.name not in page(client, cast.officer_city, "enterprise_list", q="业纸")


def test_filters_stand_in_the_address(client: Client, cast: Cast) -> None:
    today = clock.today()
    PositiveListEntry.objects.create(
        enterprise=cast.site_b, ground="示例", valid_from=today, valid_to=None, entered_at=clock.now()
    )
    for query, found in (
        ({"key": "yes"}, cast.site_a),
        ({"positive": "yes"}, cast.site_b),
        ({"unit": cast.county_b.pk}, cast.site_b),
        ({"positive": "no", "industry": "13"}, cast.site_a),
    ):
        shown = page(client, cast.officer_city, "enterprise_list", **query)
        other = cast.site_b if found == cast.site_a else cast.site_a
        assert (found.name in shown, other.name in shown) == (True, False), query


def test_a_filter_that_means_nothing_shows_everything(client: Client, cast: Cast) -> None:
    assert cast.site_a.name in page(client, cast.officer_city, "enterprise_list", unit="x", industry="99", cursor="?")


def queries(client: Client, name: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url(name)).status_code == 200
    return len(asked)


def many(cast: Cast, start: int, count: int) -> None:
    for number in range(start, start + count):
        site = make.enterprise(f"漯河示例{number}厂", cast.county_a, cast.region_a, is_confirmed=number % 2 == 0)
        Permit.objects.create(enterprise=site, kind="discharge", number=f"{site.entity.uscc}001P")


@pytest.mark.parametrize("name", ["enterprise_list", "slip_list", "unconfirmed_list"])
def test_a_list_costs_the_same_at_ten_and_at_a_thousand(client: Client, cast: Cast, name: str) -> None:
    client.force_login(cast.officer_a)
    many(cast, 1, 20)
    few = queries(client, name)
    many(cast, 1000, 980)
    assert queries(client, name) == few


def test_pages_go_on_by_key_and_say_how_many(client: Client, cast: Cast) -> None:
    many(cast, 1, 60)
    shown = page(client, cast.officer_a, "enterprise_list")
    assert "第 1–50 家" in shown
    assert "共 61 家" in shown
    assert "下一页" in shown


def test_the_export_holds_what_the_list_shows(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_city)
    answer = client.get(url("enterprise_export"), {"key": "yes"})
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    from core.sheets import read_table
    from enterprises.services.imports.columns import LIST_SHEET

    rows = list(read_table(content, LIST_SHEET, name="x.xlsx").rows)
    assert [row.values["name"] for row in rows] == [cast.site_a.name]
    assert rows[0].errors == ()


def test_a_county_registers_a_site(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_a)
    answer = client.post(url("enterprise_register"), typed(cast, permit=f"{synthetic_uscc(700_001, '411102')}001P"))
    site = Enterprise.objects.get(name="漯河示例新厂有限公司")
    assert answer.headers["Location"] == url("enterprise_detail", site.pk)
    assert (float(site.longitude or 0), site.is_confirmed, site.permits.count()) == (114.01, True, 1)
    assert AuditEvent.objects.filter(action="enterprises.enterprise.register", object_id=str(site.pk)).count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"longitude": "33.57", "latitude": "114.01"}, "填反"),
        ({"longitude": "121.5", "latitude": "31.2"}, "不在河南省范围内"),
        ({"industry": "22"}, "须填写行业说明"),
        ({"uscc": "9135010０M000100Y43"}, "全角"),
        ({"uscc": "", "place_kind": ""}, "请选择场所类型"),
        ({"performance_grade": "C级"}, "C级"),
        ({"town": ""}, "请填写这一项"),
        ({"permit": "123"}, "22 位"),
        ({"name": "漯河示例纸业有限公司"}, "同名单位已经登记"),
    ],
)
def test_a_form_that_cannot_stand_comes_back_with_everything_typed(
    client: Client, cast: Cast, fields: dict[str, str], said: str
) -> None:
    client.force_login(cast.officer_a)
    answer = client.post(url("enterprise_register"), typed(cast, contact_name="联系示例人", **fields))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown
    assert "联系示例人" in shown


def test_a_namesake_that_was_looked_at_is_registered(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_a)
    client.post(url("enterprise_register"), typed(cast, name=cast.site_a.name, namesakes_checked="on"))
    assert Enterprise.objects.filter(name=cast.site_a.name).count() == 2


def test_nobody_registers_for_another_county(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_a)
    assert client.post(url("enterprise_register"), typed(cast, unit=cast.county_b.pk)).status_code == 422
    assert not Enterprise.objects.filter(name="漯河示例新厂有限公司").exists()


def wrong_code() -> str:
    code = synthetic_uscc(700_001, "411102")
    return code[:17] + ("0" if code[17] != "0" else "1")


def licence() -> SimpleUploadedFile:
    from io import BytesIO

    content = BytesIO()
    Image.new("RGB", (64, 48), "white").save(content, "JPEG")
    return SimpleUploadedFile("执照.jpg", content.getvalue(), "image/jpeg")


def test_a_wrong_check_character_needs_reason_licence_and_a_second_person(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_a)
    refused = client.post(url("enterprise_register"), typed(cast, uscc=wrong_code()))
    assert "请填写理由并上传营业执照" in refused.content.decode()
    fields = typed(cast, uscc=wrong_code(), override_reason="执照所载如此", licence=licence())
    client.post(url("enterprise_register"), fields)
    site = Enterprise.objects.get(name="漯河示例新厂有限公司")
    assert (site.is_confirmed, site.entity.licence is not None) == (False, True)
    client.post(url("enterprise_confirm", site.pk))
    site.refresh_from_db()
    assert not site.is_confirmed
    client.force_login(cast.officer_city)
    client.post(url("enterprise_confirm", site.pk))
    site.refresh_from_db()
    assert (site.is_confirmed, site.confirmed_by) == (True, cast.officer_city)


def edited(cast: Cast, **fields: Any) -> dict[str, Any]:
    site = cast.site_a
    same = {"name": site.name, "uscc": site.entity.uscc, "seen": site.updated_at.isoformat(), "address": site.address}
    return typed(cast, **(same | fields))


def test_a_rename_keeps_the_former_name_findable(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_a)
    client.post(
        url("enterprise_edit", cast.site_a.pk), edited(cast, name="漯河改名纸业有限公司", renamed_on="2020-05-01")
    )
    site = Enterprise.objects.get(pk=cast.site_a.pk)
    assert site.name == "漯河改名纸业有限公司"
    assert site.names.get(valid_to=date(2020, 5, 1)).name == "漯河示例纸业有限公司"
    assert site.entity.name == "漯河改名纸业有限公司"
    assert "漯河改名纸业有限公司" in page(client, cast.officer_a, "enterprise_list", q="示例纸业")


def test_the_second_of_two_who_edit_is_told_and_keeps_what_was_typed(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_a)
    late = edited(cast, address="后一人填写的地址")
    client.post(url("enterprise_edit", cast.site_a.pk), edited(cast, address="前一人填写的地址"))
    answer = client.post(url("enterprise_edit", cast.site_a.pk), late)
    assert answer.status_code == 422
    assert "被他人修改" in answer.content.decode()
    assert "后一人填写的地址" in answer.content.decode()
    cast.site_a.refresh_from_db()
    assert cast.site_a.address == "前一人填写的地址"


def test_a_site_goes_to_another_county_by_their_common_superior(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_a)
    move = {"unit": cast.county_b.pk, "reason": "区划调整"}
    assert client.post(url("enterprise_change_unit", cast.site_a.pk), move).status_code == 422
    client.force_login(cast.officer_city)
    assert client.post(url("enterprise_change_unit", cast.site_a.pk), move).status_code == 302
    cast.site_a.refresh_from_db()
    assert cast.site_a.unit == cast.county_b


@pytest.mark.parametrize(
    ("state", "action", "after"),
    [
        ("active", "halt", "halted"),
        ("active", "close", "closed"),
        ("active", "resume", "active"),
        ("active", "reopen", "active"),
        ("halted", "halt", "halted"),
        ("halted", "close", "closed"),
        ("halted", "resume", "active"),
        ("halted", "reopen", "halted"),
        ("closed", "halt", "closed"),
        ("closed", "close", "closed"),
        ("closed", "resume", "closed"),
        ("closed", "reopen", "active"),
    ],
)
def test_every_state_and_every_action(client: Client, cast: Cast, state: str, action: str, after: str) -> None:
    Enterprise.objects.filter(pk=cast.site_a.pk).update(state=state)
    client.force_login(cast.officer_a)
    client.post(url("enterprise_change_state", cast.site_a.pk, action), {"reason": "市场原因"})
    cast.site_a.refresh_from_db()
    assert cast.site_a.state == after


def test_a_halt_without_a_reason_is_refused(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_a)
    answer = client.post(url("enterprise_change_state", cast.site_a.pk, "halt"), follow=True)
    assert "须填写理由" in answer.content.decode()


def test_an_expired_permit_is_red(client: Client, cast: Cast) -> None:
    Permit.objects.create(
        enterprise=cast.site_a, kind="discharge", number="x", valid_to=clock.today() - timedelta(days=1)
    )
    assert '<span class="badge-tone badge-red">已过期</span>' in page(
        client, cast.officer_a, "enterprise_detail", cast.site_a.pk
    )


def test_a_permit_number_belongs_to_one_site(client: Client, cast: Cast) -> None:
    number = f"{cast.site_b.entity.uscc}001P"
    Permit.objects.create(enterprise=cast.site_b, kind="discharge", number=number)
    client.force_login(cast.officer_a)
    answer = client.post(url("permit_add", cast.site_a.pk), {"kind": "discharge", "number": number})
    assert answer.status_code == 422
    assert "已登记在另一单位名下" in answer.content.decode()
    assert cast.site_b.name not in answer.content.decode()


def test_a_permit_of_another_county_cannot_be_changed(client: Client, cast: Cast) -> None:
    permit = Permit.objects.create(enterprise=cast.site_b, kind="eia", number="漯环审〔2019〕1号")
    client.force_login(cast.officer_a)
    assert client.get(url("permit_edit", permit.pk)).status_code == 404
    assert client.post(url("permit_remove", permit.pk), {"reason": "x"}).status_code == 404


def test_the_positive_list_takes_in_once_and_lets_go_with_a_reason(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_a)
    entry = {"ground": "连续两年无违法", "valid_from": "2020-05-01", "valid_to": "2022-04-30"}
    client.post(url("positive_add", cast.site_a.pk), entry)
    again = client.post(url("positive_add", cast.site_a.pk), entry)
    assert "已在正面清单上" in again.content.decode()
    row = cast.site_a.positive_entries.get()
    bare = client.post(url("positive_remove", row.pk), {"removal-on": "2020-06-01", "removal-reason": ""})
    assert bare.status_code == 422
    client.post(url("positive_remove", row.pk), {"removal-on": "2020-06-01", "removal-reason": "书面告知第 1 号"})
    row.refresh_from_db()
    assert (row.removed_on, row.removed_by) == (date(2020, 6, 1), cast.officer_a)


def test_coordinates_are_shown_without_the_zeros_of_their_columns(client: Client, cast: Cast) -> None:
    Enterprise.objects.filter(pk=cast.site_a.pk).update(longitude="114.02", latitude="33.5")
    client.force_login(cast.officer_a)
    shown = client.get(url("enterprise_detail", cast.site_a.pk)).content.decode()
    assert "114.02，33.5（114°01′12.00″" in shown
