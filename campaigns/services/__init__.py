"""Verbs of campaigns: the only code that moves a state or writes more than one row. One noun a module."""

from campaigns.services.blueprints import check_text, newest_version, write_blueprint
from campaigns.services.comparing import POLICIES, Difference, differences, newer_version
from campaigns.services.creating import (
    adopt_lists,
    approve,
    choose_parameters,
    close,
    create_from_blueprint,
    list_items,
    obstacles,
    publish,
    return_to_draft,
)
from campaigns.services.gate import Proposal, gather, judge
from campaigns.services.granting import approve_window, ask_window, refuse_window, waiting_windows
from campaigns.services.groups import add_member, members_of, remove_member
from campaigns.services.inheriting import copy_campaign, hand_down, set_dates
from campaigns.services.people import end_contact, name_contact, pledge_text, sign_pledge
from campaigns.services.planning import (
    approve_assignment,
    cancel_assignment,
    plan_visit,
    postpone,
    refuse_assignment,
)
from campaigns.services.readiness import (
    approve_readiness,
    file_readiness,
    owing_units,
    paid_by,
    readiness_item,
    readiness_items,
    readiness_lines,
    return_readiness,
    reviews,
    urge,
    urged_on,
)
from campaigns.services.reports import ReportDate, dates_within, report_dates
from campaigns.services.targets import (
    Listed,
    list_targets,
    record_self_check,
    record_visit,
    withdraw_self_check,
)
from campaigns.services.terms import Owed, campaign_terms, gaps, owed, season_of
from campaigns.services.windows import Windows, window, windows_of

__all__ = [
    "POLICIES",
    "Difference",
    "Listed",
    "Owed",
    "Proposal",
    "ReportDate",
    "Windows",
    "add_member",
    "adopt_lists",
    "approve",
    "approve_assignment",
    "approve_readiness",
    "approve_window",
    "ask_window",
    "campaign_terms",
    "cancel_assignment",
    "check_text",
    "choose_parameters",
    "close",
    "copy_campaign",
    "create_from_blueprint",
    "dates_within",
    "differences",
    "end_contact",
    "file_readiness",
    "gaps",
    "gather",
    "hand_down",
    "judge",
    "list_items",
    "list_targets",
    "members_of",
    "name_contact",
    "newer_version",
    "newest_version",
    "obstacles",
    "owed",
    "owing_units",
    "paid_by",
    "plan_visit",
    "pledge_text",
    "postpone",
    "publish",
    "readiness_item",
    "readiness_items",
    "readiness_lines",
    "record_self_check",
    "record_visit",
    "refuse_assignment",
    "refuse_window",
    "remove_member",
    "report_dates",
    "return_readiness",
    "return_to_draft",
    "reviews",
    "season_of",
    "set_dates",
    "sign_pledge",
    "urge",
    "urged_on",
    "waiting_windows",
    "window",
    "windows_of",
    "withdraw_self_check",
    "write_blueprint",
]
