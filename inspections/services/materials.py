"""What was handed out on a visit (宣传材料): an entry of the register of publicity, which the enterprise signs for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from campaigns.models import RegisterEntry
from campaigns.registers import services as registers
from campaigns.registers.services.filing import Filing, put_entry
from campaigns.registers.services.rights import ordered_by
from core import clock
from core.form_engine.conditions import lookup
from inspections.models import Visit
from inspections.services.sheets import MATERIALS

REGISTER: Final = "publicity"
FORMS: Final = {"leaflet": "明白纸", "letter": "一封信", "cases": "以案说法"}


def hand_out(visit: Visit, answers: Mapping[str, Any], *, actor: User, at: datetime) -> RegisterEntry | None:
    """Register what the record says was handed out; nothing where the plan has no such register."""
    said = [words for key, words in FORMS.items() if lookup(answers, f"visit_closing.{MATERIALS}.{key}") == "yes"]
    version = registers.version_of(REGISTER)
    if not said or version is None or REGISTER not in ordered_by(visit.campaign):
        return None
    values = {
        "enterprise": str(visit.enterprise_id),
        "given_on": clock.day_of(visit.started_at or at).isoformat(),
        "way": "入企投放",
        "layers": ["负责人"],
        "forms": said,
        "visit": str(visit.pk),
    }
    return put_entry(version, Filing(visit.unit, values, visit.campaign), actor=actor, at=at)
