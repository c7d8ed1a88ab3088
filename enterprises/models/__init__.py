from enterprises.models.imports import ImportBatch, ImportRow
from enterprises.models.permit import Permit, PositiveListEntry
from enterprises.models.site import Enterprise, EnterpriseName, LegalEntity, LegalEntityName
from enterprises.models.slip import ActivationSlip, SlipFailure

__all__ = [
    "ActivationSlip",
    "Enterprise",
    "EnterpriseName",
    "ImportBatch",
    "ImportRow",
    "LegalEntity",
    "LegalEntityName",
    "Permit",
    "PositiveListEntry",
    "SlipFailure",
]
