"""A form that makes a row makes it once: a double click, or Back and send again, shows the row that is there.

The page carries a token of its own (`{% once %}`). What a POST with a token did is kept with the row, in its
transaction. Whoever goes back and changes something sends another form.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core import clock, locks
from core.models import SentForm

NAME, AGAIN = "once", "这份表单此前已经提交，没有重复登记。"
KEPT = timedelta(days=30)
View = TypeVar("View", bound=Callable[..., HttpResponse])


def once(view: View) -> View:
    """For a view that answers a POST by a redirect when something was made, and by its page when not."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or not request.POST.get(NAME):
            return view(request, *args, **kwargs)
        key = key_of(request)
        with transaction.atomic():
            locks.hold(NAME, key)
            if sent := SentForm.objects.filter(pk=key).first():
                return again(request, sent)
            said = view(request, *args, **kwargs)
            if said.status_code == HTTPStatus.FOUND:
                SentForm.objects.create(key=key, location=said["Location"], sent_at=clock.now())
            return said

    answer.is_once = True  # type: ignore[attr-defined]
    return cast(View, answer)


def key_of(request: HttpRequest) -> str:
    """Who sends what to where. Of a file its name and what is in it; not the token against forgery, which changes."""
    parts = [str(request.user.pk), request.path]
    for name in sorted(request.POST):
        if name != "csrfmiddlewaretoken":
            parts += [name, *request.POST.getlist(name)]
    for name in sorted(request.FILES):
        parts += [name, *(f"{file.name}:{digest_of(file)}" for file in request.FILES.getlist(name))]
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def digest_of(file: UploadedFile[bytes]) -> str:
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def again(request: HttpRequest, sent: SentForm) -> HttpResponse:
    if request.user.is_authenticated:
        messages.info(request, AGAIN)
    return redirect(sent.location)


def forget(at: datetime) -> int:
    """A page that stood open for a month asks for its row anew."""
    return SentForm.objects.filter(sent_at__lt=at - KEPT).delete()[0]
