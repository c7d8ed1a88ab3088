"""The annexes of a campaign by versions: a task keeps those that were valid when it was planned (HN-72, HN-78)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from campaigns.models import AnnexVersion, Campaign, CampaignForm
from core import audit, clock, locks
from core.files import store
from core.models import FormDefinition
from core.refusals import Refused

NOT_ORIGINAL = "非原件"
ENDINGS = (".pdf", ".doc", ".docx")


@dataclass(frozen=True)
class Annex:
    """One annex as a task sees it: the original file valid then, or the platform's own form, or nothing."""

    number: int
    title: str
    original: AnnexVersion | None
    form: FormDefinition | None
    versions: tuple[AnnexVersion, ...] = ()
    note: str = ""

    @property
    def mark(self) -> str:
        return "" if self.original else NOT_ORIGINAL

    @property
    def has_text(self) -> bool:
        return bool(self.original or self.form)


def annexes_at(campaign: Campaign, at: datetime) -> list[Annex]:
    """Every annex of the plan with the version that was in force at an instant; two queries."""
    day = clock.day_of(at)
    held: dict[int, list[AnnexVersion]] = {}
    for row in campaign.annex_versions.select_related("file", "added_by").order_by("number", "-version"):
        held.setdefault(row.number, []).append(row)
    forms = {form.purpose: form.definition for form in campaign.forms.select_related("definition")}
    return [
        Annex(
            number=annex["number"],
            title=annex["title"],
            original=in_force(held.get(annex["number"], ()), at, day),
            form=forms.get(annex.get("purpose", "")),
            versions=tuple(held.get(annex["number"], ())),
            note=annex.get("note", ""),
        )
        for annex in campaign.blueprint.data.get("annexes", [])
    ]


def in_force(versions: Iterable[AnnexVersion], at: datetime, day: date) -> AnnexVersion | None:
    """The newest version that was there and valid; `versions` newest first."""
    return next((row for row in versions if row.added_at <= at and row.valid_from <= day), None)


def annex_at(campaign: Campaign, number: int, at: datetime) -> Annex:
    for annex in annexes_at(campaign, at):
        if annex.number == number:
            return annex
    raise Refused(f"方案的附件目录里没有附件{number}。", status=404)


def is_original(campaign: Campaign, purpose: str, at: datetime) -> bool:
    """Whether prints of a form for a task of that instant are the plan's own: it came with the plan, or the imported
    original was compared with it and found alike."""
    if CampaignForm.objects.filter(campaign=campaign, purpose=purpose, is_original=True).exists():
        return True
    numbers = [a["number"] for a in campaign.blueprint.data.get("annexes", []) if a.get("purpose") == purpose]
    found = [in_force(rows_of(campaign, number), at, clock.day_of(at)) for number in numbers]
    return any(row is not None and row.matches for row in found)


def rows_of(campaign: Campaign, number: int) -> list[AnnexVersion]:
    return list(campaign.annex_versions.filter(number=number).order_by("-version"))


def add_annex(
    campaign: Campaign,
    number: int,
    *,
    upload: Any,
    valid_from: date,
    matches: bool = False,
    note: str = "",
    actor: User,
    at: datetime,
) -> AnnexVersion:
    """Import an original as the next version. Tasks planned before keep what they had."""
    annex_at(campaign, number, at)
    if not upload.name.lower().endswith(ENDINGS):
        raise Refused("请上传 PDF 或 Word 文件（.pdf、.doc、.docx）。", field="file", status=422)
    if valid_from < clock.day_of(at):
        raise Refused("生效日期不能早于今天：已派单的任务仍用原来的版本。", field="valid_from", status=422)
    with transaction.atomic():
        locks.hold("annex", str(campaign.pk), str(number))
        newest = campaign.annex_versions.filter(number=number).order_by("-version").first()
        held = store(upload, name=upload.name, by=actor, at=at, kind="paper")
        if newest is not None and newest.digest == held.sha256:
            raise Refused(f"文件与第{newest.version}版完全相同，没有新的版本。", field="file")
        row = AnnexVersion.objects.create(
            campaign=campaign,
            number=number,
            version=newest.version + 1 if newest else 1,
            file=held,
            file_name=held.name,
            digest=held.sha256,
            valid_from=valid_from,
            matches=matches,
            note=note.strip()[:200],
            added_by=actor,
            added_at=at,
        )
        after = {"annex": number, "version": row.version, "digest": row.digest, "valid_from": valid_from}
        audit.record("campaigns.annexversion.add", row, actor=actor, at=at, unit_path=campaign.unit.path, after=after)
    return row
