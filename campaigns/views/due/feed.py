"""The page of a person's calendar address, and the calendar that programs read without signing in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from campaigns.services.due import feeding
from campaigns.views.due.frame import require_sight, tabs
from campaigns.views.frame import person
from core import clock

FEED = "campaigns:due_feed"


@login_required
@require_GET
def due_feed(request: HttpRequest) -> HttpResponse:
    require_sight(person(request))
    context = {"tabs": tabs(request), "feed": feeding.current(person(request))}
    return render(request, "campaigns/due/due_feed.html", context)


@login_required
@require_POST
def feed_renew(request: HttpRequest) -> HttpResponse:
    """Show the new address this one time; only its hash is kept."""
    user = person(request)
    require_sight(user)
    token = feeding.renew(user, at=clock.now())
    address = request.build_absolute_uri(reverse("campaigns:feed_read", args=[token]))
    context = {"tabs": tabs(request), "feed": feeding.current(user), "address": address}
    response = render(request, "campaigns/due/due_feed.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def feed_end(request: HttpRequest) -> HttpResponse:
    require_sight(person(request))
    if feeding.end(person(request), at=clock.now()):
        messages.success(request, "订阅地址已停用，日历软件不再收到更新。")
    return redirect(FEED)


@require_safe
def feed_read(request: HttpRequest, token: str) -> HttpResponse:
    """No session: whoever holds the address reads what its owner owes, by the owner's rights of now."""
    user = feeding.reader(token)
    if user is None:
        raise Http404("没有这个日历")
    content = feeding.feed_of(user, settings.PUBLIC_BASE_URL, clock.now())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = 'inline; filename="due.ics"'
    return response
