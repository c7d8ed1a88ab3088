"""The papers for developers and operators keep up with the code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
READ = re.compile(
    r"""(?:environ(?:\.get\(|\[)|environment(?:\.get\(|\[)|flag\(|secret\()\s*["']([A-Z][A-Z0-9_]+)["']"""
)
SOURCES = [ROOT / "config" / name for name in ("settings.py", "demonstration.py", "health.py", "supervise.py")]


def names_read() -> set[str]:
    embedded = (ROOT / "config" / "embedded").glob("*.py")
    return {name for file in (*SOURCES, *embedded) for name in READ.findall(file.read_text(encoding="utf-8"))}


def test_the_search_for_names_finds_each_way_of_reading():
    assert {"SECRET_KEY", "DATABASE_PASSWORD", "DEMO", "EVIDENCE_MAX_BYTES", "AT", "REDIS_URL"} <= names_read()


def test_every_name_read_from_the_environment_is_explained():
    known_by_everybody = {"PATH", "HOME"}
    assert sorted(n for n in names_read() - known_by_everybody if f"`{n}`" not in OPERATIONS) == []


def test_every_name_of_the_compose_file_is_explained():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert sorted(name for name in set(re.findall(r"\$\{([A-Z_]+)", text)) if f"`{name}`" not in OPERATIONS) == []


def test_the_readme_begins_with_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^make (\w+)", readme, re.MULTILINE)[:2] == ["demo", "test"]
    assert readme.index("make demo") < 600


def test_every_target_that_the_readme_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8") + OPERATIONS))
    assert named
    assert named <= targets


@pytest.mark.parametrize(
    "paper", ["README.md", "CHANGELOG.md", *(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md"))]
)
def test_links_between_papers_lead_somewhere(paper):
    text = (ROOT / paper).read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (ROOT / paper).parent.joinpath(link).exists()] == []
