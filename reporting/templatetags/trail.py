"""The trail in words people use. A template may name this library whatever its room: like a URL, it is no import."""

from django import template
from django.db.models import QuerySet

from core.models import AuditEvent
from penalties.models import PenaltyCase
from reporting.actions import said

register = template.Library()
register.filter("action_said", said)


@register.filter
def investigator_changes(case: PenaltyCase) -> QuerySet[AuditEvent]:
    """Who took up the investigation from whom, oldest first: the papers of before keep their names."""
    of_case = AuditEvent.objects.filter(model=case._meta.label_lower, object_id=str(case.pk))
    return of_case.filter(action="reporting.handover.investigators").order_by("pk")
