"""What stands on a paper, said as people write it. Pure: no database, no settings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import Final
from zoneinfo import ZoneInfo

from core.refusals import Refused

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
STRUCK: Final = "／"
DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
# A wide field of a form: characters a line, and the lines from which a row is worth dividing.
LINE: Final = 30
TALL: Final = 12
PLACES: Final = ("", "拾", "佰", "仟")
GROUPS: Final = ("", "万", "亿", "万亿")


@dataclass(frozen=True)
class PaperField:
    """One labelled place of a paper. A required field without a value stops the paper; an optional one is struck."""

    label: str
    value: object
    required: bool = True
    wide: bool = False

    @property
    def is_empty(self) -> bool:
        return self.value is None or (isinstance(self.value, str) and not self.value.strip()) or self.value in ([], ())

    @property
    def text(self) -> str:
        return STRUCK if self.is_empty else paper_text(self.value)

    @property
    def is_long(self) -> bool:
        """Whether its row may go over a page: a shorter one would leave its label behind an empty cell."""
        return sum(ceil(len(part) / LINE) or 1 for part in self.text.split("\n")) > TALL


def missing_fields(fields: Iterable[PaperField]) -> list[str]:
    """Labels of the required fields that have no value, in the order of the paper."""
    return [field.label for field in fields if field.required and field.is_empty]


def require_fields(fields: Iterable[PaperField], title: str) -> None:
    """Refused (422) with the names of what is missing: a paper is never printed with a hole."""
    missing = missing_fields(fields)
    if missing:
        names = "、".join(missing)
        raise Refused(
            f"《{title}》还缺 {len(missing)} 项内容，补齐后才能制作：{names}。", status=422, errors={"missing": missing}
        )


def paired(fields: Sequence[PaperField]) -> Iterator[tuple[PaperField, ...]]:
    """The rows of a boxed form: wide fields alone, others two by two in their order."""
    waiting: PaperField | None = None
    for field in fields:
        if waiting and not field.wide:
            yield waiting, field
            waiting = None
            continue
        if waiting:
            yield (waiting,)
        waiting = None if field.wide else field
        if field.wide:
            yield (field,)
    if waiting:
        yield (waiting,)


def paper_text(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return cn_datetime(value)
    if isinstance(value, date):
        return cn_date(value)
    if isinstance(value, (list, tuple)):
        return "、".join(paper_text(part) for part in value)
    return str(value)


def cn_date(value: date | datetime) -> str:
    """2020年4月3日, an instant by its day in Shanghai."""
    day = value.astimezone(SHANGHAI) if isinstance(value, datetime) else value
    return f"{day.year}年{day.month}月{day.day}日"


def cn_datetime(value: datetime) -> str:
    """2020年4月3日9时05分, Shanghai time."""
    local = value.astimezone(SHANGHAI)
    return f"{cn_date(value)}{local.hour}时{local.minute:02d}分"


def cn_money(amount: Decimal | int) -> str:
    """An amount of yuan (below 10^16) in capital figures: 280000 is 贰拾捌万元整. ValueError when negative."""
    fen = int((Decimal(amount) * 100).to_integral_value())
    if fen < 0:
        raise ValueError("an amount on a paper is not negative")
    yuan, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    whole = capital_figures(yuan) + "元" if yuan or not fen else ""
    if not jiao and not cent:
        return whole + "整"
    tenths = DIGITS[jiao] + "角" if jiao else ("零" if yuan else "")
    return whole + tenths + (DIGITS[cent] + "分" if cent else "整")


def capital_figures(number: int) -> str:
    if number == 0:
        return "零"
    text, group, gap = "", 0, False
    while number:
        number, part = divmod(number, 10_000)
        if part:
            text = four_figures(part) + GROUPS[group] + ("零" if gap and text else "") + text
        gap = part < 1000 if part else bool(text)
        group += 1
    return text


def four_figures(part: int) -> str:
    text, zero = "", False
    for place in range(3, -1, -1):
        digit = part // 10**place % 10
        if digit:
            text += ("零" if zero and text else "") + DIGITS[digit] + PLACES[place]
        zero = digit == 0
    return text
