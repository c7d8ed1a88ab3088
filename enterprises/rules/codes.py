"""Codes: 统一社会信用代码 (GB 32100-2015, GB 11714) and 排污许可证编号 (HJ 608-2017)."""

import re
from dataclasses import dataclass
from operator import mul
from typing import Final

# GB 32100-2015, 4: 31 characters, without I O S V Z; the value of a character is its place.
ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_LENGTH: Final = 18
VALUES: Final = {character: place for place, character in enumerate(ALPHABET)}
WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(CODE_LENGTH - 1))
# GB 11714: weights of the eight characters of the organisation code; letters count from 10.
ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_CHECK: Final = "0123456789X"
# First two digits of GB/T 2260. Codes registered by the State administration itself carry 100000.
PROVINCES: Final = frozenset(
    str(n)
    for block in ((10, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66), (71, 72), (81, 83))
    for n in range(*block)
)
PERMIT: Final = re.compile(r"[0-9A-Z]{18}[0-9]{3}[0-9A-Z]")


@dataclass(frozen=True)
class CodeVerdict:
    """What is said of a code: `error` stands, `check` may be overridden with a reason, `warning` blocks nothing."""

    code: str
    error: str = ""
    check: str = ""
    warning: str = ""

    @property
    def is_valid(self) -> bool:
        return not self.error and not self.check


def examine_uscc(text: str) -> CodeVerdict:
    """Judge a unified social credit code. Lower case is raised, nothing else is corrected.

    Codes that fail the check character were issued in reality, hence the documented override (decision 0008).
    """
    code = "".join(text.split()).upper()
    error = shape_error(code)
    if error:
        return CodeVerdict(code, error=error)
    return CodeVerdict(code, check=check_error(code), warning=region_warning(code))


def shape_error(code: str) -> str:
    """Length and alphabet, which admit no exception; full-width characters are named, never silently converted."""
    if any(ord(c) > 127 for c in code):
        return "统一社会信用代码含有全角字符或汉字，请改用半角数字和大写字母重新填写。"
    if len(code) != CODE_LENGTH:
        return f"统一社会信用代码应为 {CODE_LENGTH} 位，现为 {len(code)} 位。"
    strange = sorted({c for c in code if c not in ALPHABET})
    if strange:
        return f"统一社会信用代码含有不允许的字符“{'、'.join(strange)}”（不使用字母 I、O、S、V、Z）。"
    if not code[2:8].isdigit():
        return "统一社会信用代码第 3 至 8 位（登记机关行政区划）应为数字。"
    return ""


def check_error(code: str) -> str:
    """The two independent check characters; the sentence says which one disagrees."""
    if code[17] != uscc_check(code[:17]):
        return "统一社会信用代码的校验位（第 18 位）不符，请对照营业执照核对。"
    if code[16] != organisation_check(code[8:16]):
        return "统一社会信用代码中主体标识码的校验位（第 17 位）不符，请对照营业执照核对。"
    return ""


def region_warning(code: str) -> str:
    if code[2:4] in PROVINCES:
        return ""
    return f"统一社会信用代码第 3、4 位“{code[2:4]}”不是现行省级行政区划，请核对。"


def uscc_check(first: str) -> str:
    """The 18th character of 17 (GB 32100-2015, 5): weights 3^(i-1) mod 31; a remainder of 0 gives "0"."""
    total = sum(map(mul, map(VALUES.__getitem__, first), WEIGHTS))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code (GB 11714): 11 - Σ mod 11, with 10 as X and 11 as 0."""
    total = sum(int(c, 36) * weight for c, weight in zip(body, ORGANISATION_WEIGHTS, strict=True))
    return ORGANISATION_CHECK[(11 - total % 11) % 11]


@dataclass(frozen=True)
class PermitVerdict:
    """What is said of a permit number, and the site number it carries (None where it carries none)."""

    number: str
    error: str = ""
    warning: str = ""
    site_number: int | None = None


def examine_permit(text: str, codes: frozenset[str] = frozenset()) -> PermitVerdict:
    """Judge a discharge permit number of 22 characters: the code, three digits of the site, one opaque character.

    Lower case is raised, as in a credit code. `codes` are the entity's code and its former ones: a permit keeps the
    code under which it was issued.
    """
    number = "".join(text.split()).upper()
    if any(ord(c) > 127 for c in number):
        return PermitVerdict(number, error="排污许可证编号含有全角字符或汉字，请改用半角字符重新填写。")
    if not PERMIT.fullmatch(number):
        return PermitVerdict(
            number,
            error=f"排污许可证编号应为 22 位（18 位统一社会信用代码、3 位厂址顺序号、1 位标识），现为“{number}”。",
        )
    warning = ""
    if codes and number[:18] not in codes:
        warning = "排污许可证编号前 18 位与统一社会信用代码不同，请核对（代码变更过的单位属正常情况）。"
    return PermitVerdict(number, warning=warning, site_number=int(number[18:21]) or None)
