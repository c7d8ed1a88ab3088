"""What somebody wants to plan."""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from campaigns.models import Lead, Target
from campaigns.rules import (
    ENFORCE,
)


@dataclass(frozen=True)
class Proposal:
    """A visit that somebody wants to plan; a preview may still lack its people. `exception` is a key of
    rules.EXCEPTIONS. A `lead` stands in the register; `lead_kind` and `lead_detail` are typed now instead."""

    planned_on: date
    lead_inspector: User | None
    second_inspector: User | None
    expert: User | None = None
    exception: str = ""
    reason: str = ""
    lead_kind: str = ""
    lead_detail: str = ""
    approved: bool = False
    lead: Lead | None = None
    kind: str = ENFORCE
    items: tuple[str, ...] = ()
    drawn: bool = False
    # What it comes from, and whether it counts as an examination, too.
    source: str = ""
    as_checkup: bool = False
    # The lead was brought forward by this very assignment before (approval, a new day).
    holds_lead: bool = False

    @property
    def people(self) -> list[User]:
        """The two who would go, without those still missing."""
        chosen = (self.lead_inspector, self.second_inspector)
        return list(dict.fromkeys(person for person in chosen if person is not None))


Asked = tuple[Target, Proposal]


def people_of(proposal: Proposal) -> list[User]:
    """Everybody who would go, the expert too."""
    return [*proposal.people, *([proposal.expert] if proposal.expert else [])]
