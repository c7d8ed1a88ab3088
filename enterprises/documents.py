"""Papers of the room: activation slips, several on a page, to be cut and handed over."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from core.documents import Paper, render_pdf
from enterprises.rules.slips import printed
from enterprises.services.slips import PrintedSlip

TITLE = "排污单位账号激活单"


def slips_pdf(made: Sequence[PrintedSlip], *, at: datetime) -> bytes:
    """The slips as one PDF. It is not kept: the codes stand on the paper alone."""
    address = settings.PUBLIC_BASE_URL.rstrip("/") + reverse("enterprises:activate")
    context = {
        "slips": [{"slip": one.slip, "site": one.slip.enterprise, "code": printed(one.code)} for one in made],
        "address": address,
    }
    return render_pdf("documents/enterprises/slips.html", context, Paper(title=TITLE, at=at, check_url=address))
