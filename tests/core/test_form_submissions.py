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
TWO = uuid.UUID(int=2)


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


def test_a_draft_is_kept_with_its_revision(cast: Cast) -> None:
    answer = put(signed_in(cast.enterprise_a), ONE, body(cast, DRAFT))
    assert answer.status_code == 201
    assert answer.json()["submission"]["revision"] == 1
    assert Submission.objects.get().answers == DRAFT


def test_a_draft_is_saved_again_on_the_revision_it_was_based_on(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, DRAFT))
    answer = put(client, ONE, body(cast, OTHER, revision=1))
    assert (answer.status_code, answer.json()["submission"]["revision"]) == (200, 2)
    assert Submission.objects.get().answers == OTHER


def test_the_same_draft_again_is_no_new_revision(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, DRAFT))
    answer = put(client, ONE, body(cast, DRAFT))
    assert (answer.json()["result"], answer.json()["submission"]["revision"]) == ("repeated", 1)


def test_a_draft_written_over_somebody_elses_is_refused_and_kept(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, DRAFT))
    answer = put(client, ONE, body(cast, OTHER))
    told = answer.json()
    assert answer.status_code == 409
    assert told["submission"]["answers"] == DRAFT
    assert "秦厂长 05-12 09:00 已经改过这张表" in told["message"]
    assert [(c["field"], c["before"], c["after"]) for c in told["differences"]] == [("制度建立", "有", "无")]
    assert Submission.objects.get().answers == DRAFT
    assert client.get(f"/api/v1/submissions/{ONE}/conflicts").json()[0]["answers"] == OTHER


def test_a_refused_payload_is_kept_once(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, DRAFT))
    numbers = {put(client, ONE, body(cast, OTHER)).json()["conflict"] for _ in range(3)}
    assert len(numbers) == SubmissionConflict.objects.count() == 1


def test_a_device_whose_answer_was_lost_goes_on_without_conflict(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, DRAFT, device="phone", sequence=1))
    answer = put(client, ONE, body(cast, OTHER, device="phone", sequence=2))
    assert (answer.status_code, answer.json()["submission"]["revision"]) == (200, 2)


def test_an_overtaken_save_of_the_same_device_does_not_win(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, DRAFT, device="phone", sequence=2))
    assert put(client, ONE, body(cast, OTHER, device="phone", sequence=1)).status_code == 409
    assert Submission.objects.get().answers == DRAFT


def test_a_second_draft_of_the_same_subject_is_a_conflict(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, DRAFT))
    answer = put(client, TWO, body(cast, OTHER))
    assert answer.status_code == 409
    assert answer.json()["submission"]["client_id"] == str(ONE)
    assert SubmissionConflict.objects.get().answers == OTHER


def test_a_sheet_with_gaps_is_refused_with_the_list_and_stays_a_draft(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    answers = sample.complete()
    del answers["mobile"]
    put(client, ONE, body(cast, answers))
    answer = put(client, ONE, body(cast, answers, revision=1, final=True))
    assert answer.status_code == 422
    assert answer.json()["problems"] == [
        {"path": "mobile.machines.has", "message": "四、移动源 · 非道路移动机械：未填写"}
    ]
    assert Submission.objects.get().state == "draft"
    assert form_subject.notices() == 0


def test_a_first_put_with_gaps_writes_nothing(cast: Cast) -> None:
    answer = put(signed_in(cast.enterprise_a), ONE, body(cast, {}, final=True))
    assert (answer.status_code, answer.json()["submission"]) == (422, None)
    assert not Submission.objects.exists()


def test_a_complete_sheet_gets_a_receipt_and_its_effect_once(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    answers = [put(client, ONE, body(cast, sample.complete(), final=True)) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 200]
    assert {a.json()["submission"]["receipt"] for a in answers} == {"2020-0000001"}
    assert [a.json()["result"] for a in answers] == ["received", "repeated", "repeated"]
    assert form_subject.notices() == 1


def test_what_a_condition_hides_is_not_received(cast: Cast) -> None:
    answers = sample.complete()
    answers["systems"]["targets"]["reason"] = "先前写的"
    put(signed_in(cast.enterprise_a), ONE, body(cast, answers, final=True))
    assert Submission.objects.get().answers == sample.complete()


def test_other_content_after_the_receipt_is_refused_and_kept(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, sample.complete(), final=True))
    changed = sample.complete()
    changed["systems"]["targets"]["carried_out"] = "have"
    answer = put(client, ONE, body(cast, changed, revision=1, final=True))
    assert answer.status_code == 409
    assert "已经收讫（2020-0000001）" in answer.json()["message"]
    assert Submission.objects.get().answers == sample.complete()
    assert SubmissionConflict.objects.get().answers == changed


def test_a_late_autosave_after_the_receipt_gets_the_receipt(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, sample.complete(), final=True))
    answer = put(client, ONE, body(cast, sample.complete()))
    assert answer.json()["submission"]["receipt"] == "2020-0000001"


def test_a_retry_on_the_next_day_gets_the_same_receipt(cast: Cast) -> None:
    answers = sample.complete()
    answers["facilities"]["treatment"] = {"result": "good"}
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, answers, final=True))
    with clock.travel(make.MORNING.replace(day=14)):
        client = signed_in(cast.enterprise_a)
        assert put(client, ONE, body(cast, answers, final=True)).json()["result"] == "repeated"


def test_a_correction_is_the_next_version_and_needs_a_reason(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, sample.complete(), final=True))
    changed = sample.complete()
    changed["systems"]["targets"]["carried_out"] = "have"
    refused = put(client, TWO, body(cast, changed, final=True))
    assert refused.json()["problems"] == [{"path": "reason", "message": "更正须写明理由"}]
    answer = put(client, TWO, body(cast, changed, final=True, reason="填错一栏"))
    assert answer.json()["submission"]["version"] == 2
    assert list(Submission.objects.received().values_list("pk", "state")) == [(ONE, "superseded"), (TWO, "final")]
    assert Submission.objects.get(pk=ONE).answers == sample.complete()


def test_the_room_may_find_more_problems(cast: Cast) -> None:
    answer = put(signed_in(cast.enterprise_a), ONE, body(cast, sample.complete() | {"_state": "停产"}, final=True))
    assert answer.json()["problems"] == [{"path": "_state", "message": "停产的单位不填这张表"}]


def test_when_the_rooms_rows_fail_nothing_is_received(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, DRAFT))
    answer = put(client, ONE, body(cast, sample.complete() | {"_state": "失败"}, revision=1, final=True))
    assert (answer.status_code, answer.json()["message"]) == (409, "后续登记没有成功。")
    assert Submission.objects.get().state == "draft"
    assert Submission.objects.get().answers == DRAFT


def test_a_closed_subject_takes_no_draft_but_repeats_its_receipt(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    put(client, ONE, body(cast, sample.complete(), final=True))
    cast.site_a.industry_text = "关闭"
    cast.site_a.save()
    assert put(client, TWO, body(cast, DRAFT)).json()["message"] == "示例检查表现在不能填写或修改。"
    assert put(client, ONE, body(cast, sample.complete(), final=True)).json()["result"] == "repeated"


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
