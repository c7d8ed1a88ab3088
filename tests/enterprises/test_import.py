"""A city's list: read, shown, written, and written again without changing anything."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core import clock
from core.models import AuditEvent, Notice
from core.refusals import Refused
from enterprises.models import (
    Enterprise,
    EnterpriseName,
    ImportBatch,
    ImportRow,
    LegalEntity,
    Permit,
    PositiveListEntry,
)
from enterprises.services.imports import commands, finishing, reading
from enterprises.services.imports.claims import LEASE
from tests import factories as make
from tests.cast import Cast
from tests.enterprises.lists import listing, rich, row, said, upload, workbook, write
from tests.factories import MORNING, synthetic_uscc


def snapshot() -> list[Any]:
    """Every row of the register, to the last column."""
    models = (LegalEntity, Enterprise, EnterpriseName, Permit, PositiveListEntry)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_good_rows_are_written_only_on_confirmation(cast: Cast) -> None:
    batch = upload(listing(row(1), row(2)), cast.city, cast.officer_city)
    assert (batch.state, batch.summary) == ("preview", {"new": 2})
    assert not Enterprise.objects.filter(name__startswith="漯河示例制品").exists()
    batch = write(batch, cast.officer_city)
    assert batch.summary["written"] == {"new": 2, "changed": 0, "renamed": 0}
    site = Enterprise.objects.get(name="漯河示例制品1号有限公司")
    assert (site.unit, site.region, site.is_confirmed) == (cast.county_a, cast.region_a, True)


def test_the_same_file_again_changes_nothing(cast: Cast) -> None:
    content = listing(rich(1), rich(2), row(3, 统一社会信用代码=None, 场所类型="物料堆场"))
    write(upload(content, cast.city, cast.officer_city), cast.officer_city)
    before = (snapshot(), Notice.objects.count(), AuditEvent.objects.filter(action="enterprises.import").count())
    again = upload(content, cast.city, cast.officer_city)
    assert (again.state, again.summary) == ("written", {"same": 3})
    after = (snapshot(), Notice.objects.count(), AuditEvent.objects.filter(action="enterprises.import").count())
    assert before == after


def test_everything_a_row_states_is_registered(cast: Cast) -> None:
    write(upload(listing(rich(1)), cast.city, cast.officer_city), cast.officer_city)
    site = Enterprise.objects.get(name="漯河示例制品1号有限公司")
    permit, entry = site.permits.get(), site.positive_entries.get()
    assert (permit.management, permit.valid_to) == ("key", date(2023, 4, 3))
    assert (entry.valid_to, site.entity.representative) == (date(2021, 12, 31), "赵示例")
    assert set(site.names.values_list("name", flat=True)) == {site.name, "漯河旧名1号厂"}
    assert Enterprise.objects.searched("旧名1").get() == site


def test_one_event_with_the_digest_of_all_rows(cast: Cast) -> None:
    write(upload(listing(row(1), row(2)), cast.city, cast.officer_city), cast.officer_city)
    event = AuditEvent.objects.get(action="enterprises.import")
    assert event.detail["rows"] == 2
    assert len(event.detail["digest"]) == 64
    assert not AuditEvent.objects.filter(model="enterprises.enterprise").exists()


def test_a_list_is_written_at_the_moment_it_is_told(cast: Cast) -> None:
    batch = write(upload(listing(row(1)), cast.city, cast.officer_city), cast.officer_city)
    site = Enterprise.objects.get(name="漯河示例制品1号有限公司")
    assert (batch.written_at, site.created_at) == (MORNING, MORNING)
    assert AuditEvent.objects.get(action="enterprises.import").occurred_at == MORNING
    assert site.names.get().valid_from == clock.day_of(MORNING)


def test_the_county_hears_once_of_its_new_sites(cast: Cast) -> None:
    write(upload(listing(row(1), row(2)), cast.city, cast.officer_city), cast.officer_city)
    notice = Notice.objects.get()
    assert (notice.recipient_id, "新增 2 家" in notice.title) == (cast.officer_a.pk, True)


def test_a_changed_cell_is_shown_and_written(cast: Cast) -> None:
    write(upload(listing(row(1)), cast.city, cast.officer_city), cast.officer_city)
    batch = upload(listing(row(1, 是否重点排污单位="是", 乡镇或开发区="新镇")), cast.city, cast.officer_city)
    line = ImportRow.objects.get(batch=batch)
    assert (line.outcome, line.changes["是否重点排污单位"]) == ("changed", ["否", "是"])
    write(batch, cast.officer_city)
    site = Enterprise.objects.get(name="漯河示例制品1号有限公司")
    assert (site.is_key, site.town) == (True, "新镇")


def test_an_empty_cell_changes_nothing(cast: Cast) -> None:
    write(upload(listing(rich(1)), cast.city, cast.officer_city), cast.officer_city)
    batch = upload(listing(row(1)), cast.city, cast.officer_city)
    assert batch.summary == {"same": 1}


def test_another_name_under_the_same_code_is_a_renaming_with_history(cast: Cast) -> None:
    write(upload(listing(row(1)), cast.city, cast.officer_city), cast.officer_city)
    batch = upload(listing(row(1, 企业名称="漯河新名制品有限公司")), cast.city, cast.officer_city)
    assert batch.summary == {"renamed": 1}
    write(batch, cast.officer_city)
    site = Enterprise.objects.get(name="漯河新名制品有限公司")
    borne = list(site.names.order_by("pk").values_list("name", "valid_to"))
    assert borne == [("漯河示例制品1号有限公司", clock.day_of(MORNING)), ("漯河新名制品有限公司", None)]
    assert site.entity.name == "漯河新名制品有限公司"
    assert Enterprise.objects.searched("制品1号").get() == site


def test_an_old_list_does_not_rename_back(cast: Cast) -> None:
    old = listing(row(1))
    write(upload(old, cast.city, cast.officer_city), cast.officer_city)
    write(upload(listing(row(1, 企业名称="漯河新名制品有限公司")), cast.city, cast.officer_city), cast.officer_city)
    batch = upload(old, cast.city, cast.officer_city)
    assert batch.summary == {"same": 1}
    assert "曾用名" in ImportRow.objects.get(batch=batch).warnings[0]["message"]


def test_a_namesake_with_another_code_waits_for_a_person(cast: Cast) -> None:
    batch = upload(listing(row(1, 企业名称=cast.site_a.name)), cast.city, cast.officer_city)
    line = ImportRow.objects.get(batch=batch)
    assert (line.outcome, line.candidates) == ("doubtful", [cast.site_a.pk])
    write(batch, cast.officer_city)
    assert Enterprise.objects.filter(name=cast.site_a.name).count() == 1


def test_a_doubtful_row_decided_as_the_same_site_gives_it_the_code(cast: Cast) -> None:
    batch = upload(listing(row(1, 企业名称=cast.site_a.name)), cast.city, cast.officer_city)
    commands.decide(batch.rows.get(), f"same:{cast.site_a.pk}", actor=cast.officer_city, at=MORNING)
    cast.site_a.refresh_from_db()
    assert cast.site_a.entity.uscc == synthetic_uscc(500_001, "411102")
    again = upload(listing(row(1, 企业名称=cast.site_a.name)), cast.city, cast.officer_city)
    assert again.summary == {"same": 1}


def test_a_doubtful_row_decided_as_a_new_site_is_created(cast: Cast) -> None:
    content = listing(row(1, 企业名称=cast.site_a.name))
    batch = upload(content, cast.city, cast.officer_city)
    commands.decide(batch.rows.get(), "new", actor=cast.officer_city, at=MORNING)
    assert Enterprise.objects.filter(name=cast.site_a.name).count() == 2
    assert upload(content, cast.city, cast.officer_city).summary == {"same": 1}


def test_a_doubtful_row_is_decided_once_and_only_for_its_candidates(cast: Cast) -> None:
    line = upload(listing(row(1, 企业名称=cast.site_a.name)), cast.city, cast.officer_city).rows.get()
    with pytest.raises(Refused, match="请选择"):
        commands.decide(line, f"same:{cast.site_b.pk}", actor=cast.officer_city, at=MORNING)
    commands.decide(line, "skip", actor=cast.officer_city, at=MORNING)
    with pytest.raises(Refused, match="已经处理过"):
        commands.decide(line, "new", actor=cast.officer_city, at=MORNING)


def test_two_sites_of_one_body_have_two_numbers(cast: Cast) -> None:
    code = synthetic_uscc(500_001, "411102")
    batch = upload(listing(row(1, 厂址序号=1), row(2, 统一社会信用代码=code, 厂址序号=2)), cast.city, cast.officer_city)
    write(batch, cast.officer_city)
    assert sorted(Enterprise.objects.filter(entity__uscc=code).values_list("site_number", flat=True)) == [1, 2]


def test_the_same_site_twice_in_a_list_is_an_error_that_names_the_first(cast: Cast) -> None:
    batch = upload(listing(row(1), row(1, 企业名称="另一名")), cast.city, cast.officer_city)
    assert batch.summary == {"new": 1, "error": 1}
    assert "3B：与工作表“名单”第 2 行是同一单位" in said(batch)[0]


def test_a_row_of_another_city_is_refused(cast: Cast) -> None:
    luoyang = make.region("410300", "洛阳市", "city")
    cast.other_county.regions.add(make.region("410305", "涧西区", "county", luoyang))
    batch = upload(listing(row(1, 县市区="涧西区")), cast.city, cast.officer_city)
    assert "属于洛阳市，不在漯河市的名单范围内" in said(batch)[0]


def test_a_permit_of_another_city_is_refused_with_the_unit_and_nothing_else(cast: Cast) -> None:
    far = make.enterprise("洛阳示例铸造有限公司", cast.other_county, make.region("410305", "涧西区"))
    number = f"{far.entity.uscc}001P"
    Permit.objects.create(enterprise=far, kind="discharge", number=number)
    batch = upload(listing(row(1, 排污许可证编号=number)), cast.city, cast.officer_city)
    assert "另一单位已登记此排污许可证编号，请联系洛阳市生态环境局涧西分局核对" in said(batch)[0]
    assert far.name not in said(batch)[0]


def test_a_code_of_another_city_names_the_unit_and_nothing_else(cast: Cast) -> None:
    far = make.enterprise("洛阳示例铸造有限公司", cast.other_county, make.region("410305", "涧西区"))
    code = far.entity.uscc
    batch = upload(listing(row(1, 统一社会信用代码=code, 厂址序号=1)), cast.city, cast.officer_city)
    assert "另一单位已登记此代码的第 1 号厂址，请联系洛阳市生态环境局涧西分局核对" in said(batch)[0]
    batch = upload(listing(row(1, 统一社会信用代码=code)), cast.city, cast.officer_city)
    line = batch.rows.get()
    assert (line.outcome, line.warnings[0]["message"].partition("；")[0]) == (
        "new",
        "另一单位已登记此代码，请联系洛阳市生态环境局涧西分局核对",
    )
    assert far.name not in str(ImportRow.objects.values())


def test_a_permit_taken_meanwhile_by_another_city_names_the_unit_only(cast: Cast) -> None:
    batch = upload(listing(rich(1, 企业名称=cast.site_a.name, 曾用名=None)), cast.city, cast.officer_city)
    far = make.enterprise("洛阳示例铸造有限公司", cast.other_county, make.region("410305", "涧西区"))
    Permit.objects.create(enterprise=far, kind="discharge", number=batch.rows.get().values["permit"])
    with pytest.raises(Refused, match="请联系洛阳市生态环境局涧西分局核对") as told:
        commands.decide(batch.rows.get(), "new", actor=cast.officer_city, at=MORNING)
    assert far.name not in told.value.message


@pytest.mark.req("LH-39")
def test_the_unit_column_overrides_the_region(cast: Cast) -> None:
    zone = make.unit("漯河市西城区建设与环境保护局", "county", cast.city, short_name="西城区")
    batch = upload(listing(row(1), row(2, **{"所属分局/开发区": "西城区"})), cast.city, cast.officer_city)
    write(batch, cast.officer_city)
    assert Enterprise.objects.get(name="漯河示例制品1号有限公司").unit == cast.county_a
    assert Enterprise.objects.get(name="漯河示例制品2号有限公司").unit == zone


def test_a_region_without_a_unit_asks_for_the_unit_column(cast: Cast) -> None:
    make.region("411103", "郾城区", "county", cast.region_a.parent)
    batch = upload(listing(row(1, 县市区="郾城区")), cast.city, cast.officer_city)
    assert "没有设置监管单位" in said(batch)[0]


def test_title_rows_and_several_sheets_are_read(cast: Cast) -> None:
    head = list(row(1))
    content = workbook(
        {
            "说明": [["请按要求填写"]],
            "源汇区": [["漯河市排污单位名单"], ["填报单位：示例"], head, list(row(1).values())],
            "召陵区": [head, list(row(2, 县市区="召陵区").values())],
        }
    )
    batch = upload(content, cast.city, cast.officer_city)
    assert batch.summary == {"new": 2, "passed_sheets": {"说明": "没有表头"}}
    assert set(batch.rows.values_list("sheet", "number")) == {("源汇区", 4), ("召陵区", 2)}


def test_missing_headers_ask_a_person_which_column_is_which(cast: Cast) -> None:
    one = row(1)
    head = ["厂名" if title == "企业名称" else "东西坐标" if title == "经度" else title for title in one]
    batch = upload(workbook({"名单": [head, list(one.values())]}), cast.city, cast.officer_city)
    assert batch.state == "mapping"
    with pytest.raises(Refused, match="还没有指定：企业名称"):
        commands.map_columns(batch, {"longitude": "F"}, actor=cast.officer_city, at=MORNING)
    known = {**batch.headers[0]["mapping"], "name": "A", "longitude": "F"}
    commands.map_columns(batch, known, actor=cast.officer_city, at=MORNING)
    reading.read(batch.pk, at=MORNING)
    batch.refresh_from_db()
    assert (batch.state, batch.summary) == ("preview", {"new": 1})


@pytest.mark.parametrize(
    ("content", "name", "said_here"),
    [
        (b"%PDF-1.4 not a table", "名单.xlsx", "不是 Excel 工作簿"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "名单.xls", "另存为 .xlsx"),
        (b"", "名单.xlsx", "空的"),
    ],
)
def test_what_is_no_table_is_refused_on_upload(cast: Cast, content: bytes, name: str, said_here: str) -> None:
    with pytest.raises(Refused, match=said_here):
        upload(content, cast.city, cast.officer_city, name)
    assert not ImportBatch.objects.exists()


def test_an_empty_sheet_and_a_head_without_rows_are_refused_with_a_sentence(cast: Cast) -> None:
    empty = upload(workbook({"名单": []}), cast.city, cast.officer_city)
    assert (empty.state, "空表" in empty.refusal) == ("refused", True)
    head = upload(workbook({"名单": [list(row(1))]}), cast.city, cast.officer_city)
    assert (head.state, "只有表头" in head.refusal) == ("refused", True)


def test_a_csv_is_read_too(cast: Cast) -> None:
    one = row(1, 厂址序号="")
    text = ",".join(one) + "\n" + ",".join(str(cell) for cell in one.values()) + "\n"
    assert upload(text.encode("gb18030"), cast.city, cast.officer_city, "名单.csv").summary == {"new": 1}


def test_a_list_lost_with_its_worker_is_taken_up_again(cast: Cast) -> None:
    batch = upload(listing(row(1)), cast.city, cast.officer_city)
    ImportBatch.objects.filter(pk=batch.pk).update(state="reading", claimed_until=MORNING + LEASE)
    assert not reading.read(batch.pk, at=MORNING)
    assert not ImportBatch.objects.unclaimed(MORNING).exists()
    later = MORNING + LEASE + timedelta(seconds=1)
    assert ImportBatch.objects.unclaimed(later).get() == batch
    assert reading.read(batch.pk, at=later)
    assert batch.rows.count() == 1


def test_writing_twice_writes_once(cast: Cast) -> None:
    batch = write(upload(listing(row(1)), cast.city, cast.officer_city), cast.officer_city)
    assert not finishing.write(batch.pk, at=MORNING)
    assert AuditEvent.objects.filter(action="enterprises.import").count() == 1


def test_what_changed_since_the_preview_counts(cast: Cast) -> None:
    first = upload(listing(row(1)), cast.city, cast.officer_city)
    second = upload(listing(row(1)), cast.city, cast.officer_city)
    write(first, cast.officer_city)
    second = write(second, cast.officer_city)
    assert second.summary["written"] == {"new": 0, "changed": 0, "renamed": 0}
    assert second.rows.get().outcome == "same"


def queries_of_reading_and_writing(rows: int, cast: Cast, actor: User, start: int) -> tuple[int, int]:
    content = listing(*(rich(start + n) for n in range(rows)))
    batch = commands.upload(SimpleUploadedFile("名单.xlsx", content), cast.city, actor=actor, at=MORNING)
    with CaptureQueriesContext(connection) as read:
        reading.read(batch.pk, at=MORNING)
    commands.confirm(batch, actor=actor, at=MORNING)
    with CaptureQueriesContext(connection) as written:
        finishing.write(batch.pk, at=MORNING)
    return len(read), len(written)


def test_no_query_is_asked_for_each_row(cast: Cast) -> None:
    few = queries_of_reading_and_writing(5, cast, cast.officer_city, 1000)
    many = queries_of_reading_and_writing(300, cast, cast.officer_city, 2000)
    assert many == few
