"""The addresses of the project, and beside them the page that everything is measured against."""

import functools
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from config.urls import urlpatterns as own
from inspections.models import Issue

TEMPLATE = """<!doctype html><title>reference</title><table>{% for row in rows %}<tr><td>{{ row.number }}</td>
<td>{{ row.enterprise_name }}</td><td>{{ row.description }}</td><td>{{ row.issue_type }}</td><td>{{ row.handling }}</td>
<td>{{ row.get_state_display }}</td><td>{{ row.deadline_on|date:"Y-m-d" }}</td></tr>{% endfor %}</table>"""


@login_required
def reference(request: HttpRequest) -> HttpResponse:
    """Fifty rows by the ORM in a plain table, through the same middleware: what any Django page costs here."""
    rows = list(Issue.objects.order_by("-pk")[:50])
    return HttpResponse(template().render({"rows": rows}, request))


@functools.cache
def template() -> Any:
    return engines["django"].from_string(TEMPLATE)


urlpatterns = [path("reference/", reference), *own]
