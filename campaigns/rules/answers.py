"""What a rule says to a planned visit, and what all of them decide."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Answer(StrEnum):
    """What one rule, or all of them together, say to a planned visit. The later outweighs the earlier."""

    ALLOW = "allow"
    NEEDS_REASON = "needs_reason"
    REFUSE = "refuse"


class Ask(StrEnum):
    """What a rule that answers NEEDS_REASON wants: a ground of the list, words of one's own, a leader's approval.

    A rule that allows may still warn: nothing is asked, but the planner should look at it.
    """

    NOTHING = ""
    LOOK = "look"
    REASON = "reason"
    WORDS = "words"
    APPROVAL = "approval"


WEIGHT = {Answer.ALLOW: 0, Answer.NEEDS_REASON: 1, Answer.REFUSE: 2}
ANSWER_LABELS = {Answer.ALLOW: "放行", Answer.NEEDS_REASON: "须说明理由", Answer.REFUSE: "阻断"}


@dataclass(frozen=True)
class RuleSaid:
    """What one rule answered, in one Chinese sentence, and the line of the plan it stands on."""

    rule: str
    answer: Answer
    message: str
    source: str = ""
    asks: Ask = Ask.NOTHING

    @property
    def label(self) -> str:
        if self.asks is Ask.LOOK:
            return "提醒"
        return "须经批准" if self.asks is Ask.APPROVAL else ANSWER_LABELS[self.answer]


@dataclass(frozen=True)
class Decision:
    """The gate's answer: the heaviest of its rules' answers."""

    answer: Answer
    rules: tuple[RuleSaid, ...]

    def saying(self, answer: Answer) -> tuple[RuleSaid, ...]:
        return tuple(said for said in self.rules if said.answer is answer)

    @property
    def wants_reason(self) -> bool:
        return self.answer is Answer.NEEDS_REASON and any(said.asks in {Ask.REASON, Ask.WORDS} for said in self.rules)

    @property
    def wants_approval(self) -> bool:
        """Nothing is missing but a leader's approval."""
        return self.answer is Answer.NEEDS_REASON and not self.wants_reason

    @property
    def label(self) -> str:
        return "须经领导批准" if self.wants_approval else ANSWER_LABELS[self.answer]

    def as_json(self) -> dict[str, Any]:
        """As kept on the assignment."""
        said = [
            {"rule": s.rule, "answer": str(s.answer), "message": s.message, "source": s.source, "asks": str(s.asks)}
            for s in self.rules
        ]
        return {"answer": str(self.answer), "rules": said}
