from core.models.audit import AuditEvent, AuditHead
from core.models.calendar import HolidayDay, HolidayYear
from core.models.counter import Counter
from core.models.delivery import ChatRobot, Delivery, MailChoice
from core.models.documents import PrintedDocument
from core.models.files import StoredFile
from core.models.forms import (
    EvidenceUpload,
    FormDefinition,
    Submission,
    SubmissionConflict,
    SubmissionFile,
    SubmissionState,
)
from core.models.notice import Notice
from core.models.obligation import Obligation
from core.models.once import SentForm

__all__ = [
    "AuditEvent",
    "AuditHead",
    "ChatRobot",
    "Counter",
    "Delivery",
    "EvidenceUpload",
    "FormDefinition",
    "HolidayDay",
    "HolidayYear",
    "MailChoice",
    "Notice",
    "Obligation",
    "PrintedDocument",
    "SentForm",
    "StoredFile",
    "Submission",
    "SubmissionConflict",
    "SubmissionFile",
    "SubmissionState",
]
