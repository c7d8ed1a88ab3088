"""Who is commissioned to help collects and enforces nothing: no sheet, no signature, no place in a team."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.rules import conflicting
from campaigns.models import Assignment, BlueprintVersion, RegisterEntry
from campaigns.registers.services import load_registers
from core import clock
from core.refusals import Refused
from inspections.models import CheckIn, Signature
from inspections.services import planning
from tests import factories as make
from tests.inspections import scene as stage
from tests.inspections.scene import Scene
from tests.registers.test_each import rows_of


@pytest.mark.req("DT-30")
def test_a_third_party_collects_and_every_act_of_enforcement_is_refused(scene: Scene, client: Client) -> None:
    cast = scene.cast
    third = make.user("third", "丁第三", cast.county_a)
    make.grant(third, "third_party", over=cast.county_a)
    make.certificate(third)
    with pytest.raises(Refused, match="没有执法权限"):
        planning.plan(
            scene.target,
            planned_on=stage.DAY,
            lead_inspector=cast.inspector_a,
            second_inspector=third,
            actor=cast.officer_a,
            at=stage.MORNING,
        )
    record = stage.ready(scene)
    Assignment.objects.filter(pk=record.visit.assignment_id).update(second_inspector=third)
    signed, shown = Signature.objects.count(), CheckIn.objects.count()
    client.force_login(third)
    doors = ("visit_check_in", "visit_start", "record_sign", "record_submit")
    with clock.travel(stage.NOON):
        for door in doors:
            answer = client.post(reverse(f"inspections:{door}", args=[record.visit_id]), {"role": "second"})
            assert answer.status_code in {403, 404}, door
    assert (Signature.objects.count(), CheckIn.objects.count()) == (signed, shown)
    assert stage.fresh(record).state == "draft"
    assert "只能采集" in conflicting({"third_party", "inspector"})


@pytest.mark.req("DT-30")
def test_what_a_third_party_collected_is_kept_apart_and_says_that_it_enforces_nothing(
    scene: Scene, client: Client
) -> None:
    cast = scene.cast
    load_registers(at=stage.MORNING, only=["third_party"])
    data = scene.campaign.blueprint.data | {"registers": [{"key": "all", "platform": ["third_party"]}]}
    BlueprintVersion.objects.filter(pk=scene.campaign.blueprint_id).update(data=data)
    third = make.user("third", "丁第三", cast.county_a)
    make.grant(third, "third_party", over=cast.county_a)
    sent = {
        "campaign": scene.campaign.pk,
        "filing_unit": cast.county_a.pk,
        "enterprise": cast.site_a.name,
        "kind": "污染源排查",
        "collected_on": "2020-05-12",
        "agency": "示例环境技术公司",
        "detail": "雨水口有油花。",
        "signed": "丁第三",
    }
    url = reverse("campaigns:register_new", args=["third_party"])
    with clock.travel(stage.NOON):
        client.force_login(third)
        assert client.post(url, sent).status_code == 302
        row = RegisterEntry.objects.get()
        assert "不具有执法效力" in client.get(reverse("campaigns:register_entry", args=[row.pk])).content.decode()
        client.force_login(cast.officer_a)
        assert client.post(url, sent).status_code == 403, (
            "the bureau's own people enforce, and do not collect as others"
        )
        sheet = rows_of(client.get(reverse("campaigns:register_export", args=["third_party"]), {"kind": "污染源排查"}))
        client.force_login(cast.officer_other)
        assert client.get(reverse("campaigns:register_entry", args=[row.pk])).status_code == 404
    head = next(line for line in sheet if "登记号" in line)
    found = dict(zip(head, next(line for line in sheet if row.label in line), strict=True))
    assert (found["采集人签名（不具有执法效力）"], found["第三方机构"]) == ("丁第三", "示例环境技术公司")
