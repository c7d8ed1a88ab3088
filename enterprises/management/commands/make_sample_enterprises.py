"""Make the sample lists again: 400 invented enterprises in real counties, one workbook a city, and one full of errors.

The same data gives the same bytes. Run it after a change of data/sample.yaml or of the list's columns.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import yaml
from django.core.management.base import BaseCommand, CommandParser

from core.sheets import SheetSpec, write_workbook
from enterprises.rules.codes import organisation_check, uscc_check
from enterprises.rules.industries import INDUSTRIES
from enterprises.services.imports.columns import LIST_COLUMNS, LIST_SHEET, MANAGEMENT

DATA: Final = Path(__file__).resolve().parents[2] / "data"
MADE_AT: Final = datetime(2020, 3, 1, tzinfo=UTC)
# Every so many sites: one that is key, one on the positive list, one without a code, one with a second site.
KEY_OF: Final = 400 // 60
LISTED_EVERY: Final = 16
PLACE_EVERY: Final = 33
TWIN_EVERY: Final = 97
MANAGEMENT_WORDS: Final = {meant: word for word, meant in reversed(MANAGEMENT.items())}


def synthetic_uscc(number: int, region: str, prefix: str = "91") -> str:
    """A code with right check characters of a body that nobody has registered (MAY… is far beyond what is issued)."""
    body = f"MAY{number:05d}"
    first = f"{prefix}{region}{body}{organisation_check(body)}"
    return first + uscc_check(first)


@dataclass
class Maker:
    """Draws from the tables by counting on, never by chance."""

    tables: dict[str, Any]
    serial: int = 0
    keys: int = 0

    def pick(self, table: str, step: int = 1) -> Any:
        rows = self.tables[table]
        return rows[(self.serial * step) % len(rows)]

    def trade(self) -> list[Any]:
        """The trades by their weight, spread over the whole list."""
        weighted = [trade for trade in self.tables["trades"] for _ in range(trade[4])]
        return weighted[(self.serial * 23) % len(weighted)]  # type: ignore[no-any-return]

    def person(self, step: int) -> str:
        given = self.tables["given"]
        return self.pick("surnames", step) + given[(self.serial * step + self.serial // 20) % len(given)]  # type: ignore[no-any-return]

    def city(self, city: dict[str, Any]) -> Iterator[dict[str, Any]]:
        made = 0
        while made < city["count"]:
            self.serial += 1
            row = self.place(city) if self.serial % PLACE_EVERY == 0 else self.enterprise(city)
            yield row
            made += 1
            if self.serial % TWIN_EVERY == 0 and made < city["count"]:
                yield self.second_site(row)
                made += 1

    def enterprise(self, city: dict[str, Any]) -> dict[str, Any]:
        industry, trade, gb4754, text, _, heavy = self.trade()
        suffix = self.pick("suffixes", 5)
        row = self.located(city) | {
            "name": f"{city['name']}示例{self.pick('words')}{self.round()}{trade}{suffix}",
            "enterprise_type": self.tables["types"][suffix],
            "industry": INDUSTRIES[industry - 1],
            "industry_text": text or None,
            "gb4754": gb4754,
            "representative": self.person(3),
            "is_key": self.is_key(heavy),
            "is_ultra_low": industry in {1, 3, 5, 7} and self.serial % 2 == 0,
            "performance_grade": "A级" if self.serial % 41 == 0 else "B级" if self.serial % 13 == 0 else "否",
            "self_accepted_since_2019": self.serial % 7 == 0,
        }
        row["uscc"] = synthetic_uscc(self.serial, row.pop("code"))
        if self.serial % 29 == 0:
            row["former_name"] = f"{city['name']}示例{self.pick('words')}{trade}厂"
        return row | self.permit(row) | self.listed(row)

    def round(self) -> str:
        """So that a word may come again without two enterprises of one name."""
        return ["", "新", "源", "兴", "达", "隆", "益", "润", "泽", "茂", "昌", "盈"][
            self.serial // len(self.tables["words"])
        ]

    def is_key(self, heavy: bool) -> bool:
        """About sixty of the four hundred, of the heavier trades."""
        is_key = heavy and self.keys < 60 and self.keys * KEY_OF <= self.serial
        self.keys += is_key
        return is_key

    def permit(self, row: dict[str, Any]) -> dict[str, Any]:
        management = "key" if row["is_key"] else "simplified" if self.serial % 3 else "registration"
        letter = "W" if management == "registration" else "P"
        end = date(
            2019 if self.serial % 37 == 0 else 2027 + self.serial % 3, 1 + self.serial % 12, 1 + self.serial % 28
        )
        return {
            "permit": f"{row['uscc']}001{letter}",
            "management": MANAGEMENT_WORDS[management],
            "permit_valid_to": None if management == "registration" else end,
        }

    def listed(self, row: dict[str, Any]) -> dict[str, Any]:
        on = self.serial % LISTED_EVERY == 0
        return {"positive": on, "positive_valid_to": date(2028, 12, 31) if on and self.serial % 3 else None}

    def place(self, city: dict[str, Any]) -> dict[str, Any]:
        """A site without a code."""
        kind, ending, industry, text = self.tables["places"][(self.serial // PLACE_EVERY) % len(self.tables["places"])]
        row = self.located(city) | {
            "name": f"{city['name']}示例{self.pick('words')}{ending}",
            "place_kind": kind,
            "industry": INDUSTRIES[industry - 1],
            "industry_text": text or None,
            "is_key": False,
            "performance_grade": "否",
            "positive": False,
        }
        row.pop("code")
        return row

    def second_site(self, row: dict[str, Any]) -> dict[str, Any]:
        """Another works of the same body, in the same county."""
        row["site_number"] = 1
        moved = {"longitude": row["longitude"] + Decimal("0.02"), "latitude": row["latitude"] - Decimal("0.01")}
        number = f"{row['uscc']}002{row['permit'][-1]}"
        own = {"name": f"{row['name']}（二厂）", "site_number": 2, "permit": number, "address": f"{row['address']}西侧"}
        return {key: value for key, value in row.items() if key != "former_name"} | moved | own

    def located(self, city: dict[str, Any]) -> dict[str, Any]:
        code, county, longitude, latitude = city["counties"][self.serial % len(city["counties"])]
        row: dict[str, Any] = {
            "code": code,
            "region": county,
            "town": self.pick("towns", 3),
            "longitude": Decimal(longitude) + self.offset(37),
            "latitude": Decimal(latitude) + self.offset(53),
            "address": f"{self.pick('roads', 3)} {self.serial % 180 + 1} 号",
            "contact_name": self.person(7),
            "contact_phone": f"1380000{self.serial:04d}",
            "in_yellow_river_basin": bool(city.get("yellow_river")),
        }
        zones = [zone for zone in city.get("zones", []) if zone[1] == county]
        if zones and self.serial % 4 == 0:
            row["unit"], _, row["town"] = zones[0]
        return row

    def offset(self, step: int) -> Decimal:
        """Within some three kilometres of the seat."""
        return Decimal((self.serial * step) % 601 - 300) / Decimal(10_000)


def bad_rows(good: dict[str, Any], others: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row for each thing that people get wrong, and three that only look wrong."""
    yield good | {"name": None}
    yield others[0] | {"longitude": str(others[0]["latitude"]), "latitude": str(others[0]["longitude"])}
    yield others[1] | {"performance_grade": "C级"}
    yield others[2] | {"region": "涧西区"}
    yield others[3] | {"uscc": others[3]["uscc"][:17] + ("0" if others[3]["uscc"][17] != "0" else "1")}
    yield others[4] | {"industry": "其他具体行业", "industry_text": None}
    yield others[5] | {"permit_valid_to": "2023年13月3日"}
    yield others[6] | {"uscc": None, "permit": None, "place_kind": None, "address": None}
    yield others[7] | {"uscc": others[7]["uscc"][:15], "permit": None}
    yield others[8] | {"town": None}
    yield others[9] | {"longitude": "不详"}
    yield others[10] | {"is_key": "大概是"}
    yield others[11]
    yield others[11]
    yield others[12] | {"permit_valid_to": "2028.4.3", "contact_phone": "１３８００００９９９９"}
    yield others[13] | {"longitude": "114°00′36″", "latitude": "33°34′12″", "region": "源汇区", "unit": None}
    yield others[14] | {"permit_valid_to": "2028年4月3日"}


