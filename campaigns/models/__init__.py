from campaigns.models.assignment import Assignment, Lead, Target
from campaigns.models.blueprint import BlueprintVersion, ListItem, SharedList
from campaigns.models.campaign import Campaign, CampaignForm, Phase, PhaseWindow
from campaigns.models.group import ContactPerson, GroupMember, WorkGroup

__all__ = [
    "Assignment",
    "BlueprintVersion",
    "Campaign",
    "CampaignForm",
    "ContactPerson",
    "GroupMember",
    "Lead",
    "ListItem",
    "Phase",
    "PhaseWindow",
    "SharedList",
    "Target",
    "WorkGroup",
]
