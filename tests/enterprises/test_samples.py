"""The shipped lists: 400 invented enterprises without an error, and a list of everything that goes wrong."""

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

from accounts.models import Region, Unit
from enterprises.management.commands.make_sample_enterprises import DATA
from enterprises.models import Enterprise, ImportBatch, LegalEntity
from enterprises.rules.codes import examine_uscc
from enterprises.services.imports import finishing, reading
from tests import factories as make
from tests.cast import Cast
from tests.enterprises.lists import said, upload, write
from tests.factories import MORNING

SAMPLES = DATA / "samples"


@pytest.fixture
def cities(cast: Cast) -> dict[str, Unit]:
    """The four cities with a unit for each county and each zone of the sample."""
    call_command("load_reference", verbosity=0)
    tables = yaml.safe_load((DATA / "sample.yaml").read_text(encoding="utf-8"))
    found = {"luohe": cast.city, "luoyang": cast.other_city}
    for key, table in tables["cities"].items():
        city = found.get(key) or make.unit(f"{table['name']}市生态环境局", "city", cast.province)
        found[key] = city
        for code, name, *_ in table["counties"]:
            if not Unit.objects.filter(parent=city, regions=code).exists():
                county = make.unit(f"{city.name}{name}分局", "county", city, short_name=name)
                county.regions.add(Region.objects.get(code=code))
        for name, *_ in table.get("zones", []):
            make.unit(name, "county", city)
    return found


def test_every_city_imports_its_sample_without_an_error(cast: Cast, cities: dict[str, Unit]) -> None:
    for key, city in cities.items():
        batch = upload((SAMPLES / f"{key}.xlsx").read_bytes(), city, cast.officer_province)
        assert (batch.state, said(batch)) == ("preview", [])
        assert not [row.warnings for row in batch.rows.all() if row.warnings]
        write(batch, cast.officer_province)
    sites = Enterprise.objects.filter(name__contains="示例").exclude(pk__in=[cast.site_a.pk, cast.site_b.pk])
    assert sites.count() == 400
    assert 55 <= sites.filter(is_key=True).count() <= 65
    assert 20 <= sites.filter(positive_entries__isnull=False).count() <= 30
    assert sites.filter(entity__uscc=None, is_confirmed=False).count() >= 10
    assert sites.filter(site_number=2).count() >= 3
    assert Unit.objects.get(name="漯河市西城区建设与环境保护局").enterprises.exists()
    again = upload((SAMPLES / "luohe.xlsx").read_bytes(), cities["luohe"], cast.officer_province)
    assert (again.state, again.summary) == ("written", {"same": 120})


def test_every_code_of_the_sample_is_valid_and_unlike_an_issued_one(cast: Cast, cities: dict[str, Unit]) -> None:
    batch = upload((SAMPLES / "kaifeng.xlsx").read_bytes(), cities["kaifeng"], cast.officer_province)
    write(batch, cast.officer_province)
    codes = LegalEntity.objects.filter(sites__unit__parent=cities["kaifeng"]).exclude(uscc=None)
    for code in codes.values_list("uscc", flat=True):
        assert examine_uscc(code or "").is_valid
        assert (code or "")[8:11] == "MAY"


def test_the_list_of_errors_shows_each_error_at_its_cell(cast: Cast, cities: dict[str, Unit]) -> None:
    batch = upload((SAMPLES / "bad-rows.xlsx").read_bytes(), cast.city, cast.officer_province)
    assert batch.summary == {"error": 13, "new": 4}
    text = "\n".join(said(batch))
    for words in (
        "3A：“企业名称”不能为空",
        "4L：",
        "填反",
        "“C级”不在可选范围内",
        "属于洛阳市",
        "校验位",
        "须在“行业说明”列",
        "不是存在的日期",
        "须填写“场所类型”",
        "应为 18 位",
        "“乡镇或开发区”不能为空",
        "无法识别",
        "请填“是”或“否”",
        "是同一单位、同一厂址",
    ):
        assert words in text, words


def test_the_files_are_what_the_command_makes(tmp_path: Path) -> None:
    call_command("make_sample_enterprises", to=tmp_path, verbosity=0)
    for path in sorted(tmp_path.iterdir()):
        assert path.read_bytes() == (SAMPLES / path.name).read_bytes(), path.name


def test_a_list_confirmed_before_an_outage_is_written_after_it(cast: Cast, cities: dict[str, Unit]) -> None:
    batch = upload((SAMPLES / "luoyang.xlsx").read_bytes(), cities["luoyang"], cast.officer_province)
    ImportBatch.objects.filter(pk=batch.pk).update(
        state="writing", confirmed_by=cast.officer_province, confirmed_at=MORNING, claimed_until=None
    )
    assert not reading.read(batch.pk, at=MORNING)
    assert finishing.write(batch.pk, at=MORNING)
    assert Enterprise.objects.filter(unit__parent=cities["luoyang"]).count() == 90
