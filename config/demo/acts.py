"""The acts of the story: self-checks, visits, rectifications, cases and Fridays, put on the timeline."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from accounts.models import User
from campaigns.models import Target
from config.demo import field as work
from config.demo.findings import finding, penalty_article
from config.demo.people import Office
from config.demo.story import Story
from core.calendar import calendar
from core.clock import at_local, day_of
from core.rules import WorkCalendar
from inspections.models import Issue, SelfCheck
from inspections.services import selfchecks
from inspections.services.planning import plan
from inspections.states import IssueState
from penalties import services as penalties
from penalties.models import PenaltyCase
from penalties.states import CaseState
from reporting.models import CountyConfirmation, ReportPeriod, UnitReport
from reporting.services import reports
from reporting.services.freeze import sweep

BAD_ITEMS = ("systems.funds", "systems.training", "facilities.monitoring")
# Visits a working day in the first living city, and in each other one.
VISITS_A_DAY = (2, 1)
# What begins later is not over now.
VISIT_LASTS = timedelta(hours=4)
HOURS = (9, 14)
ON_SHOW = "qiye1"
# Which unit keeps the province waiting: (week, place in the list of cities).
LATE = (2, 6)
MISSING = (3, 11)


def working_days(start: date, end: date, days: WorkCalendar) -> Iterator[date]:
    day = start
    while day <= end:
        if days.is_workday(day):
            yield day
        day += timedelta(days=1)


def targets_of(story: Story, county: Office) -> list[Target]:
    rows = Target.objects.filter(campaign=story.running, unit=county.unit)
    return list(rows.select_related("enterprise", "unit", "campaign").order_by("-is_key", "pk"))


# April: the enterprises check themselves.


def self_checks(story: Story) -> None:
    """Nine in ten key enterprises hand in; most are filed, some returned."""
    phase, seed = story.phase("selfcheck"), 0
    days = list(working_days(phase.starts_on, phase.ends_on, calendar()))
    for county in story.counties:
        for target in targets_of(story, county):
            owner = story.owners.get(target.enterprise_id)
            if owner is None:
                continue
            seed += 1
            if seed % 10:
                day = days[seed % (len(days) - 4)]
                story.then(at_local(day, 15), hand_in(story, target, county, owner, seed))


def hand_in(story: Story, target: Target, county: Office, owner: User, seed: int):  # type: ignore[no-untyped-def]
    def act(at: datetime) -> None:
        bad = tuple(known_items(target))[: seed % 3]
        row = work.check_oneself(target, owner, at, bad=bad, seed=seed)
        if seed % 7:
            story.then(at + timedelta(days=1), lambda later: receive(row.pk, county, later, returned=seed % 11 == 0))

    return act


def known_items(target: Target) -> Iterator[str]:
    form = selfchecks.definition_for(target.campaign_id)
    for section in form.data["sections"]:
        for item in section["items"][1:2]:
            if any(one["key"] == "problem" for one in item["fields"]):
                yield f"{section['key']}.{item['key']}"


def receive(pk: int, county: Office, at: datetime, *, returned: bool) -> None:
    row = SelfCheck.objects.select_related("enterprise", "unit", "campaign", "submission").get(pk=pk)
    assert county.officer is not None
    if returned:
        selfchecks.send_back(row, reason="危险废物管理台账一项填写过于简单，请补充后再报", actor=county.officer, at=at)
    else:
        selfchecks.accept(row, actor=county.officer, at=at)


# From the end of April: visits.


def inspections(story: Story) -> None:
    """Each city's counties take turns, two visits a working day; key enterprises first."""
    phase, seed = story.phase("inspect"), 0
    other = story.phase("inspect_other").starts_on
    days = list(working_days(phase.starts_on, min(phase.ends_on, day_of(story.now)), calendar()))
    for city in story.people.alive:
        counties = story.people.counties[city.unit.pk]
        lists = {county.unit.pk: iter(targets_of(story, county)) for county in counties}
        turns = VISITS_A_DAY[city.unit.short_name != "漯河市"]
        for number, day in enumerate(days):
            for turn in range(turns):
                seed += 1
                county = counties[(number * turns + turn) % len(counties)]
                target = next(lists[county.unit.pk], None)
                at = at_local(day, HOURS[turn])
                if target is None or at + VISIT_LASTS > story.now or positive(target, day):
                    continue
                if target.is_key or day >= other:
                    story.then(at, visit(story, target, county, seed))


