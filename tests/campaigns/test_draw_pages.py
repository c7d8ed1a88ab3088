"""The pages of draws: who sees them, who may act, what they say, what they cost."""

import hashlib
import json
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import User
from campaigns.draw_rules import digest_of
from campaigns.models import Draw, Recusal
from campaigns.services import draws
from campaigns.views.draws import detail
from core import clock
from core.models import AuditEvent, PrintedDocument
from tests import factories as make
from tests.campaigns import draw_scene as scene
from tests.campaigns.draw_scene import AFTER, COMMIT_BY, MORNING, SECRETS, SOON, VALUE
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_may():
    with clock.travel(MORNING):
        yield


def of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def url(name: str, draw: Draw, *more: int) -> str:
    return reverse(f"campaigns:{name}", args=[draw.pk, *more])


def text(answer) -> str:
    return answer.content.decode()


TYPED = {
    "title": "五月抽查",
    "strata_by": ["region", "industry"],
    "ratio": "12.5",
    "team_size": "2",
    "inspect_on": "2020-05-13",
    "avoid_previous": "on",
    "commit_by": "2020-05-12T10:00",
    "reveal_by": "2020-05-12T11:00",
    "public_source": "ssq",
}


def typed(cast: Cast, campaign, **changes):
    return TYPED | {"campaign": campaign.pk, "unit": cast.city.pk, "witness": cast.discipline.pk} | changes


def test_from_the_form_to_the_proof_page_by_page(cast):
    """Prepared, sealed, committed, revealed, drawn and printed with nothing but the pages."""
    campaign = make.campaign(cast.province)
    scene.targets(campaign, cast)
    scene.crew(cast)
    officer, witness = of(cast.officer_city), of(cast.discipline)
    officer.post(reverse("campaigns:item_list"), {"lines": scene.ITEMS})
    answer = officer.post(reverse("campaigns:draw_create"), typed(cast, campaign))
    draw = Draw.objects.get()
    assert answer.url == url("draw_detail", draw)
    assert "源汇区 · 化工" in text(officer.get(answer.url))
    officer.post(url("draw_publish", draw))
    draw.refresh_from_db()
    for client, role in ((officer, "organiser"), (witness, "witness")):
        sent = scene.commitment(draw.pool_digest, role, SECRETS[role])
        with clock.travel(SOON):
            client.post(url("draw_commit", draw), {"commitment": sent})
    for client, role in ((officer, "organiser"), (witness, "witness")):
        with clock.travel(COMMIT_BY):
            client.post(url("draw_reveal", draw), {"value": SECRETS[role]})
    with clock.travel(AFTER):
        officer, witness = of(cast.officer_city), of(cast.discipline)
        for client in (officer, witness):
            client.post(url("draw_value", draw), {"value": VALUE})
        assert officer.post(url("draw_hold", draw), {"watch": "1"}).url == url("draw_watch", draw)
        answer = officer.post(url("draw_print", draw))
        pdf = b"".join(officer.get(answer.url).streaming_content)
    assert pdf.startswith(b"%PDF")
    proof = json.loads(of(cast.discipline).get(url("draw_proof", draw)).content)
    draw.refresh_from_db()
    assert (draw.state, proof["result_digest"]) == ("drawn", draw.result_digest)


def test_the_sealed_file_is_what_was_hashed(cast):
    draw = scene.sealed(cast)
    answer = of(cast.discipline).get(url("draw_frozen", draw))
    assert hashlib.sha256(answer.content).hexdigest() == draw.pool_digest
    assert digest_of(json.loads(answer.content)) == draw.pool_digest


def test_the_proof_is_one_page_and_made_once(cast):
    draw = scene.drawn(cast, strata_by=["region", "key", "industry"], title="名" * 40)
    client = of(cast.officer_city)
    first = client.post(url("draw_print", draw)).url
    assert client.post(url("draw_print", draw)).url == first
    pages = PdfReader(BytesIO(b"".join(client.get(first).streaming_content))).pages
    said = "".join(pages[0].extract_text().split())
    assert len(pages) == 1
    assert draw.pool_digest in said
    assert draw.result_digest in said
    assert PrintedDocument.objects.filter(kind="draw_proof").count() == 1


