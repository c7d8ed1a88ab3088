"""What the ledger shows to one person: the campaign, its lists, the filtered rows in their order."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import Unit, User
from campaigns.models import Campaign
from campaigns.services import list_items
from inspections.filters import SORTS, IssueFilter
from inspections.models import Issue

KINDS = ("industry", "issue_type", "handling")


@dataclass
class Ledger:
    """One view of the ledger; `params` is the address, so page, export and API show exactly the same rows."""

    user: User
    params: QueryDict

    @cached_property
    def campaigns(self) -> list[Campaign]:
        return list(Campaign.objects.visible_to(self.user).published().order_by("-year", "-pk"))

    @cached_property
    def campaign(self) -> Campaign | None:
        """The campaign asked for, else the latest; None when the person sees none."""
        asked = self.params.get("campaign", "")
        return next(
            (one for one in self.campaigns if str(one.pk) == asked), self.campaigns[0] if self.campaigns else None
        )

    @cached_property
    def names(self) -> dict[str, dict[int, str]]:
        """Numbers to names of the three adopted lists."""
        if self.campaign is None:
            return {kind: {} for kind in KINDS}
        return {kind: {item.number: item.name for item in list_items(self.campaign, kind)} for kind in KINDS}

    @cached_property
    def short_names(self) -> dict[str, dict[int, str]]:
        if self.campaign is None:
            return {kind: {} for kind in KINDS}
        return {
            kind: {item.number: item.short_name or item.name for item in list_items(self.campaign, kind)}
            for kind in KINDS
        }

    @property
    def seen(self) -> QuerySet[Issue]:
        """Every row of the campaign that the person may see."""
        return Issue.objects.visible_to(self.user).filter(campaign=self.campaign)

    @cached_property
    def filter(self) -> IssueFilter:
        lists = {kind: [(n, f"{n} {name}") for n, name in names.items()] for kind, names in self.short_names.items()}
        units = Unit.objects.filter(pk__in=self.seen.values("unit")).order_by("path")
        return IssueFilter(self.params, queryset=self.seen, lists=lists, units=units)

    @property
    def order(self) -> tuple[str, ...]:
        return SORTS.get(self.params.get("sort", ""), SORTS[""])

    @property
    def rows(self) -> QuerySet[Issue]:
        found: QuerySet[Issue] = self.filter.qs
        return found.select_related("unit")
