"""Which registered site a line of a list speaks of: by permit, code and site, or former name; else a person decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from enterprises.rules.searching import plain


class Way(StrEnum):
    PERMIT = "permit"
    CODE = "code"
    NAME = "name"
    NEW = "new"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Listed:
    """What a line says of who it is. `code` "" is a site without a code; `site_number` None is not stated."""

    name: str
    code: str = ""
    site_number: int | None = None
    permit: str = ""
    former_name: str = ""
    region_code: str = ""
    address: str = ""


@dataclass(frozen=True)
class Known:
    """A registered site, as far as matching needs it."""

    pk: int
    name: str
    code: str = ""
    site_number: int = 1
    region_code: str = ""
    address: str = ""
    former_names: frozenset[str] = frozenset()

    def bears(self, name: str) -> bool:
        """Whether this is its present name or was one."""
        return plain(name) in {plain(self.name), *map(plain, self.former_names)}


@dataclass(frozen=True)
class Match:
    """The answer: the site (None for a new one), how it was found, whom a person should compare, and why."""

    way: Way
    site: int | None = None
    candidates: tuple[int, ...] = ()
    reason: str = ""


@dataclass
class Register:
    """The registered sites a list may speak of, by each key that is asked for."""

    by_permit: Mapping[str, Known] = field(default_factory=dict)
    by_code: Mapping[str, Sequence[Known]] = field(default_factory=dict)
    by_name: Mapping[str, Sequence[Known]] = field(default_factory=dict)


def match(listed: Listed, register: Register) -> Match:
    """Decide for one line (docs/architecture.md, "Who is inspected")."""
    holder = register.by_permit.get(listed.permit) if listed.permit else None
    at_code = list(register.by_code.get(listed.code, ())) if listed.code else []
    if holder is not None:
        return by_permit(listed, holder, at_code)
    if at_code:
        return by_code(listed, at_code)
    return by_name(listed, register)


def by_permit(listed: Listed, holder: Known, at_code: list[Known]) -> Match:
    """A permit names its site, unless code and site number name another one."""
    named = [site for site in at_code if site.site_number == listed.site_number]
    if named and named[0].pk != holder.pk:
        reason = f"排污许可证编号属于“{holder.name}”，统一社会信用代码和厂址序号属于“{named[0].name}”"
        return Match(Way.DOUBTFUL, candidates=(holder.pk, named[0].pk), reason=reason)
    if listed.code and holder.code and holder.code != listed.code and not holder.bears(listed.name):
        reason = f"排污许可证编号已登记在“{holder.name}”（{holder.code}）名下"
        return Match(Way.DOUBTFUL, candidates=(holder.pk,), reason=reason)
    return Match(Way.PERMIT, site=holder.pk)


def by_code(listed: Listed, at_code: list[Known]) -> Match:
    """The stated site of the entity; unstated, its only one."""
    if listed.site_number is None:
        if len(at_code) == 1:
            return Match(Way.CODE, site=at_code[0].pk)
        named = [site for site in at_code if plain(site.name) == plain(listed.name)]
        if len(named) == 1:
            return Match(Way.CODE, site=named[0].pk)
        reason = f"该统一社会信用代码下有 {len(at_code)} 个厂址，名单没有写厂址序号"
        return Match(Way.DOUBTFUL, candidates=tuple(site.pk for site in at_code), reason=reason)
    found = [site for site in at_code if site.site_number == listed.site_number]
    return Match(Way.CODE, site=found[0].pk) if found else Match(Way.NEW)


def by_name(listed: Listed, register: Register) -> Match:
    """Nobody has the code: a stated former name, or the same name and place without a code, is the same site."""
    former = list(register.by_name.get(plain(listed.former_name), ())) if listed.former_name else []
    namesakes = list(register.by_name.get(plain(listed.name), ()))
    same = without_code(listed, namesakes) if not listed.code else None
    if same is not None:
        return Match(Way.NAME, site=same.pk)
    if len(former) == 1 and not namesakes and (not listed.code or not former[0].code):
        return Match(Way.NAME, site=former[0].pk)
    alike = {site.pk: site for site in [*former, *namesakes]}
    if not alike:
        return Match(Way.NEW)
    reason = f"同名或曾用名相同的单位已登记：{'、'.join(dict.fromkeys(site.name for site in alike.values()))}"
    return Match(Way.DOUBTFUL, candidates=tuple(alike), reason=reason)


def without_code(listed: Listed, namesakes: list[Known]) -> Known | None:
    """The one body without a code of this name in this region; among several, the one at this address."""
    here = [site for site in namesakes if not site.code and site.region_code == listed.region_code]
    if len(here) > 1:
        here = [site for site in here if plain(site.address) == plain(listed.address)]
    return here[0] if len(here) == 1 else None
