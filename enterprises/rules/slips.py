"""The code on an activation slip: made to be typed by hand from paper."""

import hashlib
import secrets
import unicodedata
from typing import Final

# Crockford's base 32: no I, L, O, U, so that what is misread is read right. 12 characters are 60 bits.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 12
GROUP: Final = 4
MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A fresh code from the system's source of randomness."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def printed(code: str) -> str:
    """ABCD-EFGH-JKMN."""
    return "-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def typed(text: str) -> str:
    """What a person typed, as the code it must mean: spaces, dashes, case, full width, O for 0, I or L for 1."""
    kept = (c for c in unicodedata.normalize("NFKC", text).upper() if c.isalnum())
    return "".join(kept).translate(MISREAD)


def hashed(text: str) -> str:
    """The only form in which a code is kept: SHA-256 (hex) of the typed code."""
    return hashlib.sha256(typed(text).encode()).hexdigest()
