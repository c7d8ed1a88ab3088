"""Campaigns of before: their visits are counted by what they come from, and they owe what their plans order."""

from datetime import date
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command

from campaigns.models import Assignment, Campaign, Responsibility
from core import clock
from core.models import Obligation
from tests import factories as make
from tests.campaigns import datong, draw_scene
from tests.campaigns import plan_scene as scene

pytestmark = pytest.mark.django_db
carry = import_module("campaigns.migrations.0015_sources_carried").carry


def visited(target, cast, kind="", **fields):
    lead = make.lead(target.enterprise, cast.officer_a, kind=kind) if kind else None
    row = make.assignment(target, cast.inspector_a, cast.second_a, **fields)
    Assignment.objects.filter(pk=row.pk).update(lead=lead)
    return row


def test_visits_of_before_come_from_a_draw_a_lead_or_the_plan(cast):
    campaign = scene.campaign(cast, task="checkup")
    whole, hotline, power, other, cross = scene.enterprises(campaign, cast, 5)
    rows = {
        visited(whole, cast): "checkup",
        visited(hotline, cast, "hotline"): "complaint",
        visited(power, cast, "power"): "exceedance",
        visited(other, cast, "drone"): "checkup",
        visited(cross, cast, source="cross"): "cross",
    }
    draw = draw_scene.drawn(cast)
    one = draw.drawn.first()
    one.assignment = visited(one.target, cast)
    one.save(update_fields=["assignment"])
    rows[one.assignment] = "random"
    rows[visited(draw.drawn.last().target, cast)] = "special"
    carry(apps, None)
    assert {row: Assignment.objects.get(pk=row.pk).source for row in rows} == rows
    carry(apps, None)
    assert {row: Assignment.objects.get(pk=row.pk).source for row in rows} == rows


def test_a_campaign_published_before_owes_what_is_ahead():
    org = datong.assemble()
    row = datong.published(org)
    before = set(Obligation.objects.values_list("subject", "period", "unit_path"))
    over = datong.published(org, "hengshui-2020", 2020, at=clock.at_local(date(2020, 11, 27), 12))
    Campaign.objects.filter(pk=over.pk).update(state="closed")
    Obligation.objects.all().delete()
    Responsibility.objects.all().delete()
    with clock.travel(datong.NEW_YEAR):
        said = StringIO()
        call_command("open_dues", stdout=said)
        assert said.getvalue() == f"到期事项：新增 {len(before)} 项。\n"
        assert set(Obligation.objects.values_list("subject", "period", "unit_path")) == before
        assert {one.campaign_id for one in Obligation.objects.all()} == {row.pk}
        assert Responsibility.objects.filter(campaign=row).exists()
    with clock.travel(clock.at_local(date(2021, 7, 1))):
        said = StringIO()
        call_command("open_dues", stdout=said)
        assert said.getvalue() == "到期事项：新增 0 项。\n"
    Obligation.objects.all().delete()
    with clock.travel(clock.at_local(date(2021, 7, 1))):
        call_command("open_dues", stdout=StringIO())
        assert Obligation.objects.exists()
        assert not Obligation.objects.filter(due_at__lt=clock.now()).exists(), "what is over is not asked for"
