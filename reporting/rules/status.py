"""What the matrix says of one report: a word first, a colour beside it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from reporting.rules.weeks import SHANGHAI, Timeliness, late_text, timeliness


@dataclass(frozen=True)
class Status:
    word: str
    tone: str
    timeliness: Timeliness

    @property
    def short(self) -> str:
        """The word for a narrow cell: 迟报 2 小时 5 分 → 迟报 2 小时."""
        return " ".join(self.word.split(" ")[:3]) if self.timeliness is Timeliness.LATE else self.word

    @property
    def sent(self) -> bool:
        return self.timeliness in {Timeliness.ON_TIME, Timeliness.LATE}


def clock_text(sent_at: datetime, cutoff_at: datetime) -> str:
    """16:42 on the day of the cut-off, 05-11 16:42 on any other."""
    sent, cutoff = sent_at.astimezone(SHANGHAI), cutoff_at.astimezone(SHANGHAI)
    return f"{sent:%H:%M}" if sent.date() == cutoff.date() else f"{sent:%m-%d %H:%M}"


def status_of(*, state: str, sent_at: datetime | None, cutoff_at: datetime, version: int, at: datetime) -> Status:
    """按时 16:42 / 迟报 2 小时 5 分 / 未报 / 待报送, and 已退回 or 更正 v2 where that came after."""
    found = timeliness(sent_at, cutoff_at, at)
    if state == "returned":
        return Status("已退回", "amber", found)
    if version > 1:
        return Status(f"更正 v{version}", "blue", found)
    if found is Timeliness.ON_TIME and sent_at:
        return Status(f"按时 {clock_text(sent_at, cutoff_at)}", "green", found)
    if found is Timeliness.LATE and sent_at:
        return Status(late_text(sent_at, cutoff_at), "amber", found)
    return Status("未报", "red", found) if found is Timeliness.MISSING else Status("待报送", "grey", found)
