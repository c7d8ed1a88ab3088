"""The words of the figures' dimensions: the campaign's own lists and the fixed ones of inspections."""

from campaigns.models import Campaign, ListItem, SharedList
from inspections.rules.findings import ELEMENTS
from inspections.states import Gravity, Nature
from reporting.rules.metrics import Vocabulary


def vocabulary(campaign: Campaign) -> Vocabulary:
    """One statement; the lists as the campaign adopted them."""
    adopted = {"industry": campaign.industries_id, "type": campaign.issue_types_id, "handling": campaign.handlings_id}
    spelled: dict[str, dict[str, str]] = {name: {} for name in adopted}
    names = {list_id: name for name, list_id in adopted.items() if list_id}
    for item in ListItem.objects.filter(shared_list__in=names).order_by("number"):
        spelled[names[item.shared_list_id]][str(item.number)] = entry(item)
    return {
        **spelled,
        "nature": {str(value): str(label) for value, label in Nature.choices},
        "gravity": {str(value): str(label) for value, label in Gravity.choices},
        "element": {element: element for element in ELEMENTS},
    }


def entry(item: ListItem) -> str:
    """7 治污设施不正常运行: the number is the plan's own."""
    return f"{item.number} {item.short_name or item.name}"


def list_title(shared: SharedList | None) -> str:
    return shared.title if shared else ""