def upcoming(story: Story) -> None:
    """Every county of the first living cities has visits planned for today and for the next working day."""
    today = day_of(story.now)
    days = [today, calendar().next_workday(today)]
    other = story.phase("inspect_other").starts_on
    for county in story.counties:
        waiting = [one for one in targets_of(story, county) if not one.assignments.exists()]
        free = [one for one in waiting if (one.is_key or today >= other) and not positive(one, days[1])]
        for number, target in enumerate(free[:2]):
            team = county.inspectors[number * 2 : number * 2 + 2]
            assert county.officer is not None
            plan(
                target,
                planned_on=days[number],
                lead_inspector=team[0],
                second_inspector=team[1],
                expert=None,
                actor=county.officer,
                at=story.now - timedelta(hours=20),
            )


def positive(target: Target, day: date) -> bool:
    return target.enterprise.positive_entries.in_force(day).exists()


def visit(story: Story, target: Target, county: Office, seed: int):  # type: ignore[no-untyped-def]
    assert county.officer is not None
    lead, second = county.inspectors[seed % 2], county.inspectors[2 + seed % 2]
    team = work.Team(lead, second, county.officer)

    def act(at: datetime) -> None:
        begun = work.send_out(target, team, at)
        if seed % 13 == 5:
            work.find_halted(begun, team, at, seed)
            return
        day = day_of(at)
        owner = story.owners.get(target.enterprise_id)
        # Whoever logs in as the account on show finds something to mend.
        wanted = 2 if owner and owner.username == ON_SHOW else (0, 1, 2, 1, 0, 3)[seed % 6]
        findings = [finding(seed * 3 + n, f"f{n + 1}", day) for n in range(wanted)]
        late = seed % 17 == 3 and at < story.now - timedelta(days=2)
        work.inspect(begun, team, at, findings, seed, late_hours=20 if late else 0)
        for issue in Issue.objects.filter(visit=begun).select_related("unit", "enterprise", "campaign"):
            follow(story, issue, team, county, seed, at)

    return act


# What follows from a finding.


def follow(story: Story, issue: Issue, team: work.Team, county: Office, seed: int, at: datetime) -> None:
    """Six in ten are mended within a week and most of those verified; every second offence becomes a case."""
    owner = story.owners.get(issue.enterprise_id)
    if owner is not None and owner.username != ON_SHOW and (seed + issue.number) % 5 < 3:
        story.then(at + timedelta(days=5, hours=2), lambda later: work.mend(fresh(issue), owner, later, seed))
        story.then(at + timedelta(days=7, hours=1), lambda later: verified(issue, team, later, seed))
    if issue.nature in {"offence", "crime"} and issue.number % 2:
        story.then(at + timedelta(days=2), lambda later: case(story, issue, team, later))


def fresh(issue: Issue) -> Issue:
    return Issue.objects.select_related("unit", "enterprise", "campaign").get(pk=issue.pk)


def verified(issue: Issue, team: work.Team, at: datetime, seed: int) -> None:
    row = fresh(issue)
    if row.state == IssueState.REPORTED and seed % 4:
        work.verify(row, team, at, seed)


def case(story: Story, issue: Issue, team: work.Team, at: datetime) -> None:
    """立案, and the later steps each on its day."""
    row = fresh(issue)
    if row.state == IssueState.VOID:
        return
    filing = penalties.Filing(
        cause=f"{row.behaviour}案",
        violated_article=row.basis_text,
        penalty_article=penalty_article(row.basis_text),
        facts=f"{row.description}。",
        investigators=[team.lead, team.second],
        filed_on=day_of(at),
    )
    found = penalties.file_case(row, filing, actor=team.officer, at=at)
    fine = Decimal(20000 + 10000 * (row.number % 9))
    story.then(at + timedelta(days=3), lambda later: notice(found.pk, fine, team, later))
    story.then(at + timedelta(days=12), lambda later: decision(story, found.pk, fine, later))
    story.then(at + timedelta(days=14), lambda later: service(found.pk, team, later))
    story.then(at + timedelta(days=17), lambda later: closing(found.pk, fine, team, later))


def current(pk: int, state: str) -> PenaltyCase | None:
    rows = PenaltyCase.objects.select_related("unit", "authority", "issue", "enterprise")
    return rows.filter(pk=pk, state=state).first()


