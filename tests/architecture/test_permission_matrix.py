"""S1: who may open what. The reviewed answer is permission_matrix.csv; permission_matrix.py says how to renew it."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client, override_settings

from accounts import gate
from accounts.gate import ScopedQuerySet
from accounts.models import User
from accounts.rules import Role
from campaigns.registers.services import creation_places, version_of
from campaigns.registers.views import drawing, frame
from core import clock
from core.models import AuditEvent
from tests.architecture.permission_matrix import WRITE, differences, golden, write
from tests.architecture.permission_scene import NOW, WRONG_PARENT, build
from tests.architecture.permission_walk import READING, Asker, Url, faults, statuses, urls, walk

ROOMS = sorted({url.room for url in urls()})
HINT = "say how to ask it in tests/architecture/permission_doors, then write its line anew and review it"
# What the whole world may open; and the answers by which a person is sent away.
PUBLIC = {
    *("accounts:login", "core:document_check", "enterprises:activate"),
    *("campaigns:draw_public", "campaigns:draw_script", "campaigns:complaint"),
}
AWAY = {"login", "401", "403", "404"}
# Rows that have no .visible_to: one's own upload, one's own messages, a draft that only its writers read.
OTHER_GATES = {"core_api:evidence", "core_api:submission", "core_api:submission_conflicts", "core_api:submission_photo"}
# Obligations are core's: `campaigns.services.due.looking` stands before them, and a feed opens by its secret alone.
OTHER_GATES |= {"campaigns:due_detail", "campaigns:due_file", "campaigns:feed_read"}
# The units of a start checklist are found among those of the person's grants (`readiness.shown_units`).
OTHER_GATES |= {"campaigns:readiness_unit", "campaigns:readiness_file", "campaigns:readiness_document"}
# Whether a register is there at all for somebody is a matter of what they may do in it (`registers.services.rights`);
# `test_the_gates_of_the_draw_of_a_register_are_found` takes both gates away.
OTHER_GATES |= {"campaigns:register_draw"}


@pytest.fixture
def asker(db: None) -> Iterator[Asker]:
    with clock.travel(NOW), override_settings(COMPLAINTS_A_SENDER=1000):  # everybody asks from one address
        yield Asker(build())


@pytest.mark.parametrize("room", ROOMS)
def test_the_matrix_is_as_reviewed(asker: Asker, room: str) -> None:
    chosen = [url for url in urls() if url.room == room]
    walked = walk(asker, chosen)
    if os.environ.get(WRITE):
        write(statuses(walked), {url.name for url in chosen}, {url.name for url in urls()})
    expected = {line: cells for line, cells in golden().items() if line[0] in {url.name for url in chosen}}
    told = faults(walked) + differences(statuses(walked), expected)
    assert not told, "\n".join(told)


def test_every_url_has_a_name_declares_its_methods_and_is_asked(asker: Asker) -> None:
    told = [f"{url.name}: {HINT}" for url in urls() if not asker.relations(url)]
    told += [f"{url.name}: its view declares no methods (require_http_methods)" for url in urls() if not url.methods]
    told += [f"{url.name}: a URL without a name" for url in urls() if "(no name)" in url.name]
    told += [f"{name}: no URL has this name" for name in asker.doors.keys() - {url.name for url in urls()}]
    told += [f"{line[0]}: a line of a URL that is gone" for line in golden() if line[0] not in {u.name for u in urls()}]
    assert not told, "\n".join(told)


def test_every_url_with_two_ids_is_asked_for_the_child_of_another_parent(asker: Asker) -> None:
    two = [url for url in urls() if len([name for name in url.ids if name.endswith(("pk", "id", "sha256"))]) > 1]
    assert two
    missing = [url.name for url in two if WRONG_PARENT not in asker.relations(url)]
    assert not missing, f"{missing}: {HINT}"


def test_a_child_of_another_parent_is_reached_by_nobody() -> None:
    reached = [line for line, cells in golden().items() if WRONG_PARENT in line[2] and set(cells.values()) - AWAY]
    assert not reached


def test_a_stranger_opens_public_pages_only() -> None:
    opened = {
        line[0] for line, cells in golden().items() if "200" in {cells["anonymous"], cells["disabled"]}
    }  # fmt: skip
    assert opened == PUBLIC


def test_every_door_opens_for_somebody() -> None:
    shut = [
        line
        for line, cells in golden().items()
        if WRONG_PARENT not in line[2] and "new id" not in line[2] and not set(cells.values()) - AWAY - {"500"}
    ]
    # A feed opens by its secret alone, which this scene does not know (tests/campaigns/test_due_pages.py has it).
    assert not [line for line in shut if line[0] not in {"accounts:logout", "campaigns:feed_read"}]


def test_a_method_that_is_not_declared_is_refused(asker: Asker) -> None:
    wrong = {}
    for url in urls():
        ask = next(iter(asker.relations(url).values()))
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(url.methods):
            status = asker.ask(url, method, ask, "officer_a").status
            if status != "405":
                wrong[f"{url.name} {method}"] = status
    assert not wrong


def test_nothing_is_written_without_a_token_of_the_form(asker: Asker) -> None:
    """CSRF: every POST and PUT of somebody signed in is refused without it."""
    asker.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    chosen = [url for url in urls() if set(url.methods) - READING]
    walked = statuses(walk(asker, chosen, ["officer_a"], ["POST", "PUT"]))
    assert {line: cells for line, cells in walked.items() if cells["officer_a"] != "403"} == {}


# Controls: with a guard taken away the comparison must find it.


def looked_up() -> list[Url]:
    return [url for url in urls() if url.ids and "GET" in url.methods]


def test_a_gate_that_lets_everything_through_is_found(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in [ScopedQuerySet, *below(ScopedQuerySet)]:
        if "visible_to" in vars(kind):
            monkeypatch.setattr(kind, "visible_to", lambda rows, user: rows.all())
    walked = statuses(walk(asker, looked_up(), ["officer_other"], ["GET"]))
    still = {
        line[0] for line, cells in walked.items() if WRONG_PARENT not in line[2] and cells["officer_other"] == "404"
    }
    assert still <= OTHER_GATES
    told = differences(walked, {line: cells for line, cells in golden().items() if line in walked}, ["officer_other"])
    assert len(told) > 25


def test_the_gates_of_the_draw_of_a_register_are_found(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """No row stands before it, but whether the register opens for somebody, and whether that person files in it."""
    chosen = [url for url in urls() if url.name == "campaigns:register_draw"]
    expected = {line: cells for line, cells in golden().items() if line[0] == "campaigns:register_draw"}

    def seen() -> set[str]:
        walked = statuses(walk(asker, chosen, ["officer_other", "enterprise_a"], ["GET", "POST"]))
        assert walked.keys() == expected.keys()
        found = {cells[who] for cells in walked.values() for who in ("officer_other", "enterprise_a")}
        assert bool(differences(walked, expected, ["officer_other", "enterprise_a"])) == (found != {"404"})
        return found

    assert seen() == {"404"}
    monkeypatch.setattr(frame, "opens", lambda user, version: True)
    assert seen() == {"403"}, "it opens, and nobody of these files in it"
    theirs = creation_places(version_of("interview"), User.objects.get(grants__role=Role.DISCIPLINE))
    monkeypatch.setattr(drawing.services, "creation_places", lambda version, user: theirs)
    assert "200" in seen()


def below(kind: type) -> list[type]:
    return [found for one in kind.__subclasses__() for found in [one, *below(one)]]


def test_a_capability_that_nobody_asks_for_is_found(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "may", lambda user, capability, row: True)
    chosen = [url for url in urls() if "POST" in url.methods and url.room in {"inspections", "campaigns"}]
    walked = statuses(walk(asker, chosen, ["contact_city"], ["POST"]))
    expected = {line: cells for line, cells in golden().items() if line in walked}
    assert len(differences(walked, expected, ["contact_city"])) > 20


def test_a_denial_within_a_command_that_is_rolled_back_stays_in_the_trail(asker: Asker) -> None:
    """The gate is asked inside the transaction of a submission; what is rolled back there must not take it along."""
    url = next(url for url in urls() if url.name == "core_api:submission")
    ask = asker.relations(url)["own"]
    asker.client.cookies[settings.SESSION_COOKIE_NAME] = asker.sessions["officer_a"]
    answer = asker.send(url, "PUT", ask)
    assert answer.status_code == 403
    assert AuditEvent.objects.filter(action="denied.selfcheck.fill").count() == 1
