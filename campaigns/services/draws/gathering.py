"""What a draw may draw from: the pool, its strata, who is left out and why. A fixed number of queries."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from accounts.models import EnforcementCertificate, Grant, Region, User
from accounts.rules import Role
from campaigns.draw_rules import WEIGHTS, Standing, grounds, quota
from campaigns.models import Assignment, Draw, DrawRates, InspectorProfile, Pledge, Recusal
from campaigns.rules import Policy
from campaigns.rules.clauses import REQUIRED
from campaigns.services import clauses
from campaigns.services.draws.candidates import Candidate, candidates, city_of, city_paths, label_of, library_row
from campaigns.services.draws.rates import above, rates_for
from campaigns.services.gate import policy_for
from campaigns.services.groups import patrols
from campaigns.states import AssignmentState
from enterprises.models import Enterprise

COLUMNS = ["id", "name", "code", "area", "city", "stratum", "credit", "risk", "offences", "positive", "weight"]
PERSON_COLUMNS = ["id", "name", "unit", "city", "areas", "certificate", "valid_to", "specialities"]
SAID = 100


@dataclass
class Gathered:
    """Everything a draw is made of, in plain values and in the order that is published."""

    rates: DrawRates | None = None
    # Why an enterprise is in its layer, of the first of the pool.
    layered: dict[int, list[str]] = field(default_factory=dict)
    strata: list[dict[str, Any]] = field(default_factory=list)
    enterprises: list[list[Any]] = field(default_factory=list)
    excluded: list[list[Any]] = field(default_factory=list)
    inspectors: list[list[Any]] = field(default_factory=list)
    excluded_inspectors: list[list[Any]] = field(default_factory=list)
    recusals: list[list[Any]] = field(default_factory=list)
    library: list[list[Any]] = field(default_factory=list)
    roster: list[list[Any]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Of the list within the draw's range: the sum of its strata, whether drawn from or left out."""
        return len(self.enterprises) + len(self.excluded)

    @property
    def quota(self) -> int:
        return sum(stratum["quota"] for stratum in self.strata)


def gather(draw: Draw) -> Gathered:
    """Ask the register, the ratings and the inspectors' list as they are now; nothing is written."""
    found = Gathered()
    cities = city_paths()
    found.rates = rates_for(draw.unit, draw.inspect_on)
    listed = candidates(draw, cities)
    found.library = [library_row(one) for one in listed]
    chosen = [one for one in listed if one.is_within(draw.filters)]
    sort_out(draw, chosen, found)
    people(draw, cities, found)
    pool = {one.enterprise_id: one.id for one in chosen}
    found.recusals = recusals(draw, pool, {row[0] for row in found.inspectors}, {row[0] for row in found.enterprises})
    return found


def left_out(one: Candidate, draw: Draw, policy: Policy) -> str:
    """Why an enterprise is not drawn from, or "". What the gate would refuse to a draw is never drawn."""
    if one.state == Enterprise.State.CLOSED:
        return "已登记关停注销"
    if one.state == Enterprise.State.HALTED:
        return "临时停产"
    if draw.filters.get("listed") and one.lacks:
        return f"未入名录库，缺{'、'.join(one.lacks)}"
    if one.standing.positive and not policy.positive_list.draws(is_key=one.key):
        return "正面清单内的重点单位，免于现场执法检查"
    if one.planned:
        return "已有未完成的派单"
    if one.visits and not policy.repeat.draws_again:
        return f"本行动内已检查 {one.visits} 次，不重复检查"
    return ""


def weights_of(draw: Draw) -> Mapping[str, Any]:
    """The table of weights, with what the plan says of sites on the positive list (LH-06)."""
    positive = policy_for(draw.campaign).positive_list.draw_weight
    return WEIGHTS if positive is None else {**WEIGHTS, "positive": positive}


def sort_out(draw: Draw, chosen: list[Candidate], found: Gathered) -> None:
    """Pool, exclusions and strata; a stratum is made of all candidates, so that one left empty is seen."""
    table, policy = weights_of(draw), policy_for(draw.campaign)
    sizes, before = Counter[str](), Counter[str]()
    firsts: dict[str, Candidate] = {}
    for one in chosen:
        key = one.stratum(draw.strata_by)
        firsts.setdefault(key, one)
        before[key] += 1
        if reason := left_out(one, draw, policy):
            found.excluded.append([one.id, one.name, reason])
        else:
            sizes[key] += 1
            found.enterprises.append(one.row(key, table))
            if len(found.layered) < SAID:
                found.layered[one.id] = list(one.layer.said)
    regions = dict(Region.objects.filter(pk__in={one.region for one in firsts.values()}).values_list("pk", "name"))
    for key in sorted(firsts):
        ratio = draw.ratios.get(key, usual_ratio(draw, firsts[key], found.rates)) or 0
        found.strata.append(
            {
                "key": key,
                "label": label_of(firsts[key], draw.strata_by, regions),
                "ratio": ratio,
                "size": sizes[key],
                "excluded": before[key] - sizes[key],
                "quota": quota(sizes[key], ratio),
            }
        )


