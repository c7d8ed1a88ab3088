"""What is known of an enterprise from before (对照检查): how each clue stands when the inspectors look. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

EXTRA: Final = "_past"
STANDING, UNSEEN = "standing", "unseen"
CONCLUSIONS: Final = {
    "mended": "已整改",
    STANDING: "仍存在",
    "matches": "核对相符",
    "untrue": "不属实",
    UNSEEN: "未能核实",
}
TONES: Final = {"mended": "green", STANDING: "red", "matches": "green", "untrue": "grey", UNSEEN: "amber"}
# A conclusion that nobody can check without a word beside it.
EXPLAINED: Final = ("untrue", UNSEEN)
REMARK_LENGTH: Final = 200


def path_of(key: int) -> str:
    """Under this path a finding answers for a clue that still stands."""
    return f"{EXTRA}.{key}"


def answer_of(answers: Mapping[str, Any], key: int) -> tuple[str, str]:
    """Conclusion and remark on one clue; "" for what is not said or makes no sense."""
    kept = answers.get(EXTRA)
    entry = kept.get(str(key)) if isinstance(kept, Mapping) else None
    if not isinstance(entry, Mapping):
        return "", ""
    state, note = entry.get("state"), entry.get("note")
    remark = note.strip()[:REMARK_LENGTH] if isinstance(note, str) else ""
    return (state, remark) if isinstance(state, str) and state in CONCLUSIONS else ("", "")


def open_clues(
    keys: Sequence[int], answers: Mapping[str, Any], found: Collection[str], *, shut: bool
) -> Iterator[tuple[int, str]]:
    """Every clue that keeps the visit from its end, with the reason. `shut`: nothing could be checked, so that what
    was not seen is an answer, and nobody can say that something still stands."""
    for key in keys:
        said = open_because(*answer_of(answers, key), has_finding=path_of(key) in found, shut=shut)
        if said:
            yield key, said


def open_because(conclusion: str, remark: str, *, has_finding: bool, shut: bool) -> str:
    if not conclusion:
        return "尚未核销，须选择结论"
    if conclusion in EXPLAINED and not remark:
        return f"结论为“{CONCLUSIONS[conclusion]}”的须写说明"
    if shut:
        return "没有入企检查的不能写“仍存在”，请选“未能核实”" if conclusion == STANDING else ""
    if conclusion == UNSEEN:
        return "已入企检查的不能写“未能核实”，须核实后选择其他结论"
    return "仍存在的须生成问题" if conclusion == STANDING and not has_finding else ""
