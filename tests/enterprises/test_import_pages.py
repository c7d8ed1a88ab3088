"""The import in the browser's words: upload, progress, preview, mapping, decision, result."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core import clock
from core.sheets import read_table
from enterprises import tasks
from enterprises.models import Enterprise, ImportBatch
from enterprises.services.imports import finishing, reading
from enterprises.services.imports.columns import LIST_SHEET
from tests.cast import Cast
from tests.enterprises.lists import listing, row, upload, workbook, write
from tests.factories import MORNING


def url(name: str, *args: object) -> str:
    return reverse(f"enterprises:{name}", args=args)


def send(client: Client, cast: Cast, content: bytes, name: str = "名单.xlsx") -> Any:
    return client.post(url("import_list"), {"unit": cast.city.pk, "file": SimpleUploadedFile(name, content)})


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_reads_and_writes_the_list(client: Client, celery_worker: object) -> None:
    import time

    from tests.cast import assemble

    cast = assemble()
    client.force_login(cast.officer_city)
    answer = send(client, cast, listing(row(1), row(2)))
    batch = ImportBatch.objects.get()
    assert answer.headers["Location"] == url("import_detail", batch.pk)
    for action, state in ((None, "preview"), ("import_confirm", "written")):
        if action:
            client.post(url(action, batch.pk))
        give_up = time.monotonic() + 30
        while ImportBatch.objects.get().state != state and time.monotonic() < give_up:
            time.sleep(0.2)
        assert ImportBatch.objects.get().state == state
    shown = client.get(url("import_detail", batch.pk)).content.decode()
    assert "新增 2、更新 0、更名 0" in shown


def test_while_nobody_works_on_it_the_page_says_so_politely(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_city)
    send(client, cast, listing(row(1)))
    batch = ImportBatch.objects.get()
    assert "正在读取" in client.get(url("import_detail", batch.pk)).content.decode()
    with clock.travel(clock.now() + timedelta(minutes=1)):
        bar = client.get(url("import_progress", batch.pk), headers={"HX-Request": "true"}).content.decode()
    assert "名单已经保存" in bar
    assert "<html" not in bar
    reading.read(batch.pk, at=clock.now())
    done = client.get(url("import_progress", batch.pk), headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"


def test_the_sweep_gives_out_what_waits(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = upload(listing(row(1)), cast.city, cast.officer_city)
    ImportBatch.objects.filter(pk=batch.pk).update(state="reading")
    assert tasks.sweep_imports() == 1


def test_the_preview_shows_errors_with_their_place_and_lets_them_be_downloaded(client: Client, cast: Cast) -> None:
    batch = upload(listing(row(1), row(2, 经度="不详")), cast.city, cast.officer_city)
    client.force_login(cast.officer_city)
    shown = client.get(url("import_detail", batch.pk)).content.decode()
    assert "第 3 行" in shown
    assert "无法识别" in shown
    assert "确认写入 1 行" in shown
    answer = client.get(url("import_errors", batch.pk))
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    cells = [cell.value for cell in sheet[2]]
    assert cells[:5] == ["名单", 3, "F", "经度", "漯河示例制品2号有限公司"]


def test_the_same_file_again_says_nothing_changed(client: Client, cast: Cast) -> None:
    write(upload(listing(row(1)), cast.city, cast.officer_city), cast.officer_city)
    batch = upload(listing(row(1)), cast.city, cast.officer_city)
    client.force_login(cast.officer_city)
    assert "0 处变更" in client.get(url("import_detail", batch.pk)).content.decode()


def test_a_wrong_file_is_refused_on_the_form(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_city)
    answer = send(client, cast, b"%PDF-1.4", "名单.xlsx")
    assert answer.status_code == 422
    assert "不是 Excel 工作簿" in answer.content.decode()
    assert client.post(url("import_list"), {"unit": cast.city.pk}).status_code == 422


def test_a_double_press_uploads_one_list(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_city)
    content = listing(row(1))
    first, second = send(client, cast, content), send(client, cast, content)
    assert first.headers["Location"] == second.headers["Location"]
    assert ImportBatch.objects.count() == 1


def test_headers_are_mapped_by_hand(client: Client, cast: Cast) -> None:
    one = row(1)
    head = ["厂名" if title == "企业名称" else title for title in one]
    batch = upload(workbook({"名单": [head, list(one.values())]}), cast.city, cast.officer_city)
    client.force_login(cast.officer_city)
    shown = client.get(url("import_detail", batch.pk)).content.decode()
    assert "没有认出必填的列：企业名称" in shown
    known = {f"column-{letter}": key for key, letter in batch.headers[0]["mapping"].items()}
    refused = client.post(url("import_map", batch.pk), known)
    assert (refused.status_code, "还没有指定：企业名称" in refused.content.decode()) == (422, True)
    twice = client.post(url("import_map", batch.pk), known | {"column-A": "longitude"})
    assert "A、F 列都对应了“经度”。每一项请只保留一列。" in twice.content.decode()
    client.post(url("import_map", batch.pk), known | {"column-A": "name"})
    reading.read(batch.pk, at=clock.now())
    assert ImportBatch.objects.get(pk=batch.pk).summary == {"new": 1}


def test_a_doubtful_row_is_decided_side_by_side(client: Client, cast: Cast) -> None:
    batch = upload(listing(row(1, 企业名称=cast.site_a.name)), cast.city, cast.officer_city)
    client.force_login(cast.officer_city)
    shown = client.get(url("import_detail", batch.pk), {"outcome": "doubtful"}).content.decode()
    assert "就是这一家" in shown
    client.post(url("import_decide", batch.rows.get().pk), {"decision": f"same:{cast.site_a.pk}"})
    assert batch.rows.get().enterprise_id_written == cast.site_a.pk
    again = client.post(url("import_decide", batch.rows.get().pk), {"decision": "new"}, follow=True)
    assert "已经处理过" in again.content.decode()


def test_a_candidate_that_another_unit_oversees_now_is_named_by_its_unit_only(client: Client, cast: Cast) -> None:
    name = cast.site_a.name
    batch = upload(listing(row(1, 企业名称=name)), cast.city, cast.officer_city)
    Enterprise.objects.filter(pk=cast.site_a.pk).update(
        unit=cast.other_county, name="洛阳改名厂", address="秘密路 9 号"
    )
    client.force_login(cast.officer_city)
    shown = client.get(url("import_detail", batch.pk), {"outcome": "doubtful"}).content.decode()
    assert "另一单位已登记此代码或名称，请联系洛阳市生态环境局涧西分局核对" in shown
    assert not [leak for leak in ("洛阳改名厂", "秘密路", "就是这一家", cast.site_a.entity.uscc) if str(leak) in shown]
    answer = client.post(url("import_decide", batch.rows.get().pk), {"decision": f"same:{cast.site_a.pk}"}, follow=True)
    assert "登记已经变化" in answer.content.decode()


def test_totals_notes_and_sheets_of_instructions_are_named_and_no_errors(client: Client, cast: Cast) -> None:
    lines = [list(row(1)), list(row(1).values()), ["合 计", "1 家"], ["备注：以上为全部单位"]]
    content = workbook({"说明": [["填报说明"], ["一、请逐项填写"]], "名单": lines})
    batch = upload(content, cast.city, cast.officer_city)
    client.force_login(cast.officer_city)
    shown = client.get(url("import_detail", batch.pk)).content.decode()
    assert "已略过 2 行合计/说明行（第 3、4 行）" in shown
    assert "已略过工作表：“说明”（没有表头）" in shown
    assert "有误" not in shown
    again = upload(content, cast.city, cast.officer_city)
    assert again.summary.get("error", 0) == 0


def test_a_sheet_of_instructions_is_not_offered_for_mapping(client: Client, cast: Cast) -> None:
    one = row(1)
    lines = [[f"第{n}项" for n in range(len(one))], list(one.values())]
    content = workbook({"说明": [["2020 年名单填报说明"], ["一、请逐项填写"]], "名单": lines})
    batch = upload(content, cast.city, cast.officer_city)
    client.force_login(cast.officer_city)
    shown = client.get(url("import_detail", batch.pk)).content.decode()
    assert "工作表“名单”第 1 行" in shown
    assert "第0项" in shown
    assert "已略过工作表：“说明”（没有表头）" in shown
    assert "2020 年名单填报说明" not in shown


def test_a_file_without_a_table_is_refused_and_says_what_it_should_have(client: Client, cast: Cast) -> None:
    batch = upload(workbook({"通知": [["会议通知"], ["请参加"]]}), cast.city, cast.officer_city)
    assert batch.state == "refused"
    assert "表头应有：企业名称" in batch.refusal


def test_a_dropped_list_writes_nothing_and_stays_dropped(client: Client, cast: Cast) -> None:
    batch = upload(listing(row(1)), cast.city, cast.officer_city)
    client.force_login(cast.officer_city)
    client.post(url("import_drop", batch.pk))
    answer = client.post(url("import_confirm", batch.pk), follow=True)
    assert "不能办理" in answer.content.decode()
    assert not Enterprise.objects.filter(name__startswith="漯河示例制品").exists()


@pytest.mark.parametrize("who", ["officer_a", "inspector_a", "officer_other", "officer_province", "enterprise_a"])
def test_only_the_city_that_uploaded_sees_the_list(client: Client, cast: Cast, who: str) -> None:
    batch = upload(listing(row(1, 企业名称=cast.site_a.name)), cast.city, cast.officer_city)
    client.force_login(getattr(cast, who))
    assert client.get(url("import_detail", batch.pk)).status_code == 404
    assert client.get(url("import_errors", batch.pk)).status_code == 404
    assert client.post(url("import_confirm", batch.pk)).status_code == 404
    assert client.post(url("import_decide", batch.rows.get().pk), {"decision": "skip"}).status_code == 404
    if who != "officer_other":
        assert client.get(url("import_list")).status_code == 403


def test_nobody_imports_for_another_city(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_other)
    assert send(client, cast, listing(row(1))).status_code == 422
    assert not ImportBatch.objects.exists()


def test_the_preview_costs_the_same_at_ten_and_at_a_thousand(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_city)
    counts = []
    for start, number in ((0, 10), (2000, 1000)):
        batch = upload(listing(*(row(start + n) for n in range(number))), cast.city, cast.officer_city)
        with CaptureQueriesContext(connection) as asked:
            client.get(url("import_detail", batch.pk))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_template_is_read_back_without_a_complaint(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_city)
    content = b"".join(client.get(url("import_template")).streaming_content)  # type: ignore[attr-defined]
    book = load_workbook(BytesIO(content))
    sheet = book["企业名单"]
    assert len(sheet.data_validations.dataValidation) > 5
    sheet.append([row(1).get(cell.value) for cell in sheet[1]])
    filled = BytesIO()
    book.save(filled)
    found = read_table(filled.getvalue(), LIST_SHEET, name="模板.xlsx")
    assert (found.errors, [line.errors for line in found.rows]) == ([], [()])


def test_an_exported_list_comes_back_without_a_change(client: Client, cast: Cast) -> None:
    write(upload(listing(row(1), row(2)), cast.city, cast.officer_city), cast.officer_city)
    client.force_login(cast.officer_city)
    answer = client.get(url("enterprise_export"), {"q": "示例制品"})
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert upload(content, cast.city, cast.officer_city).summary == {"same": 2}


def test_a_list_written_by_nobodys_word_is_not_written(cast: Cast) -> None:
    batch = upload(listing(row(1)), cast.city, cast.officer_city)
    assert not finishing.write(batch.pk, at=MORNING)
    assert not Enterprise.objects.filter(name__startswith="漯河示例制品").exists()
