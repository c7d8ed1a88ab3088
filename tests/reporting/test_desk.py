from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from campaigns.models import Campaign
from campaigns.services.choosing import campaigns_of
from core import clock
from core.models import Notice, Obligation
from core.notices import notify
from core.obligations import open_obligation
from reporting import desk
from reporting.services.reminders import sweep_obligations
from tests import factories as make

pytestmark = pytest.mark.django_db


def owe(unit, days, title="上报周报", **fields):
    now = clock.now()
    return open_obligation(
        kind="test",
        subject=title,
        unit_path=unit.path,
        due_at=now + timedelta(days=days),
        at=now,
        title=title,
        **fields,
    )


def fresh(person):
    return User.objects.get(pk=person.pk)


def test_a_unit_owes_its_own_and_not_what_lies_below(cast):
    owe(cast.county_a, 1)
    assert desk.owed_by(fresh(cast.officer_a)).count() == 1
    assert not desk.owed_by(fresh(cast.officer_city)).exists()
    assert not desk.owed_by(fresh(cast.officer_other)).exists()


def test_an_enterprise_owes_its_own(cast):
    owe(cast.county_a, 1, title="自查", enterprise_id=cast.site_a.pk)
    assert desk.owed_by(fresh(cast.enterprise_a)).count() == 1
    assert not desk.owed_by(fresh(cast.enterprise_b)).exists()
    assert not desk.owed_by(fresh(cast.officer_a)).exists()


def test_what_an_enterprise_is_late_with_is_on_the_countys_desk_too(cast):
    now = clock.now()
    for days, kind in ((-1, "rectification"), (1, "rectification"), (-1, "selfcheck")):
        open_obligation(
            kind=kind,
            subject=f"{kind}:{days}",
            unit_path=cast.county_a.path,
            due_at=now + timedelta(days=days),
            at=now,
            title=f"{kind}{days}",
            enterprise_id=cast.site_a.pk,
        )
    found = sorted(row.title for row in desk.owed_by(fresh(cast.officer_a)))
    assert found == ["rectification-1", "selfcheck-1"]
    assert not desk.owed_by(fresh(cast.officer_city)).exists()


def test_message_workbench_and_list_say_the_same(client, cast):
    """Twelve overdue self-checks of the county, and a city's overdue report: who is told of them finds them listed."""
    now = clock.now()
    for number in range(12):
        owe(cast.county_a, -1, title=f"自查{number}", enterprise_id=cast.site_a.pk)
    owe(cast.city, -1, title="周报")
    Obligation.objects.filter(title__startswith="自查").update(kind="selfcheck")
    Obligation.objects.filter(title="周报").update(kind="weekly_report")
    sweep_obligations(clock.at_local(clock.day_of(now)) + timedelta(hours=9))
    for person, count in ((cast.officer_a, 12), (cast.officer_province, 1)):
        assert Notice.objects.get(recipient=person).title.endswith(f"其中逾期 {count} 项")
        late = desk.piles(fresh(person), now)[0]
        assert (late.key, late.count) == ("late", str(count))
        client.force_login(person)
        assert f"</span> {count} 项</h3>" in client.get("/").content.decode()
        assert len(client.get(reverse("reporting:owed_list")).context["page"].rows) == count


def test_search_finds_a_row_of_the_ledger_by_its_number(client, cast):
    record = make.locked_record(
        make.visit(
            make.assignment(make.target(make.campaign(cast.province), cast.site_a), cast.inspector_a, cast.second_a),
            state="submitted",
        )
    )
    row = make.issue(record)
    for words in (f"{row.number:04d}", f"{row.number:02d}"):
        assert desk.search(fresh(cast.officer_a), words).issues == [row]
    assert desk.search(fresh(cast.inspector_b), f"{row.number:04d}").issues == []
    assert desk.search(fresh(cast.officer_a), "9" * 30).total == 0
    client.force_login(cast.officer_a)
    page = client.get(reverse("reporting:search"), {"q": f"{row.number:04d}"}).content.decode()
    assert "问题编号" in page
    assert f"{row.number:04d}" in page


