"""static/vendor is what its manifest says: each file pinned by version, licence and sha256, no file unnamed."""

import hashlib
import json
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
ENTRIES = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))["files"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["name"])
def test_file_has_the_recorded_digest(entry: dict[str, str]) -> None:
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["name"])
def test_entry_names_version_licence_and_package(entry: dict[str, str]) -> None:
    assert entry["package"].endswith("@" + entry["version"])
    assert "://" not in entry["package"]
    assert entry["licence"] in {"MIT", "0BSD", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0"}
    assert (VENDOR / entry["licence_file"]).stat().st_size > 200


def test_every_vendored_file_is_listed() -> None:
    listed = {entry["file"] for entry in ENTRIES} | {entry["licence_file"] for entry in ENTRIES} | {"manifest.json"}
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert found == listed


def test_no_source_map_is_referred_to() -> None:
    guilty = [path.name for path in VENDOR.rglob("*") if path.is_file() and b"sourceMappingURL" in path.read_bytes()]
    assert guilty == []
