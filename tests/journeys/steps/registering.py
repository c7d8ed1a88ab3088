"""Step 3: a city brings its list in from Excel."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook
from playwright.sync_api import Page, expect

from core.models import AuditEvent, Notice
from enterprises.models import Enterprise, ImportBatch
from tests.factories import synthetic_uscc
from tests.journeys.stage import Player, Stage
from tests.running import worker

HEAD = (
    "企业名称",
    "统一社会信用代码",
    "行业类别",
    "是否重点排污单位",
    "经度",
    "纬度",
    "县市区",
    "乡镇或开发区",
    "详细地址",
    "是否正面清单",
    "正面清单有效期至",
)
SHEET = "2020年名单"
HERO, LISTED, HALTED = "漯河沙澧示例制药有限公司", "漯河晨光示例塑料有限公司", "漯河太行示例铸造有限公司"


def line(number: int, name: str, **other: Any) -> list[Any]:
    """A good row of the list; `other` replaces cells by their place: c5="…" is the sixth."""
    cells = [name, synthetic_uscc(700_000 + number, "411102"), "制药", "是", "114.01", "33.57"]
    cells += ["源汇区", "示例镇", f"沙澧路 {number} 号", "否", None]
    for place, value in other.items():
        cells[int(place[1:])] = value
    return cells


def city_list() -> bytes:
    """A list as cities send it: a title above the heads, text dates, and rows that are wrong or doubtful."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(["漯河市 2020 年排污单位名单"])
    sheet.append(HEAD)
    sheet.append(line(1, HERO))
    sheet.append(line(2, LISTED, c2="塑料", c9="是", c10="2021年4月30日"))
    sheet.append(line(3, HALTED, c2="铸造"))
    sheet.append(line(4, "漯河示例错码有限公司", c1="91411102MA7000040X"))
    sheet.append(line(5, "漯河示例坐标有限公司", c4="33.57", c5="114.01"))
    sheet.append(line(6, "漯河示例日期有限公司", c9="是", c10="2020.4.31"))
    sheet.append(line(7, "召陵示例化工厂", c6="召陵区"))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def list_is_imported(stage: Stage) -> None:
    """3: a preview with every error by sheet, row and column; good rows on confirmation; again, nothing changes."""
    stage.travel("2020-03-25 09:30")
    city = stage.at_desk(stage.cast.officer_city)
    with TemporaryDirectory() as folder, worker(Path(folder) / "worker.log"):
        wrong_file(city)
        first = sent(city, city_list())
        previewed(stage, city, first)
        decide_the_doubtful(stage, city)
        city.page.get_by_role("button", name="确认写入 3 行").click()
        city.page.get_by_text("新增 3、更新 0、更名 0").wait_for()
        again(stage, city)
    stage.at_desk(stage.cast.officer_other).finds_nothing(f"/enterprises/imports/{first.pk}/")
    hero = Enterprise.objects.get(name=HERO)
    assert hero.unit == stage.cast.county_a
    assert hero.is_key
    assert Enterprise.objects.filter(name__contains="错码").count() == 0
    stage.facts |= {"hero": hero, "listed": Enterprise.objects.get(name=LISTED)}
    stage.facts["halted"] = Enterprise.objects.get(name=HALTED)
    county = stage.at_desk(stage.cast.officer_a)
    county.is_turned_away("/enterprises/imports/")
    assert Notice.objects.filter(recipient=stage.cast.officer_a).exists()


def upload(city: Player, name: str, content: bytes) -> Page:
    page = city.open("/enterprises/imports/")
    page.locator("#id_file").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": content}]
    )
    city.press("上传并读取")
    return page


def wrong_file(city: Player) -> None:
    page = upload(city, "名单.xlsx", b"not a workbook at all")
    expect(page.get_by_text("不是").locator("visible=true").first).to_be_visible(timeout=30_000)
    assert not Enterprise.objects.filter(name=HERO).exists()


def sent(city: Player, content: bytes) -> ImportBatch:
    page = upload(city, "漯河市名单.xlsx", content)
    page.get_by_role("heading", name="核对名单").wait_for(timeout=30_000)
    return ImportBatch.objects.latest("pk")


def previewed(stage: Stage, city: Player, batch: ImportBatch) -> None:
    """Every fault stands beside its sheet, row and column."""
    page = city.page
    page.goto(f"{stage.url}/enterprises/imports/{batch.pk}/?outcome=error")
    stage.look(page, "import-errors")
    for row, column in ((6, "B"), (7, "E"), (8, "K")):
        found = page.get_by_role("row").filter(has_text=f"第 {row} 行")
        expect(found).to_contain_text(SHEET)
        expect(found.locator("td", has_text=column).last).to_be_visible()
    assert not Enterprise.objects.filter(name=HERO).exists(), "a preview writes nothing"


def decide_the_doubtful(stage: Stage, city: Player) -> None:
    page = city.page
    page.get_by_role("link", name="待人工确认").first.click()
    city.reads("同名或曾用名相同的单位已登记：召陵示例化工厂")
    stage.look(page, "import-doubtful")
    city.press("不导入")
    city.reads("已处理")


def again(stage: Stage, city: Player) -> None:
    """The same file: no row changes, no event about a site, no notice."""
    rows = list(Enterprise.objects.order_by("pk").values())
    events = AuditEvent.objects.filter(model="enterprises.enterprise").count()
    notices = Notice.objects.count()
    page = upload(city, "漯河市名单.xlsx", city_list())
    page.get_by_text("0 处变更").first.wait_for(timeout=30_000)
    stage.look(page, "import-again")
    assert list(Enterprise.objects.order_by("pk").values()) == rows
    assert AuditEvent.objects.filter(model="enterprises.enterprise").count() == events
    assert Notice.objects.count() == notices
