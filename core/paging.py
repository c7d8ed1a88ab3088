"""Lists page by key: the cursor holds the sort values of a row, so page 1,000 costs what page 1 costs.

A cursor is opaque and only ever becomes the values of a filter; one that cannot be read opens the first page.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Field, Func, Lookup, OuterRef, Q, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.http import HttpRequest, QueryDict
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.wording import grouped_count

Row = TypeVar("Row", bound=models.Model)
COUNT_CEILING = 10_000
CURSOR_PARAM = "cursor"


@dataclass(frozen=True)
class Cursor:
    """Between which two rows the page begins: the sort values of the row before (or after, going back)."""

    values: tuple[Any, ...]
    back: bool = False
    index: int = 0

    def encode(self) -> str:
        text = json.dumps([[wire(value) for value in self.values], int(self.back), self.index], separators=(",", ":"))
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def wire(value: Any) -> Any:
    """A sort value as JSON that its field's to_python reads back without loss (microseconds too)."""
    if value is None or isinstance(value, (int, str)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@dataclass
class Page(Generic[Row]):
    """One page of rows, with where to go next and how many there are."""

    rows: list[Row]
    first_index: int
    next_cursor: str
    previous_cursor: str
    counted: int
    params: QueryDict

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def last_index(self) -> int:
        return self.first_index + len(self.rows) - 1

    @property
    def has_next(self) -> bool:
        return bool(self.next_cursor)

    @property
    def has_previous(self) -> bool:
        return bool(self.previous_cursor)

    @property
    def next_url(self) -> str:
        return self._url(self.next_cursor)

    @property
    def previous_url(self) -> str:
        return self._url(self.previous_cursor)

    @property
    def count_is_capped(self) -> bool:
        return self.counted > COUNT_CEILING

    @property
    def count_label(self) -> str:
        """Exact to 10,000, then "10,000+"."""
        return grouped_count(self.counted, COUNT_CEILING)

    def _url(self, cursor: str) -> str:
        if not cursor:
            return ""
        query = self.params.copy()
        query[CURSOR_PARAM] = cursor
        return "?" + query.urlencode()


class KeysetPage(Generic[Row]):
    """Pages of a queryset in a fixed order. A tie-breaking "-id" is added unless the order ends in the key.

    An order may name fields, fields of select_related rows ("visit__started_at") and annotations, ascending or
    descending, nullable or not (PostgreSQL's default: nulls last going up, first going down).

    `usual` is the value that nearly every row has in the first column, the last one in its order (never null). The few
    before it are read apart, so that an index on the other columns can be walked among the many.

    `homes` are the owners of the rows, by that field of theirs, where the order goes by what names a place. Each is
    read apart by an index that begins with it: an index of all would be walked past everybody else's rows.
    """

    def __init__(
        self,
        queryset: models.QuerySet[Row],
        order: Sequence[str] = ("-recorded_at", "-id"),
        size: int = 50,
        usual: Any = None,
        homes: tuple[str, models.QuerySet[Any]] | None = None,
    ) -> None:
        self.queryset = queryset
        self.order = with_tie_breaker(order)
        self.size = size
        self.usual = usual
        self.homes = homes

    def for_request(self, request: HttpRequest) -> Page[Row]:
        """The page that the address asks for; its links keep every other parameter."""
        return self.page(request.GET.get(CURSOR_PARAM, ""), request.GET)

    def page(self, cursor: str = "", params: QueryDict | None = None) -> Page[Row]:
        at = self.decode(cursor)
        rows, more = self.fetch(at)
        if at is not None and not rows:  # what stood there is gone
            at, (rows, more) = None, self.fetch(None)
        back = at is not None and at.back
        index = self.index_of(at, len(rows), more)
        follows = back or more
        precedes = more if back else at is not None
        return Page(
            rows=rows,
            first_index=index + 1,
            next_cursor=self.cursor_at(rows[-1], index + len(rows)) if follows else "",
            previous_cursor=self.cursor_at(rows[0], index, back=True) if precedes else "",
            counted=self.count,
            params=params.copy() if params is not None else QueryDict(mutable=True),
        )

    @cached_property
    def count(self) -> int:
        """How many rows, counted no further than one past the ceiling."""
        return counted(self.queryset)

    def fetch(self, at: Cursor | None) -> tuple[list[Row], bool]:
        """The rows of the page in reading order, and whether more lie beyond in the direction of travel."""
        back = at is not None and at.back
        order = tuple(reverse(name) for name in self.order) if back else self.order
        rows, found = self.queryset.order_by(*order), list[Row]()
        for stretch in self.walk(order, at):
            found += self.first(rows.filter(stretch), self.size + 1 - len(found))
            if len(found) > self.size:
                break
        kept = found[: self.size]
        return (kept[::-1] if back else kept), len(found) > self.size

    def first(self, rows: models.QuerySet[Row], count: int) -> models.QuerySet[Row]:
        if self.homes is None:
            return rows[:count]
        name, homes = self.homes
        heads = ArraySubquery(rows.filter(**{name: OuterRef("pk")}).values("pk")[:count])
        apart = homes.order_by().annotate(heads=heads).values_list(Func(F("heads"), function="unnest"))
        return rows.filter(pk__in=apart)[:count]

    @staticmethod
    def index_of(at: Cursor | None, fetched: int, more: bool) -> int:
        """How many rows stand before the page, as far as the walk so far tells."""
        if at is None:
            return 0
        if not at.back:
            return at.index
        return max(at.index - fetched, 0) if more else 0

    def cursor_at(self, row: Row, index: int, *, back: bool = False) -> str:
        return Cursor(tuple(value_of(row, name) for name in self.order), back, index).encode()

    def decode(self, text: str) -> Cursor | None:
        """A cursor whose values fit the fields of the order, or None for a first page."""
        if not text:
            return None
        try:
            values, back, index = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            typed = tuple(self.typed(name, value) for name, value in zip(self.order, values, strict=True))
            return Cursor(typed, bool(back), max(int(index), 0))
        except (ValueError, TypeError, ValidationError, RecursionError, OverflowError):
            return None

    def typed(self, name: str, value: Any) -> Any:
        field = field_of(self.queryset, name.lstrip("-"))
        if value is None and not self.nullable(name.lstrip("-")):
            raise ValueError(name)
        return field.to_python(value)

    def walk(self, order: Sequence[str], at: Cursor | None) -> Sequence[Q | Lookup[Any]]:
        """What is to be read one after the other from a cursor on, or from the beginning."""
        if self.usual is not None:
            return self.around(order, at.values if at is not None else ())
        return [Q()] if at is None else self.stretches(order, at.values)

    def around(self, order: Sequence[str], values: Sequence[Any]) -> list[Q | Lookup[Any]]:
        """The few before the usual value and the many that have it; the part of the cursor only from there on."""
        usual = Q(**{order[0].lstrip("-"): self.usual})
        parts = [~usual, usual] if order[0] == self.order[0] else [usual, ~usual]
        if not values:
            return list[Q | Lookup[Any]](parts)
        among = usual & Q(self.filled_beyond(order[1:], values[1:]))
        here = among if values[0] == self.usual else ~usual & Q(self.filled_beyond(order, values))
        first = (values[0] == self.usual) is (parts[0] is usual)
        return [here, parts[1]] if first else [here]

    def stretches(self, order: Sequence[str], values: Sequence[Any]) -> list[Q | Lookup[Any]]:
        """What comes after `values`, stretch by stretch, each of them one range of an index on the order.

        Of a leading column that may be null the nulls are a stretch of their own: an index cannot walk "after 5, or
        null" without walking first what was read before.
        """
        key, down, value = order[0].lstrip("-"), order[0].startswith("-"), values[0]
        empty = Q(**{f"{key}__isnull": True})
        if value is None:
            return [empty & self.beyond(order[1:], values[1:]), *([~empty] if down else [])]
        return [self.filled_beyond(order, values), *([empty] if self.nullable(key) and not down else [])]

    def filled_beyond(self, order: Sequence[str], values: Sequence[Any]) -> Q | Lookup[Any]:
        """The rows beyond `values` whose leading column is not null."""
        key, down = order[0].lstrip("-"), order[0].startswith("-")
        if any(name.startswith("-") != down or self.nullable(name.lstrip("-")) for name in order[1:]):
            return Q(**{f"{key}__{'lte' if down else 'gte'}": values[0]}) & self.beyond(order, values)
        columns, given = as_row(F(name.lstrip("-")) for name in order), as_row(Value(one) for one in values)
        return LessThan(columns, given) if down else GreaterThan(columns, given)

    def beyond(self, order: Sequence[str], values: Sequence[Any]) -> Q:
        """The rows that come after `values` in this order, lexicographically, ties falling to the next term."""
        key, down, value = order[0].lstrip("-"), order[0].startswith("-"), values[0]
        later = self.after(key, down, value)
        if len(order) == 1:
            return later
        same = Q(**{f"{key}__isnull": True}) if value is None else Q(**{key: value})
        return later | (same & self.beyond(order[1:], values[1:]))

    def after(self, key: str, down: bool, value: Any) -> Q:
        """Strictly after one value of one term: PostgreSQL puts nulls last going up and first going down."""
        if value is None:
            return Q(**{f"{key}__isnull": False}) if down else Q(pk__in=[])
        if down:
            return Q(**{f"{key}__lt": value})
        later = Q(**{f"{key}__gt": value})
        return later | Q(**{f"{key}__isnull": True}) if self.nullable(key) else later

    def nullable(self, key: str) -> bool:
        """A field that may be null, or one reached through a relation or computed, which therefore may."""
        return "__" in key or key in self.queryset.query.annotations or field_of(self.queryset, key).null


def as_row(parts: Iterable[F | Value]) -> Func:
    """(a, b) of SQL. Rows compare as wholes: one range of an index, where OR would walk every tie of `a` again."""
    return Func(*parts, template="(%(expressions)s)", output_field=models.BooleanField())


def counted(rows: models.QuerySet[Any], ceiling: int | None = None) -> int:
    """How many rows, counted no further than one past the ceiling."""
    return rows.order_by()[: (ceiling or COUNT_CEILING) + 1].count()


def with_tie_breaker(order: Sequence[str]) -> tuple[str, ...]:
    last = order[-1] if order else ""
    return tuple(order) if last.lstrip("-") in {"id", "pk"} else (*order, "-id" if last.startswith("-") else "id")


def reverse(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def value_of(row: models.Model, name: str) -> Any:
    value: Any = row
    for part in name.lstrip("-").split("__"):
        value = getattr(value, part) if value is not None else None
    return value


def field_of(queryset: models.QuerySet[Any], path: str) -> "Field[Any, Any]":
    """The field an order term names: an annotation's output field, or the field at the end of a relation path."""
    field: Field[Any, Any]
    if path in queryset.query.annotations:
        field = queryset.query.annotations[path].output_field
        return field
    model: Any = queryset.model
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    field = model._meta.pk if last == "pk" else model._meta.get_field(last)
    return field


class KeysetPagination(BasePagination):
    """The same pages for the API: {count, count_is_capped, next, previous, results}. A view may set `keyset_order`."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        order: Sequence[str] = getattr(view, "keyset_order", None) or queryset.query.order_by or ("-id",)
        self.request = request
        self.page: Page[Any] = KeysetPage(queryset, order).page(
            request.query_params.get(CURSOR_PARAM, ""), request.query_params
        )
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "count": min(self.page.counted, COUNT_CEILING),
                "count_is_capped": self.page.count_is_capped,
                "next": self.link(self.page.next_url),
                "previous": self.link(self.page.previous_url),
                "results": data,
            }
        )

    def link(self, url: str) -> str | None:
        return self.request.build_absolute_uri(self.request.path + url) if url else None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["count", "count_is_capped", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer", "maximum": COUNT_CEILING},
                "count_is_capped": {"type": "boolean"},
                "next": link,
                "previous": link,
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        described = "上一页或下一页返回的游标；缺省为第一页。"
        return [
            {
                "name": CURSOR_PARAM,
                "required": False,
                "in": "query",
                "description": described,
                "schema": {"type": "string"},
            }
        ]
