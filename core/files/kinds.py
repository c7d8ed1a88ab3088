"""What an upload really is. Its bytes decide; neither its name nor the browser's word is trusted."""

import math
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Final, Literal

from PIL import Image, ImageFile

from core.refusals import Refused

Kind = Literal["photo", "signature", "pdf", "xlsx", "csv", "paper", "attachment", "proof", "any"]

MEBIBYTE: Final = 1024 * 1024
# A 64-megapixel telephone makes 9248 × 6944; a progressive JPEG of that size needs some 400 MB to decode.
MAX_PIXELS: Final = 65_000_000
SIGNATURE_MAX_BYTES: Final = 512 * 1024
SIGNATURE_MAX_PIXELS: Final = 8_000_000
NAME_LENGTH: Final = 150

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OLE: Final = "application/x-ole-storage"
OCTETS: Final = "application/octet-stream"
MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
    (b"GIF8", "image/gif"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"PK\x03\x04", "application/zip"),
    (b"ID3", "audio/mpeg"),
)
# What a document that people hand in may be: by the ending of its name, what its bytes then have to show.
PAPERS: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    **dict.fromkeys(("doc", "wps"), OLE),
    "docx": DOCX,
    **dict.fromkeys(("jpg", "jpeg"), "image/jpeg"),
    "png": "image/png",
    "webp": "image/webp",
}
ATTACHMENTS: Final[Mapping[str, str]] = {
    **PAPERS,
    **dict.fromkeys(("xls", "et", "ppt", "dps"), OLE),
    "xlsx": XLSX,
    "pptx": PPTX,
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    **dict.fromkeys(("m4a", "mp4"), "video/mp4"),
}
# What shows a check without entering: curves and data as tables, pictures, films, several of them in one archive.
PROOFS: Final[Mapping[str, str]] = {**ATTACHMENTS, "csv": "text/csv", "zip": "application/zip"}


@dataclass(frozen=True)
class Looked:
    """What the bytes turned out to be."""

    content_type: str
    width: int | None = None
    height: int | None = None


def clean_name(name: str) -> str:
    """The last part of a path, without control and direction characters, at most 150 long (the ending is kept)."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .") or "未命名文件"
    if len(shown) <= NAME_LENGTH:
        return shown
    stem, dot, ending = shown.rpartition(".")
    return stem[: NAME_LENGTH - len(ending) - 1] + "." + ending if dot and len(ending) <= 10 else shown[:NAME_LENGTH]


def megabytes(size: int) -> str:
    """30.1 MB, rounded up so that a size over a limit never reads like the limit; KB below one megabyte."""
    if size < MEBIBYTE:
        return f"{math.ceil(size / 1024)} KB"
    return f"{math.ceil(size * 10 / MEBIBYTE) / 10:.1f}".removesuffix(".0") + " MB"


def sniff(head: bytes) -> str:
    """The content type that the first bytes show; application/octet-stream where they show none."""
    for magic, content_type in MAGIC:
        if head.startswith(magic):
            return content_type
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], OCTETS)
    if head[4:8] == b"ftyp":
        heic = head[8:12] in {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
        return "image/heic" if heic else "video/mp4"
    return OCTETS


def look(source: IO[bytes], name: str, kind: Kind) -> Looked:
    """Decide what `source` is and that it is a whole `kind`. Raises Refused with a sentence that names the file."""
    source.seek(0)
    content_type = sniff(source.read(32))
    source.seek(0)
    looked = LOOKS[kind](source, name, content_type)
    source.seek(0)
    return looked


def look_photo(source: IO[bytes], name: str, content_type: str) -> Looked:
    if content_type == "image/heic":
        raise Refused(
            f"照片“{name}”是 HEIC 格式，本平台不能显示。请在手机相机设置中改为“兼容性最佳”（JPG）后重拍，"
            "或先转换为 JPG 再上传。",
            status=422,
        )
    if content_type not in {"image/jpeg", "image/png", "image/webp"}:
        raise Refused(f"“{name}”不是照片。请上传 JPG、PNG 或 WebP 格式的照片。", status=422)
    width, height = decode(source, name, MAX_PIXELS)
    return Looked(content_type, width, height)


def look_signature(source: IO[bytes], name: str, content_type: str) -> Looked:
    if content_type != "image/png":
        raise Refused(f"签名“{name}”不是 PNG 图片，请在签名板上重新签名。", status=422)
    width, height = decode(source, name, SIGNATURE_MAX_PIXELS)
    source.seek(0)
    with Image.open(source, formats=["PNG"]) as image:
        on_white = Image.new("RGBA", image.size, "white")
        on_white.alpha_composite(image.convert("RGBA"))
    low, high = on_white.convert("L").getextrema()
    if low == high:
        raise Refused("签名是空白的，请重新签名。", status=422)
    return Looked(content_type, width, height)


def decode(source: IO[bytes], name: str, max_pixels: int) -> tuple[int, int]:
    """Read every scan line of an image, so that a cut or forged file is found now and not in the case file."""
    # WeasyPrint, wherever it is imported, tells Pillow to accept cut pictures. Evidence must be whole.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(source, formats=["JPEG", "PNG", "WEBP"]) as image:
            width, height = image.size
            if width * height > max_pixels:
                raise too_many_pixels(name, width * height, max_pixels)
            if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
                raise Refused(f"“{name}”是动图，请上传静态照片。", status=422)
            image.draft("RGB", (max(width // 8, 1), max(height // 8, 1)))
            image.load()
    except Image.DecompressionBombError as error:
        raise too_many_pixels(name, 0, max_pixels) from error
    except Image.DecompressionBombWarning as error:
        raise too_many_pixels(name, 0, max_pixels) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused(f"照片“{name}”打不开：文件已损坏或没有传完整，请重新拍照或重新上传。", status=422) from error
    return width, height


def too_many_pixels(name: str, pixels: int, limit: int) -> Refused:
    found = f"有 {math.ceil(pixels / 10_000)} 万像素" if pixels else "像素过多"
    return Refused(f"照片“{name}”{found}，超过 {limit // 10_000} 万像素的上限，请降低分辨率后再传。", status=422)


def look_pdf(source: IO[bytes], name: str, content_type: str) -> Looked:
    if content_type != "application/pdf":
        raise Refused(f"“{name}”不是 PDF 文件，请上传 PDF。", status=422)
    source.seek(0, 2)
    source.seek(max(source.tell() - 2048, 0))
    if b"%%EOF" not in source.read():
        raise Refused(f"PDF 文件“{name}”不完整（缺少文件结尾），请重新上传。", status=422)
    return Looked(content_type)


def look_xlsx(source: IO[bytes], name: str, content_type: str) -> Looked:
    if content_type != "application/zip" or archive_type(source) != XLSX:
        raise Refused(f"“{name}”不是 Excel 工作簿（.xlsx）。请在 Excel 或 WPS 中另存为 .xlsx 后上传。", status=422)
    return Looked(XLSX)


def archive_type(source: IO[bytes]) -> str:
    """Which of the zipped formats an archive is."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return OCTETS
    if "[Content_Types].xml" in names:
        main = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX, "ppt/presentation.xml": PPTX}
        return next((kind for part, kind in main.items() if part in names), "application/zip")
    return "application/zip"


