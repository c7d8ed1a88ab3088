#!/usr/bin/env python3
"""Perform a random draw again with nothing but Python (3.8 or later): no Django, no database, no trust in the platform.

    python verify_draw.py proof.json --pool-digest 9f2c… --result-digest 41ab…
    python verify_draw.py --commit POOL_DIGEST witness

The first form reads the proof file of a draw and says 一致 or 不一致 with the first difference. The digests are those
published before and after the draw (the public page, the paper): with them a file that was made anew as a whole is seen
too. The second form makes a secret value and the commitment to it, away from the platform.
Exit status: 0 consistent, 1 not consistent, 2 not readable.

用标准库重做一次随机抽取：读入证明文件，输出“一致”或“不一致”及第一处不同。
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import re
import secrets
import sys
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

FORMAT = "yitihua-draw/1"
WORD = 2**256
HEX = re.compile(r"[0-9a-f]{64}\Z")
BEIJING = timezone(timedelta(hours=8))
MARGIN = timedelta(hours=1)
ROLES = ("organiser", "witness")
PARTS = {
    "": {
        *("frozen", "pool_digest", "published_at", "participants", "public", "seed"),
        *("drawn_at", "results", "result_digest", "adjustments", "digest"),
    },
    "frozen": {
        *("format", "draw", "items", "pools", "earlier", "witnessing", "terms", "strata", "enterprises", "inspectors"),
        *("excluded_enterprises", "excluded_inspectors", "recusals"),
    },
    "public": {"source", "value", "entered_by", "entered_at", "confirmed_by", "confirmed_at"},
}


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


class Different(Exception):
    """The first difference, in Chinese and in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(chinese, english)
        self.chinese, self.english = chinese, english


class Unreadable(Exception):
    """The file is no proof at all."""


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode("utf-8")).hexdigest()


def commitment_of(pool_digest: str, role: str, value: str) -> str:
    return digest_of([FORMAT, "commitment", pool_digest, role, value])


def numbers(seed: str, label: str) -> Iterator[int]:
    """256-bit numbers: HMAC-SHA256 with the seed as key over "label|0", "label|1", …"""
    counter = 0
    while True:
        text = f"{label}|{counter}".encode()
        yield int.from_bytes(hmac.new(bytes.fromhex(seed), text, hashlib.sha256).digest(), "big")
        counter += 1


def below(words: Iterator[int], bound: int) -> int:
    """Throw away what lies beyond the last whole multiple of the bound, so that no remainder is likelier."""
    for word in words:
        if word < WORD - WORD % bound:
            return word % bound
    raise AssertionError


class Sums:
    """A tree of sums over whole weights: the leaf that holds a number is found from the root down."""

    def __init__(self, weights: list[int]) -> None:
        self.width = 1
        while self.width < len(weights):
            self.width *= 2
        self.nodes = [0] * self.width + weights + [0] * (self.width - len(weights))
        for node in range(self.width - 1, 0, -1):
            self.nodes[node] = self.nodes[2 * node] + self.nodes[2 * node + 1]

    def take(self, number: int) -> int:
        node = 1
        while node < self.width:
            node *= 2
            if number >= self.nodes[node]:
                number -= self.nodes[node]
                node += 1
        place, weight = node - self.width, self.nodes[node]
        while node:
            self.nodes[node] -= weight
            node //= 2
        return place


def sample(weights: list[int], count: int, words: Iterator[int]) -> list[int]:
    """Weighted, without replacement, in whole numbers."""
    sums = Sums(weights)
    return [sums.take(below(words, sums.nodes[1])) for _ in range(count)]


