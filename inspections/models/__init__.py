from inspections.models.issue import Issue, IssueSignature, IssueVersion, Rectification
from inspections.models.record import Evidence, Signature, VisitRecord
from inspections.models.selfcheck import SelfCheck
from inspections.models.visit import CheckIn, Visit

__all__ = [
    "CheckIn",
    "Evidence",
    "Issue",
    "IssueSignature",
    "IssueVersion",
    "Rectification",
    "SelfCheck",
    "Signature",
    "Visit",
    "VisitRecord",
]
