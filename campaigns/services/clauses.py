"""Texts of discipline in versions; each version is learnt and signed anew (GS-72)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Grant, Unit, User
from accounts.rules import Role
from campaigns import notices
from campaigns.models import Campaign, ClauseSignature, ClauseVersion
from campaigns.rules.clauses import above, demand
from core import audit, clock, locks
from core.refusals import NotAllowed, Refused


@dataclass(frozen=True)
class Written:
    """A version as it is typed."""

    name: str
    source: str
    text: str
    valid_from: date
    change: str = ""


def demand_of(campaign: Campaign) -> str:
    return demand(campaign.blueprint.data.get("gate", {}), campaign.parameters)


def publish(unit: Unit, said: Written, *, actor: User, at: datetime) -> ClauseVersion:
    """The next version of a text, the first of a new one. Who had signed the one before must sign again."""
    name, text = said.name.strip(), said.text.strip()
    with transaction.atomic():
        locks.hold("clauses", f"{unit.pk}:{name}")
        last = ClauseVersion.objects.filter(unit=unit, name=name).order_by("-number").first()
        refuse_unfit(last, said, audit.digest_of(text))
        row = ClauseVersion.objects.create(
            unit=unit,
            name=name,
            number=last.number + 1 if last else 1,
            source=said.source.strip(),
            text=text,
            text_digest=audit.digest_of(text),
            valid_from=said.valid_from,
            change=said.change.strip(),
            made_by=actor,
            made_at=at,
        )
        after = {"name": name, "number": row.number, "valid_from": said.valid_from, "text_digest": row.text_digest}
        audit.record("campaigns.clauseversion.publish", row, actor=actor, at=at, unit_path=unit.path, after=after)
        notices.clauses_published(row, bound_by(row, clock.day_of(at)), at)
    return row


def refuse_unfit(last: ClauseVersion | None, said: Written, digest: str) -> None:
    if last is None:
        return
    if last.text_digest == digest:
        raise Refused(f"正文与{last}相同，不需要换版。", field="text", status=422)
    if said.valid_from < last.valid_from:
        raise Refused(f"施行日期不能早于{last}的 {last.valid_from}。", field="valid_from", status=422)
    if not said.change.strip():
        raise Refused("换版须写明改了什么。", field="change", status=422)


def bound_by(row: ClauseVersion, day: date) -> QuerySet[User]:
    """The officers of the keeping unit and of all below it, who enforce on that day."""
    enforcing = Grant.objects.in_force(day).filter(role=Role.INSPECTOR)
    people = User.objects.filter(pk__in=enforcing.values("user"), is_active=True)
    return people.filter(unit__path__startswith=row.unit.path)


def unsigned_of(row: ClauseVersion, day: date) -> QuerySet[User]:
    return bound_by(row, day).exclude(learnt__version=row).select_related("unit")


def sign(row: ClauseVersion, user: User, *, name: str, at: datetime) -> ClauseSignature:
    """An officer signs one version by typing the own name under it. What was replaced is signed no more."""
    if user.unit is None or not user.unit.path.startswith(row.unit.path):
        raise NotAllowed("本条文不适用于您所在的单位。")
    if "".join(name.split()) != user.name:
        raise Refused(f"签名须与登录人姓名（{user.name}）一致。", field="name", status=422)
    newer = ClauseVersion.objects.filter(unit=row.unit, name=row.name, number__gt=row.number)
    if newer.filter(valid_from__lte=clock.day_of(at)).exists():
        raise Refused("条文已换版，请签收现行版本。")
    try:
        with transaction.atomic():
            signed = ClauseSignature.objects.create(version=row, user=user, name=user.name, signed_at=at)
            after = {"version": str(row), "text_digest": row.text_digest}
            audit.record("campaigns.clausesignature.sign", signed, actor=user, at=at, after=after)
    except IntegrityError as error:
        raise Refused("您已经签收过这一版。") from error
    return signed


def unsigned(people: Iterable[User], day: date) -> dict[int, list[ClauseVersion]]:
    """Of some people what each has still to sign, in force on a day; two queries, however many people."""
    paths = {person.pk: person.unit.path for person in people if person.unit is not None}
    versions = ClauseVersion.objects.binding(set(paths.values())).current(day).select_related("unit")
    listed = list(versions.order_by("unit__path", "name"))
    if not listed:
        return {}
    signatures = ClauseSignature.objects.filter(version__in=listed, user__in=paths)
    signed = set(signatures.values_list("user_id", "version_id"))
    found: dict[int, list[ClauseVersion]] = defaultdict(list)
    for person, path in paths.items():
        bound = set(above(path))
        found[person] += [one for one in listed if one.unit.path in bound and (person, one.pk) not in signed]
    return {person: rows for person, rows in found.items() if rows}
