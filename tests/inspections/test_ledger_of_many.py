"""The ledger as a province sees it: what a page reads does not grow with the rows behind it."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.urls import reverse

from core import clock
from core.paging import COUNT_CEILING, KeysetPage
from inspections.filters import SORTS
from inspections.ledger import Ledger
from inspections.models import Issue
from tests.bench.crowd import gather, one_city

pytestmark = pytest.mark.django_db
# One row beyond the page says that there are more; a tie-breaker beside the index looks a few further.
SPARE = 4
LIST, FILTERS, FIGURES = (f"inspections:issue_{name}" for name in ("list", "filters", "figures"))


@pytest.fixture
def crowd(cast):
    crowd = gather(cast, one_city(1200))
    Issue.objects.filter(pk__gt=10_000_900).update(deadline_on=None, handling=3)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inspections_issue")
        # Twelve hundred rows are read faster than looked up; a million are not.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
    return crowd


def rows_read(queryset) -> int:
    """How many rows of the ledger the statement takes into its hand, shown or thrown away."""
    plan = json.loads(queryset.explain(analyze=True, format="json"))[0]["Plan"]
    return sum(walked(node) for node in nodes(plan) if node.get("Relation Name") == "inspections_issue")


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", []) for node in nodes(part))]


def walked(node: dict[str, Any]) -> int:
    return int(node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * int(node["Actual Loops"])


@pytest.mark.parametrize("sort", SORTS)
def test_a_page_far_down_reads_no_more_rows_than_the_first(cast, crowd, sort):
    ledger = Ledger(cast.officer_city, QueryDict(f"sort={sort}"))
    pages = KeysetPage(ledger.rows, ledger.order)
    assert rows_read(ledger.rows.order_by(*pages.order)[: pages.size + 1]) <= pages.size + SPARE
    for place in (400, 850, 1100):
        row = ledger.rows.order_by(*pages.order)[place]
        at = pages.decode(pages.cursor_at(row, place))
        assert at is not None
        stretches = pages.stretches(pages.order, at.values)
        read = [rows_read(ledger.rows.order_by(*pages.order).filter(one)[: pages.size + 1]) for one in stretches]
        assert max(read) <= pages.size + SPARE, (sort, place, read)


@pytest.mark.parametrize("asked", ["", "state=mending&state=reported&gravity=grave", "q=示例&due=late"])
def test_no_statement_of_the_page_asks_all_rows_or_sorts_whole_ones(
    client, cast, issue, django_assert_max_num_queries, asked
):
    client.force_login(cast.officer_city)
    with django_assert_max_num_queries(30) as asked_for:
        assert client.get(reverse(LIST) + f"?{asked}").status_code == 200
    told = [query["sql"] for query in asked_for.captured_queries if "inspections_issue" in query["sql"]]
    assert told
    assert not [sql for sql in told if "DISTINCT" in sql], "two rows are never the same"
    assert not [sql for sql in told if "LIMIT" not in sql], "each says how far it reads"


def options(client, address: str) -> list[str]:
    page = client.get(address).content.decode()
    found = re.search(r'<select name="unit".*?</select>', page, re.S)
    return re.findall(r">([^<]+)</option>", found[0]) if found else []


def test_the_conditions_come_when_the_panel_is_opened(client, cast, issue):
    client.force_login(cast.officer_a)
    page = client.get(reverse(LIST) + "?gravity=grave&sort=county").content.decode()
    assert "<select" not in page
    assert f'hx-get="{reverse(FILTERS)}?gravity=grave&amp;sort=county"' in page
    panel = client.get(reverse(FILTERS) + "?gravity=grave&sort=county").content.decode()
    assert '<option value="grave" selected>' in panel
    assert '<input type="hidden" name="sort" value="county">' in panel


def test_the_units_to_choose_from_are_those_below_the_persons_grants(client, cast, issue):
    client.force_login(cast.officer_city)
    assert options(client, reverse(FILTERS)) == ["全部", cast.city.name, cast.county_a.name, cast.county_b.name]
    client.force_login(cast.officer_a)
    assert options(client, reverse(FILTERS)) == ["全部", cast.county_a.name]


def test_the_figures_come_after_the_page_and_are_the_persons_own(client, cast, issue):
    with clock.travel(clock.end_of_day(issue.deadline_on)):
        client.force_login(cast.officer_a)
        page = client.get(reverse(LIST)).content.decode()
        assert f'hx-get="{reverse(FIGURES)}?campaign={issue.campaign_id}"' in page
        assert client.get(reverse(FIGURES)).content.decode().strip() == "未销号 1 · 逾期 1 · 今日新增 0"
        client.force_login(cast.officer_other)
        assert client.get(reverse(FIGURES)).content.decode().strip() == "未销号 0 · 逾期 0 · 今日新增 0"


def test_the_figures_count_no_further_than_the_ceiling(cast, monkeypatch, crowd):
    monkeypatch.setattr("core.paging.COUNT_CEILING", 100)
    monkeypatch.setattr("inspections.ledger.COUNT_CEILING", 100)
    with clock.travel(crowd.week[1]):
        assert Ledger(cast.officer_city, QueryDict()).figures["open"] == "100+"
    assert COUNT_CEILING == 10_000


def test_conditions_in_force_stand_as_chips_each_to_be_taken_away(client, cast, issue):
    client.force_login(cast.officer_a)
    page = client.get(
        reverse(LIST) + "?state=mending&state=reported&industry=7&since=2020-05-01&q=示例"
    ).content.decode()
    words = re.findall(r"<span>([^<]+) <strong>([^<]+)</strong></span>", page)
    assert ("状态", "整改中") in words
    assert ("状态", "待复核") in words
    assert ("企业名称", "示例") in words
    assert ("录入日期起", "2020-05-01") in words
    assert any(label == "行业" and word.startswith("7 ") for label, word in words)
    assert "?state=reported&amp;industry=7" in page, "one of two states goes, the rest stays"


def test_a_condition_that_makes_no_sense_is_said_at_its_field_in_an_open_panel(client, cast, issue):
    client.force_login(cast.officer_a)
    page = client.get(reverse(LIST) + "?since=昨天").content.decode()
    assert '<details class="disclosure" open>' in page
    assert "昨天" in page


def test_all_nineteen_columns_stand_on_the_page_as_in_the_sheet(client, cast, issue):
    client.force_login(cast.officer_a)
    page = client.get(reverse(LIST) + "?columns=all").content.decode()
    assert len(re.findall(r'<th scope="col" class="col-', page)) == 19
    assert len(re.findall(r'<td class="col-', page)) == 19
    assert "是否2019年以来自主验收的企业项目(含涉VOCs新建项目)" in page
    assert 'class="col-occurred_at"><span class="clamp-2">2020-' in page


@pytest.mark.parametrize("asked", ["industry=7", "issue_type=5"])
def test_conditions_that_few_rows_meet_look_only_among_the_rows_of_an_industry_or_type(cast, crowd, asked):
    ledger = Ledger(cast.officer_city, QueryDict(f"{asked}&gravity=grave&nature=crime"))
    among = Issue.objects.filter(**{name: int(value) for name, value in [asked.split("=")]}).count()
    assert 0 < among < 100
    assert rows_read(ledger.rows.order_by(*ledger.order)[:51]) <= among
