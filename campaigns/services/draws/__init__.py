"""Verbs of random draws (双随机抽查): prepare, seal and publish, commit and reveal, draw, adjust, prove."""

from campaigns.services.draws.adjusting import approve_adjustment, ask_adjustment, may_join, refuse_adjustment
from campaigns.services.draws.candidates import DIMENSIONS
from campaigns.services.draws.gathering import Gathered, gather, said_of
from campaigns.services.draws.holding import hold, redraw, to_take, took_over
from campaigns.services.draws.libraries import (
    ELEMENTS,
    HELPERS,
    POLICIES,
    SPECIALITIES,
    items_of,
    keep_helpers,
    keep_items,
    keep_version,
    latest,
    rate,
    rows_of,
    set_specialities,
    tallies,
)
from campaigns.services.draws.objecting import objections
from campaigns.services.draws.preparing import (
    Settings,
    cancel,
    create,
    end_recusal,
    recompute,
    recuse,
    revise,
    set_ratios,
    void,
    witnesses,
)
from campaigns.services.draws.proving import proof_of, proof_text
from campaigns.services.draws.publishing import publish
from campaigns.services.draws.rates import (
    PARAMETERS,
    RATIOS,
    approve_rates,
    ask_rates,
    rates_for,
    refuse_rates,
    told,
)
from campaigns.services.draws.schemes import SHOWN, keep_scheme, moved_since
from campaigns.services.draws.witnessing import commit, enter_value, reveal, waiting_for

__all__ = [
    "DIMENSIONS",
    "ELEMENTS",
    "HELPERS",
    "PARAMETERS",
    "POLICIES",
    "RATIOS",
    "SHOWN",
    "SPECIALITIES",
    "Gathered",
    "Settings",
    "approve_adjustment",
    "approve_rates",
    "ask_adjustment",
    "ask_rates",
    "cancel",
    "commit",
    "create",
    "end_recusal",
    "enter_value",
    "gather",
    "hold",
    "items_of",
    "keep_helpers",
    "keep_items",
    "keep_scheme",
    "keep_version",
    "latest",
    "may_join",
    "moved_since",
    "objections",
    "proof_of",
    "proof_text",
    "publish",
    "rate",
    "rates_for",
    "recompute",
    "recuse",
    "redraw",
    "refuse_adjustment",
    "refuse_rates",
    "reveal",
    "revise",
    "rows_of",
    "said_of",
    "set_ratios",
    "set_specialities",
    "tallies",
    "to_take",
    "told",
    "took_over",
    "void",
    "waiting_for",
    "witnesses",
]
