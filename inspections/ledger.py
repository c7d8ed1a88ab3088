"""What the ledger shows to one person: the campaign, its lists, the filtered rows in their order."""

from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.forms import ChoiceField, Field
from django.http import QueryDict

from accounts.gate import holdings
from accounts.models import Unit, User
from campaigns.models import Campaign, ListItem
from campaigns.services import lists_of, published_for
from core import clock
from core.paging import COUNT_CEILING, counted
from core.wording import grouped_count
from inspections.filters import SORTS, IssueFilter
from inspections.models import Issue
from inspections.models.issue import IssueQuerySet

# What one line of the working list shows; a row has thirty columns more.
LISTED = (
    "number",
    "enterprise_name",
    "is_key",
    "industry",
    "industry_text",
    "county",
    "description",
    "issue_type",
    "nature",
    "gravity",
    "handling",
    "deadline_on",
    "state",
    "penalty_text",
    "recorded_at",
)
KINDS = ("industry", "issue_type", "handling")
OWN = IssueQuerySet.own_capability
# What names a place: an enterprise bears the name of its city, mostly.
BY_PLACE = {"enterprise_name", "county"}


@dataclass(frozen=True)
class Chip:
    """One condition in force; `only` names one of several values of the same parameter."""

    label: str
    value: str
    param: str
    only: str | None = None


def chips_of(field: Field, name: str, value: Any) -> list[Chip]:
    label, several = str(field.label).partition("（")[0], isinstance(value, list)
    return [Chip(label, word_of(field, one), name, one if several else None) for one in (value if several else [value])]


def word_of(field: Field, value: Any) -> str:
    if isinstance(value, Unit) or not isinstance(field, ChoiceField):
        return str(value)
    choices: Any = field.choices
    return {str(key): str(word) for key, word in choices}[value]


@dataclass
class Ledger:
    """One view of the ledger; `params` is the address, so page, export and API show exactly the same rows."""

    user: User
    params: QueryDict

    @cached_property
    def campaigns(self) -> list[Campaign]:
        return published_for(self.user)

    @cached_property
    def campaign(self) -> Campaign | None:
        """The campaign asked for, else the latest; None when the person sees none."""
        asked = self.params.get("campaign", "")
        return next(
            (one for one in self.campaigns if str(one.pk) == asked), self.campaigns[0] if self.campaigns else None
        )

    @cached_property
    def items(self) -> dict[str, list[ListItem]]:
        return lists_of(self.campaign) if self.campaign is not None else {}

    @cached_property
    def names(self) -> dict[str, dict[int, str]]:
        """Numbers to names of the three adopted lists."""
        return {kind: {item.number: item.name for item in self.items.get(kind, ())} for kind in KINDS}

    @cached_property
    def short_names(self) -> dict[str, dict[int, str]]:
        return {
            kind: {item.number: item.short_name or item.name for item in self.items.get(kind, ())} for kind in KINDS
        }

    @property
    def seen(self) -> IssueQuerySet:
        """Every row of the campaign that the person may see."""
        return Issue.objects.visible_to(self.user).filter(campaign=self.campaign)

    @cached_property
    def filter(self) -> IssueFilter:
        lists = {kind: [(n, f"{n} {name}") for n, name in names.items()] for kind, names in self.short_names.items()}
        return IssueFilter(self.params, queryset=self.seen, lists=lists, units=self.units)

    @property
    def chips(self) -> list[Chip]:
        """What the list is narrowed by, each to be taken away by itself."""
        form = self.filter.form
        said = {name: value for name, value in getattr(form, "cleaned_data", {}).items() if value not in (None, "", [])}
        return [chip for name, value in said.items() for chip in chips_of(form.fields[name], name, value)]

    @property
    def units(self) -> QuerySet[Unit]:
        """The units below the person's viewing grants, read from the tree: the rows may be a million."""
        if self.campaign is None:
            return Unit.objects.none()
        paths = holdings(self.user).scope(IssueQuerySet.view_capability).paths
        granted = reduce(or_, (Q(path__startswith=path) for path in paths), Q(pk__in=[]))
        return Unit.objects.filter(granted, path__startswith=self.campaign.unit.path).order_by("path")

    @property
    def figures(self) -> dict[str, str]:
        """Open, overdue and new of all that the person sees, none counted further than a list is."""
        today = clock.today()
        counted_of = {
            "open": self.seen.open(),
            "overdue": self.seen.overdue(today),
            "new": self.seen.filter(recorded_at__gte=clock.at_local(today)),
        }
        return {name: grouped_count(counted(rows), COUNT_CEILING) for name, rows in counted_of.items()}

    @property
    def order(self) -> tuple[str, ...]:
        return SORTS.get(self.params.get("sort", ""), SORTS[""])

    @property
    def homes(self) -> tuple[str, QuerySet[Unit]] | None:
        """The units to read one by one in an order that goes by places, for who sees only some of the campaign's."""
        held = holdings(self.user).scope(IssueQuerySet.view_capability)
        paths, own = held.paths, held.bound or held.enterprise_ids or holdings(self.user).scope(OWN).enterprise_ids
        if self.campaign is None or not paths or own or self.order[0].lstrip("-") not in BY_PLACE:
            return None
        if held.covers_path(self.campaign.unit.path):
            return None
        return "unit", Unit.objects.filter(reduce(or_, (Q(path__startswith=path) for path in paths)))

    @property
    def rows(self) -> QuerySet[Issue]:
        found: QuerySet[Issue] = self.filter.qs
        return found
