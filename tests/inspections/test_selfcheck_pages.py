"""The pages of self-checks: who may open what, what a page says."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from core import clock
from core.models import AuditEvent, Submission
from inspections.models import SelfCheck
from inspections.services import selfchecks
from tests import factories as make
from tests.inspections import scene as stage
from tests.inspections.browsing import at, signed_in, url_of
from tests.inspections.scene import NOON, Scene


def test_the_enterprise_begins_fills_and_declares(scene: Scene) -> None:
    client = signed_in(scene.cast.enterprise_a)
    with clock.travel(stage.APRIL):
        assert "开始自查" in client.get(at("selfcheck_mine")).content.decode()
        client.post(at("selfcheck_begin", scene.target.pk))
        row = SelfCheck.objects.get()
        page = client.get(at("selfcheck_edit", row.pk))
        assert page.status_code == 200
        assert "data-form-sheet" in page.content.decode()
        stage.fill_self_check(row, stage.self_check_answers(bad=("systems.funds",)), scene.cast.enterprise_a)
        assert "台账缺三月份记录" in client.get(at("selfcheck_declare", row.pk)).content.decode()
        said = {"name": "秦厂长", "agreed": "on", "signature": url_of(stage.png())}
        answer = client.post(at("selfcheck_declare", row.pk), said, follow=True)
        assert "等待属地分局备案" in answer.content.decode()
        assert client.post(at("selfcheck_declare", row.pk), said).status_code == 302
    row.refresh_from_db()
    assert (row.state, Submission.objects.filter(kind="self_check").count()) == ("submitted", 1)


def test_a_late_self_check_on_an_offices_desk_leads_to_the_enterprise_in_its_list(scene: Scene) -> None:
    client = signed_in(scene.cast.officer_a)
    answer = client.get(f"{at('selfcheck_mine')}?target={scene.target.pk}", follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[0][0].startswith(at("selfcheck_list"))
    assert [line.target for line in answer.context["lines"]] == [scene.target]


def test_a_declaration_with_a_fault_keeps_what_was_typed(scene: Scene) -> None:
    row = selfchecks.begin(scene.target, actor=scene.cast.enterprise_a, at=stage.APRIL)
    stage.fill_self_check(row, stage.self_check_answers(), scene.cast.enterprise_a)
    drawing = url_of(stage.png())
    answer = signed_in(scene.cast.enterprise_a).post(
        at("selfcheck_declare", row.pk), {"name": "秦厂长", "signature": drawing}
    )
    page = answer.content.decode()
    assert (answer.status_code, "请确认填报内容真实后再提交" in page) == (422, True)
    assert 'value="秦厂长"' in page
    assert drawing in page


def test_the_county_files_or_sends_back(scene: Scene) -> None:
    row, client = stage.handed_in(scene), signed_in(scene.cast.officer_a)
    assert "受理备案" in client.get(at("selfcheck_view", row.pk)).content.decode()
    client.post(at("selfcheck_return", row.pk), {"reason": "第三部分不完整"})
    own = signed_in(scene.cast.enterprise_a).get(at("selfcheck_view", row.pk)).content.decode()
    assert "第三部分不完整" in own
    assert "按退回意见修改" in own


def test_returned_without_a_reason_is_refused(scene: Scene) -> None:
    row = stage.handed_in(scene)
    answer = signed_in(scene.cast.officer_a).post(at("selfcheck_return", row.pk), {"reason": ""})
    assert (answer.status_code, "须填写理由" in answer.content.decode()) == (422, True)


def test_a_filed_sheet_opens_for_reading_only(scene: Scene) -> None:
    row = stage.filed(scene)
    answer = signed_in(scene.cast.enterprise_a).get(at("selfcheck_edit", row.pk))
    assert answer["Location"] == at("selfcheck_view", row.pk)


@pytest.mark.parametrize("name", ["selfcheck_view", "selfcheck_edit", "selfcheck_declare", "selfcheck_signature"])
def test_another_units_self_check_is_not_there(scene: Scene, name: str) -> None:
    row, cast = stage.handed_in(scene), scene.cast
    for stranger in (cast.enterprise_b, cast.inspector_b, cast.officer_other, cast.administrator):
        assert signed_in(stranger).get(at(name, row.pk)).status_code == 404


@pytest.mark.parametrize("name", ["selfcheck_accept", "selfcheck_return", "selfcheck_correct"])
def test_who_sees_a_self_check_may_not_therefore_decide_it(scene: Scene, name: str) -> None:
    row = stage.handed_in(scene)
    person = scene.cast.inspector_a if name != "selfcheck_accept" else scene.cast.enterprise_a
    assert signed_in(person).post(at(name, row.pk), {"reason": "x"}).status_code == 403
    assert AuditEvent.objects.filter(action__startswith="denied.").count() == 1


@pytest.mark.req("HN-19")
def test_from_the_first_of_may_who_did_not_hand_in_is_overdue(scene: Scene) -> None:
    client = signed_in(scene.cast.officer_a)
    with clock.travel(datetime(2020, 4, 30, 15, 59, tzinfo=UTC)):
        assert page_lines(client) == [("漯河示例纸业有限公司", "未提交")]
    with clock.travel(datetime(2020, 4, 30, 16, 1, tzinfo=UTC)):
        assert page_lines(client) == [("漯河示例纸业有限公司", "逾期未自查")]
        assert page_lines(client, "?standing=overdue") == [("漯河示例纸业有限公司", "逾期未自查")]
        assert page_lines(client, "?standing=missing") == []


def page_lines(client: Client, query: str = "") -> list[tuple[str, str]]:
    context = client.get(at("selfcheck_list") + query).context
    return [(line.target.enterprise.name, line.label) for line in context["lines"]]


def test_handed_in_after_the_phase_is_shown_as_late(scene: Scene) -> None:
    stage.handed_in(scene, at=datetime(2020, 5, 2, tzinfo=UTC))
    (line,) = signed_in(scene.cast.officer_a).get(at("selfcheck_list")).context["lines"]
    assert (line.label, line.is_late) == ("待备案", True)


def test_the_tabs_count_every_standing(scene: Scene) -> None:
    stage.handed_in(scene)
    for name, unit in (("源汇示例铸造厂", scene.cast.county_a), ("召陵示例水泥厂", scene.cast.county_b)):
        make.target(scene.campaign, make.enterprise(name, unit, scene.cast.region_a, is_key=True))
    make.target(scene.campaign, scene.cast.site_b)  # not a key enterprise: this phase does not ask it
    tabs = signed_in(scene.cast.officer_city).get(at("selfcheck_list")).context["tabs"]
    assert [(one["title"], one["count"]) for one in tabs] == [
        ("全部", 3),
        ("未提交", 0),
        ("逾期未自查", 2),
        ("待备案", 1),
        ("已备案", 0),
        ("已退回", 0),
    ]


def test_a_correction_being_filled_leaves_the_list_at_filed(scene: Scene) -> None:
    row = stage.filed(scene)
    selfchecks.correct(row, reason="漏报", actor=scene.cast.enterprise_a, at=NOON)
    assert page_lines(signed_in(scene.cast.officer_a)) == [("漯河示例纸业有限公司", "已备案")]


def test_the_enterprises_draft_is_its_own(scene: Scene) -> None:
    row = selfchecks.begin(scene.target, actor=scene.cast.enterprise_a, at=stage.APRIL)
    api = f"/api/v1/submissions/{row.client_id}"
    assert signed_in(scene.cast.enterprise_a).get(api).status_code == 200
    assert signed_in(scene.cast.officer_a).get(api).status_code == 404
