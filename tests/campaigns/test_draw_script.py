"""scripts/verify_draw.py: an ordinary Python performs a draw again, and sees every change of the file."""

import ast
import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.draw_rules import commitment, digest_of, perform, published_after, results_digest
from campaigns.public_sources import sealed_source, sources
from scripts import verify_draw as script
from tests.campaigns import draw_sample as sample

SCRIPT = Path(__file__).parents[2] / "scripts/verify_draw.py"
PLACES = tuple[Any, ...]


def leaves(value: Any, place: PLACES = ()) -> Iterator[PLACES]:
    """The place of every single value of a file."""
    if isinstance(value, dict):
        for name in value:
            yield from leaves(value[name], (*place, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from leaves(one, (*place, number))
    else:
        yield place


def branches(value: Any, place: PLACES = ()) -> Iterator[PLACES]:
    """The place of every list that holds something."""
    if isinstance(value, dict | list):
        if isinstance(value, list) and value:
            yield place
        for name in value if isinstance(value, dict) else range(len(value)):
            yield from branches(value[name], (*place, name))


def within(proof: dict[str, Any], place: PLACES) -> Any:
    found: Any = proof
    for step in place:
        found = found[step]
    return found


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return value[:-1] + ("0" if value[-1] != "0" else "1") if value else "x"


def changed(proof: dict[str, Any], place: PLACES) -> dict[str, Any]:
    made = copy.deepcopy(proof)
    within(made, place[:-1])[place[-1]] = other(within(made, place))
    return made


def digested(proof: dict[str, Any]) -> dict[str, Any]:
    """With the file's own digest made anew, as somebody who tampers would."""
    rest = {name: value for name, value in proof.items() if name != "digest"}
    return rest | {"digest": digest_of(rest)}


def is_consistent(proof: dict[str, Any], **anchors: str) -> bool:
    try:
        script.verify(proof, **anchors)
    except script.Different:
        return False
    return True


@pytest.fixture(scope="module")
def proof() -> dict[str, Any]:
    return sample.proof(sample.ordinary())


def test_an_untouched_proof_is_consistent(proof):
    assert is_consistent(proof, pool_digest=proof["pool_digest"], result_digest=proof["result_digest"])


def test_every_single_value_that_is_changed_is_seen(proof):
    places = list(leaves(proof))
    assert len(places) > 400
    assert [place for place in places if is_consistent(changed(proof, place))] == []


def test_every_value_that_decides_is_seen_even_when_the_digest_is_made_anew(proof):
    """Times and people too: the digest of the result covers who said what and when."""
    places = [place for place in leaves(proof) if place[-1] != "digest" and place[0] != "adjustments"]
    assert len(places) > 400
    assert [place for place in places if is_consistent(digested(changed(proof, place)))] == []


def forged(proof: dict[str, Any], place: PLACES, value: Any) -> dict[str, Any]:
    """With the digests of the result and of the file made anew: only the meaning of a value can give it away."""
    made = copy.deepcopy(proof)
    within(made, place[:-1])[place[-1]] = value
    protocol = {name: made[name] for name in ("published_at", "participants", "public", "drawn_at")}
    made["result_digest"] = results_digest(made["seed"], made["results"], protocol)
    return digested(made)


@pytest.mark.parametrize(
    "place, value",
    [
        (("published_at",), "2020-05-12T01:00:00+00:00"),
        (("participants", 1, "committed_at"), "2020-05-12T02:00:01+00:00"),
        (("participants", 0, "committed_at"), "2020-05-12T00:00:00+00:00"),
        (("participants", 0, "revealed_at"), "2020-05-12T00:59:59+00:00"),
        (("participants", 0, "revealed_at"), "2020-05-12T03:00:01+00:00"),
        (("participants", 0, "revealed_at"), ""),
        (("public", "entered_at"), "2020-05-12T13:14:59+00:00"),
        (("public", "confirmed_at"), "2020-05-12T13:19:59+00:00"),
        (("drawn_at",), "2020-05-12T13:29:59+00:00"),
        (("drawn_at",), "2020-05-12T13:40:00"),
        (("public", "confirmed_by"), [11, "吴经办"]),
        (("public", "confirmed_by"), [13, "冯局长"]),
        (("participants", 0, "id"), 13),
    ],
)
def test_times_out_of_order_and_the_wrong_people_are_seen(proof, place, value):
    assert is_consistent(forged(proof, place, within(proof, place)))
    assert not is_consistent(forged(proof, place, value))


@pytest.mark.parametrize("value", ["3 7 11 19 25 31 8", "07 03 11 19 25 31 08", "03 07 11 19 25 31 17", "03 07"])
def test_a_public_value_in_another_spelling_is_seen(value, monkeypatch):
    monkeypatch.setattr(sample, "VALUE", value)
    assert not is_consistent(sample.proof(sample.ordinary()))


@pytest.mark.parametrize(
    "public_at", ["2020-05-12T13:14:00+00:00", "2020-05-14T13:15:00+00:00", "2020-05-12T02:30:00+00:00"]
)
def test_a_moment_that_is_not_the_next_publication_is_seen(public_at):
    pool = sample.ordinary()
    pool["witnessing"]["public_at"] = public_at
    assert not is_consistent(sample.proof(pool))


@given(st.integers(0, 10 * 366 * 24 * 60), st.sampled_from(list(sources())))
def test_the_script_and_the_platform_wait_for_the_same_publication(minutes, key):
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    source = sealed_source(key)
    assert script.published_after(source, at) == published_after(source, at) >= at + timedelta(hours=1)


@pytest.mark.parametrize("deed", ["drop", "double", "turn"])
def test_every_list_that_is_shortened_doubled_or_turned_is_seen(proof, deed):
    missed = []
    for place in branches(proof):
        made = copy.deepcopy(proof)
        row = within(made, place)
        if deed == "turn" and row == row[::-1]:
            continue
        row[:] = row[1:] if deed == "drop" else [*row, row[0]] if deed == "double" else row[::-1]
        missed += [place] if is_consistent(digested(made)) and place[0] != "adjustments" else []
        missed += [place] if is_consistent(made) else []
    assert missed == []


def test_a_field_left_out_or_put_in_is_seen(proof):
    for name in proof:
        assert not is_consistent({key: value for key, value in proof.items() if key != name})
    assert not is_consistent(digested(proof | {"note": "x"}))


def test_a_file_made_anew_as_a_whole_is_seen_by_the_published_digests(proof):
    pool = copy.deepcopy(proof["frozen"])
    pool["enterprises"]["rows"] = pool["enterprises"]["rows"][1:]
    pool["strata"][0]["size"] -= 1
    pool["strata"][0]["quota"] = -(-pool["strata"][0]["size"] * pool["strata"][0]["ratio"] // 10_000)
    forged = sample.proof(pool)
    assert is_consistent(forged)
    assert not is_consistent(forged, pool_digest=proof["pool_digest"])
    assert not is_consistent(forged, result_digest=proof["result_digest"])


def test_a_participant_who_never_reveals_counts_by_the_commitment():
    silent = sample.proof(sample.ordinary(), reveals=False)
    assert is_consistent(silent)
    assert silent["seed"] != sample.proof(sample.ordinary())["seed"]


@given(
    st.lists(st.sampled_from(["honest", "good", "", "warned", "bad"]), min_size=1, max_size=40),
    st.integers(1, 10_000),
    st.booleans(),
    st.integers(0, 10**6),
)
@settings(max_examples=150)
def test_the_script_draws_what_the_platform_draws(credits, ratio, crosses, number):
    rows = [
        sample.enterprise(n, stratum=f"s{n % 3}", credit=credit, city=sample.CITIES[n % 2])
        for n, credit in enumerate(credits)
    ]
    people = [sample.inspector(100 + n, city=sample.CITIES[n % 2]) for n in range(8)]
    pool = sample.frozen(rows, people, ratio=ratio, cross_region=crosses, team_size=3, recusals=[[0, 101, "回避"]])
    seed = sample.seed(number)
    drawn = script.draw_enterprises(pool, seed)
    teams = script.draw_teams(pool, drawn, seed)
    ours = perform(pool, seed)
    assert [(key, row["id"], tuple(team)) for (key, row), team in zip(drawn, teams, strict=True)] == [
        (one.stratum, one.enterprise, one.team) for one in ours
    ]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As anybody would: another folder's script, an interpreter without site packages or our paths."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", str(SCRIPT), *arguments], capture_output=True, text=True, check=False
    )


def test_alone_it_says_consistent_and_the_first_difference(proof, tmp_path):
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof, ensure_ascii=False), encoding="utf-8")
    anchors = ("--pool-digest", proof["pool_digest"], "--result-digest", proof["result_digest"])
    said = run(str(file), *anchors)
    assert said.returncode == 0
    assert said.stdout.startswith("一致 CONSISTENT：漯环双随机〔2020〕1号")
    forged = copy.deepcopy(proof)
    forged["results"][2][2] = 30
    file.write_text(json.dumps(digested(forged), ensure_ascii=False), encoding="utf-8")
    said = run(str(file))
    assert said.returncode == 1
    assert said.stdout.startswith("不一致 INCONSISTENT：第 3 家：文件写的是")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1, "a": 2}', '{"a": 1.5}', '{"a": NaN}', "\x00", "[" * 100_000])
def test_what_is_no_proof_is_said_to_be_unreadable(text, tmp_path):
    file = tmp_path / "proof.json"
    file.write_text(text, encoding="utf-8")
    said = run(str(file))
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("读不出证明文件")


def test_it_makes_a_commitment_away_from_the_platform():
    said = run("--commit", "0" * 64, "witness").stdout.split()
    value, made = (word for word in said if len(word) == 64)
    assert commitment("0" * 64, "witness", value) == made


def test_it_is_written_for_python_3_8():
    """No syntax newer than 3.8, and nothing but the standard library."""
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= {*sys.stdlib_module_names, "collections.abc"}
    assert "from __future__ import annotations" in SCRIPT.read_text(encoding="utf-8")
