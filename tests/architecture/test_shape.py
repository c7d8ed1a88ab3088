"""The shape of the project that no linter sees: rooms behind foreign keys, one clock, small functions, plain names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import ForeignKey, Model

from accounts.gate import ScopedQuerySet
from config.embedded.postgres import EXTENSIONS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "accounts", "enterprises", "campaigns", "inspections", "penalties", "reporting", "config")
RANK = {room: rank for rank, room in enumerate(ROOMS)}
# Django's own apps stand below core: everybody may point at them.
FOUNDATION = {"auth", "contenttypes", "sessions"}
LONGEST_FUNCTION = 40
LONGEST_FILE = 400
# What a person may read of a register is said by the register itself, by seat and group (`by_capability`).
REACH_OF_THEIR_OWN = {"campaigns.RegisterEntry"}
NAMELESS = {"utils", "helpers", "common", "misc"}
PRESENT = re.compile(
    r"timezone\.now\(|datetime\.(now|utcnow|today)\(|date\.today\(|auto_now|\bNow\(\)|time\.time\(|"
    r"\b(CURRENT_TIMESTAMP|CURRENT_DATE|clock_timestamp\(|statement_timestamp\()"
)
# The clock itself; how far a demonstration is from the real time; how old a folder on the disk is.
MAY_ASK_THE_TIME = {"core/clock.py", "config/demonstration.py", "config/embedded/places.py"}
INLINE = {
    "script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>\s*[^<\s]", re.IGNORECASE),
    "style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "javascript link": re.compile(r"href\s*=\s*[\"']\s*javascript:", re.IGNORECASE),
    "hx-on": re.compile(r"\shx-on[:-]", re.IGNORECASE),
}


def sources(*places: str) -> list[Path]:
    found = (file for place in places for file in (ROOT / place).rglob("*.py"))
    return sorted(file for file in found if "migrations" not in file.parts)


def listed(advice: str, guilty: list[str]) -> str:
    return "\n  ".join([f"{advice}:", *guilty])


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def inline_parts(text: str) -> list[str]:
    """What a strict content security policy would refuse; scripts that only carry data are not run."""
    text = re.sub(r"<script[^>]*type=[\"']application/json[\"'].*?</script>", "", text, flags=re.DOTALL)
    return [name for name, pattern in INLINE.items() if pattern.search(text)]


def pages() -> list[Path]:
    """Printed documents are no pages: the renderer of PDF reads their style and runs no script."""
    found = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")]
    return [file for file in found if "documents" not in file.parts and ".venv" not in file.parts]


def test_foreign_keys_point_only_to_rooms_below():
    wrong = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in RANK
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and not may_point(model, field.related_model)
    ]
    assert not wrong, listed("a room may point only to rooms below it", wrong)


def may_point(model: type[Model], target: type[Model] | str) -> bool:
    """Downwards, and anywhere to a person: core names people by AUTH_USER_MODEL and units by their path."""
    label = target._meta.app_label if isinstance(target, type) else str(target)
    return label in FOUNDATION or target is get_user_model() or RANK[label] <= RANK[model._meta.app_label]


def test_no_file_has_a_name_that_says_nothing():
    guilty = [named(file) for file in sources(*ROOMS, "tests") if NAMELESS & {file.stem, *file.parent.parts[-2:]}]
    assert not guilty, listed("name the file after the noun it holds", guilty)


def test_the_present_comes_from_the_clock_alone():
    guilty = [
        f"{named(file)}:{number}: {line.strip()}"
        for file in sources(*ROOMS)
        if named(file) not in MAY_ASK_THE_TIME
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if PRESENT.search(line) and "clock.now()" not in line
    ]
    assert not guilty, listed("ask core.clock.now() at the edge and pass `at` down", guilty)


@pytest.mark.parametrize(
    "line", ["timezone.now()", "datetime.now(UTC)", "auto_now_add=True", "default=Now()", "date.today()", "time.time()"]
)
def test_each_way_around_the_clock_would_be_seen(line):
    assert PRESENT.search(f"x = {line}")


def test_functions_fit_on_a_screen():
    long = [
        f"{named(file)}:{each.lineno} {each.name} ({length(each)} lines)"
        for file in sources(*ROOMS, "tests")
        for each in functions(file)
        if length(each) > LONGEST_FUNCTION
    ]
    assert not long, listed(f"split what is longer than {LONGEST_FUNCTION} lines", long)


def test_files_are_one_noun_long():
    counted = {named(file): len(file.read_text(encoding="utf-8").splitlines()) for file in sources(*ROOMS, "tests")}
    long = [f"{name} ({lines} lines)" for name, lines in counted.items() if lines > LONGEST_FILE]
    assert not long, listed(f"make a package of a file of more than {LONGEST_FILE} lines, one noun a module", long)


def test_pages_carry_no_inline_script_style_or_handler():
    guilty = [f"{named(page)}: {part}" for page in pages() for part in inline_parts(page.read_text(encoding="utf-8"))]
    assert not guilty, listed("the content security policy refuses these: use a file under static/", guilty)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<style>a{}</style>",
        '<p style="color:red">',
        '<a onclick="go()">',
        '<a href="javascript:x">',
        '<b hx-on:click="x">',
    ],
)
def test_each_inline_part_would_be_seen(text):
    assert inline_parts(text)


def test_data_and_linked_scripts_are_allowed():
    assert (
        inline_parts('<script src="/a.js" type="module"></script><script type="application/json">{"a": 1}</script>')
        == []
    )


def test_the_launcher_checks_every_extension_that_a_migration_creates():
    created = {
        name
        for room in ROOMS
        for file in (ROOT / room / "migrations").glob("*.py")
        for name in re.findall(r"(\w+)Extension\(", file.read_text(encoding="utf-8"))
    }
    known = {"Trigram": "pg_trgm", "BtreeGist": "btree_gist", "BtreeGin": "btree_gin", "Unaccent": "unaccent"}
    assert {known[name] for name in created} <= set(EXTENSIONS)


def campaigns_of(model: type[Model], depth: int = 4) -> bool:
    """Whether the foreign keys of a model lead to a campaign."""
    if model._meta.label == "campaigns.Campaign":
        return True
    ahead = {field.related_model for field in model._meta.fields if isinstance(field, ForeignKey)} - {model}
    return depth > 0 and any(campaigns_of(one, depth - 1) for one in ahead)


def test_rows_of_a_campaign_say_the_way_to_it() -> None:
    """A seat in one campaign must not show the rows of another: the queryset has to know the way (`of_campaign`)."""
    models = [model for model in apps.get_models() if isinstance(model._default_manager.all(), ScopedQuerySet)]
    guilty = [
        model._meta.label
        for model in models
        if campaigns_of(model)
        and model._default_manager.all().of_campaign is None
        and model._meta.label not in REACH_OF_THEIR_OWN
    ]
    assert not guilty, listed("declare of_campaign on the queryset of", sorted(guilty))
