"""Canonical text, its digest, commitments, and the seed that nobody makes alone."""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

FORMAT = "yitihua-draw/1"
HEX = re.compile(r"[0-9a-f]{64}")


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same value is always the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def sealed(text: str) -> str:
    """The digest of a text that is canonical already."""
    return hashlib.sha256(text.encode()).hexdigest()


def commitment(pool_digest: str, role: str, value: str) -> str:
    """What a participant publishes first: bound to this very pool and to the role, so that none can copy another's."""
    return digest_of([FORMAT, "commitment", pool_digest, role, value])


def seed_of(pool_digest: str, contributions: Iterable[tuple[str, str, str]], source: str, public_value: str) -> str:
    """The key of the draw, from (role, commitment, revealed value or "") and the later public value.

    Who never reveals still contributes the commitment. The choice is made before the public value exists, so that
    revealing or not steers nothing.
    """
    said = [list(one) for one in contributions]
    return digest_of([FORMAT, "seed", pool_digest, said, source, public_value])
