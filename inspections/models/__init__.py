from inspections.models.handover import Handover
from inspections.models.issue import Issue, IssueSignature, IssueVersion, Rectification
from inspections.models.offsite import OffsiteCheck
from inspections.models.outside import OutsideCheck
from inspections.models.past import PastProblem
from inspections.models.project import Project, ProjectVersion
from inspections.models.record import Evidence, Signature, VisitRecord
from inspections.models.selfcheck import SelfCheck
from inspections.models.selfcheck_notice import SelfCheckNotice
from inspections.models.visit import CheckIn, Visit

__all__ = [
    "CheckIn",
    "Evidence",
    "Handover",
    "Issue",
    "IssueSignature",
    "IssueVersion",
    "OffsiteCheck",
    "OutsideCheck",
    "PastProblem",
    "Project",
    "ProjectVersion",
    "Rectification",
    "SelfCheck",
    "SelfCheckNotice",
    "Signature",
    "Visit",
    "VisitRecord",
]
