"""The table of requirement rows is read from the marks that tests really carry."""

from pathlib import Path

import pytest

from tests.traceability import report, trace

MARKED = """
import pytest

pytestmark = [pytest.mark.req("XX-04")]

@pytest.mark.req("XX-01", "XX-02")
def test_two():
    pass

@pytest.mark.req("XX-99")
class TestMore:
    @pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.req("XX-02"))])
    @pytest.mark.req("XX-01")
    def test_again(self, x):
        pass
"""


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    rows = tmp_path / "rows.txt"
    rows.write_text("XX-01\nXX-02\nXX-03\nXX-04\n", encoding="utf-8")
    (tmp_path / "test_marked.py").write_text(MARKED, encoding="utf-8")
    return rows, tmp_path


def test_marks_on_functions_classes_and_modules_count(small):
    found = trace(*small)
    assert found.covered == ["XX-01", "XX-02", "XX-04"]
    assert found.marks["XX-01"] == ["test_marked.py::test_two", "test_marked.py::test_again"]
    assert found.marks["XX-02"] == ["test_marked.py::test_two", "test_marked.py::test_again"]


def test_rows_without_a_test_are_named(small):
    assert "Without a test (1): XX-03" in report(trace(*small))


def test_a_mark_that_names_no_row_is_reported(small):
    found = trace(*small)
    assert found.unknown == ["XX-99"]
    assert "NO SUCH ROW XX-99: test_marked.py::TestMore" in report(found)


def test_no_test_of_the_project_marks_an_unknown_row():
    assert trace().unknown == []


def test_the_rows_are_listed_once():
    rows = trace().rows
    assert len(rows) == len(set(rows)) == 350
