"""From what people type into a cell to a value. Pure; every refusal is a Chinese sentence (ValueError)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final

from core.sheets.spec import Column

# Full-width letters, digits and blanks become ordinary ones; Chinese brackets and punctuation stay as they are.
NARROW: Final = {
    **{
        wide: wide - 0xFEE0
        for span in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
        for wide in range(span[0], span[1] + 1)
    },
    **dict.fromkeys((0x3000, 0xA0, 0x2002, 0x2003, 0x2009), 0x20),
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0xFEFF, 0x2060)),
}
WIDE: Final = re.compile(f"[{''.join(map(chr, NARROW))}]")
MARKS: Final = str.maketrans(
    {"º": "°", "˚": "°", "度": "°", "′": "'", "’": "'", "‘": "'", "分": "'", "″": '"', "”": '"', "“": '"', "秒": '"'}
)
NOTHING: Final = frozenset({"", "/", "-", "--", "—", "——", "无", "N/A", "n/a"})
EXCEL_DAY_0: Final = date(1899, 12, 30)
EXCEL_DAYS: Final = (20_000, 80_000)
DATE: Final = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))")
TIME: Final = re.compile(r"[T ]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?|分)?")
PLAIN_NUMBER: Final = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
PLAIN_DEGREES: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
DEGREES: Final = re.compile(r"""(\d{1,3}(?:\.\d+)?)°?""")
DEGREES_MINUTES: Final = re.compile(r"""(\d{1,3})°(\d{1,2}(?:\.\d+)?)'?""")
DEGREES_MINUTES_SECONDS: Final = re.compile(
    r"""(\d{1,3})(?:°|[-: .])(\d{1,2})(?:'|[-: .])(\d{1,2}(?:\.\d+)?)(?:"|'')?"""
)
USCC: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
# China's mainland and islands, degrees.
LONGITUDES: Final = (Decimal(73), Decimal(136))
LATITUDES: Final = (Decimal(3), Decimal(54))
YES_NO: Final = {
    "是": True,
    "有": True,
    "√": True,
    "Y": True,
    "1": True,
    "否": False,
    "无": False,
    "×": False,
    "N": False,
    "0": False,
}


class CellError(str):
    """What a spreadsheet shows where a formula failed: #N/A, #REF!, #VALUE!."""

    __slots__ = ()


def clean(text: str) -> str:
    """Trimmed, full-width letters and digits narrowed, invisible characters gone; line breaks inside a cell stay."""
    if not text.isascii():  # most cells are plain figures and codes, and an import looks at every one
        text = unicodedata.normalize("NFC", text.translate(NARROW) if WIDE.search(text) else text)
    return text.replace("\r\n", "\n").strip()


def code(text: str) -> str:
    """For what is compared, not read: NFKC without any blank."""
    if text.isascii():
        return "".join(text.split())
    return "".join(unicodedata.normalize("NFKC", clean(text)).split())


def key_of(title: str) -> str:
    """How titles are compared: no blanks, signs of duty or colons; full width narrowed; case folded."""
    return re.sub(r"[\s*＊:：]", "", unicodedata.normalize("NFKC", title)).casefold()


def letter(place: int) -> str:
    """0 is A, 25 Z, 26 AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def shown(value: object) -> str:
    """A raw cell as the person sees it."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S").removesuffix(" 00:00:00")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else clean(str(value))


def parse_cell(column: Column, value: object, text: str) -> object:
    """The value of a cell that is `shown` as `text`, or None where it is empty. ValueError with a sentence where it
    makes no sense."""
    if isinstance(value, CellError):
        raise ValueError(f"“{column.title}”是公式错误 {text}，请在表格中改正后再上传。")
    if not text or (column.kind not in {"text", "choice", "bool"} and text in NOTHING):
        if column.required:
            raise ValueError(f"“{column.title}”不能为空。")
        return None
    found = KINDS[column.kind](column, value, text)
    return column.parse(found) if column.parse else found


