"""One more lookup for every column: `name__among=[…]`, for lists of thousands of values."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Lookup


class Among(Lookup[Any]):
    """Like `in`, the list being one parameter: Django prepares, and PostgreSQL parses, each value of an `in`."""

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Iterable[Any]) -> None:
        super().__init__(lhs, list(rhs))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        kind = self.lhs.output_field.db_type(connection).partition("(")[0]  # a cast to varchar(18) would cut
        return f"{column} = ANY(%s::{kind}[])", (*params, self.rhs)
