"""Forms that make a row make it once (core.once), whoever clicks twice or goes back and sends again."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models import User
from campaigns import services
from campaigns.models import Lead
from core import clock, once
from core.models import SentForm
from tests import factories as make
from tests.campaigns.scene import MAY
from tests.registers import scene as registers

TOKEN = re.compile(r'<input type="hidden" name="once" value="([^"]+)" autocomplete="off">')
SAID = {"kind": "web", "address": "源汇区示例路 1 号", "detail": "夜间冒黑烟", "occurred_at": "2020-05-09T10:00"}


def page(client: Client, url: str) -> str:
    with clock.travel(MAY):
        return client.get(url).content.decode()


@pytest.fixture
def send(client, cast):
    client.force_login(cast.officer_a)
    url = reverse("campaigns:lead_create")

    def sent(token: str, **more):
        with clock.travel(MAY):
            return client.post(url, SAID | {"unit": cast.county_a.pk, "once": token} | more)

    return sent


@pytest.mark.django_db
def test_a_form_sent_again_shows_the_row_that_is_there(client, send, cast):
    [token] = TOKEN.findall(page(client, reverse("campaigns:lead_create")))
    refused = send(token, detail="")
    assert (refused.status_code, Lead.objects.count()) == (422, 0)
    first, again = send(token), send(token)
    assert Lead.objects.count() == 1
    assert first["Location"] == again["Location"] == reverse("campaigns:lead_detail", args=[Lead.objects.get().pk])
    assert once.AGAIN in page(client, again["Location"])
    send(token, detail="白天也冒黑烟")
    assert Lead.objects.count() == 2, "what was changed before it was sent again is another one"
    [fresh] = TOKEN.findall(page(client, reverse("campaigns:lead_create")))
    send(fresh)
    assert Lead.objects.count() == 3, "a new page may say the same"


@pytest.mark.django_db
def test_another_persons_form_is_not_taken_for_it(client, send, cast):
    token = str(uuid.uuid4())
    send(token)
    client.force_login(cast.officer_city)
    send(token)
    assert Lead.objects.count() == 2


@pytest.mark.django_db
def test_a_token_is_forgotten_after_a_month(send):
    send(str(uuid.uuid4()))
    assert once.forget(MAY + once.KEPT) == 0
    assert once.forget(MAY + once.KEPT + once.KEPT) == 1
    assert not SentForm.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_row(cast):
    token, url = str(uuid.uuid4()), reverse("campaigns:lead_create")

    def click(_: int) -> str:
        client = Client()
        client.force_login(cast.officer_a)
        with clock.travel(MAY):
            answer = client.post(url, SAID | {"unit": cast.county_a.pk, "once": token})
        connection.close()
        return answer["Location"]

    with ThreadPoolExecutor(2) as pool:
        found = set(pool.map(click, range(2)))
    assert (Lead.objects.count(), len(found)) == (1, 1)


@pytest.mark.django_db
def test_every_page_of_such_a_view_carries_a_token(client, cast):
    registers.load("training")
    campaign = make.campaign(cast.province)
    annex = {"number": 1, "title": "示例指南", "original": False, "source": "附件目录1"}
    ordered = {"key": "training", "platform": ["training"]}
    campaign.blueprint.data = {"annexes": [annex], "registers": [ordered]}
    campaign.blueprint.save(update_fields=["data"])
    target = make.target(campaign, cast.site_a)
    contact = {"name": "示例联络", "phone": "0371-00000000", "email": "", "hotline": "0371-00000009"}
    services.set_contact(campaign, **contact, actor=cast.officer_province, at=MAY)
    ids = {
        "annex_add": [campaign.pk, 1],
        "bulletin_publish": [campaign.pk],
        "offsite_plan": [target.pk],
        "register_new": ["training"],
    }
    people = (cast.officer_a, cast.leader_a, cast.officer_province, cast.leader_city, cast.officer_city)
    for name, url_name in sorted(once_views().items()):
        url = reverse(url_name, args=ids.get(name, []))
        assert any(tokens(client, one, url) for one in people), f"no page of {url_name} carries a token"


def tokens(client: Client, person: User, url: str) -> list[str]:
    client.force_login(person)
    return TOKEN.findall(page(client, url))


def once_views() -> dict[str, str]:
    """The views that core.once guards, by the name of their address (an amended notice has the form of a new one)."""
    found = {}
    for spaces, one in walk(get_resolver().url_patterns):
        if getattr(one.callback, "is_once", False) and one.name != "bulletin_amend":
            found[one.name] = ":".join([*spaces, one.name])
    assert {"lead_create", "complaint", "offsite_plan", "register_new", "signal_create"} <= set(found)
    return found


def walk(patterns, spaces=()):
    for one in patterns:
        if hasattr(one, "url_patterns"):
            yield from walk(one.url_patterns, (*spaces, *([one.namespace] if one.namespace else [])))
        else:
            yield spaces, one
