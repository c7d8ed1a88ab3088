"""How a service says no: a Chinese sentence for people, where it belongs, and the HTTP status an edge answers with."""

from collections.abc import Mapping, Sequence


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