def test_before_the_draw_there_is_neither_proof_nor_paper(cast):
    draw = scene.sealed(cast)
    client = of(cast.officer_city)
    assert client.get(url("draw_proof", draw)).status_code == 409
    assert client.post(url("draw_print", draw)).status_code == 409
    assert client.get(url("draw_frozen", scene.draft(cast, draw.campaign))).status_code == 409


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"ratio": "0"}, "抽取比例须大于 0、不超过 100%"),
        ({"ratio": "100.01"}, "抽取比例须大于 0、不超过 100%"),
        ({"reveal_by": "2020-05-12T10:00"}, "公开截止时间须晚于承诺截止时间"),
        ({"public_source": "抽签"}, "抽签"),
        ({"witness": ""}, "见证人"),
    ],
)
def test_a_form_with_a_fault_keeps_what_was_typed(cast, changes, sentence):
    campaign = make.campaign(cast.province)
    answer = of(cast.officer_city).post(reverse("campaigns:draw_create"), typed(cast, campaign, **changes))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "五月抽查" in text(answer)
    assert not Draw.objects.exists()


def test_a_draft_is_edited_and_its_strata_get_their_ratios(cast):
    draw = scene.draft(cast)
    client = of(cast.officer_city)
    client.post(url("draw_edit", draw), typed(cast, draw.campaign, title="改名", strata_by=["region"]))
    keys = ["region=411102", "region=411104"]
    client.post(url("draw_ratios", draw), {"stratum": keys, "ratio-0": "50", "ratio-1": ""})
    draw.refresh_from_db()
    assert (draw.title, draw.ratio, draw.ratios) == ("改名", 1250, {keys[0]: 5000, keys[1]: None})
    answer = client.post(url("draw_ratios", draw), {"stratum": keys, "ratio-0": "33.33", "ratio-1": "200"})
    assert answer.status_code == 422
    assert "第 2 层：抽取比例须大于 0" in text(answer)
    assert 'value="33.33"' in text(answer)


def test_recusals_are_entered_by_name_and_ended_with_a_reason(cast):
    draw = scene.draft(cast)
    client = of(cast.officer_city)
    sent = {"user": cast.inspector_a.pk, "kind": "asked", "reason": "当事人申请", "enterprise": "没有这家厂"}
    answer = client.post(url("recusal_add", draw), sent)
    assert answer.status_code == 422
    assert "检查对象中没有“没有这家厂”" in text(answer)
    client.post(url("recusal_add", draw), sent | {"enterprise": "漯河示例03厂"})
    row = Recusal.objects.get()
    assert "当事人申请" in text(client.get(url("draw_detail", draw)))
    client.post(url("recusal_end", draw, row.pk), {"reason": "撤回申请"})
    row.refresh_from_db()
    assert row.ended_at is not None


def test_an_empty_stratum_is_said_on_the_draft_and_refused(cast):
    draw = scene.draft(cast)
    type(cast.site_a).objects.filter(unit=cast.county_a).update(state="halted")
    client = of(cast.officer_city)
    sentence = "分层“源汇区”没有可抽取的企业（6 家全部排除）"
    client.post(url("draw_recompute", draw))
    assert sentence in text(client.get(url("draw_detail", draw)))
    answer = client.post(url("draw_publish", draw), follow=True)
    assert sentence in text(answer)
    draw.refresh_from_db()
    assert draw.state == "draft"


# Who sees what.


def test_another_unit_finds_no_draw(cast):
    draw = scene.drawn(cast)
    for name in ("draw_detail", "draw_watch", "draw_edit", "draw_frozen", "draw_proof"):
        assert of(cast.officer_other).get(url(name, draw)).status_code == 404
    for person in (cast.inspector_a, cast.contact_city, cast.enterprise_a, cast.expert):
        assert of(person).get(url("draw_detail", draw)).status_code == 404
        assert of(person).get(reverse("campaigns:draw_list")).status_code == 403
    assert draw.title not in text(of(cast.officer_other).get(reverse("campaigns:draw_list")))


def test_a_subordinate_county_does_not_see_the_list_of_its_city(cast):
    assert of(cast.officer_a).get(url("draw_detail", scene.drawn(cast))).status_code == 404


