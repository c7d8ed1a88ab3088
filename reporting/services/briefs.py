"""The brief of a week (简报): facts of the platform with the words of who writes it, as PDF and as a table."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from core import audit, locks
from core.documents import issue_pdf
from core.files import store
from core.refusals import Refused
from core.sheets import Column, SheetSpec, write_workbook
from inspections.models import Evidence
from reporting.documents import figured
from reporting.models import Brief, ReportPeriod
from reporting.rules.tallies import Counts, together
from reporting.rules.weeks import span_formal
from reporting.services.lines import lines_of, names_of, scope_name

PRINTED = "weekly_brief"


@dataclass(frozen=True)
class Film:
    """One line of the list of films (视频目录)."""

    number: int
    enterprise: str
    unit: str
    caption: str
    file: str
    by: str
    at: datetime
    sha256: str


@dataclass(frozen=True)
class Facts:
    """What the platform holds of the week: counts, city by city, and its films."""

    counts: Counts
    cities: list[tuple[str, Counts]]
    films: list[Film]
    scope: str


FILMS: Final = SheetSpec(
    "视频目录",
    (
        Column("number", "序号", 6, "int"),
        Column("enterprise", "企业", 30),
        Column("unit", "检查单位", 16),
        Column("caption", "内容", 36),
        Column("file", "文件名", 30),
        Column("by", "拍摄人", 10),
        Column("at", "上传时间", 18, "datetime"),
        Column("sha256", "校验值", 40),
    ),
)
CITIES: Final = SheetSpec(
    "本周情况",
    (
        Column("name", "单位", 20),
        Column("enterprises", "本周检查（家）", 14, "int"),
        Column("issues", "本周问题（个）", 14, "int"),
        Column("closed", "本周销号（个）", 14, "int"),
        Column("filed", "本周立案（件）", 14, "int"),
    ),
)
WORDS: Final = SheetSpec("文字", (Column("part", "部分", 12), Column("text", "内容", 100)))


def facts_of(period: ReportPeriod, at: datetime) -> Facts:
    reports = list(period.reports.select_related("unit", "sent_by").order_by("unit__order", "unit_id"))
    lines = lines_of(period, reports, at)
    cities = [(line.report.called, line.counts) for line in lines]
    whole = together(line.counts for line in lines)
    return Facts(whole, cities, films_of(period), scope_name(period, names_of(lines)))


def films_of(period: ReportPeriod) -> list[Film]:
    """Films and sound of the campaign's inspections that came in within the week."""
    rows = Evidence.objects.recordings().filter(visit__campaign=period.campaign_id)
    rows = rows.filter(recorded_at__gt=period.starts_at, recorded_at__lte=period.cutoff_at)
    found = rows.select_related("visit__enterprise", "visit__unit", "file", "taken_by").order_by("recorded_at", "pk")
    return [
        Film(
            number,
            row.visit.enterprise.name,
            row.visit.unit.short_name,
            row.caption,
            row.file.name,
            row.taken_by.name,
            row.recorded_at,
            row.file.sha256,
        )
        for number, row in enumerate(found, start=1)
    ]


def first_words(facts: Facts) -> str:
    """What a brief begins with, for whoever writes it to change; the figures stand below it and are not said twice."""
    return f"现将{facts.scope}本周执法检查情况通报如下。"


def refuse_early(period: ReportPeriod, at: datetime) -> None:
    if at < period.starts_at:
        raise Refused(f"{period}还没有开始，开始后才能编写简报。")


def make_brief(period: ReportPeriod, *, text: str, closing: str, actor: User, at: datetime) -> Brief:
    """The next edition with the figures of this moment; an edition once made never changes."""
    if not text.strip():
        raise Refused("请填写简报正文。", field="text", status=422)
    refuse_early(period, at)
    facts = facts_of(period, at)
    with transaction.atomic():
        locks.hold("brief", str(period.pk))
        edition = period.briefs.count() + 1
        title = f"{period.campaign.title}简报（{period}）"
        row = Brief.objects.create(
            period=period,
            edition=edition,
            text=text.strip(),
            closing=closing.strip(),
            figures={"week": facts.counts.data()["week"], "films": [film.sha256 for film in facts.films]},
            workbook=store(workbook_of(facts, text, closing, at), name=f"{title}.xlsx", by=actor, at=at, kind="xlsx"),
            paper=issue_pdf(
                "documents/reporting/brief.html",
                paper_context(period, facts, text, closing),
                kind=PRINTED,
                title=title,
                subject=period,
                by=actor,
                at=at,
                unit_path=period.campaign.unit.path,
                unit_name=period.campaign.unit.name,
            ),
            made_by=actor,
            made_at=at,
        )
        after = {"edition": edition, "films": len(facts.films)}
        audit.record("reporting.brief.make", row, actor=actor, at=at, unit_path=period.campaign.unit.path, after=after)
    return row


def paper_context(period: ReportPeriod, facts: Facts, text: str, closing: str) -> dict[str, Any]:
    return {
        "own": figured(facts.counts),
        "cities": [{"name": name, "own": figured(counts)} for name, counts in facts.cities],
        "films": facts.films,
        "span": span_formal(period.starts_at, period.cutoff_at),
        "text": [line.strip() for line in text.splitlines() if line.strip()],
        "closing": [line.strip() for line in closing.splitlines() if line.strip()],
    }


def workbook_of(facts: Facts, text: str, closing: str, at: datetime) -> bytes:
    words = [{"part": "正文", "text": text.strip()}, {"part": "下一步", "text": closing.strip()}]
    rows = [city_row(name, counts) for name, counts in [*facts.cities, ("合计", facts.counts)]]
    content = io.BytesIO()
    write_workbook(content, [(CITIES, rows), (FILMS, facts.films), (WORDS, words)], at=at, creator="一体化执法行动平台")
    return content.getvalue()


def city_row(name: str, counts: Counts) -> dict[str, Any]:
    week = figured(counts)
    wanted = {key: week[f"week_{key}"] for key in ("enterprises", "issues", "closed", "filed")}
    return {"name": name, **wanted}
