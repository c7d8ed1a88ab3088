"""Papers of a visit: the notes of the inspection (现场检查（勘察）笔录), the one-time notice, the registration form."""

from inspections.documents.issuing import NOTES, REGISTRATION, TITLES, TOLD, issue, preview
from inspections.documents.slips import COLUMNS

__all__ = ["COLUMNS", "NOTES", "REGISTRATION", "TITLES", "TOLD", "issue", "preview"]
