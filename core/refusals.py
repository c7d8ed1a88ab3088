"""How a service says no: a Chinese sentence for people, where it belongs, and the HTTP status an edge answers with."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import IntegrityError, transaction

UNIQUE_VIOLATION = "23505"


class Refused(Exception):
    """A command that is not carried out. `errors` maps a place (field, item path) to its sentences."""

    def __init__(
        self,
        message: str,
        *,
        field: str = "",
        status: int = 409,
        errors: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.status = status
        self.errors: dict[str, list[str]] = {place: list(said) for place, said in (errors or {}).items()}
        if field and field not in self.errors:
            self.errors[field] = [message]


class NotAllowed(Refused):
    """The row is visible but the person lacks the capability: 403."""

    def __init__(self, message: str = "您没有办理这项业务的权限，请联系本单位管理员授权。") -> None:
        super().__init__(message, status=403)


@contextmanager
def refused_if_taken(message: str, *, field: str = "", status: int = 422) -> Iterator[None]:
    """Of two who write the same name or number at once, the second is told so: whoever looked before saw it free."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", "") != UNIQUE_VIOLATION:
            raise
        raise Refused(message, field=field, status=status) from error
