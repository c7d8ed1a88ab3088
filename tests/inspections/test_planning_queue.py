"""Planning as people do it: the target list, one visit with the gate's answer, the week, what waits for a leader."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.gate import able_somewhere
from accounts.models import User
from campaigns import services
from campaigns.models import Assignment, Target
from core import clock
from core.models import Notice
from inspections.models import Visit
from inspections.services import planning
from tests import factories as make
from tests.campaigns import scene
from tests.campaigns.scene import MAY, VISIT_DAY

pytestmark = pytest.mark.django_db
LIST, WEEK, QUEUE = (reverse(f"inspections:{name}") for name in ("target_list", "week_board", "assignment_queue"))


@pytest.fixture
def henan(cast):
    scene.load()
    return scene.published(cast)


@pytest.fixture
def target(henan, cast):
    found = scene.listed(henan, cast)
    scene.pledged(henan, cast.inspector_a, cast.second_a)
    return found


@pytest.fixture
def signed_in(client):
    def sign_in(person: User):
        client.force_login(person)
        return client

    with clock.travel(MAY):
        yield sign_in


def test_a_city_s_campaign_offers_the_regions_of_its_own_list(cast, signed_in):
    make.enterprise("示例外市厂", cast.other_county, cast.other_county.regions.first() or cast.region_b)
    own = make.campaign(cast.city)
    make.target(own, cast.site_a)
    page = signed_in(cast.officer_city).get(LIST, {"campaign": own.pk})
    offered = dict(page.context["filter_form"].fields["region"].choices)
    assert set(offered) == {"", cast.site_a.region.code}


def typed(cast, **fields):
    values = {"planned_on": "2020-05-12", "lead_inspector": cast.inspector_a.pk, "second_inspector": cast.second_a.pk}
    return values | {"expert": "", "lead_kind": "", "lead_detail": ""} | fields


def plan_url(target):
    return reverse("inspections:visit_plan", args=[target.pk])


def at(name, row):
    return reverse(f"inspections:assignment_{name}", args=[row.pk])


def text(answer):
    return answer.content.decode()


def names(answer):
    return [row.enterprise.name for row in answer.context["page"].rows]


def asked_for(target, cast):
    """A visit to an enterprise on the positive list, waiting for the leader."""
    scene.on_positive_list(target.enterprise)
    return planning.plan(
        target,
        planned_on=VISIT_DAY,
        lead_inspector=cast.inspector_a,
        second_inspector=cast.second_a,
        expert=None,
        lead_kind="complaint",
        lead_detail="群众举报夜间异味",
        actor=cast.officer_a,
        at=MAY,
    )


@pytest.fixture
def many(henan, cast):
    """Three more sites of other industries and states."""
    closed = make.enterprise("源汇示例铸造有限公司", cast.county_a, cast.region_a, industry=11)
    done = make.enterprise("漯河示例制药有限公司", cast.county_a, cast.region_a, industry=8, is_key=True)
    target = scene.listed(henan, cast)
    Target.objects.filter(enterprise=done).update(visited_at=MAY, visit_count=1, self_checked_at=scene.MARCH)
    scene.pledged(henan, cast.inspector_a, cast.second_a)
    scene.plan(target, cast)
    return closed, done


def cost(client, address):
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_inspectors_look_and_do_not_plan(target, cast, signed_in):
    client = signed_in(cast.inspector_a)
    assert "派单</a>" not in text(client.get(LIST)).split("<tbody>")[-1]
    assert client.post(plan_url(target), typed(cast)).status_code == 403
    assert client.post(reverse("inspections:target_build"), {}).status_code == 403


def test_the_enterprise_never_learns_of_a_planned_visit(target, cast, signed_in):
    asked_for(target, cast)
    client = signed_in(cast.enterprise_a)
    for address in (LIST, WEEK, QUEUE):
        assert client.get(address).status_code == 403
    assert client.get(at("detail", Assignment.objects.get())).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("industry=11", ["源汇示例铸造有限公司"]),
        ("key=yes", ["漯河示例纸业有限公司", "漯河示例制药有限公司"]),
        ("visited=yes", ["漯河示例制药有限公司"]),
        ("checked=no&key=no", ["源汇示例铸造有限公司"]),
        ("planned=yes", ["漯河示例纸业有限公司"]),
        ("q=制药", ["漯河示例制药有限公司"]),
        ("region=411102&industry=8", ["漯河示例制药有限公司"]),
        ("industry=99", ["漯河示例纸业有限公司", "源汇示例铸造有限公司", "漯河示例制药有限公司"]),
    ],
)
def test_filters_stand_in_the_address(many, cast, signed_in, query, found):
    assert names(signed_in(cast.officer_a).get(f"{LIST}?{query}")) == found


def test_the_list_shows_progress_by_industry(many, cast, signed_in):
    client = signed_in(cast.officer_a)
    assert "progress=1" in client.get(LIST).content.decode(), "asked for when it is opened"
    rows = re.findall(r"<tr>(.*?)</tr>", client.get(f"{LIST}?progress=1").content.decode(), re.DOTALL)
    cells = [[cell.strip() for cell in re.sub(r"<[^>]+>", "", row).split("\n") if cell.strip()] for row in rows]
    lines = {name: figures for name, *figures in cells}
    assert lines["8 制药"] == ["1", "1", "0", "1"]
    assert lines["13 化工"][2] == "1"


@pytest.mark.req("HN-19")
def test_from_the_first_of_may_a_missing_self_check_is_overdue(target, cast, client):
    client.force_login(cast.officer_a)
    with clock.travel(datetime(2020, 4, 30, 15, 59, 59, tzinfo=UTC)):
        assert "逾期未自查" not in text(client.get(LIST))
    with clock.travel(datetime(2020, 4, 30, 16, 0, tzinfo=UTC)):
        assert "逾期未自查" in text(client.get(LIST))


def test_the_county_puts_its_own_sites_on_the_list_and_no_other_s(henan, cast, signed_in):
    client = signed_in(cast.officer_a)
    build = reverse("inspections:target_build")
    client.post(build, {"campaign": henan.pk, "unit": cast.county_a.pk, "scope": "all"})
    assert [row.enterprise for row in henan.targets.all()] == [cast.site_a]
    answer = client.post(build, {"campaign": henan.pk, "unit": cast.county_b.pk, "scope": "all"}, follow=True)
    assert "没有纳入" in text(answer)
    assert henan.targets.count() == 1


def test_without_a_published_campaign_the_list_says_what_to_do(cast, signed_in):
    answer = signed_in(cast.officer_a).get(LIST)
    assert (answer.status_code, "还没有已发布的专项行动" in text(answer)) == (200, True)


def test_the_week_shows_each_team_by_day(target, cast, signed_in):
    client = signed_in(cast.officer_a)
    client.post(plan_url(target), typed(cast))
    (team,) = client.get(WEEK + "?day=2020-05-15").context["teams"]
    assert (team.lead, team.count) == (cast.inspector_a, 1)
    assert [name for name, entries in team.days if entries] == ["周二"]
    assert not client.get(WEEK + "?day=2020-05-18").context["teams"]
    assert client.get(WEEK + "?day=没有&unit=x").status_code == 200


def test_the_week_of_another_unit_is_not_shown(target, cast, signed_in):
    scene.plan(target, cast)
    answer = signed_in(cast.officer_other).get(f"{WEEK}?day=2020-05-12&unit={cast.county_a.pk}")
    assert (answer.context["unit"], answer.context["teams"]) == (cast.other_city, [])


def test_lists_cost_the_same_queries_for_ten_and_for_many(target, cast, henan, signed_in):
    client = signed_in(cast.officer_a)

    def grow(count, start):
        for n in range(start, start + count):
            site = make.enterprise(f"示例{n}厂", cast.county_a, cast.region_a, is_key=True)
            scene.listed(henan, cast)
            row = Target.objects.get(enterprise=site)
            state = "asked" if n % 2 else "planned"
            lead = make.lead(site, cast.officer_a, at=MAY)
            plan = make.assignment(row, cast.inspector_a, cast.second_a, planned_on=VISIT_DAY)
            Assignment.objects.filter(pk=plan.pk).update(state=state, lead=lead)

    def costs():
        return [cost(client, address) for address in (LIST, WEEK + "?day=2020-05-12", QUEUE, plan_url(target))]

    grow(10, 0)
    first = costs()
    grow(50, 10)
    assert costs() == first


def test_the_list_pages_by_key(target, cast, henan, signed_in):
    for n in range(60):
        make.enterprise(f"示例{n}厂", cast.county_a, cast.region_a)
    scene.listed(henan, cast)
    client = signed_in(cast.officer_a)
    first = client.get(LIST)
    second = client.get(LIST + first.context["page"].next_url)
    assert (len(names(first)), len(names(second))) == (50, 11)
    assert not set(names(first)) & set(names(second))


@pytest.mark.req("LH-39")
def test_a_bureau_without_a_region_plans_and_reports(henan, cast, signed_in):
    """西城区建设与环境保护局 is no division of GB/T 2260: it has no region, later two, and works all the same."""
    west = make.unit("西城区建设与环境保护局", "county", cast.city, short_name="西城区")
    officer = make.user("officer_west", "冯经办", west)
    make.grant(officer, "officer", over=west)
    people = []
    for n, name in enumerate(("西城甲", "西城乙")):
        person = make.user(f"west{n}", name, west)
        make.grant(person, "inspector", over=west)
        make.certificate(person)
        people.append(person)
    site = make.enterprise("西城示例厂", west, cast.region_a, is_key=True)
    target = scene.listed(henan, cast, of=site)
    scene.pledged(henan, *people)
    client = signed_in(officer)
    given = typed(cast, lead_inspector=people[0].pk, second_inspector=people[1].pk)
    assert west.regions.count() == 0
    assert client.post(plan_url(target), given).status_code == 302
    assert Visit.objects.get().unit == west
    assert able_somewhere(officer, "report.confirm")
    west.regions.add(cast.region_a, cast.region_b)
    assert names(client.get(LIST)) == ["西城示例厂"]


def test_a_later_window_of_the_city_moves_the_first_day_that_can_be_planned(target, cast, henan, signed_in):
    asked = services.ask_window(
        henan.phases.get(key="inspect"),
        unit=cast.city,
        starts_on=date(2020, 5, 18),
        ends_on=date(2020, 6, 20),
        reason="疫情",
        actor=cast.officer_city,
        at=scene.MARCH,
    )
    services.approve_window(asked, actor=cast.leader_province, at=scene.MARCH)
    client = signed_in(cast.officer_a)
    assert client.post(plan_url(target), typed(cast, planned_on="2020-05-15")).status_code == 422
    assert client.post(plan_url(target), typed(cast, planned_on="2020-05-18")).status_code == 302
    assert Assignment.objects.get().planned_on - date(2020, 5, 15) == timedelta(days=3)


def test_the_words_of_a_lead_reach_nobody_who_may_not_see_leads(target, cast, signed_in):
    """Who may see leads reads them where visits are approved; nobody is sent them, nobody else reads them."""
    row = asked_for(target, cast)
    planning.approve(row, actor=cast.leader_a, at=MAY)
    Assignment.objects.filter(pk=row.pk).update(state="asked")
    visit = Visit.objects.get(assignment=row)
    pages = [QUEUE, reverse("inspections:assignment_detail", args=[row.pk])]
    pages.append(reverse("inspections:visit_view", args=[visit.pk]))
    words, number = row.lead.detail, row.lead.number
    for person, told in ((cast.contact_city, False), (cast.officer_a, True)):
        client = signed_in(person)
        said = [text(client.get(page)) for page in pages]
        assert [words in page for page in said] == [told, False, False]
        assert [number in page for page in said[:2]] == [told, told]
    assert number in text(signed_in(cast.inspector_a).get(pages[2]))
    assert not Notice.objects.filter(body__contains=words).exists()
