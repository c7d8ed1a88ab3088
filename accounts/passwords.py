import re

from django.core.exceptions import ValidationError

KINDS = [r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"]


class MixedCharacters:
    """At least `kinds` of the four kinds of characters. A setting, because the standards contradict each other."""

    def __init__(self, kinds: int = 2) -> None:
        self.kinds = kinds

    def validate(self, password: str, user: object = None) -> None:
        if sum(bool(re.search(kind, password)) for kind in KINDS) < self.kinds:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return f"密码须包含小写字母、大写字母、数字、符号中的至少 {self.kinds} 种。"