def test_a_witness_of_another_unit_sees_this_draw_alone(cast):
    campaign = make.campaign(cast.province)
    values = {"witness": cast.officer_other, "actor": cast.officer_city, "at": MORNING}
    mine = draws.create(campaign, cast.city, scene.settings(title="有我见证"), **values)
    other = scene.draft(cast, campaign, title="与我无关")
    client = of(cast.officer_other)
    page = text(client.get(reverse("campaigns:draw_list")))
    assert ("有我见证" in page, "与我无关" in page) == (True, False)
    assert client.get(url("draw_detail", mine)).status_code == 200
    assert client.get(url("draw_detail", other)).status_code == 404
    assert client.post(url("draw_publish", mine)).status_code == 403


def test_who_only_looks_may_not_act(cast):
    draw = scene.sealed(cast)
    client = of(cast.leader_city)
    for name in ("draw_publish", "draw_cancel", "draw_ratios", "draw_commit", "draw_reveal", "draw_hold"):
        assert client.post(url(name, draw), {"reason": "试"}).status_code == 403
    assert AuditEvent.objects.filter(action="denied.draw.witness").count() == 3


def test_a_superior_looks_on_and_does_not_run_the_draw_of_a_city(cast):
    draw = scene.sealed(cast)
    for person in (cast.officer_province, cast.leader_province):
        client = of(person)
        assert client.get(url("draw_detail", draw)).status_code == 200
        for name in ("draw_publish", "draw_cancel", "draw_void", "draw_hold", "draw_value", "draw_again"):
            assert client.post(url(name, draw), {"reason": "试", "value": "1"}).status_code == 403


def test_only_a_leader_orders_a_redraw_and_approves_an_adjustment(cast):
    draw = scene.drawn(cast)
    row = draw.drawn.get(order=1)
    asked = draws.ask_adjustment(row, kind="drop", reason="已停产", actor=cast.officer_city, at=AFTER)
    for name, more in (("draw_again", ()), ("adjustment_approve", (asked.pk,)), ("adjustment_refuse", (asked.pk,))):
        assert of(cast.officer_city).post(url(name, draw, *more), {"reason": "试"}).status_code == 403
    of(cast.leader_city).post(url("adjustment_approve", draw, asked.pk))
    assert "不再检查" in text(of(cast.officer_city).get(url("draw_detail", draw)))
    answer = of(cast.leader_city).post(url("draw_again", draw), {"reason": "范围有误"})
    assert answer.url == url("draw_detail", Draw.objects.get(redraw_of=draw))
    assert "原结果保留备查" in text(of(cast.officer_city).get(url("draw_detail", draw)))


def test_what_a_leader_voids_stays_beside_the_next_draw(cast):
    draw = scene.sealed(cast)
    officer, leader = of(cast.officer_city), of(cast.leader_city)
    assert officer.post(url("draw_void", draw), {"reason": "试"}).status_code == 403
    assert 'data-dialog="draw-void"' not in text(officer.get(url("draw_detail", draw)))
    assert 'data-dialog="draw-void"' in text(leader.get(url("draw_detail", draw)))
    leader.post(url("draw_void", draw), {"reason": "见证人住院"})
    after = draws.publish(scene.draft(cast, draw.campaign), actor=cast.officer_city, at=MORNING)
    public = lambda row: text(Client().get(reverse("campaigns:draw_public", args=[row.token])))  # noqa: E731
    for page in (public(after), text(officer.get(url("draw_detail", after)))):
        assert [word in page for word in (draw.number, "已作废", "见证人住院")] == [True] * 3
    assert "已作废。理由：见证人住院" in public(draw)


def test_an_adjustment_is_asked_on_its_page(cast):
    draw = scene.drawn(cast)
    row = draw.drawn.get(order=1)
    client, fit = of(cast.officer_city), draws.may_join(row)
    sent = {"kind": "replace", "person_out": row.team[0], "person_in": fit[0][0], "reason": ""}
    answer = client.post(url("adjustment_ask", draw, row.pk), sent)
    assert answer.status_code == 422
    client.post(url("adjustment_ask", draw, row.pk), sent | {"reason": "出差"})
    assert row.adjustments.get().reason == "出差"
    other = scene.draft(cast, draw.campaign)
    assert client.get(url("adjustment_ask", other, row.pk)).status_code == 404


