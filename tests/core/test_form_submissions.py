"""Drafts, receipts, conflicts and corrections, on a real PostgreSQL, through the interface."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from core import clock
from core.form_engine import registry
from core.models import Submission, SubmissionConflict
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
