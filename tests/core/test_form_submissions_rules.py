"""Drafts, receipts, conflicts and corrections, on a real PostgreSQL, through the interface."""

import json
import random
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from core import clock
from core.form_engine import registry, services
from core.models import AuditEvent, FormDefinition, Submission, SubmissionConflict
from core.refusals import Refused
from tests import factories as make
from tests.cast import Cast, assemble
from tests.core import form_subject, sample

ONE = uuid.UUID(int=1)


@pytest.fixture(autouse=True)
def sample_form(db: None) -> Iterator[None]:
    registry.register(form_subject.KIND, form_subject.SampleHandler)
    with clock.travel(make.MORNING):
        yield
    registry.unregister(form_subject.KIND)


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(cast: Cast, answers: Any, **more: Any) -> dict[str, Any]:
    about = {"form": "sample@1", "kind": form_subject.KIND, "subject_id": cast.site_a.pk}
    return {**about, "answers": answers, "revision": 0, **more}


def put(client: Client, client_id: uuid.UUID, sent: dict[str, Any]) -> Any:
    return client.put(f"/api/v1/submissions/{client_id}", json.dumps(sent), content_type="application/json")


DRAFT = {"systems": {"targets": {"established": "have"}}}
OTHER = {"systems": {"targets": {"established": "none"}}}


def at_once(count: int, work: Any) -> list[Any]:
    """Run `work(n)` in `count` threads that start together."""
    start, found = threading.Barrier(count), []

    def run(number: int) -> None:
        start.wait()
        found.append(work(number))
        connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


class Lost(Exception):
    """The network swallowed the request, or its answer."""


def over_a_bad_network(dice: random.Random, client: Client, client_id: uuid.UUID, sent: dict[str, Any]) -> Any:
    """30 % of the requests never arrive, 10 % of the answers never come back."""
    if dice.random() < 0.3:
        raise Lost
    answer = put(client, client_id, sent)
    if dice.random() < 0.1:
        raise Lost
    return answer


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"form": "sample@2"}, 422, "表单版本不符"),
        ({"kind": "nothing"}, 404, "没有「nothing」这种表单"),
        ({"subject_id": "x"}, 400, "没有填对"),
        ({"subject_id": 999_999_999}, 404, "没有找到"),
        ({"answers": {"systems": {"targets": {"nothing": "x"}}}}, 422, "格式"),
        ({"answers": []}, 422, "格式"),
        ({"revision": -1}, 400, "没有填对"),
        ({"device_at": "昨天"}, 400, "没有填对"),
    ],
)
def test_a_put_that_makes_no_sense_is_refused(cast: Cast, change: dict[str, Any], status: int, said: str) -> None:
    answer = put(signed_in(cast.enterprise_a), ONE, body(cast, DRAFT) | change)
    assert answer.status_code == status
    assert said in answer.json()["message"]
    assert not Submission.objects.exists()


@pytest.mark.parametrize("raw", ["", "{", "[" * 100_000, '{"a": NaN}', "\x00", "null", "3"])
def test_a_body_that_is_no_json_object_is_refused(cast: Cast, raw: str) -> None:
    client = signed_in(cast.enterprise_a)
    answer = client.put(f"/api/v1/submissions/{ONE}", raw, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_body_that_is_too_large_is_refused(cast: Cast) -> None:
    answers = {"facilities": {"treatment": {"problem": "长" * 1_500_000}}}
    sent = json.dumps(body(cast, answers), ensure_ascii=False)
    client = signed_in(cast.enterprise_a)
    answer = client.put(f"/api/v1/submissions/{ONE}", sent, content_type="application/json")
    assert answer.status_code == 413


def test_one_number_serves_one_subject(cast: Cast) -> None:
    make.grant(cast.enterprise_a, "enterprise", kind="enterprise", subject_id=cast.site_b.pk)
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, DRAFT))
    assert put(client, ONE, body(cast, DRAFT, subject_id=cast.site_b.pk)).status_code == 409


def test_who_is_not_signed_in_is_told_so(cast: Cast) -> None:
    answer = put(Client(), ONE, body(cast, DRAFT))
    assert answer.status_code == 401
    assert "登录已失效" in answer.json()["message"]


def test_a_put_without_the_csrf_token_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.enterprise_a)
    answer = put(client, ONE, body(cast, DRAFT))
    assert answer.status_code == 403
    assert "页面已过期" in answer.json()["message"]


