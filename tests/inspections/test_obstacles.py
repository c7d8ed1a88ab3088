"""Resistance that was reported: the task is 受阻, and nobody is late with what resistance held up."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns.models import BlueprintVersion, RegisterEntry
from campaigns.registers.services import load_registers
from core import clock
from inspections.models import Visit
from inspections.services import locking
from reporting.duties.inspections import visit_entry, visits_to_make
from tests.inspections import scene as stage
from tests.inspections.scene import Scene

NEXT_DAY = stage.NOON + timedelta(days=1)


def report(client: Client, by: User, visit: Visit, at: datetime, **changes: str) -> int:
    sent = {
        "campaign": str(visit.campaign_id),
        "filing_unit": str(visit.unit_id),
        "subject": "多名人员堵门",
        "met_on": "2020-05-12",
        "to": "上级环保部门",
        "visit": str(visit.pk),
        "detail": "检查组在门口等候两小时。",
    }
    with clock.travel(at):
        client.logout()
        client.force_login(by)
        return client.post(reverse("campaigns:register_new", args=["obstacle"]), sent | changes).status_code


def listed(client: Client, by: User, at: datetime, **wanted: str) -> str:
    with clock.travel(at):
        client.logout()
        client.force_login(by)
        return client.get(reverse("inspections:visit_list"), wanted).content.decode()


@pytest.fixture
def ready(scene: Scene) -> Scene:
    load_registers(at=stage.MORNING, only=["obstacle"])
    data = scene.campaign.blueprint.data | {"registers": [{"key": "all", "platform": ["obstacle"]}]}
    BlueprintVersion.objects.filter(pk=scene.campaign.blueprint_id).update(data=data)
    return scene


@pytest.mark.req("GS-57")
def test_a_reported_obstacle_names_to_whom_and_the_task_is_obstructed_and_not_late(
    ready: Scene, client: Client
) -> None:
    visit, cast = stage.planned(ready), ready.cast
    for nobody in ("", "企业负责人"):
        assert report(client, cast.inspector_a, visit, stage.NOON, to=nobody) == 422, (
            "to the government or the superior bureau only"
        )
    assert not RegisterEntry.objects.exists()
    assert "受阻</span>" not in listed(client, cast.inspector_a, NEXT_DAY)
    assert "逾期未查" in listed(client, cast.inspector_a, NEXT_DAY)
    assert report(client, cast.inspector_a, visit, stage.NOON) == 302
    page = listed(client, cast.inspector_a, NEXT_DAY, state="obstructed")
    assert cast.site_a.name in page
    assert "逾期未查" not in page
    entry = visit_entry(visits_to_make(cast.inspector_a, NEXT_DAY).get())
    assert (entry.note, entry.due) == ("受阻，已上报，不计逾期", None)
    row = RegisterEntry.objects.get()
    assert row.values["to"] == "上级环保部门"
    with clock.travel(NEXT_DAY):
        client.logout()
        client.force_login(cast.officer_a)
        client.post(reverse("campaigns:register_entry_move", args=[row.pk, "settle"]), {"result": "镇政府已协调"})
    assert cast.site_a.name not in listed(client, cast.inspector_a, NEXT_DAY, state="obstructed")
    assert "逾期未查" in listed(client, cast.inspector_a, NEXT_DAY), "what held it up is gone"


@pytest.mark.req("GS-57")
@pytest.mark.parametrize("reported_at,is_late", [(None, True), (stage.NOON, False), (NEXT_DAY, True)])
def test_a_record_held_up_by_reported_resistance_is_not_late(
    ready: Scene, client: Client, reported_at: datetime | None, is_late: bool
) -> None:
    record = stage.ready(ready)
    if reported_at is not None:
        assert report(client, ready.cast.inspector_a, record.visit, reported_at) == 302
    record = stage.fresh(record)
    outcome = locking.submit(record, late_reason="返程受阻" if is_late else "", actor=record.writer, at=NEXT_DAY)
    assert not outcome.problems, [one.text for one in outcome.problems]
    assert stage.fresh(record).is_late is is_late
