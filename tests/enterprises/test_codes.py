"""Codes: every vector of GB 32100-2015 and of the cases known to differ (docs/domain: identifiers)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprises.rules.codes import (
    ALPHABET,
    examine_permit,
    examine_uscc,
    organisation_check,
    uscc_check,
)

VALID = [
    "91350100M000100Y43",  # the standard's worked example
    "91130200699229617X",  # printed in HJ 608-2017, appendix A
    "91410181MA9FCJXP9T",
    "91512081MA62K0260E",
    "9131000063159284XQ",
    "91411100MA00000660",  # remainder 0 gives "0"
]
WRONG_CHECK = [
    "91310115MA1G4L1WXK",
    "91310115MA1H8R7C6D",
    "91350211M0000XUF46",
    "91350100M0001TGQXM",
]


@pytest.mark.parametrize("code", VALID)
def test_a_code_with_right_check_characters_is_valid(code: str) -> None:
    verdict = examine_uscc(code)
    assert verdict.is_valid
    assert verdict.warning == ""


@pytest.mark.parametrize("code", WRONG_CHECK)
def test_a_wrong_check_character_blocks_but_may_be_overridden(code: str) -> None:
    verdict = examine_uscc(code)
    assert verdict.error == ""
    assert "校验位" in verdict.check


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("91350100M000100Y4Z", "不允许的字符“Z”"),
        ("91350100M000100Y4", "应为 18 位，现为 17 位"),
        ("９１350100M000100Y43", "全角"),
        ("91A50100M000100Y43", "第 3 至 8 位"),
        ("91350100M000100Y4O", "不允许的字符“O”"),
    ],
)
def test_length_and_alphabet_admit_no_override(code: str, said: str) -> None:
    assert said in examine_uscc(code).error


def test_lower_case_and_spaces_are_accepted() -> None:
    assert examine_uscc(" 91350100m000100y43 ").code == "91350100M000100Y43"


def test_an_unknown_region_only_warns() -> None:
    first = "91990100MA0000066"
    verdict = examine_uscc(first + uscc_check(first))
    assert verdict.is_valid
    assert "“99”" in verdict.warning


def test_the_organisation_code_is_checked_by_itself() -> None:
    first = "91411100MA0000067"  # 6 would be right
    verdict = examine_uscc(first + uscc_check(first))
    assert "第 17 位" in verdict.check


@given(st.integers(0, 16), st.sampled_from(ALPHABET), st.sampled_from(VALID))
def test_one_changed_character_is_always_noticed(place: int, other: str, code: str) -> None:
    changed = code[:place] + other + code[place + 1 :]
    assert changed == code or not examine_uscc(changed).is_valid


@given(st.text(alphabet=ALPHABET, min_size=17, max_size=17))
def test_the_check_character_is_always_of_the_alphabet(first: str) -> None:
    assert uscc_check(first) in ALPHABET
    assert organisation_check(first[8:16]) in "0123456789X"


def test_a_permit_number_carries_the_number_of_its_site() -> None:
    verdict = examine_permit("91130200699229617X002P", frozenset({"91130200699229617X"}))
    assert (verdict.error, verdict.warning, verdict.site_number) == ("", "", 2)


def test_a_permit_number_in_lower_case_is_raised() -> None:
    verdict = examine_permit("91130200699229617x002p", frozenset({"91130200699229617X"}))
    assert (verdict.number, verdict.error, verdict.warning) == ("91130200699229617X002P", "", "")


def test_a_permit_under_another_code_only_warns() -> None:
    assert "前 18 位" in examine_permit("91130200699229617X001P", frozenset({"91350100M000100Y43"})).warning


@pytest.mark.parametrize("number", ["91130200699229617X01P", "91130200699229617X001PP", "９1130200699229617X001P", ""])
def test_a_permit_number_of_another_shape_is_an_error(number: str) -> None:
    assert examine_permit(number).error
