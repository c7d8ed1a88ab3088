"""A small frozen pool and a whole proof in plain values, for tests that need no database."""

import hashlib
import json
from typing import Any

from campaigns.draw_rules import (
    FORMAT,
    WEIGHTS,
    Standing,
    canonical,
    commitment,
    digest_of,
    perform,
    quota,
    results_digest,
    seed_of,
    weight,
)
from campaigns.public_sources import sealed_source
from campaigns.services.draws.gathering import COLUMNS, PERSON_COLUMNS

CITIES = ("/1/2/", "/1/3/")
VALUE = "03 07 11 19 25 31 08"
SECRET = {"organiser": "a" * 64, "witness": "b" * 64}


def seed(number: int) -> str:
    """The seeds of tests: always the same."""
    return hashlib.sha256(f"test {number}".encode()).hexdigest()


def enterprise(number: int, *, stratum: str = "all", city: str = CITIES[0], **of: Any) -> list[Any]:
    standing = Standing(**of)
    facts = [standing.credit, standing.risk, standing.offences, standing.positive, weight(standing)]
    return [number, f"示例企业{number}", f"91{number:016d}", f"{city}9/", city, stratum, *facts]


def inspector(number: int, *, city: str = CITIES[0], areas: list[str] | None = None) -> list[Any]:
    return [number, f"检查员{number}", "源汇区", city, areas or ["/1/"], f"豫L{number:05d}", "2027-12-31", ["大气"]]


def frozen(
    enterprises: list[list[Any]],
    inspectors: list[list[Any]],
    *,
    ratio: int = 1000,
    recusals: list[list[Any]] | None = None,
    cross_region: bool = False,
    team_size: int = 2,
) -> dict[str, Any]:
    sizes: dict[str, int] = {}
    for row in enterprises:
        sizes[row[5]] = sizes.get(row[5], 0) + 1
    return {
        "format": FORMAT,
        "draw": {"number": "漯环双随机〔2020〕1号", "title": "五月抽查", "redraw_of": "", "redraw_reason": ""},
        "items": {"version": 1, "rows": [[1, "污染防治设施运行", "《大气污染防治法》"]]},
        "pools": {"enterprises": {"version": 1, "digest": "0" * 64}, "inspectors": {"version": 1, "digest": "1" * 64}},
        "earlier": [["漯环双随机〔2020〕9号", "voided", "2" * 64]],
        "witnessing": {
            "participants": [["organiser", "吴经办", "漯河市", 11], ["witness", "沈巡查", "省厅", 12]],
            "commit_by": "2020-05-12T02:00:00+00:00",
            "reveal_by": "2020-05-12T03:00:00+00:00",
            "public_at": "2020-05-12T13:15:00+00:00",
            "public_source": sealed_source("ssq"),
        },
        "terms": {"strata_by": [], "team_size": team_size, "cross_region": cross_region, "weights": dict(WEIGHTS)},
        "strata": [
            {"key": key, "label": key, "ratio": ratio, "size": size, "excluded": 0, "quota": quota(size, ratio)}
            for key, size in sorted(sizes.items())
        ],
        "enterprises": {"columns": COLUMNS, "rows": enterprises},
        "inspectors": {"columns": PERSON_COLUMNS, "rows": inspectors},
        "excluded_enterprises": [[900, "停产企业", "临时停产"]],
        "excluded_inspectors": [[901, "无证人员", "没有有效的执法证"]],
        "recusals": recusals or [],
    }


def participants(pool: dict[str, Any], pool_digest: str, reveals: bool) -> list[dict[str, Any]]:
    return [
        {
            "role": role,
            "id": person,
            "name": name,
            "commitment": commitment(pool_digest, role, SECRET[role]),
            "committed_at": "2020-05-12T01:00:00+00:00",
            "value": SECRET[role] if reveals or role == "organiser" else "",
            "revealed_at": "2020-05-12T02:30:00+00:00" if reveals or role == "organiser" else "",
        }
        for role, name, _, person in pool["witnessing"]["participants"]
    ]


def proof(pool: dict[str, Any], *, reveals: bool = True) -> dict[str, Any]:
    """A proof as the platform writes it."""
    pool_digest = digest_of(pool)
    people = participants(pool, pool_digest, reveals)
    source = pool["witnessing"]["public_source"]["key"]
    key = seed_of(pool_digest, [(p["role"], p["commitment"], p["value"]) for p in people], source, VALUE)
    rows = [one.as_row() for one in perform(pool, key)]
    protocol = {
        "published_at": "2020-05-12T00:00:00+00:00",
        "participants": people,
        "public": {
            "source": source,
            "value": VALUE,
            "entered_by": [11, "吴经办"],
            "entered_at": "2020-05-12T13:20:00+00:00",
            "confirmed_by": [12, "沈巡查"],
            "confirmed_at": "2020-05-12T13:30:00+00:00",
        },
        "drawn_at": "2020-05-12T13:40:00+00:00",
    }
    said = {
        **protocol,
        "frozen": pool,
        "pool_digest": pool_digest,
        "seed": key,
        "results": rows,
        "result_digest": results_digest(key, rows, protocol),
        "adjustments": [{"order": 1, "kind": "drop", "reason": "停产", "approved_by": "冯局长"}],
    }
    whole: dict[str, Any] = json.loads(canonical(said))
    return whole | {"digest": digest_of(whole)}


def ordinary() -> dict[str, Any]:
    """Two strata, a recusal, weights of every kind."""
    enterprises = [
        enterprise(n, stratum="industry=1" if n % 3 else "industry=2", credit="bad" if n == 5 else "", positive=n == 7)
        for n in range(1, 32)
    ]
    return frozen(enterprises, [inspector(n) for n in range(101, 107)], recusals=[[4, 101, "自行回避：亲属"]])
