"""Plans of units (执法计划): made, spread, reported, filed, started, replaced by a new version. One noun a module."""

from campaigns.services.plan_terms import CLASS_LABELS, Terms, terms_of
from campaigns.services.plans.brigades import end_patch, give_patch, month_of, shares
from campaigns.services.plans.figures import Coverage, LoadTable, changes, coverage, folded, load_table, unplanned
from campaigns.services.plans.filing import (
    enter_government,
    file_plan,
    may_file,
    missing,
    report_plan,
    return_plan,
    start_plan,
    unfiled,
)
from campaigns.services.plans.owed import Light, count_brigades, light_of
from campaigns.services.plans.reading import PLAN_SHEET, read_rows, sheet_rows
from campaigns.services.plans.rows import Wish, faults, remove_row, set_row, set_rows
from campaigns.services.plans.scope import scope_of, targets_of
from campaigns.services.plans.spreading import Spread, spread_plan
from campaigns.services.plans.tallies import by_mode, by_source, conflicts, ratios
from campaigns.services.plans.waiting import (
    day_for,
    days_for,
    departures,
    held_row,
    rest_day,
    waiting_in,
    waiting_weeks,
    week_asked,
)
from campaigns.services.plans.writing import create_plan, revise_plan, set_elements

__all__ = [
    "CLASS_LABELS",
    "PLAN_SHEET",
    "Coverage",
    "Light",
    "LoadTable",
    "Spread",
    "Terms",
    "Wish",
    "by_mode",
    "by_source",
    "changes",
    "conflicts",
    "count_brigades",
    "coverage",
    "create_plan",
    "day_for",
    "days_for",
    "departures",
    "end_patch",
    "enter_government",
    "faults",
    "file_plan",
    "folded",
    "give_patch",
    "held_row",
    "light_of",
    "load_table",
    "may_file",
    "missing",
    "month_of",
    "ratios",
    "read_rows",
    "remove_row",
    "report_plan",
    "rest_day",
    "return_plan",
    "revise_plan",
    "scope_of",
    "set_elements",
    "set_row",
    "set_rows",
    "shares",
    "sheet_rows",
    "spread_plan",
    "start_plan",
    "targets_of",
    "terms_of",
    "unfiled",
    "unplanned",
    "waiting_in",
    "waiting_weeks",
    "week_asked",
]
