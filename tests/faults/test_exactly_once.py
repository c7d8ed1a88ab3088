"""R1: whatever the outages, each due Friday has exactly one report, in time, with the figures of 17:30.

`make faults` takes 1,000 schedules of a year and 20 of ten years; any other test run a sample. The controls are the
same schedules with a guard away: they must show the fault, or the test would prove nothing.
"""

import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q

from campaigns.models import Phase
from core.calendar import load_tables
from core.clock import day_of
from reporting import notices
from reporting.models import ReportPeriod
from reporting.services import freeze
from tests.faults import outages, shards

pytestmark = pytest.mark.django_db(transaction=True)
YEARS = [(1, shards.some(1000, 1)), *([(10, shards.some(20, 1))] if shards.PART else [])]


@pytest.mark.parametrize("years, schedules", YEARS)
def test_each_friday_once(years: int, schedules: int, tmp_path: Path) -> None:
    world = long_world(years) if shards.PART else short_world(20)

    def work(shard: int, of: int) -> dict[str, Any]:
        wrong: dict[str, Any] = {}
        seeds = range(shard, schedules, of)
        progress, sweeps, killed = shards.Progress(f"{years} years, shard {shard}", len(seeds)), 0, 0
        with outages.untypeset():
            for done, seed in enumerate(seeds, 1):
                run, plan = outages.live(world, seed)
                sweeps, killed = sweeps + run.sweeps, killed + len(run.deaths)
                if found := outages.faults(world, plan):
                    wrong[str(seed)] = dict(found)
                shards.clear_files()
                progress.at(done)
        return {"wrong": wrong, "sweeps": sweeps, "killed": killed}

    began = time.monotonic()
    results = shards.sharded(work, tmp_path)
    told = f"{schedules} schedules × {len(world.cutoffs)} Fridays, {sum(one['sweeps'] for one in results):,} sweeps,"
    told += f" {sum(one['killed'] for one in results):,} died with a claim: {time.monotonic() - began:.0f} s"
    print(told)
    assert [one["wrong"] for one in results] == [{}] * len(results)


def unguarded(at: datetime) -> None:
    """The control: the same work without claim, lock and look whether it was done."""
    for campaign in freeze.Campaign.objects.filter(state="published").select_related("unit"):
        freeze.periods.ensure(campaign, at)
    for period in ReportPeriod.objects.filter(Q(frozen_at=None), cutoff_at__lte=at).select_related("campaign__unit"):
        with transaction.atomic():
            reports = list(period.reports.select_related("unit", "sent_by"))
            freeze.fill(period, reports, at)
            period.frozen_at = at
            period.save(update_fields=["frozen_at"])
            freeze.write_summary(period, reports, at)
            notices.frozen(period, reports, 0, at)
            freeze.audit.record("reporting.reportperiod.freeze", period, actor=None, at=at)


def swallowing(sweep: outages.Sweep) -> outages.Sweep:
    """A unique key may refuse the second; what counts is what stands in the end."""

    def swept(at: datetime) -> None:
        try:
            sweep(at)
        except Exception:
            return

    return swept


@pytest.mark.parametrize("sweep, once", [(freeze.sweep, True), (swallowing(unguarded), False)])
def test_without_claim_and_lock_there_are_two(sweep: outages.Sweep, once: bool) -> None:
    """Three schedulers that are never down all work at 17:30:00."""
    world = short_world(4)
    with outages.untypeset():
        _, plan = outages.live(world, 0, sweep, outages.never_down(world, 3))
    found = outages.faults(world, plan)
    assert (sum(found.values()) == 0) is once, found


def test_a_crontab_loses_fridays() -> None:
    """The control: a scheduler that fires at 17:30 and at no other time, down from 17:00 to 20:15 on one Friday."""
    world = short_world(3)
    down, back = world.cutoffs[1] - timedelta(minutes=30), world.cutoffs[1] + timedelta(hours=2, minutes=45)
    spans = [(world.starts_at, down), (back, world.cutoffs[-1] + timedelta(days=1))]
    ticks = [world.cutoffs[0], back + outages.TICK, world.cutoffs[2]]

    def crontab(at: datetime) -> None:
        if at in world.cutoffs:
            freeze.sweep(at)

    with outages.untypeset():
        for sweep, late in ((crontab, 1), (freeze.sweep, 0)):
            _, plan = outages.live(world, 0, sweep, outages.Schedule([spans], [ticks]))
            assert outages.faults(world, plan) == Counter({"late": late} if late else {})


def long_world(years: int) -> outages.World:
    load_tables()
    return outages.build(years)


def short_world(fridays: int) -> outages.World:
    """Its campaign ends with the last Friday."""
    world = long_world(1)
    world.cutoffs = world.cutoffs[:fridays]
    Phase.objects.filter(key="inspect").update(ends_on=day_of(world.cutoffs[-1]))
    return world
