"""Photos sent apart from their sheet."""

import hashlib
import io
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from PIL import Image

from core import clock
from core.files import sweep_orphans
from core.form_engine import registry
from core.form_engine.evidence import receive
from core.models import AuditEvent, StoredFile, Submission
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


def picture(shade: int = 0, size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (shade, 80, 120)).save(out, "JPEG")
    return out.getvalue()


def send(client: Client, content: bytes, sha256: str = "", content_type: str = "image/jpeg", **headers: str) -> Any:
    sha256 = sha256 or hashlib.sha256(content).hexdigest()
    return client.generic("PUT", f"/api/v1/evidence/{sha256}", content, content_type=content_type, headers=headers)


def with_photo(content: bytes) -> dict[str, Any]:
    answers = sample.complete()
    answers["systems"]["targets"]["photos"] = [{"sha256": hashlib.sha256(content).hexdigest(), "caption": "台账"}]
    return answers


def hand_in(client: Client, cast: Cast, answers: dict[str, Any], *, final: bool = True) -> Any:
    sent = {
        "form": "sample@1",
        "kind": form_subject.KIND,
        "subject_id": cast.site_a.pk,
        "answers": answers,
        "revision": 0,
        "final": final,
    }
    return client.put(f"/api/v1/submissions/{ONE}", json.dumps(sent), content_type="application/json")


def test_a_photo_is_kept_under_its_hash_and_again_is_the_same(cast: Cast) -> None:
    client, content = signed_in(cast.enterprise_a), picture()
    first = send(client, content, **{"X-File-Name": "%E5%8F%B0%E8%B4%A6.jpg"})
    assert first.status_code == 201
    assert (first.json()["name"], first.json()["size"]) == ("台账.jpg", len(content))
    assert send(client, content).status_code == 200
    assert StoredFile.objects.get().sha256 == hashlib.sha256(content).hexdigest()
    assert AuditEvent.objects.filter(action="core.evidence.upload").count() == 1


def test_bytes_with_another_hash_are_refused(cast: Cast) -> None:
    answer = send(signed_in(cast.enterprise_a), picture(), sha256="0" * 64)
    assert answer.status_code == 422
    assert "校验值不符" in answer.json()["message"]
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", 422),
        (b"%PDF-1.7 x", "image/jpeg", 422),
        (b"\xff\xd8\xff cut off", "image/jpeg", 422),
        (b"text", "text/plain", 415),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence(
    cast: Cast, content: bytes, content_type: str, status: int
) -> None:
    answer = send(signed_in(cast.enterprise_a), content, content_type=content_type)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert not StoredFile.objects.exists()


def test_a_photo_over_the_limit_is_refused_before_it_is_read(cast: Cast, settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 1000
    answer = send(signed_in(cast.enterprise_a), picture(size=(400, 300)))
    assert answer.status_code == 413
    assert "超过 1 KB 的上限" in answer.json()["message"]


def test_a_body_longer_than_it_said_is_cut_at_the_limit(settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 1000
    endless = Endless()
    with pytest.raises(Refused) as refused:
        receive(endless, "0" * 64, name="x", declared=0, user=None, at=make.MORNING)
    assert refused.value.status == 413
    assert endless.read_bytes < 1_000_000


class Endless:
    """A body without end."""

    read_bytes = 0

    def read(self, size: int) -> bytes:
        self.read_bytes += size
        return b"x" * size


def test_only_the_sender_reads_it_back_and_only_for_a_day(cast: Cast) -> None:
    content = picture()
    client = signed_in(cast.enterprise_a)
    url = send(client, content).json()["url"]
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == content
    small = client.get(f"{url}?edge=160")
    assert b"".join(small.streaming_content)[:2] == b"\xff\xd8"
    assert signed_in(cast.officer_a).get(url).status_code == 404
    with clock.travel(make.MORNING.replace(day=13, hour=2)):
        assert signed_in(cast.enterprise_a).get(url).status_code == 404


def test_who_is_not_signed_in_sends_nothing(cast: Cast) -> None:
    assert send(Client(), picture()).status_code == 401
    assert not StoredFile.objects.exists()


def test_a_sheet_whose_photo_never_came_is_not_received(cast: Cast) -> None:
    answer = hand_in(signed_in(cast.enterprise_a), cast, with_photo(picture()))
    assert answer.json()["problems"] == [
        {
            "path": "systems.targets.photos",
            "message": "一、环保制度 · 目标管理制度的照片“台账”：没有上传到服务器，请移除后重拍",
        }
    ]


def test_a_photo_that_somebody_else_sent_does_not_serve(cast: Cast) -> None:
    content = picture()
    send(signed_in(cast.enterprise_b), content)
    assert hand_in(signed_in(cast.enterprise_a), cast, with_photo(content)).status_code == 422


def test_the_photos_of_a_sheet_are_seen_by_who_sees_the_sheet(cast: Cast) -> None:
    content = picture()
    client = signed_in(cast.enterprise_a)
    send(client, content)
    assert hand_in(client, cast, with_photo(content)).status_code == 200
    url = f"/api/v1/submissions/{ONE}/photos/{hashlib.sha256(content).hexdigest()}"
    assert b"".join(signed_in(cast.officer_a).get(url).streaming_content) == content
    assert signed_in(cast.enterprise_b).get(url).status_code == 404
    assert client.get(url[:-64] + "0" * 64).status_code == 404


def test_the_photos_of_a_draft_are_not_swept_and_those_taken_off_are(cast: Cast) -> None:
    client = signed_in(cast.enterprise_a)
    kept, removed = picture(1), picture(2)
    for content in (kept, removed):
        send(client, content)
    both = with_photo(kept)
    both["systems"]["targets"]["photos"] += with_photo(removed)["systems"]["targets"]["photos"]
    assert hand_in(client, cast, both, final=False).status_code == 201
    later = make.MORNING.replace(day=20)
    assert sweep_orphans(later) == 0
    sent = {"form": "sample@1", "kind": form_subject.KIND, "subject_id": cast.site_a.pk, "revision": 1, "final": True}
    sent["answers"] = with_photo(kept)
    client.put(f"/api/v1/submissions/{ONE}", json.dumps(sent), content_type="application/json")
    assert Submission.objects.get().state == "final"
    assert sweep_orphans(later) == 1
    assert StoredFile.objects.get().sha256 == hashlib.sha256(kept).hexdigest()


def test_the_schema_of_the_interface_is_valid(tmp_path: Path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))
    text = (tmp_path / "schema.yaml").read_text(encoding="utf-8")
    assert "/api/v1/submissions/{client_id}:" in text
    assert "/api/v1/evidence/{sha256}:" in text
