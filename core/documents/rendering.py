"""HTML to PDF with our own fonts and nothing from anywhere else."""

import base64
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import segno
import weasyprint
from django.conf import settings
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from fontTools.ttLib import TTFont
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from core.files import thumbnail
from core.models import StoredFile
from core.refusals import Refused

STATIC: Final = Path(settings.BASE_DIR) / "static"
OPEN_FOLDERS: Final = ("fonts", "css/paper")
OPEN_DATA: Final = ("data:image/png;base64,", "data:image/jpeg;base64,")
# Every font chain of static/css/paper ends with this face: what it lacks, a paper cannot show.
LAST_FACE: Final = "fonts/NotoSerifSC-Regular.papers.ttf"
# One shaping at a time: the font configuration is shared, and a page needs some 100 MB while it is set.
_press = threading.Lock()


@dataclass(frozen=True)
class Paper:
    """What every paper carries besides its content. `mark` is printed across each page (非原件, 预览)."""

    title: str
    at: datetime
    number: str = ""
    unit_name: str = ""
    token: str = ""
    check_url: str = ""
    mark: str = ""

    @property
    def spaced_token(self) -> str:
        return " ".join(self.token[i : i + 4] for i in range(0, len(self.token), 4))

    @property
    def qr(self) -> str:
        """The check address as a data URL."""
        return segno.make_qr(self.check_url, error="m").png_data_uri(scale=8, border=0) if self.check_url else ""


class OurFilesOnly(URLFetcher):  # type: ignore[misc]
    """Fetches `paper:` addresses of our fonts and styles, and pictures inside the page. All else stops the press."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=["data", "paper"], allow_redirects=False)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith(OPEN_DATA):
            return super().fetch(url, headers)
        path = (STATIC / url.removeprefix("paper:")).resolve()
        allowed = any(path.is_relative_to(STATIC / folder) for folder in OPEN_FOLDERS)
        if not url.startswith("paper:") or not allowed or not path.is_file():
            raise FatalURLFetchingError(f"a paper may not fetch {url[:200]}")
        kind = {"css": "text/css; charset=utf-8", "ttf": "font/ttf", "otf": "font/otf"}[path.suffix[1:]]
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


@cache
def typecase() -> tuple[weasyprint.CSS, FontConfiguration]:
    """The fonts, read once in the life of a process."""
    fonts = FontConfiguration()
    return weasyprint.CSS(url="paper:css/paper/fonts.css", url_fetcher=OurFilesOnly(), font_config=fonts), fonts


@cache
def printable() -> frozenset[str]:
    with TTFont(STATIC / LAST_FACE, lazy=True) as face:
        return frozenset(map(chr, face.getBestCmap())) | set("\n\r\t\u200b\u00ad\ufeff")


def render_pdf(template: str, context: Mapping[str, Any], paper: Paper) -> bytes:
    """Set `template` with `context` and `paper`. The same input gives the same bytes.

    Refused (422) when a character has no glyph in our fonts. An address outside our own files raises
    weasyprint.urls.FatalURLFetchingError: a template is wrong, and nothing is printed.
    """
    html = render_to_string(template, {**context, "paper": paper})
    unknown = sorted(set(html) - printable())
    if unknown:
        raise Refused(
            f"《{paper.title}》里有打印不出的字：{'、'.join(f'“{c}”' for c in unknown[:10])}。请改用规范汉字后再制作。",
            status=422,
        )
    with _press:
        sheet, fonts = typecase()
        page = weasyprint.HTML(string=html, base_url="paper:", url_fetcher=OurFilesOnly())
        made: bytes = page.write_pdf(
            stylesheets=[sheet],
            font_config=fonts,
            pdf_identifier=(paper.token or paper.title).encode(),
            optimize_images=False,
        )
    return made


def image_data_url(stored: StoredFile, edge: int = 1280) -> str:
    """A stored photograph for the `src` of a paper, at most `edge` pixels on its longer side."""
    with default_storage.open(thumbnail(stored, edge), "rb") as picture:
        return data_url(picture.read(), "image/jpeg")


def signature_data_url(stored: StoredFile) -> str:
    """A stored signature as it was written."""
    with stored.open() as picture:
        return data_url(picture.read(), "image/png")


def data_url(content: bytes, content_type: str) -> str:
    return f"data:{content_type};base64,{base64.b64encode(content).decode()}"
