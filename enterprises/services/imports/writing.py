"""The good lines of a list go into the register: set-wise, in one transaction, under one lock."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from accounts.models import User
from core import copying
from core.clock import day_of
from enterprises.models import Enterprise, LegalEntity, LegalEntityName, Permit, PositiveListEntry
from enterprises.rules.searching import search_terms
from enterprises.services.entities import Override, give_code
from enterprises.services.facts import SITE_LABELS
from enterprises.services.imports.assessing import Assessment, Outcome
from enterprises.services.names import open_names, rename_all, sort_key
from enterprises.services.permits import permits_as_stated
from enterprises.services.positive import entry_as_stated

SOURCE: Final = "名单导入"
PERMIT_COLUMNS: Final = ("number", "management", "valid_to")
NO_OVERRIDE: Final = Override()


@dataclass
class Writer:
    """Writes the assessments of one list, chunk after chunk. The caller holds the transaction and the lock."""

    actor: User
    at: datetime
    counts: Counter[str] = field(default_factory=Counter)
    new_by_unit: Counter[int] = field(default_factory=Counter)

    @property
    def day(self) -> date:
        return day_of(self.at)

    def write(self, assessed: Sequence[Assessment]) -> None:
        """After it every assessment that was written knows its site."""
        new = [one for one in assessed if one.outcome == Outcome.NEW]
        known = [one for one in assessed if one.outcome in {Outcome.CHANGED, Outcome.RENAMED} and one.site]
        self.create(new)
        self.change(known)
        self.state_permits(new + known)
        self.state_positive(new + known)
        self.counts.update(one.outcome for one in new + known)

    def create(self, new: Sequence[Assessment]) -> None:
        bodies = self.entities(new)
        taken = taken_numbers(body.pk for body in bodies.values())
        for one in new:
            body = bodies[one.facts.uscc or id(one)]
            one.site = self.site_of(one, body, next_number(taken[body.pk], one.facts.site_number))
            self.new_by_unit[one.site.unit_id] += 1
        copying.insert([one.site for one in new if one.site])
        open_names([(one.site, one.facts.former_name) for one in new if one.site], since=self.day, source=SOURCE)

    def entities(self, new: Sequence[Assessment]) -> dict[str | int, LegalEntity]:
        """The body of every new site, by its code or, where it has none, by the assessment; the missing are created."""
        codes = {one.facts.uscc for one in new if one.facts.uscc}
        found: dict[str | int, LegalEntity] = {
            body.uscc or "": body for body in LegalEntity.objects.filter(uscc__among=codes)
        }
        missing: dict[str | int, LegalEntity] = {}
        for one in new:
            key = one.facts.uscc or id(one)
            if key not in found and key not in missing:
                missing[key] = LegalEntity(
                    uscc=one.facts.uscc or None, name=one.facts.name, representative=one.facts.representative or ""
                )
        copying.insert(list(missing.values()))
        copying.insert_values(
            LegalEntityName,
            ("entity_id", "name", "uscc", "valid_from"),
            ((body.pk, body.name, body.uscc or "", self.day) for body in missing.values()),
        )
        return found | missing

    def site_of(self, one: Assessment, entity: LegalEntity, number: int) -> Enterprise:
        facts = one.facts
        former = [facts.former_name] if facts.former_name else []
        return Enterprise(
            entity_id=entity.pk,
            site_number=number,
            name=facts.name,
            is_confirmed=bool(facts.uscc),
            coordinate_source=SOURCE,
            search=search_terms(facts.name, former, [facts.uscc] if facts.uscc else []),
            sort_key=sort_key(facts.name),
            created_by_id=self.actor.pk,
            created_at=self.at,
            updated_at=self.at,
            **facts.stated(),
        )

    def change(self, known: Sequence[Assessment]) -> None:
        """Columns of sites and bodies, then names; codes change once in a site's life and go one by one."""
        touched: set[str] = set()
        for one in known:
            for name in SITE_LABELS:
                if one.site and name in one.changes:
                    setattr(one.site, name, one.changes[name][1])
                    touched.add(name)
        sites = [one.site for one in known if one.site]
        if touched:
            Enterprise.objects.bulk_update(sites, sorted(touched), batch_size=500)
        Enterprise.objects.filter(pk__in=[site.pk for site in sites]).update(updated_at=self.at)
        self.change_representatives(known)
        rename_all(
            [(one.site, one.facts.name) for one in known if one.site and "name" in one.changes],
            since=self.day,
            source=SOURCE,
        )
        for one in known:
            if one.site and "uscc" in one.changes:
                give_code(one.site, one.facts.uscc, override=NO_OVERRIDE, since=self.day)

    @staticmethod
    def change_representatives(known: Sequence[Assessment]) -> None:
        bodies: dict[int, LegalEntity] = {}
        for one in known:
            if one.site and "representative" in one.changes:
                body = bodies.setdefault(one.site.entity_id, one.site.entity)
                body.representative = one.changes["representative"][1]
        LegalEntity.objects.bulk_update(bodies.values(), ["representative"], batch_size=500)

    def state_permits(self, written: Sequence[Assessment]) -> None:
        stated = [
            permit
            for one in written
            if one.site
            for permit in permits_as_stated(one.site, self.registered(one), one.facts, self.day)
        ]
        # Parted before the new ones get their keys.
        known = [permit for permit in stated if permit.pk]
        copying.insert([permit for permit in stated if not permit.pk])
        Permit.objects.bulk_update(known, PERMIT_COLUMNS, batch_size=500)

    @staticmethod
    def registered(one: Assessment) -> list[Permit]:
        return list(one.site.permits.all()) if one.site and one.outcome != Outcome.NEW else []

    def state_positive(self, written: Sequence[Assessment]) -> None:
        stated = [
            entry_as_stated(
                one.site,
                [] if one.outcome == Outcome.NEW else list(one.site.positive_entries.all()),
                one.facts,
                actor=self.actor,
                at=self.at,
                ground=SOURCE,
            )
            for one in written
            if one.site
        ]
        known = [entry for entry in stated if entry and entry.pk]
        copying.insert([entry for entry in stated if entry and not entry.pk])
        PositiveListEntry.objects.bulk_update(known, ["valid_from", "valid_to"], batch_size=500)


def taken_numbers(bodies: Iterable[int]) -> dict[int, set[int]]:
    """The site numbers that each body has given out."""
    taken: dict[int, set[int]] = defaultdict(set)
    rows = Enterprise.objects.filter(entity__pk__among=bodies).values_list("entity_id", "site_number")
    for body, number in rows:
        taken[body].add(number)
    return taken


def next_number(taken: set[int], stated: int | None) -> int:
    """The stated number, else the next one; noted as taken."""
    number = stated if stated is not None and stated not in taken else max(taken, default=0) + 1
    taken.add(number)
    return number
