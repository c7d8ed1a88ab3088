"""A small form for the tests of the form engine, and answers that fill it."""

from pathlib import Path
from typing import Any

from core.form_engine.definitions import read_definition

PATH = Path(__file__).parent / "sample_form.yaml"
DAY = "2020-05-12"
SHA = "a" * 64


def definition() -> dict[str, Any]:
    return read_definition(PATH)


def complete() -> dict[str, Any]:
    """Everything that is asked for, in the shape that `normalise` leaves alone."""
    return {
        "systems": {
            "targets": {"established": "have", "carried_out": "none"},
            "radiation": {"established": "na", "reason": "没有辐射源"},
        },
        "permits": {"eia": {"holds": "applies", "number": "漯环审〔2018〕3号", "lawful": "yes", "matches": "no"}},
        "facilities": {"treatment": {"result": "good"}},
        "mobile": {"machines": {"has": "none"}},
    }
