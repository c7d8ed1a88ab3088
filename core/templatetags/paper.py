"""Filters of the papers below templates/documents/."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from django import template

from core.documents import fields as words

register = template.Library()


@register.filter
def cn_date(value: date | datetime | None) -> str:
    return words.cn_date(value) if value else words.STRUCK


@register.filter
def cn_datetime(value: datetime | None) -> str:
    return words.cn_datetime(value) if value else words.STRUCK


@register.filter
def cn_money(value: Decimal | int | None) -> str:
    return words.cn_money(value) if value is not None else words.STRUCK


@register.filter
def struck(value: object) -> str:
    """The value as a paper says it, or ／ where there is none."""
    return words.PaperField("", value).text


@register.filter
def paired(fields: Sequence[words.PaperField]) -> Iterator[tuple[words.PaperField, ...]]:
    return words.paired(fields)


@register.filter
def head_size(agency: str) -> int:
    """Points of the red head: as large as 156 mm allow, at most 48, at least 26 (longer names take two lines)."""
    return max(26, min(48, math.floor(436 / max(len(agency), 1))))


@register.filter
def sentence(text: str) -> str:
    """A text that ends as a sentence ends."""
    return text.rstrip().rstrip("。；;.") + "。"