def test_anybody_sees_the_fingerprints_and_nobody_the_names(cast):
    draw = scene.drawn(cast)
    page = text(Client().get(reverse("campaigns:draw_public", args=[draw.token])))
    for seen in (draw.pool_digest, draw.seed, draw.result_digest, draw.number, VALUE):
        assert seen in page
    names = {row[1] for row in json.loads(draw.frozen.text)["enterprises"]["rows"]} | {"李一检", "城检0"}
    assert [name for name in names if name in page] == []
    draft = scene.draft(cast, draw.campaign)
    assert Client().get(reverse("campaigns:draw_public", args=[draft.token])).status_code == 404
    assert Client().get(reverse("campaigns:draw_public", args=["0" * 32])).status_code == 404


def test_the_script_is_given_to_anybody_as_it_stands_in_the_repository(settings):
    answer = Client().get(reverse("campaigns:draw_script"))
    assert b"".join(answer.streaming_content) == (settings.BASE_DIR / "scripts/verify_draw.py").read_bytes()


def test_the_lists_are_filtered(cast):
    draw = scene.sealed(cast)
    scene.draft(cast, draw.campaign, title="六月抽查")
    client, address = of(cast.officer_city), reverse("campaigns:draw_list")
    assert "六月抽查" not in text(client.get(address + "?state=published"))
    assert "五月涉气企业抽查" not in text(client.get(address + "?q=六月"))
    assert "没有符合条件的抽查" in text(client.get(address + "?year=2019"))
    assert "六月抽查" in text(client.get(address + "?state=unknown&campaign=x"))


# What pages cost.


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_lists_and_pages_cost_the_same_however_long(cast):
    draw = scene.drawn(cast, ratio=1000)
    client, listing = of(cast.officer_city), reverse("campaigns:draw_list")
    draft = scene.draft(cast, draw.campaign)
    pages = [listing, url("draw_detail", draw), url("draw_watch", draw), url("draw_detail", draft)]
    before = [queries(client, address) for address in pages]
    draws.redraw(draw, actor=cast.leader_city, at=AFTER, reason="范围有误")
    other = scene.draft(cast, draw.campaign, ratio=10_000, title="全部")
    for number in range(12):
        scene.draft(cast, draw.campaign, title=f"另{number}")
    made = draws.publish(other, actor=cast.officer_city, at=MORNING)
    draws.hold(scene.valued(scene.revealed(scene.committed(made))), actor=cast.officer_city, at=AFTER)
    scene_pages = [listing, url("draw_detail", other), url("draw_watch", other), url("draw_detail", draft)]
    assert [queries(client, address) for address in scene_pages] == before


def test_gathering_costs_the_same_for_ten_and_for_fifty(cast):
    draw = scene.draft(cast)
    with CaptureQueriesContext(connection) as few:
        draws.gather(draw)
    for number in range(38):
        site = make.enterprise(f"漯河更多{number:02d}厂", cast.county_a, cast.region_a)
        make.target(draw.campaign, site)
    with CaptureQueriesContext(connection) as many:
        draws.gather(draw)
    assert len(few) == len(many)


def test_the_stage_shows_a_long_result_batch_by_batch(cast, monkeypatch):
    draw = scene.drawn(cast)
    monkeypatch.setattr(detail, "ON_STAGE", 3)
    client = of(cast.officer_city)
    first = client.get(url("draw_watch", draw))
    assert text(first).count("data-drawn") == 3
    assert "第 1–3 家，共 4 家" in text(first)
    assert "下一批" in text(first)
    last = client.get(url("draw_watch", draw) + first.context["page"].next_url)
    assert "第 4–4 家，共 4 家" in text(last)
    assert (text(last).count("data-drawn"), "下一批" in text(last)) == (1, False)


@pytest.mark.parametrize("name", ["rates_list", "library", "helper_lists", "rating_list"])
def test_the_lists_beside_a_draw_cost_the_same_however_long(cast, name):
    draw = scene.draft(cast)
    client, address = of(cast.officer_city), reverse(f"campaigns:{name}")
    rated = {"size": "small", "elements": ["水"], "credit": "good", "basis": "评价"}
    counts = []
    for target in draw.campaign.targets.select_related("enterprise")[:6]:
        draws.rate(target.enterprise, **rated, actor=cast.officer_city, at=MORNING)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert len(set(counts)) == 1
