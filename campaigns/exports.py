"""Blueprints and campaigns as YAML that can be changed, checked and written back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import yaml

from campaigns.blueprint_files import bare
from campaigns.models import BlueprintVersion, Campaign
from campaigns.rules import MONTH_END, NEXT_YEAR, campaign_day
from campaigns.services.due.looking import kind_said, standing
from core import clock
from core.sheets import Column, SheetSpec
from core.wording import until


class _Plain(yaml.SafeDumper):
    """No anchors: what is the same in two places is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def blueprint_yaml(version: BlueprintVersion) -> str:
    """One version as a single file; its forms stand by name, for the platform holds them."""
    return f"# {version}\n{_dump(_writable(version.data))}"


def campaign_yaml(campaign: Campaign) -> str:
    """The campaign's blueprint with the campaign's own dates, readings, holiday policy and lists."""
    data = _writable(campaign.blueprint.data)
    windows = {phase.key: phase for phase in campaign.phases.all()}
    data["phases"] = [_own_dates(phase, windows.get(phase["key"]), campaign) for phase in data.get("phases", [])]
    for parameter in data.get("parameters", []):
        if chosen := campaign.parameters.get(parameter["key"]):
            parameter["default"] = chosen
    data["on_holiday"] = campaign.on_holiday
    if "report" in data:
        data["report"] |= {"weekday": campaign.report_weekday, "time": f"{campaign.report_time:%H:%M}"}
        data["report"].pop("on_holiday", None)  # one rule for all, said above
    if campaign.issue_types is not None and campaign.adoption_statement:
        data["lists"] = {"key": campaign.issue_types.key, "statement": campaign.adoption_statement}
    return f"# {campaign.title}（{campaign.unit.name}，{campaign.get_state_display()}）\n{_dump(data)}"


def _writable(data: Mapping[str, Any]) -> dict[str, Any]:
    written = bare(data)
    written["forms"] = [_by_name(form) for form in data.get("forms", [])]
    if not written["forms"]:
        del written["forms"]
    return written


def _by_name(form: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: form[key] for key in ("purpose", "annex", "title", "note") if key in form}
    return {**said, "definition": form["key"]}


def _own_dates(phase: Mapping[str, Any], own: Any, campaign: Campaign) -> dict[str, Any]:
    if own is None:
        return dict(phase)
    back = timedelta(weeks=campaign.shift_weeks)
    days = {"from": own.starts_on - back, "to": own.ends_on - back}
    moved = {end: day for end, day in days.items() if campaign_day(phase[end], campaign.year) != day}
    return {**phase, **{end: month_day(day, campaign.year) for end, day in moved.items()}}


def month_day(day: date, year: int) -> str:
    """A day as blueprints write it; the 29th of February, which not every year has, as the last of its month."""
    said = f"02-{MONTH_END}" if (day.month, day.day) == (2, 29) else f"{day:%m-%d}"
    return f"{NEXT_YEAR}{said}" if day.year > year else said


def _dump(data: Mapping[str, Any]) -> str:
    return yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=118)


def due_spec(at: datetime) -> SheetSpec:
    """The list of what is due, as a sheet: {"row": Obligation, "unit": …, "campaign": …} a line."""
    columns = (
        Column("due", "到期", 17, read=lambda line: until(line["row"].due_at)),
        Column("nominal", "原定日期", 12, read=lambda line: str(line["row"].nominal_on or "")),
        Column("provisional", "暂定", 6, read=lambda line: "暂定" if line["row"].provisional else ""),
        Column("state", "状态", 12, read=lambda line: standing(line["row"], at).text),
        Column("title", "事项", 40, read=lambda line: line["row"].title),
        Column("unit", "责任单位", 18, read=lambda line: line["unit"]),
        Column("campaign", "行动", 28, read=lambda line: line["campaign"]),
        Column("kind", "类别", 10, read=lambda line: kind_said(line["row"].kind)),
        Column("source", "依据", 60, read=lambda line: line["row"].source),
        Column("met", "办结", 17, read=lambda line: said_at(line["row"].met_at)),
        Column("waived", "免除理由", 24, read=lambda line: line["row"].waived_reason),
    )
    return SheetSpec("期限清单", columns)


def said_at(moment: datetime | None) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M}" if moment else ""


def readiness_sheet(items: Sequence[Mapping[str, Any]], title: str) -> SheetSpec:
    """The matrix of units and items of the start checklist, as the page shows it; its rows are services.Line."""
    return SheetSpec(
        name="准备状态",
        heading=f"{title}准备状态",
        columns=(
            Column("unit", "单位", 20, read=lambda line: line.unit.short_name),
            *(cell_column(item, place) for place, item in enumerate(items)),
            Column("ready", "启动清单", 12, read=lambda line: "通过" if line.ready else "不通过"),
            Column("missing", "尚缺", 30, read=lambda line: "、".join(line.missing)),
            Column("asks", "下一步", 24),
        ),
        frozen_columns=1,
    )


def cell_column(item: Mapping[str, Any], place: int) -> Column:
    return Column(item["key"], item["name"], 18, read=lambda line: cell_said(line.cells[place]))


def cell_said(cell: Any) -> str:
    if cell is None:
        return "不要求"
    return f"{cell.verdict.word}{f'（{cell.verdict.remark}）' if cell.verdict.remark else ''}"