def test_next_year_s_campaign_does_not_hide_the_one_that_runs(cast):
    """Published in autumn for the year after, by the nearest authority: its weeks are not the ones that press."""
    running, ahead = make.campaign(cast.province, year=2020), make.campaign(cast.city, year=2021)
    with clock.travel(datetime(2020, 5, 11, 1, tzinfo=UTC)):
        assert campaigns_of(fresh(cast.officer_a), clock.today()) == [running, ahead]
        assert campaigns_of(fresh(cast.officer_a), clock.today(), ahead.pk)[0] == ahead, "unless somebody chose it"
    with clock.travel(datetime(2021, 5, 11, 1, tzinfo=UTC)):
        assert campaigns_of(fresh(cast.officer_a), clock.today())[0] == ahead


def test_of_several_campaigns_each_row_says_whose_it_is(client, cast):
    """The same report is owed to three campaigns: the lists and the desk tell them apart."""
    campaigns = [make.campaign(cast.province), make.campaign(cast.city)]
    Campaign.objects.filter(pk=campaigns[1].pk).update(title="漯河市本级行动")
    client.force_login(cast.officer_a)
    with clock.travel(datetime(2020, 5, 11, 1, tzinfo=UTC)):
        for row in campaigns:
            owe(cast.county_a, 3, title="报送上月情况", period=str(row.pk), campaign_id=row.pk)
        for name in ("reporting:workbench", "reporting:owed_list", "campaigns:due_list"):
            page = client.get(reverse(name)).content.decode().split("<main")[1]
            assert page.count("报送上月情况") == 2
            assert "漯河市本级行动" in page.split("报送上月情况", 1)[1], name


def test_piles_stand_by_date(cast):
    for days, title in ((-1, "逾期的"), (3, "本周的"), (30, "以后的")):
        owe(cast.county_a, days, title=title)
    piles = {pile.key: [row.title for row in pile.rows] for pile in desk.piles(fresh(cast.officer_a), clock.now())}
    assert piles["late"] == ["逾期的"]
    assert piles["week"] == ["本周的"]
    assert piles["later"] == ["以后的"]


def test_the_workbench_costs_the_same_with_many_obligations(client, cast, django_assert_max_num_queries):
    client.force_login(cast.officer_a)

    def cost() -> int:
        with django_assert_max_num_queries(30) as counted:
            assert client.get("/").status_code == 200
        return len(counted)

    for number in range(5):
        owe(cast.county_a, 3, title=f"事项{number}")
    few = cost()
    for number in range(40):
        owe(cast.county_a, 3, title=f"更多{number}")
    assert cost() <= few + 2, "one count for what is not shown, one look at what is due later"


def test_what_i_have_done_leaves_out_denials(client, cast):
    client.force_login(cast.officer_a)
    client.get(reverse("accounts:audit_list"))
    assert not desk.done_by(fresh(cast.officer_a)).exists()


def test_only_the_recipient_opens_a_notice(client, cast):
    notify([cast.officer_a], "请核对", key="k", at=clock.now(), url="/inbox/")
    notice = Notice.objects.get()
    client.force_login(cast.inspector_a)
    assert client.post(reverse("reporting:notice_open", args=[notice.pk])).status_code == 404
    client.force_login(cast.officer_a)
    assert client.post(reverse("reporting:notice_open", args=[notice.pk])).headers["Location"] == "/inbox/"
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_search_by_two_characters_shows_only_what_one_may_see(cast):
    assert [s.name for s in desk.search(fresh(cast.officer_city), "纸业").enterprises] == [cast.site_a.name]
    assert desk.search(fresh(cast.inspector_b), "纸业").total == 0


def test_one_character_asks_for_more(client, cast):
    client.force_login(cast.officer_a)
    assert "请至少输入两个字" in client.get(reverse("reporting:search"), {"q": "纸"}).content.decode()
