"""The stand-alone verifier of the trail: every tampering is found, nothing whole is accused (reliability goal R12)."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from core import audit, clock
from scripts import verify_audit

SCRIPT = Path(__file__).parents[2] / "scripts/verify_audit.py"
Rows = list[dict[str, str]]
COUNT = 12


@pytest.fixture
def dump(db: None) -> str:
    """Twelve sealed events with awkward texts, as the command writes them."""
    for number in range(COUNT):
        detail = {"n": number, "share": 0.1 + number, "words": '换行\n引号" 逗号,', "none": None}
        audit.record(f"test.write_{number}", None, actor=None, at=clock.now(), reason="理由，1:2", after=detail)
    audit.seal()
    out = io.StringIO()
    call_command("dump_audit", stdout=out, stderr=io.StringIO())
    return out.getvalue()


def rows_of(dump: str) -> Rows:
    return [json.loads(line) for line in dump.splitlines()]


def verified(rows: Rows, anchors: dict[int, str] | None = None) -> verify_audit.Verdict:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return verify_audit.verify(verify_audit.read(io.StringIO(text)), anchors)


def sealed_again(rows: Rows) -> Rows:
    """What somebody with the key to the database does after an edit: number and chain everything anew."""
    previous = ""
    for number, row in enumerate(rows, start=1):
        row["number"], row["previous"] = str(number), previous
        row["digest"] = previous = verify_audit.link(previous, row)
    return rows


def test_a_whole_trail_is_whole(dump: str) -> None:
    said = verified(rows_of(dump))
    assert (said.is_whole, said.events) == (True, COUNT)


def test_both_know_the_same_fields_and_the_same_link() -> None:
    assert verify_audit.FIELDS == audit.FIELDS


def test_an_empty_trail_is_whole() -> None:
    assert verified([]).is_whole


def edited(rows: Rows) -> None:
    rows[4]["reason"] = "另一个理由"


def moved_text(rows: Rows) -> None:
    """The same characters in another column: length prefixes tell them apart."""
    rows[4]["action"], rows[4]["actor_id"] = rows[4]["action"] + rows[4]["actor_id"], ""
    rows[4]["actor_name"], rows[4]["unit_path"] = "", rows[4]["actor_name"] + rows[4]["unit_path"]


def deleted(rows: Rows) -> None:
    del rows[4]


def inserted(rows: Rows) -> None:
    rows.insert(5, dict(rows[4], reason="补记"))


def swapped(rows: Rows) -> None:
    rows[4], rows[5] = rows[5], rows[4]


def exchanged_numbers(rows: Rows) -> None:
    rows[4]["number"], rows[5]["number"] = rows[5]["number"], rows[4]["number"]


def beheaded(rows: Rows) -> None:
    del rows[0]


def digest_rewritten(rows: Rows) -> None:
    """An edit whose own digest was made again: the next event still points to the old one."""
    rows[4]["reason"] = "另一个理由"
    rows[4]["digest"] = verify_audit.link(rows[4]["previous"], rows[4])


@pytest.mark.parametrize(
    "tamper", [edited, moved_text, deleted, inserted, swapped, exchanged_numbers, beheaded, digest_rewritten]
)
def test_every_tampering_within_is_found_where_it_is(dump: str, tamper: Callable[[Rows], None]) -> None:
    rows = rows_of(dump)
    tamper(rows)
    said = verified(rows)
    assert not said.is_whole
    assert any(place in said.faults[0] for place in ("编号 1：", "编号 2：", "编号 5：", "编号 6："))


def test_a_cut_tail_is_found_by_its_anchor_only(dump: str) -> None:
    rows = rows_of(dump)
    anchors = {COUNT: rows[-1]["digest"]}
    assert verified(rows[:-3]).is_whole
    assert "截断" in verified(rows[:-3], anchors).faults[0]
    assert verified(rows, anchors).is_whole


@pytest.mark.parametrize("tamper", [edited, deleted, inserted, swapped])
def test_a_trail_sealed_again_is_found_by_its_anchor_only(dump: str, tamper: Callable[[Rows], None]) -> None:
    rows = rows_of(dump)
    anchors = {10: rows[9]["digest"]}
    tamper(rows)
    again = sealed_again(rows)
    assert verified(again).is_whole
    assert "重新封存" in verified(again, anchors).faults[0]


def test_an_edit_before_an_old_anchor_and_one_after_it_are_both_told(dump: str) -> None:
    rows = rows_of(dump)
    rows[2]["action"] = rows[9]["action"] = "别的"
    assert len(verified(rows, {5: rows[4]["digest"]}).faults) == 2


# The program itself


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Isolated and without site-packages: nothing but the standard library can be imported."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False, encoding="utf-8")


def test_the_program_needs_only_the_standard_library(dump: str, tmp_path: Path) -> None:
    file = tmp_path / "trail.jsonl"
    file.write_text(dump, encoding="utf-8")
    head = rows_of(dump)[-1]["digest"]
    done = run(str(file), "--anchor", f"{COUNT}:{head}")
    assert (done.returncode, done.stdout) == (0, f"✓ 完整：{COUNT} 条事件，链头 {COUNT}:{head}\n")


def test_the_program_says_what_is_wrong_and_fails(dump: str) -> None:
    rows = rows_of(dump)
    edited(rows)
    done = run("-", given="".join(json.dumps(row) + "\n" for row in rows))
    assert done.returncode == 1
    assert "✗ 编号 5：内容与封存时不同" in done.stdout
    assert "没有提供锚点" in done.stdout


def test_a_sheet_of_comma_separated_values_is_read_as_well(dump: str, tmp_path: Path) -> None:
    file = tmp_path / "trail.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, verify_audit.COLUMNS)
        writer.writeheader()
        writer.writerows(rows_of(dump))
    assert run(str(file)).returncode == 0


@pytest.mark.parametrize("content", ["姓名,电话\n甲,1\n", '{"number": "1"}\n', "{broken\n"])
def test_what_is_no_dump_is_called_so(content: str) -> None:
    done = run("-", given=content)
    assert done.returncode == 2
    assert "读不出日志" in done.stderr


def test_events_that_wait_for_the_sealer_are_counted_not_dumped(db: None) -> None:
    audit.record("test.write", None, actor=None, at=clock.now())
    out, told = io.StringIO(), io.StringIO()
    call_command("dump_audit", stdout=out, stderr=told)
    assert (out.getvalue(), "1 条尚未封存" in told.getvalue()) == ("", True)


def test_a_hundred_thousand_events_are_verified_within_seconds() -> None:
    """R11 asks for a million in a minute; a tenth in a tenth leaves room for a slow machine."""
    row = dict.fromkeys(verify_audit.COLUMNS, "字段内容") | {"detail": '{"n":1}'}
    rows = sealed_again([dict(row) for _ in range(100_000)])
    began = clock.now()
    assert verify_audit.verify(rows).is_whole
    assert (clock.now() - began).total_seconds() < 6
