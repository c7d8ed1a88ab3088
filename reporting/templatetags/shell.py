"""What of the top bar depends on the page: the campaign it is of. base.html names this library; that is no import."""

from typing import Any

from django import template

from campaigns.views.frame import chosen_before
from reporting import context as around

register = template.Library()


@register.simple_tag(takes_context=True)
def campaign_line(context: template.RequestContext) -> dict[str, Any]:
    """The campaign, its phases, the countdown and the other running campaigns; nothing where nobody is signed in."""
    if not context.get("shell"):
        return {}
    request: Any = context.request
    values: dict[Any, Any] = context.flatten()
    page = around.campaign_of_page(request.user, values)
    return around.campaign_line(request.user, chosen_before(request), page)
