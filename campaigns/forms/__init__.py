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

__all__ = [
    "ON_HOLIDAY",
    "AdoptForm",
    "BoardForm",
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
    "TargetFilter",
    "WindowForm",
    "WriteForm",
    "field_of",
]
