"""Keyset pages on real tables: Group and Notice stand in for any list."""

from datetime import timedelta
from itertools import chain

import pytest
from django.contrib.auth.models import Group
from django.db.models import F, QuerySet
from django.db.models.functions import Length
from django.http import QueryDict
from django.test import RequestFactory
from rest_framework.request import Request

from accounts.models import User
from core.models import Notice
from core.paging import COUNT_CEILING, Cursor, KeysetPage, KeysetPagination
from tests import factories as make

pytestmark = pytest.mark.django_db


def groups(count: int) -> QuerySet[Group]:
    """Names of one or two letters, so that ordering by their length ties all the time."""
    Group.objects.bulk_create(Group(name=f"{'甲' * (n % 3 + 1)}{n:05d}") for n in range(count))
    return Group.objects.annotate(length=Length("name"))


def walk(pages: KeysetPage, cursor: str = "", step: str = "next_cursor") -> list[list[int]]:
    found = []
    while True:
        page = pages.page(cursor)
        found.append([row.pk for row in page])
        cursor = getattr(page, step)
        if not cursor:
            return found


def flat(pages: list[list[int]]) -> list[int]:
    return list(chain.from_iterable(pages))


def expected(rows: QuerySet[Group], *order: str) -> list[int]:
    return list(rows.order_by(*order).values_list("pk", flat=True))


@pytest.mark.parametrize("order", [("length", "id"), ("-length", "-id"), ("length", "-id"), ("-length", "name")])
def test_a_walk_forward_over_ties_meets_every_row_once(order):
    rows = groups(23)
    pages = KeysetPage(rows, order, size=5)
    assert flat(walk(pages)) == expected(rows, *pages.order)


@pytest.mark.parametrize(
    ("order", "usual"),
    [(("length", "name"), 8), (("-length", "name"), 6), (("-length", "-id"), 6), (("-length", "id"), 5)],
)
def test_rows_apart_from_the_usual_are_met_in_the_same_order(order, usual):
    rows = groups(23)
    pages = KeysetPage(rows, order, size=5, usual=usual)
    forward = walk(pages)
    assert flat(forward) == expected(rows, *pages.order)
    last = pages.page(cursor_of_page(pages, len(forward)))
    assert walk(pages, last.previous_cursor, "previous_cursor") == forward[-2::-1]


@pytest.mark.parametrize("order", [("title", "id"), ("-title", "-id"), ("title", "-created_at")])
def test_rows_read_home_by_home_come_in_one_order(order):
    people = [make.user(f"person{n}", f"人{n}") for n in range(3)]
    at = make.MORNING
    Notice.objects.bulk_create(
        Notice(recipient=people[n % 3], key=str(n), title="甲" * (n % 4 + 1), created_at=at + timedelta(minutes=n))
        for n in range(24)
    )
    rows = Notice.objects.exclude(recipient=people[2])
    apart = KeysetPage(rows, order, size=5, homes=("recipient", User.objects.filter(pk__in=[one.pk for one in people])))
    assert walk(apart) == walk(KeysetPage(rows, order, size=5))
    assert len(flat(walk(apart))) == 16


def test_the_walk_back_is_the_walk_forward_reversed():
    pages = KeysetPage(groups(23), ("-length", "id"), size=5)
    forward = walk(pages)
    last = pages.page(cursor_of_page(pages, len(forward)))
    assert walk(pages, last.previous_cursor, "previous_cursor") == forward[-2::-1]


def cursor_of_page(pages: KeysetPage, number: int) -> str:
    cursor = ""
    for _ in range(number - 1):
        cursor = pages.page(cursor).next_cursor
    return cursor


def test_there_and_back_is_the_same_page():
    pages = KeysetPage(groups(12), ("name",), size=5)
    second = pages.page(pages.page().next_cursor)
    again = pages.page(pages.page(second.next_cursor).previous_cursor)
    assert [row.pk for row in again] == [row.pk for row in second]
    assert (again.first_index, again.last_index, again.has_next, again.has_previous) == (6, 10, True, True)


def test_the_first_page_has_no_previous_and_the_last_no_next():
    pages = KeysetPage(groups(10), ("name",), size=5)
    first = pages.page()
    last = pages.page(first.next_cursor)
    assert (first.has_previous, first.has_next, last.has_previous, last.has_next) == (False, True, True, False)
    assert not pages.page(last.previous_cursor).has_previous


@pytest.mark.parametrize("order", [("read_at",), ("-read_at",)])
def test_empty_values_keep_their_place_in_the_order(order):
    person = make.user("reader", "收件人")
    instants = [None, make.MORNING, make.MORNING + timedelta(microseconds=1), make.MORNING, None, make.MORNING, None]
    for number, read_at in enumerate(instants):
        Notice.objects.create(recipient=person, key=str(number), title="消息", created_at=make.MORNING, read_at=read_at)
    pages = KeysetPage(Notice.objects.all(), order, size=2)
    assert flat(walk(pages)) == list(Notice.objects.order_by(*pages.order).values_list("pk", flat=True))
    forward = walk(pages)
    last = pages.page(cursor_of_page(pages, len(forward)))
    assert walk(pages, last.previous_cursor, "previous_cursor") == forward[-2::-1]