def parse_text(column: Column, value: object, text: str) -> str:
    if column.max_length and len(text) > column.max_length:
        raise ValueError(f"“{column.title}”有 {len(text)} 个字，超过 {column.max_length} 个字的上限。")
    return text


def parse_phone(column: Column, value: object, text: str) -> str:
    return parse_text(column, value, code(text))


def parse_int(column: Column, value: object, text: str) -> int:
    number = parse_number(column, value, text)
    if number != number.to_integral_value():
        raise ValueError(f"“{column.title}”应填整数，“{text}”带有小数。")
    if not column.least <= number <= column.most:
        raise ValueError(f"“{column.title}”的“{text}”超出范围，应在 {column.least} 至 {column.most} 之间。")
    return int(number)


def parse_number(column: Column, value: object, text: str) -> Decimal:
    """Ordinary figures, also with thousands separators; a figure with a unit or a word is refused, never guessed."""
    plain = code(text)
    if isinstance(value, bool) or not PLAIN_NUMBER.fullmatch(plain):
        try:
            return number_of(value)
        except (InvalidOperation, TypeError):
            raise ValueError(f"“{column.title}”应填数字，“{text}”不是数字（不要写单位和文字）。") from None
    return Decimal(plain.replace(",", ""))


def number_of(value: object) -> Decimal:
    """A number that the spreadsheet itself stores as one (1e-05 has no ordinary figures)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError
    number = Decimal(repr(value))
    if not number.is_finite():
        raise TypeError
    return number


def parse_date(column: Column, value: object, text: str) -> date:
    """2020.4.3, 2020年4月3日, 2020-04-03, 2020/4/3, 20200403, an Excel serial number; a time behind it is dropped."""
    return date_and_rest(column, value, text)[0]


def parse_datetime(column: Column, value: object, text: str) -> datetime:
    """A date with or without hours and minutes (Shanghai wall clock, naive)."""
    if isinstance(value, datetime):
        return value
    day, rest = date_and_rest(column, value, text)
    time = TIME.fullmatch(rest) if rest else None
    if rest and time is None:
        raise bad_date(column, text)
    hour, minute, second = (int(part or 0) for part in time.groups()) if time else (0, 0, 0)
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 - a wall clock, as typed
    except ValueError:
        raise bad_date(column, text) from None


def date_and_rest(column: Column, value: object, text: str) -> tuple[date, str]:
    if isinstance(value, datetime):
        return value.date(), ""
    plain = unicodedata.normalize("NFKC", text).replace("。", ".")
    if re.fullmatch(r"\d{5}(\.\d+)?", plain) and EXCEL_DAYS[0] <= float(plain) <= EXCEL_DAYS[1]:
        return EXCEL_DAY_0 + timedelta(days=int(float(plain))), ""
    match = DATE.match("".join(plain.split()) if plain.count(" ") > 1 else plain)
    rest = match.string[match.end() :] if match else ""
    if match is None or (rest and not TIME.fullmatch(rest)):
        raise bad_date(column, text)
    year, *others = (int(part) for part in match.groups() if part)
    try:
        found = date(year, others[0], others[1])
    except ValueError:
        raise ValueError(f"“{column.title}”的“{text}”不是存在的日期。") from None
    if not 1900 <= year <= 2100:
        raise ValueError(f"“{column.title}”的年份 {year} 不合理，请核对。")
    return found, rest


def bad_date(column: Column, text: str) -> ValueError:
    return ValueError(f"“{column.title}”的“{text}”不是完整的日期，请写成 2020-04-03 或 2020年4月3日。")


@cache
def compared(words: tuple[str, ...]) -> dict[str, str]:
    """The words of a choice by the spelling in which cells are compared; reckoned once, not for every cell."""
    return {code(word).casefold(): word for word in words}


def parse_choice(column: Column, value: object, text: str) -> object:
    options = compared(tuple(column.choices))
    found = options.get(code(text).casefold())
    if found is None:
        named = "、".join(list(column.choices)[:12]) + ("等" if len(column.choices) > 12 else "")
        raise ValueError(f"“{column.title}”的“{text}”不在可选范围内，可填：{named}。")
    return column.choices[found]


def parse_bool(column: Column, value: object, text: str) -> bool:
    found = YES_NO.get(code(text).upper())
    if found is None:
        raise ValueError(f"“{column.title}”请填“是”或“否”，“{text}”无法识别。")
    return found


def parse_uscc(column: Column, value: object, text: str) -> str:
    """Upper-cased, 18 characters of the alphabet of GB 32100-2015. The check characters are the caller's matter."""
    found = code(text).replace("-", "").upper()
    if isinstance(value, float) or (isinstance(value, int) and value >= 10**15):
        raise ValueError(f"“{column.title}”被表格存成了数字，末几位已经丢失。请把这一列设为“文本”格式后重新填写。")
    if len(found) != 18:
        raise ValueError(f"“{column.title}”应为 18 位，“{text}”有 {len(found)} 位。")
    if not USCC.fullmatch(found):
        wrong = "、".join(sorted({c for c in found if not USCC.fullmatch(c * 18)}))
        raise ValueError(f"“{column.title}”的“{text}”含有不会出现的字符：{wrong}（代码中没有字母 I、O、S、V、Z）。")
    return found


