"""Verbs of random draws (双随机抽查): prepare, seal and publish, commit and reveal, draw, adjust, prove."""

from campaigns.services.draws.adjusting import approve_adjustment, ask_adjustment, may_join, refuse_adjustment
from campaigns.services.draws.gathering import DIMENSIONS, Gathered, gather, said_of
from campaigns.services.draws.holding import hold, redraw, to_take, took_over
from campaigns.services.draws.libraries import (
    SPECIALITIES,
    items_of,
    keep_items,
    keep_version,
    rate,
    rows_of,
    set_specialities,
)
from campaigns.services.draws.preparing import (
    Settings,
    cancel,
    create,
    end_recusal,
    recuse,
    revise,
    set_ratios,
    void,
    witnesses,
)
from campaigns.services.draws.proving import proof_of, proof_text
from campaigns.services.draws.publishing import objections, publish
from campaigns.services.draws.witnessing import commit, enter_value, reveal, waiting_for

__all__ = [
    "DIMENSIONS",
    "SPECIALITIES",
    "Gathered",
    "Settings",
    "approve_adjustment",
    "ask_adjustment",
    "cancel",
    "commit",
    "create",
    "end_recusal",
    "enter_value",
    "gather",
    "hold",
    "items_of",
    "keep_items",
    "keep_version",
    "may_join",
    "objections",
    "proof_of",
    "proof_text",
    "publish",
    "rate",
    "recuse",
    "redraw",
    "refuse_adjustment",
    "reveal",
    "revise",
    "rows_of",
    "said_of",
    "set_ratios",
    "set_specialities",
    "to_take",
    "took_over",
    "void",
    "waiting_for",
    "witnesses",
]
