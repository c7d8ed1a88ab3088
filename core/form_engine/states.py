"""The arrows between the states of a sheet (the states themselves stand on the model: core.states reads models)."""

from core.models import SubmissionState
from core.states import StateTable, Transition

SUBMISSION = StateTable(
    name="表单",
    labels=dict(SubmissionState.choices),
    transitions=(
        Transition("submit", "提交", (SubmissionState.DRAFT,), SubmissionState.FINAL, ""),
        Transition("supersede", "更正", (SubmissionState.FINAL,), SubmissionState.SUPERSEDED, ""),
    ),
)
