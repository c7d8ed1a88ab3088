"""Coordinates, bigrams, matching and slip codes."""

from decimal import Decimal

import pytest

from enterprises.rules.coordinates import as_dms, examine_place
from enterprises.rules.matching import Known, Listed, Register, Way, match
from enterprises.rules.searching import bigrams, plain, wanted
from enterprises.rules.slips import hashed, new_code, printed, typed


@pytest.mark.parametrize(
    ("degrees", "said"),
    [
        ("114.0123333", "114°00′44.40″"),
        ("33", "33°00′00.00″"),
        ("113.9999999", "114°00′00.00″"),
        ("0.5", "0°30′00.00″"),
    ],
)
def test_a_coordinate_is_printed_as_the_national_platforms_print_it(degrees: str, said: str) -> None:
    assert as_dms(Decimal(degrees)) == said


def test_swapped_longitude_and_latitude_are_named() -> None:
    assert "填反" in examine_place(Decimal("33.58"), Decimal("114.01"), "41").error


def test_a_place_abroad_is_an_error_and_another_province_a_warning() -> None:
    assert "境内" in examine_place(Decimal("0"), Decimal("0"), "41").error
    assert "河南省" in examine_place(Decimal("121.5"), Decimal("31.2"), "41").warning


def test_a_plausible_place_is_silent() -> None:
    verdict = examine_place(Decimal("114.01"), Decimal("33.58"), "41")
    assert (verdict.error, verdict.warning) == ("", "")


def test_bigrams_find_any_two_neighbouring_characters() -> None:
    assert set(wanted("示例")) <= set(bigrams("漯河示例纸业有限公司"))
    assert not set(wanted("例示")) <= set(bigrams("漯河示例纸业有限公司"))


def test_one_character_asks_for_nothing() -> None:
    assert wanted("纸") == []


def test_full_width_spaces_and_brackets_are_one_spelling() -> None:
    assert plain("示例（漯河） 纸业ａ") == "示例(漯河)纸业A"


OLD = Known(
    1, "漯河示例纸业有限公司", code="A", site_number=1, region_code="411102", former_names=frozenset({"漯河纸厂"})
)
TWIN = Known(2, "漯河示例纸业有限公司二厂", code="A", site_number=2, region_code="411102")
YARD = Known(3, "示例砂石料场", region_code="411102", address="示例路 1 号")


def register(*sites: Known, permits: dict[str, Known] | None = None) -> Register:
    by_code: dict[str, list[Known]] = {}
    by_name: dict[str, list[Known]] = {}
    for site in sites:
        if site.code:
            by_code.setdefault(site.code, []).append(site)
        for name in {site.name, *site.former_names}:
            by_name.setdefault(plain(name), []).append(site)
    return Register(permits or {}, by_code, by_name)


def test_a_permit_names_its_site_before_anything_else() -> None:
    found = match(Listed("新名", code="B", permit="P1", former_name=""), register(permits={"P1": YARD}))
    assert (found.way, found.site) == (Way.PERMIT, 3)


def test_a_permit_and_a_code_that_disagree_are_shown_side_by_side() -> None:
    found = match(Listed("新名", code="A", site_number=2, permit="P1"), register(OLD, TWIN, permits={"P1": OLD}))
    assert (found.way, found.candidates) == (Way.DOUBTFUL, (1, 2))


def test_a_permit_under_another_bodys_code_and_name_is_doubtful() -> None:
    found = match(Listed("别的单位", code="B", permit="P1"), register(OLD, permits={"P1": OLD}))
    assert (found.way, found.candidates) == (Way.DOUBTFUL, (1,))


def test_code_and_site_number_name_the_site() -> None:
    assert match(Listed("任何名", code="A", site_number=2), register(OLD, TWIN)).site == 2


def test_the_only_site_of_a_code_needs_no_number() -> None:
    assert match(Listed("任何名", code="A"), register(OLD)).site == 1


def test_several_sites_without_a_number_fall_to_a_person_unless_the_name_says_which() -> None:
    assert match(Listed("任何名", code="A"), register(OLD, TWIN)).way == Way.DOUBTFUL
    assert match(Listed(TWIN.name, code="A"), register(OLD, TWIN)).site == 2


def test_another_site_number_is_a_new_site() -> None:
    assert match(Listed("三厂", code="A", site_number=3), register(OLD, TWIN)).way == Way.NEW


def test_a_body_without_a_code_is_known_by_name_and_region() -> None:
    assert match(Listed(YARD.name, region_code="411102"), register(YARD)).site == 3
    assert match(Listed(YARD.name, region_code="411104"), register(YARD)).way == Way.DOUBTFUL


def test_two_namesakes_without_a_code_are_told_apart_by_address() -> None:
    other = Known(4, YARD.name, region_code="411102", address="示例路 9 号")
    listed = Listed(YARD.name, region_code="411102", address="示例路9号")
    assert match(listed, register(YARD, other)).site == 4


def test_a_stated_former_name_finds_the_site_without_a_code() -> None:
    listed = Listed("示例砂石有限公司", code="B", former_name=YARD.name)
    assert match(listed, register(YARD)).site == 3


def test_a_former_name_under_another_code_falls_to_a_person() -> None:
    listed = Listed("新示例纸业", code="B", former_name="漯河纸厂")
    found = match(listed, register(OLD))
    assert (found.way, found.candidates) == (Way.DOUBTFUL, (1,))


def test_nobody_alike_is_new() -> None:
    assert match(Listed("全新单位", code="C"), register(OLD, TWIN, YARD)).way == Way.NEW


def test_a_slip_code_is_read_as_it_is_typed() -> None:
    assert typed(" ab0o-1iL x ") == "AB00111X"
    assert typed("ＡＢ１２") == "AB12"


def test_a_printed_code_typed_back_has_the_same_hash() -> None:
    code = new_code()
    assert hashed(printed(code).lower()) == hashed(code)
    assert len(code) == 12