def test_another_enterprise_finds_nothing(cast: Cast) -> None:
    put(signed_in(cast.enterprise_a), ONE, body(cast, DRAFT))
    stranger = signed_in(cast.enterprise_b)
    assert put(stranger, ONE, body(cast, OTHER, revision=1)).status_code == 404
    assert stranger.get(f"/api/v1/submissions/{ONE}").status_code == 404
    assert stranger.get(f"/api/v1/submissions/{ONE}/conflicts").status_code == 404


def test_who_may_only_look_may_not_write(cast: Cast) -> None:
    put(signed_in(cast.enterprise_a), ONE, body(cast, DRAFT))
    officer = signed_in(cast.officer_a)
    assert officer.get(f"/api/v1/submissions/{ONE}").json()["answers"] == DRAFT
    assert put(officer, ONE, body(cast, OTHER, revision=1)).status_code == 403


def test_every_write_leaves_an_event(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, DRAFT))
    put(client, ONE, body(cast, OTHER))
    put(client, ONE, body(cast, sample.complete(), revision=1, final=True))
    actions = AuditEvent.objects.filter(model="core.submission").order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        "core.submission.save",
        "core.submission.conflict",
        "core.submission.save",
        "core.submission.submit",
    ]


def test_a_definition_is_published_once_and_never_altered(cast: Cast) -> None:
    first = form_subject.publish_definition(sample.definition(), make.MORNING)
    assert form_subject.publish_definition(sample.definition(), make.MORNING) == first
    with pytest.raises(Refused, match="新的版本号"):
        form_subject.publish_definition({**sample.definition(), "title": "别的"}, make.MORNING)
    with pytest.raises(TypeError):
        first.save()
    with pytest.raises(TypeError):
        first.delete()
    assert FormDefinition.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_equal_puts_at_once_have_one_effect() -> None:
    cast = assemble()
    client = signed_in(cast.enterprise_a)
    sent = body(cast, sample.complete(), final=True)

    def work(number: int) -> tuple[int, str]:
        own = Client()
        own.cookies = client.cookies
        answer = put(own, ONE, sent)
        return answer.status_code, answer.json()["submission"]["receipt"]

    assert at_once(50, work) == [(200, "2020-0000001")] * 50
    assert form_subject.notices() == 1
    assert Submission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_equal_puts_do_get_in_each_others_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above: the lock is what makes the answers equal."""
    monkeypatch.setattr(services.locks, "hold", lambda *parts: None)
    cast = assemble()
    client = signed_in(cast.enterprise_a)
    sent = body(cast, sample.complete(), final=True)

    def work(number: int) -> int:
        own = Client(raise_request_exception=False)
        own.cookies = client.cookies
        return int(put(own, ONE, sent).status_code)

    assert set(at_once(50, work)) > {200}


@pytest.mark.django_db(transaction=True)
def test_of_twenty_writers_of_different_drafts_one_wins_and_all_are_kept() -> None:
    cast = assemble()
    client = signed_in(cast.enterprise_a)

    def work(number: int) -> int:
        own = Client()
        own.cookies = client.cookies
        answers = {"facilities": {"treatment": {"problem": f"问题 {number}"}}}
        return int(put(own, uuid.UUID(int=100 + number), body(cast, answers)).status_code)

    statuses = at_once(20, work)
    assert sorted(statuses) == [201] + [409] * 19
    assert SubmissionConflict.objects.count() == 19


def test_on_a_bad_network_every_sheet_is_received_exactly_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_subject.SampleHandler, "subject_for", lambda self, user, number, write: cast.site_a)
    dice, client = random.Random(8), signed_in(cast.enterprise_a)
    receipts = {}
    for number in range(1, 201):
        client_id, revision, sequence = uuid.UUID(int=number), 0, 0
        answers = sample.complete() | {"_number": number}
        while client_id not in receipts:
            final, sequence = dice.random() < 0.5, sequence + 1
            sent = body(
                cast, answers if final else DRAFT, final=final, revision=revision, device="d", sequence=sequence
            )
            try:
                answer = over_a_bad_network(dice, client, client_id, sent | {"subject_id": number})
            except Lost:
                continue
            told = answer.json().get("submission")
            revision = told["revision"]
            if told["receipt"]:
                receipts[client_id] = told["receipt"]
    assert len(set(receipts.values())) == Submission.objects.final().count() == form_subject.notices() == 200
    assert {s.answers["_number"] for s in Submission.objects.final()} == set(range(1, 201))
