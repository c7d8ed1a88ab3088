#!/usr/bin/env python3
"""Verify a dump of the audit trail with nothing but Python: no Django, no database, no trust in who made the dump.

    manage.py dump_audit > trail.jsonl
    python scripts/verify_audit.py trail.jsonl --anchor 1200:9f2c…

Read line by line (JSON objects, or CSV with a head row; "-" is standard input), so a million events need no memory.
Checked: numbers from 1 without a gap, each event's link to the one before, each digest. A chain alone cannot see that
its end was cut off or that all of it was made again; an anchor can: a number and digest noted earlier, outside.
Exit status: 0 whole, 1 not whole, 2 not readable.
"""

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

# What is hashed, in this order; core.audit.FIELDS says the same, and a test compares them.
FIELDS = (
    "number",
    "id",
    "occurred_at",
    "action",
    "actor_id",
    "actor_name",
    "unit_path",
    "model",
    "object_id",
    "object_label",
    "reason",
    "address",
    "detail",
    "before_digest",
    "after_digest",
)
COLUMNS = (*FIELDS, "previous", "digest")
FAULTS_SHOWN = 50


class Unreadable(Exception):
    """The dump is no dump."""


@dataclass
class Verdict:
    """What was found: how many events, the head of the chain, every fault in the order of the dump."""

    events: int = 0
    head: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.faults


def link(previous: str, event: Mapping[str, str]) -> str:
    """SHA-256 over the previous digest and every field, each prefixed by its length in bytes."""
    hasher = hashlib.sha256(previous.encode())
    for name in FIELDS:
        raw = event[name].encode()
        hasher.update(f"{len(raw)}:".encode() + raw)
    return hasher.hexdigest()


def read(lines: IO[str]) -> Iterator[dict[str, str]]:
    """Events as texts. The first character decides: "{" is JSON lines, anything else CSV."""
    first = lines.readline()
    if not first.strip():
        return
    rest = (line for source in ((first,), lines) for line in source)
    yield from (read_json(rest) if first.lstrip("\ufeff").startswith("{") else read_csv(rest))


def read_json(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    for place, line in enumerate(lines, start=1):
        try:
            found = json.loads(line.lstrip("\ufeff"))
            yield {name: str(found[name]) for name in COLUMNS}
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise Unreadable(f"第 {place} 行读不懂：{error}") from error


def read_csv(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    csv.field_size_limit(2**31 - 1)
    reader = csv.DictReader(line.lstrip("\ufeff") if place == 0 else line for place, line in enumerate(lines))
    missing = set(COLUMNS) - set(reader.fieldnames or ())
    if missing:
        raise Unreadable(f"表头缺少：{'、'.join(sorted(missing))}")
    for row in reader:
        yield {name: row[name] or "" for name in COLUMNS}


def verify(events: Iterable[Mapping[str, str]], anchors: Mapping[int, str] | None = None) -> Verdict:
    """Walk the chain. After a fault the walk goes on from what the event says, so that each fault is told once."""
    said, wanted = Verdict(), dict(anchors or {})
    expected, previous = 1, ""
    for event in events:
        number = int(event["number"]) if event["number"].isdecimal() else 0
        said.faults += faults(event, number, expected, previous)
        if number in wanted and wanted.pop(number) != event["digest"]:
            said.faults.append(f"编号 {number}：与外部留存的锚点不符，此处或之前的事件被改动后重新封存")
        said.events += 1
        expected, previous = number + 1, event["digest"]
        said.head = f"{number}:{previous}"
    said.faults += [
        f"编号 {number}：外部留存了这一锚点，日志中却没有，末尾被截断或换成了旧的备份" for number in sorted(wanted)
    ]
    return said


def faults(event: Mapping[str, str], number: int, expected: int, previous: str) -> list[str]:
    """What is wrong with one event, as the place in the chain demands it."""
    found = []
    if number != expected:
        found.append(f"编号 {event['number']}：应为 {expected}，有事件被删除、插入或调换")
    if event["previous"] != previous:
        found.append(f"编号 {event['number']}：与前一事件的链接断开")
    if link(event["previous"], event) != event["digest"]:
        found.append(f"编号 {event['number']}：内容与封存时不同")
    return found


def anchor(text: str) -> tuple[int, str]:
    number, _, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise argparse.ArgumentTypeError("锚点的写法是 编号:摘要（64 位十六进制），如 1200:9f2c…")
    return int(number), digest.lower()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="核验审计日志导出文件（只用 Python 标准库）")
    parser.add_argument("dump", help="manage.py dump_audit 导出的文件（JSON 行或 CSV），- 为标准输入")
    parser.add_argument("--anchor", type=anchor, action="append", default=[], help="以前留存的 编号:摘要，可给多个")
    given = parser.parse_args(arguments)
    try:
        if given.dump == "-":
            said = verify(read(sys.stdin), dict(given.anchor))
        else:
            with open(given.dump, encoding="utf-8", newline="") as lines:
                said = verify(read(lines), dict(given.anchor))
    except (Unreadable, OSError, UnicodeDecodeError, csv.Error) as error:
        sys.stderr.write(f"读不出日志：{error}\n")
        return 2
    return tell(said, anchored=bool(given.anchor))


def tell(said: Verdict, *, anchored: bool) -> int:
    for fault in said.faults[:FAULTS_SHOWN]:
        sys.stdout.write(f"✗ {fault}\n")
    if len(said.faults) > FAULTS_SHOWN:
        sys.stdout.write(f"✗ 另有 {len(said.faults) - FAULTS_SHOWN} 处\n")
    head = f"，链头 {said.head}" if said.head else ""
    sys.stdout.write(f"{'✓ 完整' if said.is_whole else '✗ 不完整'}：{said.events} 条事件{head}\n")
    if not anchored:
        sys.stdout.write("没有提供锚点：末尾被截断、全部重新封存的，单凭日志本身看不出来。\n")
    return 0 if said.is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
