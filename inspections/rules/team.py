"""Who may begin a visit: two officers with valid certificates, shown on the spot (HN-25, HS-76)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

OFFICERS_NEEDED = 2
# Nobody inspects two factories within so short a time: said to the inspector and to who reviews, never refused.
NEAR = timedelta(minutes=30)
WITHOUT_EXPERT = "未配专家"


@dataclass(frozen=True)
class Shown:
    """One person on site. An expert has no right to enforce and counts for nobody."""

    name: str
    is_expert: bool = False
    certificate: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        if self.is_expert or not self.certificate or self.valid_from is None or self.valid_to is None:
            return False
        return self.valid_from <= day <= self.valid_to


def start_refusal(shown: Iterable[Shown], day: date) -> str:
    """The sentence that says why the visit cannot begin, or ""."""
    people = list(shown)
    valid = sum(person.valid_on(day) for person in people)
    if valid >= OFFICERS_NEEDED:
        return ""
    lapsed = [person.name for person in people if not person.is_expert and not person.valid_on(day)]
    also = f"（{'、'.join(lapsed)}的执法证当日无效）" if lapsed else ""
    expert = "；专家没有执法权，不计入" if any(person.is_expert for person in people) else ""
    return (
        f"已有 {valid} 名持有效执法证的人员亮证{also}{expert}，至少须 {OFFICERS_NEEDED} 名才能开始检查，不得单人执法。"
    )


def expert_label(name: str | None) -> str:
    """Who answers as the expert for a finding; without one this must be said (HN-52)."""
    return name or WITHOUT_EXPERT
