"""An address as a paper needs it: whole, so that a letter arrives and a court knows which district is meant."""

from collections.abc import Iterable


def full_address(parts: Iterable[str], address: str) -> str:
    """河南省, 漯河市, 源汇区, 示例镇 before 示例路 1 号; what the address itself begins with is not said twice."""
    said = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
    rest = address.strip()
    for part in said:
        rest = rest.removeprefix(part).lstrip()
    return "".join(said) + rest
