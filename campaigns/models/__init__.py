from campaigns.models.assignment import Assignment, Lead, Target, TargetPast
from campaigns.models.blueprint import BlueprintVersion, ListItem, SharedList
from campaigns.models.campaign import Campaign, CampaignForm, Phase, PhaseWindow
from campaigns.models.group import ContactPerson, GroupMember, WorkGroup
from campaigns.models.pledge import Pledge

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
    "Pledge",
    "SharedList",
    "Target",
    "TargetPast",
    "WorkGroup",
]
