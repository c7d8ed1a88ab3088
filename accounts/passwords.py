import re
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from core.refusals import Refused

KINDS = [r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"]

# Django's own name columns of the table and end in any way; each of these is a whole sentence and stands in a row.
SAID: Final = {
    "password_too_similar": "密码与账号或邮箱太相近，请换一个。",
    "password_too_short": "密码至少须有 %(min_length)d 个字符。",
    "password_too_common": "密码太常见，容易被猜到，请换一个。",
}


def refuse_weak(password: str, person: User, *, field: str) -> None:
    """Raises Refused at `field` with every reason why the password cannot stand."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        said = [
            SAID[one.code] % (one.params or {}) if one.code in SAID else one.messages[0] for one in error.error_list
        ]
        raise Refused("".join(said), field=field, status=422) from error


class MixedCharacters:
    """At least `kinds` of the four kinds of characters. A setting, because the standards contradict each other."""

    def __init__(self, kinds: int = 2) -> None:
        self.kinds = kinds

    def validate(self, password: str, user: object = None) -> None:
        if sum(bool(re.search(kind, password)) for kind in KINDS) < self.kinds:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return f"密码须包含小写字母、大写字母、数字、符号中的至少 {self.kinds} 种。"