def weight_of(row: dict[str, Any], table: dict[str, Any]) -> int:
    product = table["base"] * table["credit"][row["credit"]] * table["risk"][row["risk"]]
    product *= table["positive"] if row["positive"] else 100
    product *= 100 + table["offence"] * min(row["offences"], table["offence_cap"])
    return max(1, int(product // 100**4))


def rows_of(part: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for row in part["rows"]:
        if len(row) != len(part["columns"]):
            raise Different(f"名单中有一行的列数不对：{row[:2]}", "a row has a wrong number of columns")
        found.append(dict(zip(part["columns"], row)))  # noqa: B905 (Python 3.8)
    return found


def same(place: str, written: Any, computed: Any, english: str) -> None:
    if written != computed or type(written) is not type(computed):
        raise Different(f"{place}：文件写的是 {written}，重新计算为 {computed}", english)


def check_shape(proof: dict[str, Any]) -> None:
    """Nothing missing, nothing added."""
    for name, keys in PARTS.items():
        part = proof[name] if name else proof
        same("{}的栏目".format(name or "文件"), sorted(part), sorted(keys), "fields missing or added in the file")


def check_pool(frozen: dict[str, Any]) -> None:
    """The frozen lists agree with themselves: order, weights, sizes, quotas."""
    same("格式", frozen["format"], FORMAT, "unknown format")
    enterprises, inspectors = rows_of(frozen["enterprises"]), rows_of(frozen["inspectors"])
    for name, rows in (("检查对象名单", enterprises), ("执法人员名单", inspectors)):
        ids = [row["id"] for row in rows]
        same(name + "的编号次序", ids, sorted(set(ids)), "a list is not in order or names somebody twice")
    left_out = {row[0] for row in frozen["excluded_enterprises"]} & {row["id"] for row in enterprises}
    same("既在名单又被排除的企业", sorted(left_out), [], "an excluded enterprise is in the pool")
    barred = {row[0] for row in frozen["excluded_inspectors"]} & {row["id"] for row in inspectors}
    same("既在名单又被排除的人员", sorted(barred), [], "an excluded inspector is in the pool")
    sizes: dict[str, int] = {}
    for row in enterprises:
        place = "{}的权重".format(row["name"])
        same(place, row["weight"], weight_of(row, frozen["terms"]["weights"]), "a weight is wrong")
        sizes[row["stratum"]] = sizes.get(row["stratum"], 0) + 1
    for stratum in frozen["strata"]:
        size = sizes.pop(stratum["key"], 0)
        same("分层“{}”的家数".format(stratum["label"]), stratum["size"], size, "the size of a stratum is wrong")
        taken = -(-size * stratum["ratio"] // 10000)
        same("分层“{}”的抽取数".format(stratum["label"]), stratum["quota"], taken, "a quota is not rounded up")
    same("没有列出的分层", sorted(sizes), [], "enterprises of a stratum that is not listed")


def check_participants(proof: dict[str, Any]) -> None:
    """Everybody named beforehand has committed, in time; who revealed, revealed what was committed."""
    promised = proof["frozen"]["witnessing"]
    named = [[one["role"], one["name"], one["id"]] for one in proof["participants"]]
    sealed = [[role, name, person] for role, name, _, person in promised["participants"]]
    same("参与方", named, sealed, "participants differ from those published")
    same("参与方的角色", [one[0] for one in named], list(ROLES), "not one organiser and one witness")
    for one in proof["participants"]:
        if not HEX.match(one["commitment"]):
            raise Different("{}没有承诺值".format(one["name"]), "a commitment is missing")
        if one["value"]:
            if not HEX.match(one["value"]):
                raise Different("{}的密值不是 64 位十六进制数字".format(one["name"]), "a secret has another form")
            made = commitment_of(proof["pool_digest"], one["role"], one["value"])
            same("{}的承诺值".format(one["name"]), one["commitment"], made, "a revealed value breaks its commitment")


def moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def in_order(*steps: tuple[str, datetime]) -> None:
    for (before, first), (after, second) in zip(steps, steps[1:]):  # noqa: B905, RUF007 (Python 3.8)
        if first > second:
            raise Different(f"时间次序：{before}（{first}）晚于{after}（{second}）", "what happened is out of order")


def check_times(proof: dict[str, Any]) -> None:
    """Published, committed, revealed, published value, confirmed, drawn: each after the one before, and in time."""
    promised, public = proof["frozen"]["witnessing"], proof["public"]
    published, drawn = moment(proof["published_at"]), moment(proof["drawn_at"])
    commit_by, reveal_by, public_at = (moment(promised[name]) for name in ("commit_by", "reveal_by", "public_at"))
    committed = [moment(one["committed_at"]) for one in proof["participants"]]
    if min(committed) <= published:
        raise Different("有一方在名单公布之前就提交了承诺值", "a commitment is older than the published lists")
    in_order(("提交承诺", max(committed)), ("承诺截止", commit_by), ("公开截止", reveal_by))
    for one in proof["participants"]:
        same(
            "{}公开密值与否".format(one["name"]), bool(one["revealed_at"]), bool(one["value"]), "a secret without time"
        )
        if one["value"]:
            steps = (("双方提交承诺", max(committed)), ("公开密值", moment(one["revealed_at"])))
            in_order(*steps, ("公开截止", reveal_by))
    same("公共值产生时间", public_at, published_after(promised["public_source"], reveal_by), "not the next publication")
    entered, confirmed = moment(public["entered_at"]), moment(public["confirmed_at"])
    in_order(("公共值产生", public_at), ("录入", entered), ("第二人录入", confirmed), ("抽取", drawn))


def published_after(source: dict[str, Any], at: datetime) -> datetime:
    """The first publication of the source at least an hour after the last reveal."""
    earliest = (at + MARGIN).astimezone(BEIJING)
    days = [earliest.date() + timedelta(days=ahead) for ahead in range(8)]
    hour, minute = (int(part) for part in source["time"].split(":"))
    moments = [datetime(day.year, day.month, day.day, hour, minute, tzinfo=BEIJING) for day in days]
    return next(one for one in moments if one >= earliest and one.isoweekday() in source["weekdays"])


def check_value(proof: dict[str, Any]) -> None:
    """Numbers of the sealed source in the one spelling, typed by two people of whom one is the witness."""
    source, public = proof["frozen"]["witnessing"]["public_source"], proof["public"]
    same("公共值来源", public["source"], source["key"], "the public source was changed")
    numbers = [int(word) for word in re.findall("[0-9]+", unicodedata.normalize("NFKC", public["value"]))]
    words: list[str] = []
    for label, count, lowest, highest in source["parts"]:
        here, numbers = numbers[:count], numbers[count:]
        if len(set(here)) != count or min(here) < lowest or max(here) > highest:
            raise Different(f"公共值的{label}不是 {count} 个 {lowest} 至 {highest} 的号码", "no numbers of this source")
        words += [str(number).zfill(len(str(highest))) for number in sorted(here)]
    same("公共值的写法", public["value"], " ".join(words), "the public value is spelt in another way")
    same("公共值多出的号码", numbers, [], "too many numbers")
    people = [public["entered_by"], public["confirmed_by"]]
    witness = next(one["id"] for one in proof["participants"] if one["role"] == "witness")
    if people[0][0] == people[1][0] or witness not in (people[0][0], people[1][0]):
        raise Different(
            "公共值没有由两人录入，或其中没有见证人", "the value was not typed by two, one of them the witness"
        )


def protocol_of(proof: dict[str, Any]) -> dict[str, Any]:
    return {name: proof[name] for name in ("published_at", "participants", "public", "drawn_at")}


def check_seed(proof: dict[str, Any]) -> None:
    said = [[one["role"], one["commitment"], one["value"]] for one in proof["participants"]]
    public = proof["public"]
    made = digest_of([FORMAT, "seed", proof["pool_digest"], said, public["source"], public["value"]])
    same("随机种子", proof["seed"], made, "the seed does not follow from what was revealed")


def draw_enterprises(frozen: dict[str, Any], seed: str) -> list[tuple[str, dict[str, Any]]]:
    rows, drawn = rows_of(frozen["enterprises"]), []
    by_stratum: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_stratum.setdefault(row["stratum"], []).append(row)
    for stratum in frozen["strata"]:
        here = by_stratum.get(stratum["key"], [])
        words = numbers(seed, "stratum|" + stratum["key"])
        for place in sample([row["weight"] for row in here], stratum["quota"], words):
            drawn.append((stratum["key"], here[place]))
    return drawn


def may_go(person: dict[str, Any], row: dict[str, Any], crosses: bool) -> bool:
    if crosses:
        return not row["city"] or person["city"] != row["city"]
    return any(row["area"].startswith(area) for area in person["areas"])


def draw_teams(frozen: dict[str, Any], drawn: list[tuple[str, dict[str, Any]]], seed: str) -> list[list[int]]:
    people, words, teams = rows_of(frozen["inspectors"]), numbers(seed, "team"), []
    recused = {(enterprise, person) for enterprise, person, _ in frozen["recusals"]}
    loads = {person["id"]: 0 for person in people}
    here: dict[tuple[str, str], list[int]] = {}
    for _, row in drawn:
        place = (row["area"], row["city"])
        if place not in here:
            crosses = frozen["terms"]["cross_region"]
            here[place] = [person["id"] for person in people if may_go(person, row, crosses)]
        free = [person for person in here[place] if (row["id"], person) not in recused]
        team: list[int] = []
        for _ in range(frozen["terms"]["team_size"]):
            least = min(loads[person] for person in free)
            lightest = [person for person in free if loads[person] == least]
            team.append(lightest[below(words, len(lightest))])
            free.remove(team[-1])
        for person in team:
            loads[person] += 1
        teams.append(team)
    return teams


def check_results(proof: dict[str, Any]) -> None:
    frozen, seed = proof["frozen"], proof["seed"]
    drawn = draw_enterprises(frozen, seed)
    teams = draw_teams(frozen, drawn, seed)
    same("抽中家数", len(proof["results"]), len(drawn), "another number of enterprises is drawn")
    names = {row["id"]: row["name"] for row in rows_of(frozen["inspectors"])}
    for order, ((key, row), team, written) in enumerate(zip(drawn, teams, proof["results"]), start=1):  # noqa: B905 (Python 3.8)
        if written != [order, key, row["id"], team]:
            who = "、".join(names[person] for person in team)
            raise Different(
                "第 {} 家：文件写的是 {}，重新抽取为 {}（检查人员 {}）".format(order, written, row["name"], who),
                f"result {order} differs",
            )
    made = digest_of({"protocol": protocol_of(proof), "results": proof["results"], "seed": seed})
    same("结果指纹", proof["result_digest"], made, "the digest of the result is wrong")


def verify(proof: dict[str, Any], pool_digest: str = "", result_digest: str = "") -> None:
    """Raises Different at the first difference."""
    try:
        check_shape(proof)
        check_pool(proof["frozen"])
        same(
            "名单指纹", proof["pool_digest"], digest_of(proof["frozen"]), "the lists are not those that were published"
        )
        check_participants(proof)
        check_times(proof)
        check_value(proof)
        check_seed(proof)
        check_results(proof)
        rest = {name: value for name, value in proof.items() if name != "digest"}
        same("文件指纹", proof["digest"], digest_of(rest), "adjustments in the file were changed")
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ZeroDivisionError, StopIteration) as error:
        raise Different(f"文件的结构被改动：{error!r}", "the structure of the file was changed") from error
    if pool_digest:
        same("公布的名单指纹", proof["pool_digest"], pool_digest.lower(), "not the lists that were published")
    if result_digest:
        same("公布的结果指纹", proof["result_digest"], result_digest.lower(), "not the result that was published")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that says one thing twice could be read in two ways."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("同一栏目出现两次 (a field stands twice)")
    return found


def whole(text: str) -> Any:
    raise Unreadable(f"出现小数 {text} (a number that is not whole)")


def read(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8-sig") as source:
            proof = json.load(source, object_pairs_hook=once, parse_float=whole, parse_constant=whole)
    except (OSError, ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    if not isinstance(proof, dict):
        raise Unreadable("不是抽取证明文件 (no proof of a draw)")
    return proof


def tell(proof: dict[str, Any], anchored: bool) -> None:
    frozen = proof["frozen"]
    silent = [one["name"] for one in proof["participants"] if not one["value"]]
    say("一致 CONSISTENT：{}，抽中 {} 家".format(frozen["draw"]["number"], len(proof["results"])))
    say("名单指纹 pool digest    {}".format(proof["pool_digest"]))
    say("随机种子 seed           {}".format(proof["seed"]))
    say("结果指纹 result digest  {}".format(proof["result_digest"]))
    if silent:
        say("{}没有公开密值，以其承诺值计入种子。(did not reveal; the commitment counts)".format("、".join(silent)))
    if proof["adjustments"]:
        say("抽取后调整 {} 处，记录在文件中，不改变抽取结果。".format(len(proof["adjustments"])))
    if not anchored:
        say("没有给出公布的指纹：整个文件另造的，要与公示页面或证明上的指纹核对才能发现。")


def make_commitment(pool_digest: str, role: str) -> int:
    if not HEX.match(pool_digest.lower()) or role not in ROLES:
        sys.stderr.write("用法：--commit 名单指纹(64位) organiser|witness\n")
        return 2
    value = secrets.token_hex(32)
    say(f"密值（自己保管，公开时提交） value       {value}")
    say(f"承诺值（现在提交）           commitment  {commitment_of(pool_digest.lower(), role, value)}")
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="核验随机抽取证明文件（只用 Python 标准库）")
    parser.add_argument("proof", nargs="?", help="从抽查页面下载的证明文件（JSON）")
    parser.add_argument("--pool-digest", default="", help="抽取前公布的名单指纹")
    parser.add_argument("--result-digest", default="", help="抽取后公布的结果指纹")
    parser.add_argument("--commit", nargs=2, metavar=("名单指纹", "角色"), help="生成密值和承诺值")
    given = parser.parse_args(arguments)
    if given.commit:
        return make_commitment(*given.commit)
    if not given.proof:
        parser.error("请给出证明文件")
    try:
        proof = read(given.proof)
        verify(proof, given.pool_digest, given.result_digest)
    except Unreadable as error:
        sys.stderr.write(f"读不出证明文件 UNREADABLE：{error}\n")
        return 2
    except Different as found:
        say(f"不一致 INCONSISTENT：{found.chinese} ({found.english})")
        return 1
    tell(proof, bool(given.pool_digest and given.result_digest))
    return 0


if __name__ == "__main__":
    sys.exit(main())
