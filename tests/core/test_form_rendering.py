"""Opening a sheet for a page, and showing a finished one."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.http import Http404
from django.template.loader import render_to_string

from core import clock
from core.form_engine import registry, rendering
from core.form_engine.services import Incoming, put_submission
from core.models import Submission
from core.refusals import Refused
from tests import factories as make
from tests.cast import Cast, assemble
from tests.core import form_subject, sample


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    registry.register(form_subject.KIND, form_subject.SampleHandler)
    with clock.travel(make.MORNING):
        yield assemble()
    registry.unregister(form_subject.KIND)


def write(cast: Cast, number: int, answers: Any, *, final: bool = False) -> Submission:
    client_id = UUID(int=number)
    incoming = Incoming(client_id, "sample@1", form_subject.KIND, cast.site_a.pk, answers, final=final, reason="更正")
    put_submission(incoming, user=cast.enterprise_a, at=clock.now())
    return Submission.objects.get(pk=client_id)


def opened(cast: Cast, user: Any, **more: Any) -> rendering.Sheet:
    return rendering.open_sheet(form_subject.KIND, cast.site_a.pk, user=user, at=clock.now(), **more)


def test_a_new_sheet_begins_with_what_the_room_gives(cast: Cast) -> None:
    given = {"systems": {"targets": {"established": "have"}}}
    sheet = opened(cast, cast.enterprise_a, client_id=UUID(int=9), answers=given)
    assert (sheet.writable, sheet.answers, sheet.client_id) == (True, given, UUID(int=9))
    assert sheet.state["revision"] == 0


def test_a_draft_is_opened_again(cast: Cast) -> None:
    draft = write(cast, 1, {"systems": {"targets": {"established": "have"}}})
    sheet = opened(cast, cast.enterprise_a)
    assert (sheet.writable, sheet.client_id, sheet.state["revision"]) == (True, draft.pk, 1)


def test_a_received_sheet_is_for_reading_until_it_is_corrected(cast: Cast) -> None:
    final = write(cast, 1, sample.complete(), final=True)
    shown = opened(cast, cast.enterprise_a)
    assert (shown.writable, shown.submission) == (False, final)
    correction = opened(cast, cast.enterprise_a, correct=True)
    assert (correction.writable, correction.needs_reason, correction.submission) == (True, True, None)
    assert correction.answers == sample.complete()
    assert correction.client_id != final.pk
    assert correction.photo_sheets == (final.pk,)


def test_a_reader_of_the_final_sheet_does_not_see_the_draft(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    final = write(cast, 1, sample.complete(), final=True)
    draft = write(cast, 2, {"systems": {"targets": {"established": "none"}}})
    monkeypatch.setattr(form_subject.SampleHandler, "readable", lambda self, subject, sheet, user: sheet.locked)
    assert opened(cast, cast.officer_a).submission == final
    monkeypatch.undo()
    assert opened(cast, cast.officer_a).submission == draft


def test_a_closed_subject_says_why(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(self: Any, subject: Any, user: Any) -> bool:
        raise Refused("已由同事执笔。")

    monkeypatch.setattr(form_subject.SampleHandler, "editable", closed)
    sheet = opened(cast, cast.enterprise_a)
    assert (sheet.writable, sheet.refusal) == (False, "已由同事执笔。")


def test_outside_there_is_nothing_to_open(cast: Cast) -> None:
    with pytest.raises(Http404):
        opened(cast, cast.enterprise_b)


def test_a_finished_sheet_is_shown_in_words_on_the_page_and_on_paper(cast: Cast) -> None:
    answers = sample.complete()
    answers["permits"]["eia"]["valid_to"] = "2020-05-11"
    answers["facilities"]["volume"] = {"tons": 12, "note": "<b>估算</b>"}
    final = write(cast, 1, answers, final=True)
    page = render_to_string("components/form/readonly.html", {"submission": final})
    paper = render_to_string("components/form/print.html", {"submission": final})
    for text in (page, paper):
        assert "漯环审〔2018〕3号" in text
        assert "12 吨" in text
        assert "有效期至：已过有效期" in text
        assert "没有辐射源" in text
        assert "<b>估算" not in text
    assert "机械清单" not in page


def test_every_item_of_the_form_is_on_the_page_for_writing(cast: Cast) -> None:
    sheet = opened(cast, cast.enterprise_a)
    text = render_to_string("components/form/sheet.html", {"sheet": sheet})
    for part in sheet.sections:
        for entry in part.items:
            assert entry.item["title"] in text
            for view in entry.fields:
                assert f'data-form-field="{view.slot.path}"' in text
    assert "style=" not in text
    assert "onclick" not in text
