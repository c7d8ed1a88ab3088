from campaigns.forms.bulletins import AnnexForm, BasisForm, BulletinForm, CampaignContactForm, ReasonForm
from campaigns.forms.decisions import (
    ON_HOLIDAY,
    AdoptForm,
    ContactForm,
    CreateForm,
    MemberForm,
    ParametersForm,
    PledgeForm,
    WindowForm,
    field_of,
)
from campaigns.forms.library import CopyForm, DatesForm, HandDownForm, WriteForm
from campaigns.forms.planning import BoardForm, ListForm, PlanForm, TargetFilter
from campaigns.forms.readiness import LABELS as READINESS_LABELS
from campaigns.forms.readiness import ReadinessFilter, ReadinessForm

__all__ = [
    "ON_HOLIDAY",
    "READINESS_LABELS",
    "AdoptForm",
    "AnnexForm",
    "BasisForm",
    "BoardForm",
    "BulletinForm",
    "CampaignContactForm",
    "ContactForm",
    "CopyForm",
    "CreateForm",
    "DatesForm",
    "HandDownForm",
    "ListForm",
    "MemberForm",
    "ParametersForm",
    "PlanForm",
    "PledgeForm",
    "ReadinessFilter",
    "ReadinessForm",
    "ReasonForm",
    "TargetFilter",
    "WindowForm",
    "WriteForm",
    "field_of",
]
