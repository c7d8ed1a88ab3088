"""Problems of a cross-region check: given to the locality, proposed for the city's team when it is too late there."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import clock
from core.models import AuditEvent, Notice, Obligation
from inspections.models import Handover, Issue
from inspections.services import issues
from reporting.duties import waiting
from reporting.tasks import sweep_obligations
from tests import factories as make
from tests.campaigns import datong

pytestmark = pytest.mark.django_db
FOUND, DEADLINE = date(2021, 6, 10), date(2021, 6, 25)


def noon(day: date):
    return clock.at_local(day, 12)


@pytest.fixture
def org():
    found = datong.assemble()
    for key, home in (("leader_team", found.team), ("leader_yungang", found.yungang)):
        make.grant(make.user(f"dt_{key}", key, home), "leader", over=home)
    return found


def somebody(username: str) -> User:
    return User.objects.get(username=username)


def found_by_xinrong(org, **chosen: str) -> Issue:
    """Xinrong's inspectors, lent for the cross-region check, find a problem at a site of Yungang."""
    plan = datong.published(org, **chosen)
    place = make.region("140214", "云冈区", "county", make.region("140200", "示例市", "city"))
    people = [make.user(f"x{number}", f"新荣{number}", org.xinrong) for number in (1, 2)]
    for one in people:
        make.grant(one, "inspector", over=org.yungang)
    target = make.target(plan, make.enterprise("云冈示例化工有限公司", org.yungang, place))
    visit = make.visit(make.assignment(target, *people, planned_on=FOUND), state="submitted", started_at=noon(FOUND))
    row = make.issue(make.locked_record(visit, at=noon(FOUND)), at=noon(FOUND), deadline_on=DEADLINE)
    with clock.travel(noon(FOUND)):
        issues.open_term(row, at=noon(FOUND))
    return row


def post(by: User, name: str, pk: int, day: date, **sent: str):
    client = Client()
    with clock.travel(noon(day)):
        client.force_login(by)
        return client.post(reverse(f"inspections:{name}", args=[pk]), sent)


def get(by: User, name: str, day: date, *keys: int, **asked: str):
    client = Client()
    with clock.travel(noon(day)):
        client.force_login(by)
        return client.get(reverse(f"inspections:{name}", args=keys), asked)


def handed(row: Issue, by: User) -> Handover:
    sent = {"handed_on": str(FOUND), "receipt": "云冈分局收文 7 号"}
    assert post(by, "issue_hand_over", row.pk, FOUND, **sent).status_code == 302
    return row.handover


def swept(day: date, *, times: int = 1) -> str:
    with clock.travel(noon(day)):
        for _ in range(times):
            sweep_obligations()
    return Handover.objects.get().state


def desk(person: User, day: date) -> list[str]:
    with clock.travel(noon(day)):
        fresh = User.objects.get(pk=person.pk)
        found = [one for one in waiting(fresh, noon(day)) if one.duty.key == "escalations"]
    return [entry.url for one in found for entry in one.entries]


@pytest.mark.req("DT-27")
@pytest.mark.parametrize(("chosen", "days"), [({}, 30), ({"cross_days": "15"}, 15)])
def test_n_days_too_late_an_escalation_is_proposed_once_and_the_city_team_takes_it(org, chosen, days) -> None:
    row = found_by_xinrong(org, **chosen)
    handover = handed(row, somebody("x1"))
    owed = Obligation.objects.get(subject="due.cross", period=f"issue:{row.pk}")
    assert (owed.unit_path, owed.nominal_on) == (org.yungang.path, FOUND + timedelta(days=days))
    last = DEADLINE + timedelta(days=days)
    assert swept(last - timedelta(days=1)) == "handed"
    assert not Notice.objects.filter(key=f"handover-{handover.pk}-proposed").exists()
    assert swept(last, times=2) == "proposed"
    assert AuditEvent.objects.filter(action="inspections.handover.propose").count() == 1
    handover.refresh_from_db()
    assert (handover.days, handover.team) == (days, org.team)
    told = Notice.objects.filter(key=f"handover-{handover.pk}-proposed").values_list("recipient__username", flat=True)
    deciding, local = ["dt_leader", "dt_leader_team"], ["dt_leader_yungang", "dt_officer_yungang", "x1", "x2"]
    assert sorted(told) == deciding + local, "who may confirm it, and the people of the locality"

    leader, local_leader = somebody("dt_leader_team"), somebody("dt_leader_yungang")
    page = reverse("inspections:handover_detail", args=[handover.pk])
    assert (desk(leader, last), desk(org.leader, last), desk(local_leader, last)) == ([page], [page], [])
    assert "升级待确认" in get(local_leader, "handover_detail", last, handover.pk).content.decode()
    listed = get(org.officer, "issue_list", last, handover="proposed").content.decode()
    assert row.enterprise_name in listed
    assert row.enterprise_name not in get(org.officer, "issue_list", last, handover="kept").content.decode()
    assert post(local_leader, "handover_confirm", handover.pk, last).status_code == 403, "the locality does not decide"

    assert get(leader, "issue_detail", last, row.pk).status_code == 404
    assert post(leader, "handover_confirm", handover.pk, last).status_code == 302
    row.refresh_from_db()
    assert row.unit == org.team
    assert get(leader, "issue_detail", last, row.pk).status_code == 200, "it is the team's now"
    assert row.versions.get(superseded_at=None).action == "escalate"
    assert Obligation.objects.get(subject=f"issue:{row.pk}").unit_path == org.team.path
    owed.refresh_from_db()
    assert "直接查办" in owed.waived_reason
    assert desk(leader, last) == []
    assert swept(last + timedelta(days=9)) == "escalated"


