"""What people send to have a ledger row closed: pictures of what was mended, and a signature."""

import io
from datetime import date, datetime

from PIL import Image, ImageDraw

from accounts.models import User
from core.clock import at_local
from core.files import store
from core.models import StoredFile

LATER = at_local(date(2020, 5, 18), 10)


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(content, "JPEG")
    return content.getvalue()


def photo(actor: User, at: datetime = LATER) -> StoredFile:
    return store(picture(), name="整改.jpg", by=actor, at=at, kind="photo")


def scrawl(actor: User, at: datetime = LATER) -> StoredFile:
    image = Image.new("RGB", (300, 120), "white")
    ImageDraw.Draw(image).line([(20, 100), (120, 20), (280, 90)], fill="black", width=4)
    content = io.BytesIO()
    image.save(content, "PNG")
    return store(content.getvalue(), name="签字.png", by=actor, at=at, kind="signature")