def usual_ratio(draw: Draw, one: Candidate, rates: DrawRates | None) -> int:
    """A stratum's ratio where nobody set one: of its layer, as approved for the quarter; else the draw's."""
    if rates is None or "layer" not in draw.strata_by:
        return draw.ratio
    return rates.of_layer(one.layer.key)


def people(draw: Draw, cities: dict[str, str], found: Gathered) -> None:
    """Everybody who may enforce in the unit (or above it), and why some are left out."""
    areas: dict[int, list[str]] = defaultdict(list)
    who = {}
    place = Q(unit__path__startswith=draw.unit.path) | Q(unit__path__in=above(draw.unit.path))
    grants = Grant.objects.in_force(draw.inspect_on).filter(place, role=Role.INSPECTOR, kind=Grant.Kind.UNIT)
    for grant in grants.select_related("unit", "user__unit").order_by("user_id", "pk"):
        if grant.unit:
            areas[grant.user_id].append(grant.unit.path)
            who[grant.user_id] = grant.user
    certificates = certificates_of(draw, list(who))
    specialities = dict(InspectorProfile.objects.filter(user__in=who).values_list("user", "specialities"))
    obstacles = obstacles_of(draw, list(who))
    for pk, person in sorted(who.items()):
        number, valid_to = certificates.get(pk, ("", ""))
        home = person.unit
        good_at = sorted(specialities.get(pk, []))
        city = city_of(home.path, cities) if home else ""
        row = [pk, person.name, home.short_name if home else "", city, areas[pk], number, valid_to, good_at]
        found.roster.append(row)
        reasons = [*obstacles[pk]]
        reasons += ["账号已停用"] * (not person.is_active)
        reasons += [f"{draw.inspect_on} 没有有效的执法证"] * (not number)
        reasons += [f"没有“{draw.speciality}”专长"] * bool(draw.speciality and draw.speciality not in good_at)
        if reasons:
            found.excluded_inspectors.append([pk, person.name, "；".join(reasons)])
        else:
            found.inspectors.append(row)


def certificates_of(draw: Draw, who: list[int]) -> dict[int, tuple[str, str]]:
    valid = EnforcementCertificate.objects.valid_on(draw.inspect_on).filter(user__in=who).order_by("valid_to", "pk")
    return {user: (number, str(valid_to)) for user, number, valid_to in valid.values_list("user", "number", "valid_to")}


def obstacles_of(draw: Draw, who: list[int]) -> dict[int, list[str]]:
    """What keeps a person out of this draw altogether: no pledge, a recusal from the whole draw."""
    found: dict[int, list[str]] = defaultdict(list)
    if draw.campaign.blueprint.data.get("pledge"):
        signed = set(Pledge.objects.filter(campaign=draw.campaign_id, user__in=who).values_list("user", flat=True))
        for pk in who:
            found[pk] += ["尚未签署廉洁自律承诺书"] * (pk not in signed)
    if clauses.demand_of(draw.campaign) == REQUIRED:
        people = User.objects.filter(pk__in=who).select_related("unit")
        for pk, rows in clauses.unsigned(people, draw.inspect_on).items():
            found[pk].append(f"尚未签收{'、'.join(map(str, rows))}")
    for pk in patrols(draw.campaign, who):
        found[pk].append("本行动巡查组人员，不能编入检查组")
    for row in Recusal.objects.filter(draw=draw.pk, ended_at=None).order_by("pk"):
        found[row.user_id].append(f"{row.get_kind_display()}：{row.reason}")
    return found


def recusals(draw: Draw, pool: dict[int, int], inspectors: set[int], rows: set[int]) -> list[list[Any]]:
    """Who keeps away from which enterprise, each pair once with its reason: declared, or went there before."""
    found: dict[tuple[int, int], str] = {}
    if draw.avoid_previous:
        done = Assignment.objects.filter(
            state=AssignmentState.DONE, target__enterprise__targets__campaign=draw.campaign_id
        ).order_by("planned_on")
        people = ("lead_inspector", "second_inspector", "planned_on")
        for enterprise, lead, second, day in done.values_list("target__enterprise", *people):
            for person in (lead, second):
                found[pool.get(enterprise, 0), person] = f"曾于 {day} 检查该企业"
    declared = Recusal.objects.filter(
        ended_at=None, enterprise__targets__campaign=draw.campaign_id, user__in=inspectors
    ).order_by("pk")
    for row in declared:
        if row.enterprise_id:
            found[pool.get(row.enterprise_id, 0), row.user_id] = f"{row.get_kind_display()}：{row.reason}"
    return [
        [enterprise, person, reason]
        for (enterprise, person), reason in sorted(found.items())
        if enterprise in rows and person in inspectors
    ]


def said_of(row: list[Any], table: Mapping[str, Any]) -> list[str]:
    """The weight of a pool row in words, with the numbers of the rules."""
    facts = dict(zip(COLUMNS, row, strict=True))
    return grounds(Standing(facts["credit"], facts["risk"], facts["offences"], facts["positive"]), table)
