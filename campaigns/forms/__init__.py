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
from campaigns.forms.planning import BoardForm, ListForm, PlanForm, TargetFilter

__all__ = [
    "ON_HOLIDAY",
    "AdoptForm",
    "BoardForm",
    "ContactForm",
    "CreateForm",
    "ListForm",
    "MemberForm",
    "ParametersForm",
    "PlanForm",
    "PledgeForm",
    "TargetFilter",
    "WindowForm",
    "field_of",
]
