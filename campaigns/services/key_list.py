"""The year's key list against the plan's rules: who belongs on it and is not, put on it or explained."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from accounts.gate import Person
from accounts.models import User
from campaigns.models import Campaign, KeyListExplanation, Target
from campaigns.rules.key_list import UNSTATED, KeyClass, KeyRule, judged_on, rules_on
from campaigns.services.duties import open_self_check_duties
from campaigns.services.targets import add, follow_register
from campaigns.states import CampaignState
from core import audit, clock, locks
from core.refusals import Refused
from enterprises.models import Enterprise, Permit
from enterprises.services.sites import make_key

OPEN, EXPLAINED, LISTED = "open", "explained", "listed"
STATES = {OPEN: "未纳入、未说明", EXPLAINED: "未纳入、已说明", LISTED: "已纳入"}
AT_ONCE = 500
SHORTEST = 5


@dataclass(frozen=True)
class Difference:
    """One enterprise: which rules speak of it (with what of it they mean), and what became of it."""

    site: Any  # Enterprise with what `judged` says of it
    rules: list[tuple[KeyRule, str]]
    explanation: KeyListExplanation | None

    @property
    def state(self) -> str:
        if self.site.on_list:
            return LISTED
        return EXPLAINED if self.site.explained else OPEN

    @property
    def label(self) -> str:
        return STATES[self.state]


def rules_of(campaign: Campaign, at: datetime) -> list[KeyRule]:
    return rules_on(campaign.blueprint.data, judged_on(campaign.year, clock.day_of(at)))


def judged(campaign: Campaign, rules: Sequence[KeyRule], sites: QuerySet[Enterprise], at: datetime) -> QuerySet[Any]:
    """Of these sites, those of which a rule speaks, each with the answer of every rule and where it stands."""
    day = judged_on(campaign.year, clock.day_of(at))
    spoken = {column(rule): said_by(rule, day) for rule in rules}
    anything = Q(pk__in=[])
    for name in spoken:
        anything |= ~Q(**{name: ""})
    own = sites.filter(unit__path__startswith=campaign.unit.path, is_confirmed=True).exclude(state="closed")
    found = own.annotate(**spoken).filter(anything)
    return found.annotate(on_list=on_list(campaign), explained=explained(campaign, rules))


def column(rule: KeyRule) -> str:
    return f"said_{rule.key}"


def said_by(rule: KeyRule, day: date) -> Case:
    """What of the site the rule means: the industry or the permit; empty where it does not speak."""
    whens = [When(belongs(one), then=Value(one.name)) for one in rule.classes]
    if rule.management:
        whens.append(When(permitted(rule, day), then=Value(permit_meant(rule))))
    return Case(*whens, default=Value(""), output_field=CharField())


def permit_meant(rule: KeyRule) -> str:
    names = {value: str(label) for value, label in Permit.Management.choices}
    only = [names[one] for one in rule.management] if UNSTATED not in rule.management else []
    return f"有效的{'、'.join(only)}排污许可证"


def belongs(one: KeyClass) -> Q:
    found = Q(industry__in=one.numbers)
    for code in one.codes:
        found |= Q(gb4754__startswith=code)
    for word in one.words:
        found |= Q(industry_text__contains=word)
    for code in one.unless:
        found &= ~Q(gb4754__startswith=code)
    return found


def permitted(rule: KeyRule, day: date) -> Exists:
    classes = ["" if one == UNSTATED else one for one in rule.management]
    held = Permit.objects.filter(enterprise=OuterRef("pk"), kind=Permit.Kind.DISCHARGE, management__in=classes)
    valid = Q(issued_on=None) | Q(issued_on__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
    return Exists(held.exclude(number="").filter(*valid))


def on_list(campaign: Campaign) -> Exists:
    """A target visited before its class changed keeps the class of its visit, and is on the list all the same."""
    key = Q(is_key=True) | Q(visit_count__gt=0, enterprise__is_key=True)
    return Exists(Target.objects.filter(key, campaign=campaign, enterprise=OuterRef("pk")))


def explained(campaign: Campaign, rules: Sequence[KeyRule]) -> Any:
    """Whether every rule that speaks now was explained: one that speaks since is open again."""
    standing = KeyListExplanation.objects.standing().filter(campaign=campaign, enterprise=OuterRef("pk"))
    answered = Q(Exists(standing))
    for rule in rules:
        answered &= Q(**{column(rule): ""}) | Q(Exists(standing.filter(rules__contains=[{"key": rule.key}])))
    return Case(When(answered, then=Value(True)), default=Value(False))


def in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    """By default the differences: everything that is not on the list."""
    if state == LISTED:
        return rows.filter(on_list=True)
    rows = rows.filter(on_list=False)
    return rows.filter(explained=state == EXPLAINED) if state in {OPEN, EXPLAINED} else rows


def lines_of(
    campaign: Campaign, rules: Sequence[KeyRule], rows: Sequence[Enterprise], user: Person | None = None
) -> Iterator[Difference]:
    """One query for the explanations, however many rows. With a person, only those that the person sees."""
    every = KeyListExplanation.objects.all() if user is None else KeyListExplanation.objects.visible_to(user)
    texts = every.standing().filter(campaign=campaign, enterprise__in=[row.pk for row in rows])
    kept = {one.enterprise_id: one for one in texts.select_related("explained_by")}
    for row in rows:
        spoken = [(rule, said) for rule in rules if (said := getattr(row, column(rule)))]
        yield Difference(row, spoken, kept.get(row.pk))


def put_on(campaign: Campaign, sites: Iterable[int], *, actor: User, at: datetime) -> int:
    """These enterprises are key ones, in the register and on the campaign's list. Returns how many were put on it."""
    with transaction.atomic():
        found = [one.site.pk for one in missing(campaign, sites, at)]
        make_key(found, actor=actor, at=at, reason=f"纳入年度监管重点名单：{campaign.title}"[:200])
        rows = Target.objects.filter(campaign=campaign, enterprise__in=found)
        follow_register(rows, at)
        wanted = Enterprise.objects.filter(pk__in=found).exclude(pk__in=rows.values("enterprise"))
        add(campaign, wanted, at)
        open_self_check_duties(campaign, rows.filter(listed_at=at), at)
        end_explanations(campaign, found, actor, at)
        audit.record("campaigns.key_list.add", campaign, actor=actor, at=at, after={"enterprises": found})
    return len(found)


