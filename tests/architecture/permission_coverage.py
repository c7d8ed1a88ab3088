"""Off-site checks of county A for the permission matrix: one to be done, one done with its evidence, and a project.

And a problem that was given to it and left there too long."""

from datetime import date, datetime
from typing import Any

from campaigns.models import Target
from enterprises.models import Enterprise
from inspections.models import Handover, Issue, OffsiteCheck
from inspections.services import offsite, projects
from tests.cast import Cast


def build(cast: Cast, target: Target, now: datetime) -> dict[str, Any]:
    def given(means: str) -> OffsiteCheck:
        people = {"inspector": cast.inspector_a, "actor": cast.officer_a}
        return offsite.plan(target, means=means, planned_on=date(2020, 6, 12), **people, at=now)

    said = {"finding": "normal", "conclusion": "曲线连续", "evidence": b"day;flow\n1;2\n", "name": "曲线.csv"}
    line = f"{cast.site_a.name}｜一期｜报告书｜源环〔2020〕1号｜2020-03-01"
    [project] = projects.keep_projects(Enterprise.objects.all(), line, actor=cast.officer_a, at=now)
    done = offsite.finish(given("power"), **said, actor=cast.inspector_a, at=now)
    return {"ahead": given("drone"), "done": done, "project": project}


def too_late(cast: Cast, issue: Issue, now: datetime) -> Handover:
    said = {"handed_on": date(2020, 5, 12), "handed_by": cast.officer_city, "handed_at": now}
    late = {"state": "proposed", "days": 30, "proposed_at": now}
    return Handover.objects.create(issue=issue, locality=cast.county_a, team=cast.city, **said, **late)
