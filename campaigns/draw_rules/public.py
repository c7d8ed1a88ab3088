"""The public value of a draw: numbers with one spelling only, published at times that are known beforehand.

A source is plain values, as sealed with the pool: key, name, parts ([label, count, lowest, highest]), weekdays, time.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

# China has kept one offset since 1991; the script says the same without a database of time zones.
BEIJING = timezone(timedelta(hours=8))
# Between the last reveal and the publication: clocks differ, and pages are slow.
MARGIN = timedelta(hours=1)
BETWEEN = re.compile(r"[0-9\s,、;:+|./-]+")
LONGEST = 200
WEEKDAYS = "一二三四五六日"


def spelt(text: str, source: Mapping[str, Any]) -> str:
    """The one spelling of the numbers: each part ascending, two digits or as many as its highest has, single spaces.

    ValueError with a Chinese sentence for what is not these numbers.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    if not BETWEEN.fullmatch(plain):
        raise ValueError(f"公共值只写号码，用空格分隔，如“{example(source)}”。")
    numbers = [int(word) for word in re.findall("[0-9]+", plain)]
    wanted = sum(count for _, count, _, _ in source["parts"])
    if len(numbers) != wanted:
        raise ValueError(f"{source['name']}每次开奖 {wanted} 个号码，现在填了 {len(numbers)} 个。")
    words: list[str] = []
    for label, count, lowest, highest in source["parts"]:
        chosen, numbers = sorted(numbers[:count]), numbers[count:]
        if chosen[0] < lowest or chosen[-1] > highest or len(set(chosen)) != count:
            raise ValueError(f"{label}须是 {count} 个不同的号码，从 {lowest} 到 {highest}。")
        words += [f"{number:0{len(str(highest))}d}" for number in chosen]
    return " ".join(words)


def example(source: Mapping[str, Any]) -> str:
    return " ".join(
        f"{number:0{len(str(highest))}d}"
        for _, count, lowest, highest in source["parts"]
        for number in range(lowest, lowest + count)
    )


def published_after(source: Mapping[str, Any], moment: datetime) -> datetime:
    """The first publication at least MARGIN after a moment."""
    earliest = (moment + MARGIN).astimezone(BEIJING)
    hour, minute = map(int, source["time"].split(":"))
    found = earliest.replace(hour=hour, minute=minute, second=0, microsecond=0)
    while found < earliest or found.isoweekday() not in source["weekdays"]:
        found += timedelta(days=1)
    return found


def told(source: Mapping[str, Any]) -> str:
    """The source in one sentence, as pages and papers say it."""
    parts = "、".join(f"{label} {count} 个" for label, count, _, _ in source["parts"])
    days = (
        "每天" if len(source["weekdays"]) == 7 else "每周" + "、".join(WEEKDAYS[day - 1] for day in source["weekdays"])
    )
    return f"{source['name']}当期开奖号码（{parts}，由小到大），{days} {source['time']} 开奖，休市的顺延到下一期"
