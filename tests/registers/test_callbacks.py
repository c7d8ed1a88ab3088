"""Call-backs: enterprises drawn at random, a questionnaire, and what a bad answer sets going."""

import re
from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, RegisterEntry, Target
from campaigns.registers import services
from campaigns.registers.services.drawing import digest, ordered
from core import clock
from core.models import AuditEvent
from core.refusals import Refused
from enterprises.models import Enterprise
from tests import factories as make
from tests.cast import Cast
from tests.registers import scene

ANSWERS = {"asked_on": scene.DAY, "shown": "yes", "helped": "yes", "clean": "无", "detail": "入企询问厂长和车间主任"}


def visited(cast: Cast, plan: Campaign, count: int) -> list[Target]:
    sites = [make.enterprise(f"示例回访企业{n}", cast.county_a, cast.region_a) for n in range(count)]
    Target.objects.bulk_create(make_target(plan, site) for site in sites)
    make.target(plan, cast.site_b)
    return list(Target.objects.filter(campaign=plan, visit_count=1).order_by("enterprise"))


def make_target(plan: Campaign, site: Enterprise) -> Target:
    return Target(
        campaign=plan,
        enterprise=site,
        unit=site.unit,
        is_key=False,
        listed_at=scene.AT,
        visited_at=scene.AT,
        visit_count=1,
    )


def drawn_again(pool: list[int]) -> list[RegisterEntry]:
    """What was drawn, after doing the draw again from the seed that the entries keep."""
    drawn = list(RegisterEntry.objects.filter(register="interview").order_by("pk"))
    assert AuditEvent.objects.filter(action="campaigns.register.draw").count() == 1
    found = re.search(r"种子 (\w+)，名单摘要 (\w+)", drawn[0].values["chosen"])
    assert found is not None
    seed = found[1]
    assert digest(pool).startswith(found[2])
    assert [row.enterprise_id for row in drawn] == ordered(pool, seed)[:2], "the draw can be done again"
    assert all(f"从 6 家已检查、未回访的企业中随机抽取，种子 {seed}" in row.values["chosen"] for row in drawn)
    return drawn


@pytest.mark.req("HS-33")
def test_a_bad_word_in_a_call_back_drawn_at_random_becomes_a_lead_for_discipline(
    cast: Cast, plan: Campaign, client: Client
) -> None:
    scene.load("interview", "integrity_lead")
    pool = sorted(row.enterprise_id for row in visited(cast, plan, 6))
    client.force_login(cast.discipline)
    asked = {"campaign": plan.pk, "unit": cast.province.pk, "count": 2}
    address = reverse("campaigns:register_draw", args=["interview"])
    with clock.travel(scene.AT):
        assert "随机抽取" in client.get(reverse("campaigns:register_list", args=["interview"])).content.decode()
        assert client.post(address, asked).status_code == 302
        drawn = drawn_again(pool)
        move = reverse("campaigns:register_entry_move", args=[drawn[0].pk, "answer"])
        good = ANSWERS | {"rating": "好"}
        assert (
            client.post(reverse("campaigns:register_entry_move", args=[drawn[1].pk, "answer"]), good).status_code == 302
        )
        assert not RegisterEntry.objects.filter(register="integrity_lead").exists()
        bad = ANSWERS | {"rating": "差", "officers": cast.inspector_a.name}
        unsaid = client.post(move, bad)
        assert (unsaid.status_code, RegisterEntry.objects.filter(register="integrity_lead").count()) == (422, 0)
        assert client.post(move, bad | {"conduct": "吃拿卡要"}).status_code == 302
        lead = RegisterEntry.objects.get(register="integrity_lead")
        assert (lead.values["kind"], lead.values["from"], lead.enterprise) == (
            "吃拿卡要",
            "入企询问",
            drawn[0].enterprise,
        )
        sent = {"transfer_no": "移〔2020〕1号", "receiver": "市纪委监委驻局纪检组"}
        assert services.move(lead, "transfer", sent, actor=cast.discipline, at=scene.AT).state == "transferred"
        table = b"".join(
            client.get(reverse("campaigns:register_export", args=["interview"]), {"rating": "差"}).streaming_content
        )
        cells = list(openpyxl.load_workbook(BytesIO(table)).worksheets[0].iter_rows(values_only=True))
        assert [drawn[0].label in row for row in cells if drawn[0].label in row or drawn[1].label in row] == [True]
        for person in (cast.inspector_a, cast.officer_city, cast.enterprise_a):
            client.force_login(person)
            assert client.get(reverse("campaigns:register_entry", args=[drawn[0].pk])).status_code == 404
            assert client.post(address, asked).status_code == 404


def test_nobody_is_drawn_twice_and_an_empty_pool_says_so(cast: Cast, plan: Campaign) -> None:
    scene.load("interview", "integrity_lead")
    visited(cast, plan, 2)
    version = scene.version("interview")
    first = services.draw_entries(version, plan, cast.province, 5, actor=cast.discipline, at=scene.AT)
    assert (first.pool, len(first.entries)) == (2, 2)
    for count, said in ((1, "没有可抽取的企业"), (0, "每次抽取 1 至 50 家")):
        with pytest.raises(Refused, match=said):
            services.draw_entries(version, plan, cast.province, count, actor=cast.discipline, at=scene.AT)
    services.move(first.entries[0], "cancel", {}, actor=cast.discipline, at=scene.AT, reason="企业已关停")
    again = services.draw_entries(version, plan, cast.province, 5, actor=cast.discipline, at=scene.AT)
    assert [row.enterprise for row in again.entries] == [first.entries[0].enterprise]
