"""From a row of the sheet to what it states of a site: everything that can be judged without the register."""

from dataclasses import dataclass, field, fields
from typing import Any, Final

from core.sheets import TableRow
from enterprises.models import LegalEntity
from enterprises.rules.codes import examine_permit, examine_uscc
from enterprises.rules.coordinates import examine_place
from enterprises.rules.industries import OTHER
from enterprises.rules.searching import plain, tidy
from enterprises.services.facts import Facts
from enterprises.services.imports.columns import LIST_COLUMNS
from enterprises.services.imports.places import Places

TITLES: Final = {column.key: column.title for column in LIST_COLUMNS}
# What is not taken over as the sheet understood it, but found or judged here.
FOUND: Final = frozenset({"region_id", "unit_id", "site_number"})
COPIED: Final = tuple(one.name for one in fields(Facts) if one.default is None and one.name not in FOUND)


@dataclass
class Line:
    """One row with what it states and what is wrong with it."""

    sheet: str
    number: int
    facts: Facts
    # {column key: letter} of its sheet.
    letters: dict[str, str] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)

    def err(self, key: str, message: str, value: object = "", *, near: str = "") -> None:
        """`near` is the column that is pointed at where the sheet has no column `key`."""
        letter = self.letters.get(key, "")
        if near and not letter:
            letter = self.letters.get(near, "")
            message += f"名单没有“{TITLES[key]}”列，请加上这一列。"
        self.errors.append(said(key, message, value, letter))

    def warn(self, key: str, message: str, value: object = "") -> None:
        self.warnings.append(said(key, message, value))


def said(key: str, message: str, value: object = "", letter: str = "") -> dict[str, str]:
    return {"column": letter, "title": TITLES.get(key, ""), "value": str(value or "")[:200], "message": message}