def look_csv(source: IO[bytes], name: str, content_type: str) -> Looked:
    content = source.read()
    readable = any(decodes(content, encoding) for encoding in ("utf-8", "gb18030", "utf-16"))
    if content_type != OCTETS or (b"\x00" in content and content[:2] not in {b"\xff\xfe", b"\xfe\xff"}) or not readable:
        raise Refused(f"“{name}”不是 CSV 文本文件。请在 Excel 中另存为 CSV 或直接上传 .xlsx。", status=422)
    return Looked("text/csv")


def decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def look_any(source: IO[bytes], name: str, content_type: str) -> Looked:
    """Kept as it is. An image is measured; what cannot be told apart is served as octets for download only."""
    if content_type in {"image/jpeg", "image/png", "image/webp"}:
        return look_photo(source, name, content_type)
    return Looked(archive_type(source) if content_type == "application/zip" else content_type)


def look_paper(source: IO[bytes], name: str, content_type: str) -> Looked:
    return look_among(PAPERS, "PDF、Word 文档或图片（JPG、PNG）", source, name, content_type)


def look_attachment(source: IO[bytes], name: str, content_type: str) -> Looked:
    said = "PDF、Word、Excel、PPT、图片（JPG、PNG）、录音（MP3、WAV）或录像（MP4）"
    return look_among(ATTACHMENTS, said, source, name, content_type)


def look_proof(source: IO[bytes], name: str, content_type: str) -> Looked:
    if name.lower().endswith(".csv"):
        return look_csv(source, name, content_type)
    said = "PDF、Word、Excel、CSV、图片（JPG、PNG）、录音（MP3、WAV）、录像（MP4）或压缩包（ZIP）"
    return look_among(PROOFS, said, source, name, content_type)


def look_among(known: Mapping[str, str], said: str, source: IO[bytes], name: str, content_type: str) -> Looked:
    """A file whose name and bytes agree on one of the known types."""
    ending = name.rpartition(".")[2].lower()
    if ending not in known and content_type != "image/heic":
        raise Refused(f"“{name}”不是可以上传的文件。请上传 {said}。", status=422)
    found = look_any(source, name, content_type)
    if content_type == "image/heic":
        return look_photo(source, name, content_type)
    if found.content_type.startswith("image/") and known[ending].startswith("image/"):
        return found  # a picture under the ending of another kind of picture is still that picture
    if found.content_type != known[ending]:
        raise Refused(
            f"“{name}”的内容不是 {ending.upper()} 文件，可能已损坏或改过扩展名。请重新导出后上传。", status=422
        )
    source.seek(0)
    return look_pdf(source, name, content_type) if ending == "pdf" else found


LOOKS: Final[Mapping[Kind, Callable[[IO[bytes], str, str], Looked]]] = {
    "photo": look_photo,
    "signature": look_signature,
    "pdf": look_pdf,
    "xlsx": look_xlsx,
    "csv": look_csv,
    "paper": look_paper,
    "attachment": look_attachment,
    "proof": look_proof,
    "any": look_any,
}
NOUNS: Final[Mapping[Kind, str]] = {
    "photo": "照片",
    "signature": "签名",
    "pdf": "PDF 文件",
    "xlsx": "工作簿",
    "csv": "CSV 文件",
    "paper": "文件",
    "attachment": "附件",
    "proof": "证据",
    "any": "文件",
}
ADVICE: Final[Mapping[Kind, str]] = {
    "photo": "请压缩后再传",
    "signature": "请清空后重新签名",
    "pdf": "请压缩或拆分后再传",
    "xlsx": "请删去不需要的工作表或分成几个文件再传",
    "csv": "请分成几个文件再传",
    "paper": "请压缩或拆分后再传",
    "attachment": "请压缩或拆分后再传",
    "proof": "请压缩或拆分后再传",
    "any": "请压缩或拆分后再传",
}
