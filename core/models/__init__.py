from core.models.audit import AuditEvent, AuditHead
from core.models.calendar import HolidayDay, HolidayYear
from core.models.counter import Counter
from core.models.notice import Notice
from core.models.obligation import Obligation

__all__ = [
    "AuditEvent",
    "AuditHead",
    "Counter",
    "HolidayDay",
    "HolidayYear",
    "Notice",
    "Obligation",
]
