"""What a cell of a list may say, and where the sentence points when it may not."""

from datetime import date

import pytest

from enterprises.models import Enterprise, Permit
from tests.cast import Cast
from tests.enterprises.lists import listing, rich, row, said, upload, workbook, write
from tests.factories import synthetic_uscc


@pytest.mark.req("HS-70")
@pytest.mark.parametrize(
    ("title", "letter"), [("企业名称", "A"), ("经度", "F"), ("纬度", "G"), ("县市区", "H"), ("乡镇或开发区", "I")]
)
def test_a_required_cell_left_empty_is_refused_at_its_cell(cast: Cast, title: str, letter: str) -> None:
    batch = upload(listing(row(1), row(2, **{title: None})), cast.city, cast.officer_city)
    assert batch.summary == {"new": 1, "error": 1}
    assert len(said(batch)) == 1
    assert said(batch)[0].startswith(f"3{letter}：“{title}”不能为空。")


@pytest.mark.req("HS-68")
def test_another_industry_without_a_text_is_refused(cast: Cast) -> None:
    batch = upload(
        listing(row(1, 行业类别="22"), row(2, 行业类别="22. 其他具体行业", 行业说明="木门加工")),
        cast.city,
        cast.officer_city,
    )
    assert batch.summary == {"new": 1, "error": 1}
    assert "须在“行业说明”列填写具体行业" in said(batch)[0]


@pytest.mark.req("HS-69")
def test_a_grade_c_is_refused(cast: Cast) -> None:
    batch = upload(listing(row(1, 是否绩效分级A级或B级企业="C级")), cast.city, cast.officer_city)
    assert "“C级”不在可选范围内" in said(batch)[0]


def test_swapped_longitude_and_latitude_are_refused_at_both_cells(cast: Cast) -> None:
    batch = upload(listing(row(1, 经度="33.57", 纬度="114.01")), cast.city, cast.officer_city)
    assert [line.partition("：")[0] for line in said(batch)] == ["2F", "2G"]
    assert "填反" in said(batch)[0]


def test_degrees_minutes_text_dates_and_full_width_digits_are_read(cast: Cast) -> None:
    batch = upload(
        listing(
            rich(1, 经度="114°00′36″", 许可证有效期至="2023.4.3", 厂址序号="１"),
            rich(2, 纬度="３３．５７", 许可证有效期至="2023年4月3日"),
        ),
        cast.city,
        cast.officer_city,
    )
    write(batch, cast.officer_city)
    assert list(Permit.objects.order_by("pk").values_list("valid_to", flat=True)) == [date(2023, 4, 3)] * 2
    site = Enterprise.objects.get(name="漯河示例制品1号有限公司")
    assert (float(site.longitude or 0), site.site_number) == (114.01, 1)


def test_a_permit_number_in_lower_case_is_raised(cast: Cast) -> None:
    number = f"{synthetic_uscc(500_001, '411102')}001P"
    write(upload(listing(row(1, 排污许可证编号=number.lower())), cast.city, cast.officer_city), cast.officer_city)
    assert Permit.objects.get().number == number
    assert upload(listing(row(1, 排污许可证编号=number)), cast.city, cast.officer_city).summary == {"same": 1}


def test_a_wrong_check_character_blocks_the_row_and_says_the_way_out(cast: Cast) -> None:
    code = synthetic_uscc(500_001, "411102")
    wrong = code[:17] + ("0" if code[17] != "0" else "1")
    batch = upload(listing(row(1, 统一社会信用代码=wrong)), cast.city, cast.officer_city)
    assert "校验位" in said(batch)[0]
    assert "附营业执照和理由单独登记" in said(batch)[0]


def test_a_site_without_a_code_needs_kind_and_address_and_waits_for_confirmation(cast: Cast) -> None:
    bad = upload(listing(row(1, 统一社会信用代码=None, 详细地址=None)), cast.city, cast.officer_city)
    assert len(said(bad)) == 2
    good = upload(listing(row(1, 统一社会信用代码=None, 场所类型="物料堆场")), cast.city, cast.officer_city)
    write(good, cast.officer_city)
    assert not Enterprise.objects.get(name="漯河示例制品1号有限公司").is_confirmed


def test_what_a_sheet_has_no_column_for_is_shown_where_it_became_needed(cast: Cast) -> None:
    batch = upload(listing(row(1, 统一社会信用代码=None), row(2, 行业类别="22")), cast.city, cast.officer_city)
    assert said(batch) == [
        "2B：没有统一社会信用代码的，须填写“场所类型”。名单没有“场所类型”列，请加上这一列。",
        "3D：行业类别为“其他具体行业”时，须在“行业说明”列填写具体行业。名单没有“行业说明”列，请加上这一列。",
    ]


def test_a_total_named_in_the_column_of_the_running_number_is_passed_over(cast: Cast) -> None:
    head = ["序号", *row(1)]
    total = ["合计", "1 家", *[None] * (len(head) - 2)]
    batch = upload(workbook({"名单": [head, [1, *row(1).values()], total]}), cast.city, cast.officer_city)
    assert batch.summary == {"new": 1, "passed_rows": {"count": 1, "places": {"名单": [3]}}}
