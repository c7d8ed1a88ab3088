"""A campaign with things that happen in it, told in Shanghai time: `scene.visited(site, "05-12 10:00")`."""

import itertools
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.models import Unit, User
from campaigns.models import Campaign, Phase, PhaseWindow, Target
from core.clock import SHANGHAI
from core.models import Obligation
from enterprises.models import Enterprise
from inspections.models import Issue, VisitRecord
from inspections.services.versions import write_version
from penalties.models import CaseStep, PenaltyCase
from tests import factories as make
from tests.cast import Cast

_serial = itertools.count(900_000)


def sh(text: str) -> datetime:
    """ "05-12 10:00" or "05-15 17:30:01" of 2020 in Shanghai."""
    full = text if text.count(":") == 2 else f"{text}:00"
    return datetime.strptime(f"2020-{full}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)


def day(text: str) -> date:
    return date.fromisoformat(f"2020-{text}")


@dataclass
class Scene:
    cast: Cast
    campaign: Campaign

    def published(self, at: str) -> None:
        """Weeks that ended before are not asked for: a test of one week prints one summary."""
        self.campaign.published_at = sh(at)
        self.campaign.save(update_fields=["published_at"])

    def site(self, name: str, county: Unit | None = None, **fields: Any) -> Enterprise:
        return make.enterprise(name, county or self.cast.county_a, self.cast.region_a, **fields)

    def listed(self, site: Enterprise, at: str = "04-01 09:00") -> Target:
        row, _ = Target.objects.get_or_create(
            campaign=self.campaign,
            enterprise=site,
            defaults={"unit": site.unit, "is_key": site.is_key, "listed_at": sh(at)},
        )
        return row

    def visited(self, site: Enterprise, at: str, outcome: str = "done", **fields: Any) -> VisitRecord:
        """One visit whose record the server received at `at`."""
        done = make.assignment(self.listed(site), self.cast.inspector_a, self.cast.second_a, state="done")
        return make.locked_record(make.visit(done, state="submitted"), at=sh(at), outcome=outcome, **fields)

    def corrected(self, record: VisitRecord, at: str, **changes: Any) -> VisitRecord:
        """The record's next version, as a correction of its inspectors."""
        record.state, record.superseded_at = "superseded", sh(at)
        record.save()
        fields = {
            "outcome": record.outcome,
            "enterprise_name": record.enterprise_name,
            "is_key": record.is_key,
            "industry": record.industry,
        }
        return VisitRecord.objects.create(
            visit=record.visit,
            version=record.version + 1,
            state="locked",
            client_id=UUID(int=next(_serial)),
            occurred_at=record.occurred_at,
            recorded_at=sh(at),
            correction_reason="更正",
            **(fields | changes),
        )

    def found(self, record: VisitRecord, at: str = "", **fields: Any) -> Issue:
        return make.issue(record, at=sh(at) if at else None, **fields)

    def changed(self, issue: Issue, at: str, action: str, **fields: Any) -> Issue:
        """The row changed and its next version written, as every service of the ledger does."""
        for name, value in fields.items():
            setattr(issue, name, value)
        issue.save()
        write_version(issue, action, actor=self.cast.officer_a, at=sh(at), reason="测试")
        return issue

    def reported(self, issue: Issue, at: str) -> Issue:
        return self.changed(issue, at, "report", state="reported", rectification_text="已检修", rectified_at=sh(at))

    def closed(self, issue: Issue, at: str) -> Issue:
        return self.changed(
            issue, at, "close", state="closed", closed_at=sh(at), verified_by=self.cast.officer_a,
            rectification_text="已检修",
        )  # fmt: skip

    def voided(self, issue: Issue, at: str) -> Issue:
        return self.changed(issue, at, "void", state="void", voided_at=sh(at))

    def filed(self, issue: Issue, at: str) -> PenaltyCase:
        case = PenaltyCase.objects.create(
            number=f"漯环源立〔2020〕{next(_serial)}号",
            campaign=self.campaign,
            issue=issue,
            enterprise=issue.enterprise,
            party_name=issue.enterprise_name,
            unit=issue.unit,
            authority=self.cast.city,
            cause="不正常运行污染防治设施",
            violated_article="《大气污染防治法》第二十条第二款",
            penalty_article="《大气污染防治法》第九十九条第三项",
            facts="除尘设施不正常运行",
            filed_on=sh(at).date(),
            filed_by=self.cast.officer_a,
            recorded_at=sh(at),
        )
        self.stepped(case, "file", at)
        return case

    def stepped(self, case: PenaltyCase, kind: str, at: str, fine: str | None = None) -> CaseStep:
        return CaseStep.objects.create(
            case=case,
            kind=kind,
            occurred_on=sh(at).date(),
            recorded_at=sh(at),
            actor=self.cast.officer_a,
            fine=Decimal(fine) if fine else None,
        )

    def window(self, unit: Unit, starts: str, ends: str = "06-20") -> PhaseWindow:
        """The unit's own window of the inspection phase, approved."""
        return PhaseWindow.objects.create(
            phase=Phase.objects.get(campaign=self.campaign, key="inspect"),
            unit=unit,
            starts_on=day(starts),
            ends_on=day(ends),
            reason="疫情防控",
            state="approved",
            asked_by=self.cast.leader_city,
            asked_at=sh("04-10 09:00"),
            decided_by=self.cast.leader_province,
            decided_at=sh("04-12 09:00"),
        )


def busy(scene: Scene) -> None:
    """Two weeks of the city's county A and B: something behind almost every figure."""
    paper, chemist = scene.cast.site_a, scene.cast.site_b
    foundry = scene.site("漯河示例铸造厂", industry=11)
    scene.listed(scene.site("漯河示例电力厂", is_key=True, industry=5))
    first = scene.visited(paper, "05-07 10:00")
    dust = scene.found(first, nature="offence", gravity="grave", issue_type=7, elements=["气", "固"])
    scene.found(
        first, nature="system", gravity="ordinary", issue_type=21, handling=3, deadline_on=None, elements=["综合"]
    )
    scene.closed(scene.reported(dust, "05-08 16:00"), "05-11 09:00")
    scene.visited(chemist, "05-12 11:00", outcome="no_problem")
    again = scene.visited(paper, "05-13 09:00")
    late = scene.found(again, deadline_on=day("05-14"), issue_type=3, elements=["水"])
    scene.visited(foundry, "05-14 23:30", outcome="halted", is_late=True, late_reason="现场无信号")
    case = scene.filed(late, "05-13 15:00")
    scene.stepped(case, "decide", "05-15 10:00", fine="280000.50")


def people_of(scene: Scene) -> list[User]:
    return [scene.cast.contact_city, scene.cast.officer_province, scene.cast.officer_a]


def owed(kind: str = "weekly_report") -> list[Obligation]:
    return list(Obligation.objects.filter(kind=kind).order_by("due_at", "unit_path"))
