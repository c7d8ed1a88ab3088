"""The text of a plan as another authority uses it: its own name where the document names the one that issued it.

What stands in 《》 is the title of a document and stays as it is quoted, unless the issuer itself issued it: a copied
campaign goes by the plan of its own authority.
"""

import re

TITLED = re.compile(r"(《[^》]*》)")
BLANK = re.compile(r"，?_+分局")


def authority_of(issuer: str) -> str:
    """衡水市生态环境局办公室 → 衡水市生态环境局."""
    return issuer.removesuffix("办公室")


def place_of(authority: str) -> str:
    """衡水市生态环境局 → 衡水市; "" where no place begins it."""
    found = re.match(r"[^，。《》]{2,6}?[省市区县]", authority)
    return found[0] if found else ""


def localised(text: str, issuer: str, authority: str) -> str:
    """The text with the authority and its place for the document's; unchanged where they are the same."""
    theirs = authority_of(issuer)
    if not theirs or theirs == authority:
        return text
    return "".join(part_of(part, theirs, authority) for part in TITLED.split(text))


def part_of(part: str, theirs: str, authority: str) -> str:
    if part.startswith("《"):
        return part.replace(theirs, authority) if part.startswith(f"《{theirs}") else part
    said = part.replace(theirs, authority)
    before, after = place_of(theirs), place_of(authority)
    return said.replace(before, after) if before and after else said


def addressed(text: str, authority: str, branch: str) -> str:
    """“某市生态环境局，_____分局：” with the branch of whom it is about; nothing is left to be filled in."""
    own = branch.removeprefix(authority)
    return BLANK.sub(f"，{own}" if own else "", text)
