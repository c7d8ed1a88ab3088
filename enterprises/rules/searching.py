"""Names are searched by two characters as often as by three: every text becomes the set of its bigrams."""

import unicodedata
from collections.abc import Iterable
from typing import Final

SHORTEST: Final = 2


def plain(text: str) -> str:
    """One spelling of a name for comparison: half-width, upper case, no spaces, brackets of one kind."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def tidy(name: str) -> str:
    """A name as it is kept: one blank between Latin words, none beside Chinese, Chinese brackets in a Chinese name."""
    spaced = " ".join(name.split())
    if not any("\u4e00" <= c <= "\u9fff" for c in spaced):
        return spaced
    words = spaced.replace("(", "（").replace(")", "）").split(" ")
    return "".join(
        f" {word}" if place and word.isascii() and words[place - 1].isascii() else word
        for place, word in enumerate(words)
    )


def bigrams(*texts: str) -> list[str]:
    """Every pair of neighbouring characters of the texts, sorted, each once."""
    spelled = [plain(text) for text in texts]
    return sorted({text[i : i + 2] for text in spelled for i in range(len(text) - 1)})


def wanted(query: str) -> list[str]:
    """The bigrams a row must have to answer a query; empty when the query is shorter than two characters."""
    return bigrams(query) if len(plain(query)) >= SHORTEST else []


def search_terms(name: str, former: Iterable[str] = (), codes: Iterable[str] = ()) -> list[str]:
    """What is stored for a site: its names, past and present, and its codes."""
    return bigrams(name, *former, *codes)