def explain(campaign: Campaign, sites: Iterable[int], *, text: str, actor: User, at: datetime) -> int:
    """These enterprises stay off the list, for a reason that is kept with the rules that spoke."""
    if len(text.strip()) < SHORTEST:
        raise Refused(f"不纳入名单须说明原因（不少于 {SHORTEST} 个字）。", field="text", status=422)
    if len(text.strip()) > 300:
        raise Refused("说明不超过 300 个字。", field="text", status=422)
    with transaction.atomic():
        found = missing(campaign, sites, at)
        end_explanations(campaign, [one.site.pk for one in found], actor, at)
        for one in found:
            row = explanation_of(campaign, one, text.strip(), actor, at)
            detail = {"rules": [said["key"] for said in row.rules], "campaign": campaign.pk}
            audit.record(
                "campaigns.keylistexplanation.write",
                row,
                actor=actor,
                at=at,
                reason=row.text,
                after=detail,
                unit_path=row.unit.path,
            )
    return len(found)


def explanation_of(campaign: Campaign, one: Difference, text: str, actor: User, at: datetime) -> KeyListExplanation:
    said = [
        {"key": rule.key, "name": rule.name, "of": of, "source": rule.source, "lines": rule.lines}
        for rule, of in one.rules
    ]
    about = {"campaign": campaign, "enterprise": one.site, "unit": one.site.unit}
    return KeyListExplanation.objects.create(**about, rules=said, text=text, explained_by=actor, explained_at=at)


def missing(campaign: Campaign, sites: Iterable[int], at: datetime) -> list[Difference]:
    """Of these, what is still a difference; nobody else changes the list meanwhile. Call inside a transaction."""
    locks.hold("targets", str(campaign.pk))
    row = Campaign.objects.select_related("blueprint", "unit").get(pk=campaign.pk)
    if row.state == CampaignState.CLOSED:
        raise Refused("行动已结束，名单不能再变更。")
    rules = rules_of(row, at)
    if not rules:
        raise Refused("本行动的方案没有规定哪些企业须纳入年度监管重点名单。")
    wanted = Enterprise.objects.select_related("unit").filter(pk__in=list(sites)[:AT_ONCE]).order_by("pk")
    found = list(lines_of(row, rules, list(in_state(judged(row, rules, wanted, at), ""))))
    if not found:
        raise Refused("没有选中未纳入名单的企业，请先勾选。")
    return found


def end_explanations(campaign: Campaign, sites: Sequence[int], actor: User, at: datetime) -> None:
    standing = KeyListExplanation.objects.standing().filter(campaign=campaign, enterprise__in=sites)
    standing.update(ended_at=at, ended_by=actor)
