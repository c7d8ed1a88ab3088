"""Where public values come from: campaigns/data/public_sources.yaml, read once a process, a file of the release."""

import functools
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from campaigns.draw_rules import told

DATA = Path(__file__).parent / "data" / "public_sources.yaml"
SEALED = ("key", "name", "parts", "weekdays", "time")


@functools.cache
def sources() -> Mapping[str, dict[str, Any]]:
    return {row["key"]: row for row in yaml.safe_load(DATA.read_text(encoding="utf-8"))}


def sealed_source(key: str) -> dict[str, Any]:
    """What is sealed of a source with a pool."""
    return {name: sources()[key][name] for name in SEALED}


def choices(day: date) -> list[tuple[str, str]]:
    """The sources a draw may name on a day."""
    return [(key, told(row)) for key, row in sources().items() if row["since"] <= day]