class Command(BaseCommand):
    help = "重新生成示例名单（enterprises/data/samples）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=DATA / "samples")

    def handle(self, *args: Any, **options: Any) -> None:
        tables = yaml.safe_load((DATA / "sample.yaml").read_text(encoding="utf-8"))
        maker = Maker(tables)
        columns = tuple(replace(column, read=itemgetter(column.key)) for column in LIST_COLUMNS)
        spec = replace(LIST_SHEET, columns=columns)
        folder: Path = options["to"]
        folder.mkdir(parents=True, exist_ok=True)
        lists = {key: list(maker.city(city)) for key, city in tables["cities"].items()}
        for key, rows in lists.items():
            save(folder / f"{key}.xlsx", spec, rows)
        coded = [row for row in lists["luohe"] if row.get("uscc") and "unit" not in row and "site_number" not in row]
        wrong = replace(spec, heading="漯河市排污单位名单（练习用，每行有一处错误）")
        save(folder / "bad-rows.xlsx", wrong, list(bad_rows(coded[0], coded[1:])))
        self.stdout.write(f"{sum(map(len, lists.values()))} rows in {folder}")


def save(path: Path, spec: SheetSpec, rows: list[dict[str, Any]]) -> None:
    with path.open("wb") as stream:
        write_workbook(
            stream, [(spec, [defaultdict(type(None), row) for row in rows])], at=MADE_AT, creator="一体化执法行动平台"
        )