def parse_longitude(column: Column, value: object, text: str) -> Decimal:
    return within(column, text, LONGITUDES, LATITUDES, "经度", "纬度")


def parse_latitude(column: Column, value: object, text: str) -> Decimal:
    return within(column, text, LATITUDES, LONGITUDES, "纬度", "经度")


def within(
    column: Column, text: str, box: tuple[Decimal, Decimal], other: tuple[Decimal, Decimal], name: str, other_name: str
) -> Decimal:
    """Decimal degrees inside China. A value that fits the other column is said to be swapped, and never swapped."""
    found = degrees(column, text)
    if box[0] <= found <= box[1]:
        return found
    if other[0] <= found <= other[1]:
        raise ValueError(f"“{column.title}”的“{text}”像是{other_name}，请核对经度和纬度是否填反了。")
    raise ValueError(f"“{column.title}”的“{text}”超出范围：{name}应在 {box[0]} 至 {box[1]} 度之间。")


def degrees(column: Column, text: str) -> Decimal:
    """113.425, 113°25′30″, 113度25分30秒, 东经113°25.5′, 113-25-30 as decimal degrees to six places."""
    if PLAIN_DEGREES.fullmatch(text):
        return Decimal(text)
    plain = unicodedata.normalize("NFKC", text.translate(MARKS)).strip()
    plain = re.sub(r"^(东经|北纬|经度|纬度|[EN])[:：]?\s*|\s*[EN]$", "", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\s*([°'\"])\s*", r"\1", plain)
    whole, minutes, seconds = Decimal(0), Decimal(0), Decimal(0)
    if match := DEGREES.fullmatch(plain):
        whole = Decimal(match[1])
    elif match := DEGREES_MINUTES.fullmatch(plain):
        whole, minutes = Decimal(match[1]), Decimal(match[2])
    elif match := DEGREES_MINUTES_SECONDS.fullmatch(plain):
        whole, minutes, seconds = Decimal(match[1]), Decimal(match[2]), Decimal(match[3])
    else:
        raise ValueError(f"“{column.title}”的“{text}”无法识别，请写成 113.425 或 113°25′30″。")
    if minutes >= 60 or seconds >= 60:
        raise ValueError(f"“{column.title}”的“{text}”里分或秒不小于 60，请核对。")
    return round(whole + minutes / 60 + seconds / 3600, 6)


KINDS: Final[Mapping[str, Callable[[Column, Any, str], object]]] = {
    "text": parse_text,
    "phone": parse_phone,
    "int": parse_int,
    "number": parse_number,
    "date": parse_date,
    "datetime": parse_datetime,
    "choice": parse_choice,
    "bool": parse_bool,
    "uscc": parse_uscc,
    "longitude": parse_longitude,
    "latitude": parse_latitude,
}
