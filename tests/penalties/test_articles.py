"""Each step cites the law of its own day: the 2017 numbers before 15 July 2021, those of 2021 since."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import EnforcementCertificate
from core import clock
from core.clock import at_local
from core.refusals import Refused
from inspections.models import Issue
from penalties import services
from penalties.regimes import article, regimes
from tests.penalties.steps import deciding, filing
from tests.penalties.test_case import words_of

STEPS = {"investigate", "notice", "not_heavier", "decide", "serve", "late_payment"}
ARTICLES = {
    date(2020, 4, 15): (
        "2017",
        "第三十七条",
        "第三十一条",
        "第三十二条第二款",
        "第三十八条",
        "第四十条",
        "第五十一条第一项",
    ),
    date(2021, 8, 16): (
        "2021",
        "第四十二条",
        "第四十四条",
        "第四十五条第二款",
        "第五十七条",
        "第六十一条",
        "第七十二条第一款",
    ),
    date(2026, 11, 2): (
        "2021",
        "第四十二条",
        "第四十四条",
        "第四十五条第二款",
        "第五十七条",
        "第六十一条",
        "第七十二条第一款",
    ),
}


@pytest.mark.parametrize("regime", regimes(), ids=lambda regime: regime.key)
def test_every_window_cites_every_step(regime):
    assert set(regime.articles) == STEPS
    assert all(re.search(r"^《.+》.*第.+条", cited) for cited in regime.articles.values())


@pytest.mark.parametrize("day", ARTICLES)
def test_the_numbers_are_those_of_the_version_in_force(day):
    year, *numbers = ARTICLES[day]
    for step, number in zip(
        ("investigate", "notice", "not_heavier", "decide", "serve", "late_payment"), numbers, strict=True
    ):
        assert number in article(step, day), step
        assert f"（{year} 年" in article(step, day)


@pytest.fixture(params=ARTICLES, ids=str)
def walk(request, cast, issue):
    """The first day of a case in its year, the clock two months on, and who decides it there."""
    day = request.param
    Issue.objects.filter(pk=issue.pk).update(occurred_at=at_local(day - timedelta(days=1), 9))
    EnforcementCertificate.objects.update(valid_from=date(2019, 1, 1))
    issue.refresh_from_db()
    with clock.travel(at_local(day + timedelta(days=60), 10)):
        yield day, cast.leader_a if day.year == 2026 else cast.leader_city


@pytest.mark.django_db
def test_refusals_and_papers_of_each_year_cite_its_law(cast, issue, walk):
    day, leader = walk
    year, people, notice, heavier, decide, _, late = ARTICLES[day]
    at = clock.now()
    with pytest.raises(Refused, match=f"{year} 年..）{people}"):
        services.file_case(
            issue, filing(cast, investigators=[cast.inspector_a], filed_on=day), actor=cast.officer_a, at=at
        )
    people_named = [cast.inspector_a, cast.officer_a]
    with pytest.raises(Refused, match=f"没有有效的执法证（.*{people}"):
        services.file_case(issue, filing(cast, investigators=people_named, filed_on=day), actor=cast.officer_a, at=at)
    case = services.file_case(issue, filing(cast, filed_on=day), actor=cast.officer_a, at=at)
    with pytest.raises(Refused, match=notice):
        services.give_notice(case, day=day, fine=Decimal(1000), text=" ", actor=cast.officer_a, at=at)
    case = services.give_notice(case, day=day, fine=Decimal(1000), text="理由", actor=cast.officer_a, at=at)
    with pytest.raises(Refused, match="第四十二条" if year == "2017" else "第六十四条|第四十四条"):
        services.decide(case, deciding(day=day, fine=Decimal(1000)), actor=leader, at=at)
    decided_on = day + timedelta(days=30)
    with pytest.raises(Refused, match=heavier):
        services.decide(case, deciding(day=decided_on, fine=Decimal(1001)), actor=leader, at=at)
    case.investigators.add(leader)
    with pytest.raises(Refused, match=decide):
        services.decide(case, deciding(day=decided_on, fine=Decimal(1000)), actor=leader, at=at)
    case.investigators.remove(leader)
    case = services.decide(case, deciding(day=decided_on, fine=Decimal(1000)), actor=leader, at=at)
    step = case.steps.get(kind="decide")
    paper = words_of(step.document)
    for number in (notice, decide, late):
        assert f"（{year}年" in paper
        assert number in paper, number
    said = services.Serving(decided_on, "直接送达", "秦厂长", "企业办公室", cast.second_a)
    services.serve(case, said, actor=cast.officer_a, at=at)
    assert [step.detail.get("article", "") for step in case.steps.all()] == [
        "",
        article("notice", day),
        article("decide", decided_on),
        article("serve", decided_on),
    ]


@pytest.mark.django_db
def test_a_case_across_the_revision_cites_each_step_by_its_own_day(cast, issue):
    at = at_local(date(2021, 9, 1), 10)
    case = services.file_case(issue, filing(cast, filed_on=date(2021, 7, 1)), actor=cast.officer_a, at=at)
    case = services.give_notice(
        case, day=date(2021, 7, 14), fine=Decimal(1000), text="理由", actor=cast.officer_a, at=at
    )
    case = services.decide(case, deciding(day=date(2021, 8, 2), fine=Decimal(1000)), actor=cast.leader_city, at=at)
    notice, decision = case.steps.get(kind="notice"), case.steps.get(kind="decide")
    assert "第三十一条" in notice.detail["article"]
    assert "第五十七条" in decision.detail["article"]
    paper = words_of(decision.document)
    assert "第三十一条" in paper
    assert "第五十七条" in paper


@pytest.mark.django_db
def test_the_page_of_the_case_says_what_each_step_stands_on(client, cast, served):
    client.force_login(cast.officer_a)
    page = client.get(reverse("penalties:case_detail", args=[served.pk])).content.decode()
    assert "依据《中华人民共和国行政处罚法》（2017 年修正）第四十条" in page