@pytest.mark.req("DT-27")
def test_refused_with_a_reason_it_stays_with_the_locality_and_is_not_proposed_again(org) -> None:
    row = found_by_xinrong(org)
    handover, last = handed(row, somebody("x1")), DEADLINE + timedelta(days=30)
    assert swept(last) == "proposed"
    post(org.leader, "handover_keep", handover.pk, last)
    assert Handover.objects.get().state == "proposed", "not without a reason"
    post(org.leader, "handover_keep", handover.pk, last, reason="设备到货延误，属地已立案")
    kept = Handover.objects.get()
    assert (kept.state, kept.reason, kept.decided_by) == ("kept", "设备到货延误，属地已立案", org.leader)
    row.refresh_from_db()
    assert row.unit == org.yungang
    assert swept(last + timedelta(days=5), times=2) == "kept"
    shown = get(org.officer_yungang, "handover_detail", last, handover.pk).content.decode()
    assert "设备到货延误" in shown
    assert row.enterprise_name in get(org.officer, "handover_list", last, state="kept").content.decode()


def test_a_later_term_and_a_settled_problem_are_not_proposed(org) -> None:
    row = found_by_xinrong(org)
    handed(row, org.officer)
    last = DEADLINE + timedelta(days=30)
    Issue.objects.filter(pk=row.pk).update(deadline_on=DEADLINE + timedelta(days=7))
    assert swept(last) == "handed"
    with clock.travel(noon(last)):
        issues.void_issue(row, actor=org.leader, at=noon(last), reason="重复登记")
    assert swept(last + timedelta(days=60)) == "handed"
    assert Obligation.objects.get(subject="due.cross", period=f"issue:{row.pk}").waived_at is not None


def test_who_may_hand_over_what(org) -> None:
    row = found_by_xinrong(org)
    sent = {"handed_on": str(FOUND)}
    assert post(org.officer_yungang, "issue_hand_over", row.pk, FOUND, **sent).status_code == 403, "the locality itself"
    assert post(org.officer_team, "issue_hand_over", row.pk, FOUND, **sent).status_code == 404
    assert post(org.officer, "issue_hand_over", row.pk, FOUND, handed_on="2021-07-01").status_code == 422
    assert not Handover.objects.exists()
    assert "移交属地" in get(org.officer, "issue_detail", FOUND, row.pk).content.decode()
    assert post(org.officer, "issue_hand_over", row.pk, FOUND, **sent).status_code == 302
    assert post(org.officer, "issue_hand_over", row.pk, FOUND, **sent).status_code == 409
    assert get(org.officer_team, "handover_list", FOUND).content.decode().count(row.enterprise_name) == 1
    xinrong = make.user("dt_xinrong", "刘经办", org.xinrong)
    make.grant(xinrong, "officer", over=org.xinrong)
    assert get(xinrong, "handover_detail", FOUND, row.handover.pk).status_code == 404


def test_a_check_by_the_localitys_own_people_is_no_cross_region_check(org) -> None:
    row = found_by_xinrong(org)
    User.objects.filter(username__in=["x1", "x2"]).update(unit=org.yungang)
    answer = post(org.officer, "issue_hand_over", row.pk, FOUND, handed_on=str(FOUND))
    assert answer.status_code == 409
    assert "不是区域交叉检查" in answer.content.decode()
