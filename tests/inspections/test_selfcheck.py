"""The self-check: filled by the enterprise, filed or sent back by the county, corrected by a new version."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Target
from campaigns.services.duties import SELF_CHECK, open_self_check_duties, self_check_subject
from core.form_engine.conditions import put
from core.form_engine.services import Result
from core.models import Notice, Obligation, Submission
from core.refusals import NotAllowed, Refused
from inspections.models import SelfCheck
from inspections.services import selfchecks
from inspections.services.own_problems import problems_of
from tests.inspections import scene as stage
from tests.inspections.scene import APRIL, Scene

MAY = datetime(2020, 5, 1, 1, 0, tzinfo=UTC)


def begun(scene: Scene, at: datetime = APRIL) -> SelfCheck:
    return selfchecks.begin(scene.target, actor=scene.cast.enterprise_a, at=at)


def declare(scene: Scene, row: SelfCheck, at: datetime = APRIL, **changes: Any) -> Any:
    said = {"name": "秦厂长", "signature": stage.png(), "agreed": True} | changes
    row.refresh_from_db()
    return selfchecks.declare(row, actor=scene.cast.enterprise_a, at=at, **said)


def fill(scene: Scene, row: SelfCheck, answers: dict[str, Any], at: datetime = APRIL) -> None:
    stage.fill_self_check(row, answers, scene.cast.enterprise_a, at)


def test_it_does_not_open_before_the_phase(scene: Scene) -> None:
    with pytest.raises(Refused, match="从 2020-04-01 开始"):
        begun(scene, datetime(2020, 3, 31, 1, 0, tzinfo=UTC))


def test_it_may_still_be_filled_after_the_phase(scene: Scene) -> None:
    row = stage.handed_in(scene, at=MAY)
    assert row.state == "submitted"


def test_begun_twice_is_one_sheet(scene: Scene) -> None:
    assert begun(scene).pk == begun(scene).pk


@pytest.mark.req("HN-20")
def test_a_sheet_with_a_gap_is_not_handed_in(scene: Scene) -> None:
    row, answers = begun(scene), stage.self_check_answers()
    del answers["facilities"]["waste_tailings"]
    fill(scene, row, answers)
    outcome = declare(scene, row)
    assert outcome.result is Result.INCOMPLETE
    assert [one.item for one in outcome.problems] == ["相关废物处理设施（尾矿库）"]
    row.refresh_from_db()
    assert (row.state, row.signature) == ("draft", None)


@pytest.mark.req("HN-21")
def test_a_problem_needs_measure_person_and_day(scene: Scene) -> None:
    row, answers = begun(scene), stage.self_check_answers(bad=("systems.funds",))
    del answers["systems"]["funds"]["due_on"]
    fill(scene, row, answers)
    assert [one.text for one in declare(scene, row).problems] == [
        "（一）生态环境保护管理制度及落实情况 · 环保投入管理 · 完成时限：未填写"
    ]


def test_not_applicable_needs_its_reason(scene: Scene) -> None:
    row, answers = begun(scene), stage.self_check_answers()
    put(answers, "systems.radiation.result", "na")
    fill(scene, row, answers)
    assert [one.field for one in declare(scene, row).problems] == ["不适用的理由"]
    put(answers, "systems.radiation.reason", "没有辐射源")
    fill(scene, row, answers)
    assert declare(scene, row).result is Result.RECEIVED


@pytest.mark.parametrize(
    "missing, field", [({"name": " "}, "name"), ({"agreed": False}, "agreed"), ({"signature": b""}, "")]
)
def test_truth_is_declared_with_name_and_signature(scene: Scene, missing: dict[str, Any], field: str) -> None:
    row = begun(scene)
    fill(scene, row, stage.self_check_answers())
    with pytest.raises(Refused) as refused:
        declare(scene, row, **missing)
    assert refused.value.field == field
    assert SelfCheck.objects.get(pk=row.pk).state == "draft"


def test_a_sheet_cannot_be_sent_past_the_declaration(scene: Scene) -> None:
    row, owner = begun(scene), scene.cast.enterprise_a
    fill(scene, row, stage.self_check_answers())
    sheet = Submission.objects.get(pk=row.client_id)
    outcome = selfchecks.hand_in(row, sheet, actor=owner, at=APRIL)
    assert [one.path for one in outcome.problems] == ["_declaration"]


def test_handing_in_tells_the_county_and_meets_the_duty(scene: Scene) -> None:
    open_self_check_duties(scene.campaign, Target.objects.all(), datetime(2020, 4, 1, tzinfo=UTC))
    row = stage.handed_in(scene, bad=("systems.funds", "facilities.air"))
    assert (row.state, row.problem_count, row.declared_by) == ("submitted", 2, "秦厂长")
    assert Obligation.objects.get(kind=SELF_CHECK, subject=self_check_subject(scene.target.pk)).met_at == APRIL
    scene.target.refresh_from_db()
    assert scene.target.self_checked_at == APRIL
    told = Notice.objects.get(recipient=scene.cast.officer_a)
    assert "漯河示例纸业有限公司提交了自查情况表" in told.title


def test_the_problems_are_read_with_all_that_was_said(scene: Scene) -> None:
    (problem,) = problems_of(stage.handed_in(scene, bad=("systems.funds",)).submission)
    assert (problem.key, problem.item, problem.person, problem.due_on) == (
        "systems.funds",
        "环保投入管理",
        "秦厂长",
        "2020-05-10",
    )


def test_filing_gives_the_units_own_numbers(scene: Scene) -> None:
    filed = stage.filed(scene)
    assert (filed.state, filed.number, filed.filed_at) == ("accepted", "漯环源自查〔2020〕1号", APRIL)
    assert Notice.objects.get(recipient=scene.cast.enterprise_a).title == "自查情况表已备案"


def test_a_return_needs_a_reason_and_says_it(scene: Scene) -> None:
    row = stage.handed_in(scene)
    with pytest.raises(Refused, match="须填写理由"):
        selfchecks.send_back(row, reason=" ", actor=scene.cast.officer_a, at=APRIL)
    selfchecks.send_back(row, reason="第三部分不完整", actor=scene.cast.officer_a, at=APRIL)
    told = Notice.objects.get(recipient=scene.cast.enterprise_a)
    assert "第三部分不完整" in told.body


def test_a_returned_sheet_is_owed_again_and_handed_in_again(scene: Scene) -> None:
    open_self_check_duties(scene.campaign, Target.objects.all(), datetime(2020, 4, 1, tzinfo=UTC))
    row = stage.handed_in(scene)
    selfchecks.send_back(row, reason="补充台账", actor=scene.cast.officer_a, at=APRIL)
    assert Obligation.objects.get(kind=SELF_CHECK).met_at is None
    again = begun(scene)
    assert (again.pk, again.version, again.state) == (row.pk, 1, "returned")
    fill(scene, again, stage.self_check_answers(bad=("systems.funds",)))
    outcome = declare(scene, again)
    assert outcome.submission.version == 2
    assert outcome.submission.reason == "按退回意见修改：补充台账"
    assert Obligation.objects.get(kind=SELF_CHECK).met_at == APRIL


@pytest.mark.req("HN-22")
def test_a_filed_sheet_changes_only_by_a_new_version_with_a_reason(scene: Scene) -> None:
    filed, owner = stage.filed(scene), scene.cast.enterprise_a
    outcome = stage.fill_self_check(filed, stage.self_check_answers(bad=("systems.funds",)), owner)
    assert (outcome.result, "要改请申请更正" in outcome.message) == (Result.CONFLICT, True)
    with pytest.raises(Refused, match="须写明理由"):
        selfchecks.correct(filed, reason="", actor=owner, at=APRIL)
    second = selfchecks.correct(filed, reason="漏报一项", actor=owner, at=APRIL)
    assert (second.version, second.correction_reason) == (2, "漏报一项")
    assert Submission.objects.get(pk=second.client_id).answers == filed.submission.answers


def test_the_filed_version_stands_until_its_correction_is_filed(scene: Scene) -> None:
    filed, owner, officer = stage.filed(scene), scene.cast.enterprise_a, scene.cast.officer_a
    second = selfchecks.correct(filed, reason="漏报一项", actor=owner, at=APRIL)
    fill(scene, second, stage.self_check_answers(bad=("systems.funds",)))
    declare(scene, second)
    filed.refresh_from_db()
    assert filed.state == "accepted"
    selfchecks.accept(second, actor=officer, at=APRIL)
    filed.refresh_from_db()
    second.refresh_from_db()
    assert (filed.state, second.state, second.number) == ("superseded", "accepted", "漯环源自查〔2020〕2号")


def test_a_returned_correction_leaves_the_filed_version_and_the_duty_alone(scene: Scene) -> None:
    filed, owner = stage.filed(scene), scene.cast.enterprise_a
    second = selfchecks.correct(filed, reason="漏报一项", actor=owner, at=APRIL)
    declare(scene, second)
    selfchecks.send_back(second, reason="不必更正", actor=scene.cast.officer_a, at=APRIL)
    filed.refresh_from_db()
    scene.target.refresh_from_db()
    assert (filed.state, scene.target.self_checked_at) == ("accepted", APRIL)


def test_asked_for_twice_there_is_one_correction(scene: Scene) -> None:
    filed, owner = stage.filed(scene), scene.cast.enterprise_a
    first = selfchecks.correct(filed, reason="一", actor=owner, at=APRIL)
    assert selfchecks.correct(filed, reason="二", actor=owner, at=APRIL).pk == first.pk


def test_a_stranger_does_not_write_the_sheet(scene: Scene) -> None:
    row = begun(scene)
    with pytest.raises(NotAllowed):
        stage.fill_self_check(row, stage.self_check_answers(), scene.cast.officer_a)


def test_the_database_keeps_one_sheet_on_its_way(scene: Scene) -> None:
    row = begun(scene)
    with pytest.raises(IntegrityError), transaction.atomic():
        SelfCheck.objects.create(
            campaign=row.campaign,
            enterprise=row.enterprise,
            unit=row.unit,
            version=2,
            correction_reason="x",
            client_id=uuid.uuid4(),
            created_at=APRIL,
        )
