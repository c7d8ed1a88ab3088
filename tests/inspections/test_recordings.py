"""Recordings of the whole visit: when the enterprise sees them (never before the record is locked)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock
from inspections.services.evidence import add_recording
from inspections.views import evidence
from tests import factories as make

pytestmark = pytest.mark.django_db
FILM = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64


def test_the_enterprise_sees_a_film_only_with_the_locked_record(client, cast):
    target = make.target(make.campaign(cast.province), cast.site_a)
    visit = make.visit(make.assignment(target, cast.inspector_a, cast.second_a), state="on_site")
    film = SimpleUploadedFile("全过程.mp4", FILM)
    row = add_recording(visit, film, caption="车间巡查", actor=cast.inspector_a, at=make.MORNING)
    file, page = (
        reverse("inspections:evidence_file", args=[row.pk]),
        reverse("inspections:visit_evidence", args=[visit.pk]),
    )
    client.force_login(cast.enterprise_a)
    with clock.travel(make.MORNING):
        assert client.get(file).status_code == 404
        assert "车间巡查" not in client.get(page).content.decode()
        make.locked_record(visit)
        assert client.get(file).status_code == 200
        assert "车间巡查" in client.get(page).content.decode()
    client.force_login(cast.officer_a)
    assert client.get(file).status_code == 200


def test_a_film_is_hashed_only_where_that_is_asked(client, cast, monkeypatch):
    visit = make.visit(
        make.assignment(make.target(make.campaign(cast.province), cast.site_a), cast.inspector_a, cast.second_a),
        state="on_site",
    )
    add_recording(visit, SimpleUploadedFile("全过程.mp4", FILM), caption="", actor=cast.inspector_a, at=make.MORNING)
    hashed = []
    monkeypatch.setattr(evidence, "verify", lambda file: hashed.append(file) or True)
    page = reverse("inspections:visit_evidence", args=[visit.pk])
    client.force_login(cast.officer_a)
    assert "核对原件" in client.get(page).content.decode()
    assert hashed == []
    assert "原件一致" in client.get(page, {"check": "recordings"}).content.decode()
    assert len(hashed) == 1
