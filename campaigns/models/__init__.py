from campaigns.models.annex import AnnexVersion, LegalBasis
from campaigns.models.assignment import Assignment, Consent, Target, TargetPast
from campaigns.models.blueprint import BlueprintVersion, ListItem, SharedList
from campaigns.models.bulletin import Bulletin, BulletinFile, BulletinReceipt, CampaignContact
from campaigns.models.campaign import Campaign, CampaignForm, Phase, PhaseWindow
from campaigns.models.clause import ClauseSignature, ClauseVersion
from campaigns.models.draw import (
    Draw,
    DrawAdjustment,
    DrawnTarget,
    DrawParticipant,
    DrawScheme,
    FrozenPool,
    Recusal,
)
from campaigns.models.due import DueAnswer, DueAnswerFile, DueFeed, Responsibility
from campaigns.models.group import ContactPerson, GroupMember, WorkGroup
from campaigns.models.key_list import KeyListExplanation
from campaigns.models.lead import Lead, Reporter
from campaigns.models.patch import Patch
from campaigns.models.plan import Plan, PlanFiling, PlanRow
from campaigns.models.pledge import Pledge
from campaigns.models.pool import DrawRates, InspectorProfile, PoolVersion, Rating
from campaigns.models.readiness import ReadinessEntry, ReadinessUrging
from campaigns.models.register import (
    RegisterEntry,
    RegisterFile,
    RegisterLink,
    RegisterPerson,
    RegisterStep,
    RegisterVersion,
)
from campaigns.models.signal import RaisedTarget, Signal

__all__ = [
    "AnnexVersion",
    "Assignment",
    "BlueprintVersion",
    "Bulletin",
    "BulletinFile",
    "BulletinReceipt",
    "Campaign",
    "CampaignContact",
    "CampaignForm",
    "ClauseSignature",
    "ClauseVersion",
    "Consent",
    "ContactPerson",
    "Draw",
    "DrawAdjustment",
    "DrawParticipant",
    "DrawRates",
    "DrawScheme",
    "DrawnTarget",
    "DueAnswer",
    "DueAnswerFile",
    "DueFeed",
    "FrozenPool",
    "GroupMember",
    "InspectorProfile",
    "KeyListExplanation",
    "Lead",
    "LegalBasis",
    "ListItem",
    "Patch",
    "Phase",
    "PhaseWindow",
    "Plan",
    "PlanFiling",
    "PlanRow",
    "Pledge",
    "PoolVersion",
    "RaisedTarget",
    "Rating",
    "ReadinessEntry",
    "ReadinessUrging",
    "Recusal",
    "RegisterEntry",
    "RegisterFile",
    "RegisterLink",
    "RegisterPerson",
    "RegisterStep",
    "RegisterVersion",
    "Reporter",
    "Responsibility",
    "SharedList",
    "Signal",
    "Target",
    "TargetPast",
    "WorkGroup",
]