class LineReader:
    """Judges row after row of one file; remembers which sites it has met, because a list names each once."""

    def __init__(self, places: Places, letters: dict[str, dict[str, str]]) -> None:
        self.places = places
        self.letters = letters
        self.met: dict[tuple[str, ...], str] = {}
        self.overridden = frozenset(
            LegalEntity.objects.exclude(checksum_override="").exclude(uscc=None).values_list("uscc", flat=True)
        )

    def line(self, row: TableRow) -> Line:
        values = row.values
        line = Line(row.sheet, row.number, self.facts(values), self.letters.get(row.sheet, {}))
        line.errors = [
            {"column": e.column, "title": e.title, "value": e.value[:200], "message": e.message} for e in row.errors
        ]
        self.check_code(line)
        self.check_permit(line)
        self.check_place(line, values)
        self.check_industry(line)
        self.check_met(line)
        self.place_letters(line)
        return line

    @staticmethod
    def facts(values: dict[str, Any]) -> Facts:
        copied = {name: values.get(name) for name in COPIED}
        return Facts(
            name=tidy(values.get("name") or ""),
            uscc=values.get("uscc") or "",
            site_number=values.get("site_number"),
            former_name=tidy(values.get("former_name") or ""),
            permit="".join((values.get("permit") or "").split()).upper(),
            management=values.get("management") or "",
            **copied,
        )

    def check_code(self, line: Line) -> None:
        facts = line.facts
        if facts.site_number is not None and not 1 <= facts.site_number <= 999:
            line.err("site_number", "“厂址序号”应为 1 至 999 的整数。", facts.site_number)
            facts.site_number = None
        if not facts.uscc:
            return self.check_without_code(line)
        verdict = examine_uscc(facts.uscc)
        blocking = verdict.error or (verdict.check if facts.uscc not in self.overridden else "")
        if blocking:
            advice = "" if verdict.error else "确与营业执照一致的，请在“登记单位”页面附营业执照和理由单独登记。"
            line.err("uscc", blocking + advice, facts.uscc)
        if verdict.warning:
            line.warn("uscc", verdict.warning, facts.uscc)
        return None

    @staticmethod
    def check_without_code(line: Line) -> None:
        if any(error["title"] == TITLES["uscc"] for error in line.errors):
            return
        if not line.facts.place_kind:
            line.err("place_kind", "没有统一社会信用代码的，须填写“场所类型”。", near="uscc")
        if not line.facts.address:
            line.err("address", "没有统一社会信用代码的，须填写“详细地址”。", near="uscc")

    @staticmethod
    def check_permit(line: Line) -> None:
        facts = line.facts
        if not facts.permit:
            return
        verdict = examine_permit(facts.permit, frozenset({facts.uscc} - {""}))
        if verdict.error:
            line.err("permit", verdict.error, facts.permit)
            facts.permit = ""
            return
        if verdict.warning:
            line.warn("permit", verdict.warning, facts.permit)
        elif facts.site_number is None:
            facts.site_number = verdict.site_number
        elif verdict.site_number not in (None, facts.site_number):
            line.warn("permit", "排污许可证编号中的厂址顺序号与“厂址序号”不同，请核对。", facts.permit)

    def check_place(self, line: Line, values: dict[str, Any]) -> None:
        facts, region = line.facts, None
        if values.get("region"):
            try:
                region = self.places.region(values["region"])
                facts.region_id = region.code
            except ValueError as error:
                line.err("region", str(error), values["region"])
        if region is not None:
            try:
                facts.unit_id = self.places.unit(region, values.get("unit") or "").pk
            except ValueError as error:
                line.err("unit", str(error), values.get("unit") or "")
        if facts.longitude is not None and facts.latitude is not None:
            verdict = examine_place(facts.longitude, facts.latitude, facts.region_id[:2] if facts.region_id else "")
            if verdict.error:
                line.err("longitude", verdict.error, facts.longitude)
            if verdict.warning:
                line.warn("longitude", verdict.warning, facts.longitude)

    @staticmethod
    def check_industry(line: Line) -> None:
        facts = line.facts
        if facts.industry == OTHER and not facts.industry_text:
            line.err("industry_text", "行业类别为“其他具体行业”时，须在“行业说明”列填写具体行业。", near="industry")
        if facts.gb4754 and not (facts.gb4754.isdigit() and 2 <= len(facts.gb4754) <= 4):
            line.err("gb4754", "国民经济行业代码应为 2 至 4 位数字（GB/T 4754）。", facts.gb4754)
        if facts.positive is not True and facts.positive_valid_to is not None:
            line.warn("positive_valid_to", "“是否正面清单”不是“是”，正面清单有效期不采用。", facts.positive_valid_to)

    def check_met(self, line: Line) -> None:
        """The second line of the same site is an error: which of the two is meant, only a person knows."""
        facts = line.facts
        here = f"工作表“{line.sheet}”第 {line.number} 行"
        place: tuple[str, ...] = (facts.uscc, str(facts.site_number or 1))
        if not facts.uscc:
            place = ("", plain(facts.name), facts.region_id or "", plain(facts.address or ""))
        before = self.met.setdefault(place, here)
        if before != here:
            advice = "；同一代码的不同厂址请填写不同的“厂址序号”" if facts.uscc else ""
            line.err("uscc" if facts.uscc else "name", f"与{before}是同一单位、同一厂址，请只保留一行{advice}。")
        self.check_representative(line)
        before = self.met.setdefault(("permit", facts.permit), here) if facts.permit else here
        if before != here:
            line.err("permit", f"排污许可证编号与{before}重复。", facts.permit)

    def check_met_site(self, line: Line, site: int) -> None:
        here = f"工作表“{line.sheet}”第 {line.number} 行"
        before = self.met.setdefault(("site", str(site)), here)
        if before != here:
            line.err("name", f"与{before}指向同一家已登记单位，请只保留一行。", line.facts.name)
            self.place_letters(line)

    def check_representative(self, line: Line) -> None:
        """A body has one representative: of two that a list names, the first stands."""
        facts = line.facts
        if not facts.uscc or not facts.representative:
            return
        before = self.met.setdefault(("representative", facts.uscc), facts.representative)
        if before != facts.representative:
            said = f"同一代码前面一行的法定代表人为“{before}”，本行不采用。"
            line.warn("representative", said, facts.representative)
            facts.representative = None

    def place_letters(self, line: Line) -> None:
        """Every message says its column by letter, so that the cell is found in the sheet."""
        letters = self.letters.get(line.sheet, {})
        by_title = {TITLES[key]: letter for key, letter in letters.items() if key in TITLES}
        for each in (*line.errors, *line.warnings):
            each["column"] = each["column"] or by_title.get(each["title"], "")
