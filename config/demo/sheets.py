"""Sheets filled as a careful person would fill them: what is asked for, with the harmless answer."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from PIL import Image, ImageDraw

from core.form_engine.conditions import put, slots
from core.form_engine.rules import validate

WORDS = {
    "number": "豫环审〔2019〕{n}号",
    "name": "管例平",
    "phone": "1380001{n:04d}",
    "pin": "CAT0320D{n:06d}",
    "kind": "叉车",
    "authority": "漯河市生态环境局",
    "place": "厂区",
    "contact": "厂长",
    "ended_time": "11:30",
}
# Fields of one key mean different things on different items: the whole path says which.
WORDS_AT = {"licence.number": "2026{n:06d}"}


def complete(form: dict[str, Any], answers: Mapping[str, Any], day: date, seed: int) -> dict[str, Any]:
    """Fill what is asked for until nothing is missing. Raises ValueError with the first problem it cannot solve."""
    filled = {key: dict(value) if isinstance(value, dict) else value for key, value in answers.items()}
    fields = {slot.path: slot.field for slot in slots(form)}
    for _ in range(200):
        problems = validate(form, filled, day.isoformat())
        if not problems:
            return filled
        for problem in problems:
            put(filled, problem.path, at_path(problem.path, dict(fields[problem.path]), day, seed))
    raise ValueError(problems[0].text)


def at_path(path: str, field: dict[str, Any], day: date, seed: int) -> Any:
    for tail, words in WORDS_AT.items():
        if path.endswith(tail):
            return words.format(n=seed)
    return harmless(field, day, seed)


def harmless(field: dict[str, Any], day: date, seed: int) -> Any:
    kind = field["type"]
    if kind in {"choice", "yesno"}:
        good = [o for o in field["options"] if not o.get("finding") and not o.get("na")]
        return (good or field["options"])[0]["value"]
    if kind == "date":
        return day_for(field["key"], day).isoformat()
    if kind == "number":
        return field.get("min", 1)
    if kind == "list":
        return [{column["key"]: harmless(column, day, seed) for column in field["columns"]}]
    return WORDS.get(field["key"], "已查阅相关制度和台账，记录完整").format(n=seed)


def day_for(key: str, day: date) -> date:
    """A permit runs on for two years, was granted a year ago; what one did oneself one did today."""
    if key == "checked_on":
        return day
    return day.replace(year=day.year + 2 if "valid" in key else day.year - 1, day=1)


def stroke(seed: int) -> bytes:
    """A hand-drawn line as PNG: every person's is a little different."""
    image = Image.new("RGB", (360, 140), "white")
    draw = ImageDraw.Draw(image)
    points = [(30 + i * 28, 70 + ((seed * (i + 3) * 37) % 80) - 40) for i in range(11)]
    draw.line(points, fill=(20, 30, 60), width=5, joint="curve")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def photograph(seed: int) -> bytes:
    """A picture of an invented works: sky, sheds and a stack."""
    image = Image.new("RGB", (960, 720), (168 + seed % 40, 190, 214))
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 480, 960, 720], fill=(110, 116 + seed % 20, 104))
    for index in range(4):
        left = 60 + index * 210 + seed % 37
        draw.rectangle([left, 330 - (seed * (index + 1)) % 90, left + 160, 520], fill=(150 - index * 12, 148, 152))
    draw.rectangle([700, 120, 740, 500], fill=(120, 92, 84))
    for puff in range(5):
        draw.ellipse([690 - puff * 22, 60 - puff * 8, 780 - puff * 10, 120 - puff * 6], fill=(205, 205, 208))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