def notice(pk: int, fine: Decimal, team: work.Team, at: datetime) -> None:
    if row := current(pk, CaseState.FILED):
        text = "违法事实清楚，依据和裁量见告知书；可在期限内陈述申辩、申请听证"
        penalties.give_notice(row, day=day_of(at), fine=fine, text=text, actor=team.officer, at=at)


def decision(story: Story, pk: int, fine: Decimal, at: datetime) -> None:
    row = current(pk, CaseState.NOTICED)
    # In whose name it goes out, there sits who decides: the branch itself from 2026-08-15, its city bureau before.
    leaders = {office.unit.pk: office.leader for office in (*story.people.alive, *story.counties)}
    leader = leaders.get(row.authority_id) if row else None
    if row is None or leader is None:
        return
    said = penalties.Deciding(
        day=day_of(at),
        fine=fine,
        evidence="现场检查（勘察）笔录、现场照片、调查询问笔录、排污许可证复印件",
        defence="当事人书面表示放弃陈述申辩，不申请听证",
        discretion="违法行为首次发现，及时整改，依裁量基准确定",
        payment="自收到本决定书之日起 15 日内到指定银行缴纳",
        waived=True,
    )
    penalties.decide(row, said, actor=leader, at=at)


def service(pk: int, team: work.Team, at: datetime) -> None:
    if row := current(pk, CaseState.DECIDED):
        said = penalties.Serving(day_of(at), "直接送达", "厂长", "企业办公室", team.second)
        penalties.serve(row, said, actor=team.officer, at=at)


def closing(pk: int, fine: Decimal, team: work.Team, at: datetime) -> None:
    if row := current(pk, CaseState.SERVED):
        text = "罚款已全部缴清，票据已附卷"
        penalties.close(row, day=day_of(at), paid=fine, text=text, actor=team.officer, at=at)


# Fridays.


def fridays(story: Story) -> None:
    """Counties confirm, contact persons send, the platform freezes; one city is late, one is missing."""
    sweep(
        at_local(story.phase("inspect").starts_on, 0, 5)
        if story.now > at_local(story.phase("inspect").starts_on)
        else story.now
    )
    for period in ReportPeriod.objects.filter(campaign=story.running).order_by("number"):
        story.then(period.cutoff_at - timedelta(hours=3), lambda at, p=period: confirm_all(story, p, at))  # type: ignore[misc]
        for place, city in enumerate(story.people.cities):
            when = period.cutoff_at - timedelta(minutes=20 + 9 * place)
            if (period.number, place) == LATE:
                when = period.cutoff_at + timedelta(hours=2)
            if (period.number, place) != MISSING:
                story.then(when, lambda at, p=period, c=city: send(p, c, at))  # type: ignore[misc]
        story.then(period.cutoff_at + timedelta(minutes=1), sweep_at)
        story.then(period.cutoff_at + timedelta(hours=3), lambda at, p=period: accept_all(story, p, at))  # type: ignore[misc]


def sweep_at(at: datetime) -> None:
    sweep(at)


def confirm_all(story: Story, period: ReportPeriod, at: datetime) -> None:
    rows = CountyConfirmation.objects.filter(report__period=period).select_related(
        "report__period", "report__unit", "unit"
    )
    officers = {county.unit.pk: county.officer for county in story.counties}
    for number, row in enumerate(rows):
        officer = officers.get(row.unit_id)
        if officer is not None and number % 5:
            reports.confirm(row, "数字已核对", seen="", actor=officer, at=at)


def send(period: ReportPeriod, city: Office, at: datetime) -> None:
    row = UnitReport.objects.select_related("period__campaign", "unit").filter(period=period, unit=city.unit).first()
    if row is None or city.contact is None:
        return
    week = reports.figures_at(row, at).own
    visits, issues = week.get("week", "visits"), week.get("week", "issues")
    idle = not visits and not issues
    text = (
        "本周继续做好执法检查准备，无检查数据。"
        if idle
        else (f"本周检查 {visits} 家次，发现问题 {issues} 个，已全部一次性告知企业并录入台账；下周重点检查涉气企业。")
    )
    reports.send(row, text, idle, seen="", actor=city.contact, at=at)


def accept_all(story: Story, period: ReportPeriod, at: datetime) -> None:
    assert story.people.province.officer is not None
    for row in UnitReport.objects.filter(period=period, state="sent").select_related("period", "unit"):
        reports.accept(row, actor=story.people.province.officer, at=at)