def test_an_order_may_follow_a_relation():
    for name in ("丙", "甲", "乙"):
        person = make.user(name, name)
        Notice.objects.create(recipient=person, key="1", title="消息", created_at=make.MORNING)
    pages = KeysetPage(Notice.objects.select_related("recipient"), ("recipient__name", "id"), size=1)
    expected_order = list(Notice.objects.order_by("recipient__name", "id").values_list("pk", flat=True))
    assert flat(walk(pages)) == expected_order


@pytest.mark.parametrize(
    "cursor",
    ["x", "%%%", "W10", Cursor(("not a number", 1)).encode(), Cursor((None, 1)).encode(), Cursor((1,)).encode(), "e30"],
)
def test_a_cursor_that_cannot_be_read_opens_the_first_page(cursor):
    pages = KeysetPage(groups(8), ("id", "name"), size=5)
    assert [row.pk for row in pages.page(cursor)] == [row.pk for row in pages.page()]


def test_a_cursor_beyond_the_last_row_opens_the_first_page():
    rows = groups(8)
    pages = KeysetPage(rows, ("id",), size=5)
    cursor = pages.page().next_cursor
    keep = [row.pk for row in pages.page()]
    Group.objects.exclude(pk__in=keep).delete()
    assert [row.pk for row in pages.page(cursor)] == keep


def test_the_key_is_added_where_the_order_does_not_end_in_it():
    assert KeysetPage(Group.objects.all(), ("-name",)).order == ("-name", "-id")
    assert KeysetPage(Group.objects.all(), ("name", "pk")).order == ("name", "pk")


def test_counts_are_exact_to_the_ceiling_and_then_say_so():
    groups(COUNT_CEILING)
    pages = KeysetPage(Group.objects.all(), ("id",))
    assert (pages.page().count_label, pages.page().count_is_capped) == ("10,000", False)
    Group.objects.create(name="一个多的")
    assert KeysetPage(Group.objects.all(), ("id",)).page().count_label == "10,000+"


@pytest.mark.parametrize("rows", [10, 200])
def test_a_page_takes_two_queries_however_many_rows(django_assert_num_queries, rows):
    queryset = groups(rows)
    with django_assert_num_queries(2):
        list(KeysetPage(queryset, ("-length", "id"), size=5).page())


def test_links_keep_the_other_parameters_and_replace_the_cursor():
    request = RequestFactory().get("/", {"state": ["open", "late"], "cursor": "old"})
    page = KeysetPage(groups(8), ("id",), size=5).for_request(request)
    query = QueryDict(page.next_url.removeprefix("?"))
    assert query.getlist("state") == ["open", "late"]
    assert query.getlist("cursor") == [page.next_cursor]


def test_the_api_walks_the_same_pages():
    groups(60)
    pagination = KeysetPagination()
    request = Request(RequestFactory().get("/api/v1/groups/", {"q": "甲"}))
    rows = pagination.paginate_queryset(Group.objects.order_by("name"), request)
    answer = pagination.get_paginated_response([row.pk for row in rows]).data
    assert (answer["count"], answer["count_is_capped"], answer["previous"], len(rows)) == (60, False, None, 50)
    follow = Request(RequestFactory().get(answer["next"]))
    rest = KeysetPagination().paginate_queryset(Group.objects.order_by("name"), follow)
    assert [row.name for row in rows + rest] == list(Group.objects.order_by("name").values_list("name", flat=True))


def test_an_unsorted_list_is_paged_newest_first():
    groups(3)
    rows = KeysetPagination().paginate_queryset(Group.objects.all(), Request(RequestFactory().get("/")))
    assert [row.pk for row in rows] == list(Group.objects.order_by("-pk").values_list("pk", flat=True))


def test_expressions_are_ordered_by_their_annotation():
    rows = groups(7).annotate(twice=F("length") * 2)
    pages = KeysetPage(rows, ("-twice", "id"), size=2)
    assert flat(walk(pages)) == expected(rows, "-twice", "id")


def test_a_cursor_among_nulls_or_values_reads_each_stretch_once(django_assert_num_queries):
    person = make.user("reader", "收件人")
    for number, read_at in enumerate([make.MORNING] * 6 + [None] * 6):
        Notice.objects.create(recipient=person, key=str(number), title="消息", created_at=make.MORNING, read_at=read_at)
    pages = KeysetPage(Notice.objects.all(), ("read_at", "id"), size=4)
    with django_assert_num_queries(2):  # the rows, and their count
        among_values = pages.page()
    with django_assert_num_queries(2):
        over_the_edge = pages.page(among_values.next_cursor)
    assert [row.read_at for row in over_the_edge] == [make.MORNING] * 2 + [None] * 2
    with django_assert_num_queries(1):
        among_nulls = pages.page(over_the_edge.next_cursor)
    assert [row.read_at for row in among_nulls] == [None] * 4
