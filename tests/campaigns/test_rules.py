"""The visit gate, rule by rule, without a database."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules import (
    EXCEPTIONS,
    RULE_LABELS,
    RULES,
    WEIGHT,
    Answer,
    Before,
    Facts,
    LeadStanding,
    Officer,
    Policy,
    PositivePolicy,
    Repeat,
    SameMonth,
    YearlyCap,
    campaign_day,
    decide,
    own_window,
)

LEAD, SECOND = Officer("李一检"), Officer("王二检")
UNLEARNT = Officer("王二检", unlearnt=("六不准 第 2 版",))
GOOD = Facts(
    planned_on=date(2020, 5, 12),
    today=date(2020, 5, 11),
    officers=(LEAD, SECOND),
    phase_starts_on=date(2020, 4, 21),
    phase_ends_on=date(2020, 6, 20),
)
LISTED = replace(GOOD, on_positive_list=True, positive_until=date(2020, 5, 31))
WITH_LEAD = replace(LISTED, lead_kind="complaint", lead_detail="群众举报夜间异味")

HENGSHUI = Repeat(
    ("complaint", "exceedance", "other"), frozenset({"complaint", "exceedance"}), frozenset({"other"}), 100
)
COVERING = replace(GOOD, visits=1, listed=100, policy=Policy(repeat=HENGSHUI))
SPARED = replace(
    LISTED, policy=Policy(positive_list=PositivePolicy(frozenset({"complaint", "exceedance"}), False, "excluded"))
)
EXCEEDED = {"lead_kind": "exceedance", "lead_detail": "二氧化硫超标", "lead_standing": LeadStanding.REGISTERED}
MONTH = replace(GOOD, policy=Policy(same_month=SameMonth(("自动监控", "危险废物"))), items=frozenset({"自动监控"}))
SEEN = replace(MONTH, superior_visits=(Before(date(2020, 5, 2), "市局", frozenset({"自动监控"})),))
APRIL = (Before(date(2020, 4, 30), "市局"),)
NEAR = replace(GOOD, policy=Policy(merge_days=30), other_visits=(Before(date(2020, 4, 20), "市局"),))
TRAINED = replace(GOOD, sources={"province_training": "省厅在执法检查启动时统一组织培训"})
CAPPED = replace(GOOD, counted_this_year=2, policy=Policy(yearly_cap=YearlyCap(2, frozenset({"recheck", "lead"}))))

CASES = [
    ("published", GOOD, "allow"),
    ("published", replace(GOOD, published=False), "refuse"),
    ("unit_ready", GOOD, "allow"),
    ("unit_ready", replace(GOOD, plan_missing="源汇区没有审核通过的“行动方案”"), "refuse"),
    ("planned_day", GOOD, "allow"),
    ("planned_day", replace(GOOD, planned_on=date(2020, 5, 11)), "allow"),
    ("planned_day", replace(GOOD, planned_on=date(2020, 5, 10)), "refuse"),
    ("phase_open", GOOD, "allow"),
    ("phase_open", replace(GOOD, planned_on=date(2020, 6, 20)), "allow"),
    ("phase_open", replace(GOOD, planned_on=date(2020, 6, 21)), "refuse"),
    ("phase_open", replace(GOOD, planned_on=date(2020, 4, 20), today=date(2020, 4, 1)), "refuse"),
    ("phase_open", replace(GOOD, phase_starts_on=None), "refuse"),
    ("enterprise_open", GOOD, "allow"),
    ("enterprise_open", replace(GOOD, closed=True), "refuse"),
    ("standing", GOOD, "allow"),
    ("standing", replace(GOOD, standing_on=date(2020, 5, 20)), "refuse"),
    ("repeat", GOOD, "allow"),
    ("repeat", replace(GOOD, visits=1), "needs_reason"),
    ("repeat", replace(GOOD, visits=1, exception="recheck"), "allow"),
    ("repeat", replace(GOOD, visits=1, exception="再看看"), "refuse"),
    ("positive_list", GOOD, "allow"),
    ("positive_list", LISTED, "refuse"),
    ("positive_list", replace(WITH_LEAD, lead_detail=""), "refuse"),
    ("positive_list", WITH_LEAD, "needs_reason"),
    ("positive_list", replace(WITH_LEAD, approved=True), "allow"),
    ("repeat", replace(COVERING, covered=99), "refuse"),
    ("repeat", replace(COVERING, covered=99, exception="complaint"), "refuse"),
    (
        "repeat",
        replace(COVERING, covered=99, exception="complaint", lead_kind="complaint", lead_detail="异味"),
        "needs_reason",
    ),
    ("repeat", replace(COVERING, covered=99, exception="exceedance", **EXCEEDED), "allow"),
    ("repeat", replace(COVERING, covered=99, exception="complaint", lead_kind="sensing", lead_detail="图斑"), "refuse"),
    ("repeat", replace(COVERING, covered=99, exception="other"), "needs_reason"),
    ("repeat", replace(COVERING, covered=99, exception="other", reason="设备大修"), "needs_reason"),
    ("repeat", replace(COVERING, covered=99, exception="other", reason="设备大修", approved=True), "allow"),
    ("repeat", replace(COVERING, covered=99, exception="recheck"), "refuse"),
    ("repeat", replace(COVERING, covered=100), "allow"),
    ("positive_list", SPARED, "refuse"),
    ("positive_list", replace(SPARED, **EXCEEDED), "allow"),
    ("positive_list", replace(SPARED, **EXCEEDED | {"lead_standing": LeadStanding.TYPED}), "needs_reason"),
    ("positive_list", replace(SPARED, **EXCEEDED | {"lead_kind": "other"}), "refuse"),
    ("positive_list", replace(SPARED, is_key=False), "refuse"),
    ("positive_list", replace(SPARED, is_key=False, drawn=True), "allow"),
    ("positive_list", replace(SPARED, drawn=True), "refuse"),
    ("lead", replace(GOOD, lead_kind="complaint", lead_detail="异味"), "allow"),
    ("lead", replace(GOOD, **EXCEEDED), "allow"),
    ("lead", replace(GOOD, **EXCEEDED | {"lead_standing": LeadStanding.ELSEWHERE}), "refuse"),
    ("lead", replace(GOOD, **EXCEEDED | {"lead_standing": LeadStanding.USED}), "refuse"),
    ("lead", replace(GOOD, **EXCEEDED | {"lead_standing": LeadStanding.ENDED}), "refuse"),
    ("research", replace(GOOD, kind="research", policy=Policy(research=True)), "allow"),
    ("research", replace(GOOD, kind="research"), "refuse"),
    ("verification", replace(GOOD, kind="verify", visits=1), "allow"),
    ("verification", replace(GOOD, kind="verify", is_key=False), "refuse"),
    ("province_training", TRAINED, "allow"),
    ("province_training", replace(TRAINED, province_untrained=True), "refuse"),
    ("same_month", MONTH, "allow"),
    ("same_month", SEEN, "refuse"),
    ("same_month", replace(SEEN, reason="群众反复举报"), "needs_reason"),
    ("same_month", replace(SEEN, reason="群众反复举报", approved=True), "allow"),
    ("same_month", replace(SEEN, items=frozenset({"危险废物"})), "allow"),
    ("same_month", replace(SEEN, items=frozenset()), "refuse"),
    ("same_month", replace(MONTH, superior_visits=(Before(date(2020, 5, 2), "市局"),)), "refuse"),
    ("same_month", replace(MONTH, superior_visits=(Before(date(2020, 4, 30), "市局"),)), "allow"),
    ("same_month", replace(MONTH, superior_visits=(Before(date(2020, 5, 13), "市局"),)), "allow"),
    ("same_month", replace(MONTH, policy=Policy(same_month=SameMonth(days=30)), superior_visits=APRIL), "refuse"),
    ("same_month", replace(MONTH, policy=Policy(same_month=SameMonth(days=10)), superior_visits=APRIL), "allow"),
    ("merge", replace(GOOD, policy=Policy(merge_days=30)), "allow"),
    ("merge", NEAR, "needs_reason"),
    ("merge", replace(NEAR, reason="专项不同"), "allow"),
    ("merge", replace(NEAR, other_visits=(Before(date(2020, 6, 11), "市局"),)), "needs_reason"),
    ("merge", replace(NEAR, other_visits=(Before(date(2020, 6, 12), "市局"),)), "allow"),
    ("yearly_cap", replace(CAPPED, counted_this_year=1), "allow"),
    ("yearly_cap", CAPPED, "refuse"),
    ("yearly_cap", replace(CAPPED, exception="recheck"), "allow"),
    ("yearly_cap", replace(CAPPED, lead_kind="complaint", lead_detail="异味"), "needs_reason"),
    ("yearly_cap", replace(CAPPED, **EXCEEDED), "allow"),
    ("enforcers", GOOD, "allow"),
    ("enforcers", replace(GOOD, officers=(LEAD, Officer("蒋专家", may_enforce=False))), "refuse"),
    ("planned", GOOD, "allow"),
    ("planned", replace(GOOD, plan_asked=True, in_plan=True), "allow"),
    ("planned", replace(GOOD, plan_asked=True), "needs_reason"),
    ("planned", replace(GOOD, plan_asked=True, plan_waits="源汇区执法计划第1版（报备）"), "needs_reason"),
    ("planned", replace(GOOD, plan_asked=True, reason="群众反映强烈"), "needs_reason"),
    ("planned", replace(GOOD, plan_asked=True, reason="群众反映强烈", approved=True), "allow"),
    ("lead_tag", GOOD, "allow"),
    ("lead_tag", replace(GOOD, lead_tags=("千名精兵",)), "refuse"),
    ("lead_tag", replace(GOOD, lead_tags=("千名精兵",), officers=(LEAD, Officer("王", tags=("千名精兵",)))), "refuse"),
    ("lead_tag", replace(GOOD, lead_tags=("千名精兵",), officers=(Officer("李", tags=("千名精兵",)), SECOND)), "allow"),
    ("certificates", GOOD, "allow"),
    ("recusal", GOOD, "allow"),
    ("recusal", replace(GOOD, officers=(LEAD, Officer("王二检", recused="自行回避"))), "refuse"),
    ("certificates", replace(GOOD, officers=(LEAD, Officer("王二检", certificate_valid=False))), "refuse"),
    ("certificates", replace(GOOD, officers=(LEAD,)), "refuse"),
    ("patrol", GOOD, "allow"),
    ("patrol", replace(GOOD, officers=(LEAD, Officer("王二检", patrols=True))), "refuse"),
    ("patrol", replace(GOOD, expert="蒋专家", expert_patrols=True), "refuse"),
    ("pledge", GOOD, "allow"),
    ("pledge", replace(GOOD, officers=(Officer("李一检", pledged=False), SECOND)), "refuse"),
    ("pledge", replace(GOOD, officers=(LEAD, Officer("王二检", pledged=False))), "refuse"),
    ("pledge", replace(GOOD, officers=(Officer("李一检", pledged=False), SECOND), pledge_asked=False), "allow"),
    ("clauses", replace(GOOD, clauses="required"), "allow"),
    ("clauses", replace(GOOD, clauses="required", officers=(LEAD, UNLEARNT)), "refuse"),
    ("clauses", replace(GOOD, clauses="free", officers=(LEAD, UNLEARNT)), "allow"),
    ("trained", GOOD, "allow"),
    ("trained", replace(GOOD, untrained="李一检"), "allow"),
    ("expert", GOOD, "allow"),
    ("expert", replace(GOOD, expert="蒋专家"), "allow"),
    ("expert", replace(GOOD, expert="路人", expert_may_advise=False), "refuse"),
]


@pytest.mark.parametrize(("rule", "facts", "answer"), CASES)
def test_each_rule_answers_for_its_own_facts(rule, facts, answer):
    said = next(one for one in decide(facts).rules if one.rule == rule)
    assert said.answer == answer
    assert said.message.endswith("。")


@pytest.mark.parametrize(("rule", "facts", "answer"), CASES)
def test_no_rule_speaks_for_another(rule, facts, answer):
    """Every case differs from the good facts in one thing, so only its own rule may speak against it."""
    against = {one.rule for one in decide(facts).rules if one.answer is not Answer.ALLOW}
    assert against <= {rule}


def test_every_rule_has_a_case_for_each_answer_it_can_give():
    seen = {(rule, answer) for rule, _, answer in CASES}
    assert {rule for rule, _ in seen} == set(RULE_LABELS)
    assert all((rule, "allow") in seen for rule in RULE_LABELS)
    # What a plan does not hold, and what two teams do, is never refused outright; a warning stops nothing.
    never_refuses = {"merge", "planned", "trained"}
    assert all((rule, "allow") in seen for rule in RULE_LABELS)
    assert all((rule, "refuse") in seen for rule in set(RULE_LABELS) - never_refuses)
    asking = {"repeat", "positive_list", "same_month", "merge", "planned", "yearly_cap"}
    assert {rule for rule, answer in seen if answer == "needs_reason"} == asking


def test_a_rule_names_the_line_of_the_plan_it_stands_on():
    facts = replace(LISTED, sources={"positive_list": "要坚持正面清单原则（原文318-320行）"})
    said = {one.rule: one for one in decide(facts).rules}
    assert said["positive_list"].source == "要坚持正面清单原则（原文318-320行）"
    assert "不得少于两人" in said["certificates"].source


def test_a_reason_and_an_approval_are_asked_for_apart():
    assert decide(replace(GOOD, visits=1)).wants_reason
    assert decide(WITH_LEAD).wants_approval
    both = decide(replace(WITH_LEAD, visits=1))
    assert both.wants_reason
    assert not both.wants_approval


officer = st.builds(Officer, st.just("某"), st.booleans(), st.booleans(), st.booleans())
day = st.dates(date(2020, 4, 1), date(2020, 7, 31))
anything = st.builds(
    Facts,
    planned_on=day,
    today=day,
    officers=st.lists(officer, max_size=2).map(tuple),
    phase_starts_on=st.none() | st.just(date(2020, 4, 21)),
    phase_ends_on=st.just(date(2020, 6, 20)),
    published=st.booleans(),
    closed=st.booleans(),
    standing_on=st.none() | day,
    visits=st.integers(0, 3),
    exception=st.sampled_from(["", "无此理由", *EXCEPTIONS]),
    on_positive_list=st.booleans(),
    policy=st.builds(
        Policy,
        repeat=st.sampled_from([Repeat(), HENGSHUI]),
        positive_list=st.sampled_from([PositivePolicy(), SPARED.policy.positive_list]),
        same_month=st.sampled_from([None, SameMonth(("自动监控",)), SameMonth(days=30)]),
        merge_days=st.sampled_from([None, 30]),
        yearly_cap=st.sampled_from([None, CAPPED.policy.yearly_cap]),
        research=st.booleans(),
    ),
    kind=st.sampled_from(["enforce", "research", "verify"]),
    is_key=st.booleans(),
    drawn=st.booleans(),
    reason=st.sampled_from(["", "理由"]),
    covered=st.sampled_from([0, 99, 100]),
    listed=st.just(100),
    superior_visits=st.lists(st.builds(Before, day, st.just("市局")), max_size=2).map(tuple),
    other_visits=st.lists(st.builds(Before, day, st.just("市局")), max_size=2).map(tuple),
    counted_this_year=st.integers(0, 3),
    lead_standing=st.sampled_from(LeadStanding),
    lead_kind=st.sampled_from(["", "complaint"]),
    lead_detail=st.sampled_from(["", "举报"]),
    approved=st.booleans(),
    expert=st.sampled_from(["", "蒋专家"]),
    expert_may_advise=st.booleans(),
    pledge_asked=st.booleans(),
)


@given(anything)
def test_refuse_beats_needs_reason_beats_allow(facts):
    decision = decide(facts)
    answers = [one.answer for one in decision.rules]
    assert len(answers) <= len(RULES)
    assert WEIGHT[decision.answer] == max(WEIGHT[answer] for answer in answers)
    assert (decision.answer is Answer.REFUSE) == (Answer.REFUSE in answers)
    assert not (decision.wants_reason and decision.wants_approval)
    assert decision.as_json()["answer"] == decision.answer


@given(anything)
def test_an_approved_lead_never_makes_the_answer_worse(facts):
    asked = replace(facts, lead_kind="complaint", lead_detail="举报", approved=False)
    approved = replace(asked, approved=True)
    assert WEIGHT[decide(approved).answer] <= WEIGHT[decide(asked).answer]


WORSE = {
    "published": lambda facts: replace(facts, published=False),
    "closed": lambda facts: replace(facts, closed=True),
    "standing": lambda facts: replace(facts, standing_on=facts.planned_on),
    "no phase": lambda facts: replace(facts, phase_starts_on=None),
    "less covered": lambda facts: replace(facts, covered=max(facts.covered - 50, 0)),
    "a person less": lambda facts: replace(facts, officers=facts.officers[:-1]),
    "a lapsed certificate": lambda facts: replace(
        facts, officers=tuple(replace(one, certificate_valid=False) for one in facts.officers)
    ),
    "no pledge": lambda facts: replace(facts, officers=tuple(replace(one, pledged=False) for one in facts.officers)),
    "one more of this year": lambda facts: replace(facts, counted_this_year=facts.counted_this_year + 1),
    "a superior was there": lambda facts: replace(
        facts, superior_visits=(*facts.superior_visits, Before(facts.planned_on, "省厅"))
    ),
    "another team goes": lambda facts: replace(
        facts, other_visits=(*facts.other_visits, Before(facts.planned_on, "市局"))
    ),
    "no words": lambda facts: replace(facts, reason=""),
    "no approval": lambda facts: replace(facts, approved=False),
    "the lead is used up": lambda facts: replace(facts, lead_standing=LeadStanding.USED),
    "an expert who is none": lambda facts: replace(facts, expert="路人", expert_may_advise=False),
}


@pytest.mark.parametrize("worse", WORSE.values(), ids=WORSE)
@given(facts=anything)
def test_an_answer_never_gets_weaker_when_a_fact_gets_worse(worse, facts):
    assert WEIGHT[decide(worse(facts)).answer] >= WEIGHT[decide(facts).answer]


DEFAULT = (date(2020, 4, 21), date(2020, 6, 20))
LUOHE = (date(2020, 5, 6), date(2020, 6, 20))
COUNTY = (date(2020, 5, 18), date(2020, 6, 20))


@pytest.mark.parametrize(
    ("path", "window"),
    [("/1/2/", LUOHE), ("/1/2/9/", COUNTY), ("/1/2/9/4/", COUNTY), ("/1/2/8/", LUOHE), ("/1/22/", DEFAULT)],
)
def test_the_window_of_the_nearest_unit_above_holds(path, window):
    assert own_window(DEFAULT, {"/1/2/": LUOHE, "/1/2/9/": COUNTY}, path) == window


def test_a_blueprint_day_is_shifted_by_whole_weeks_only():
    assert campaign_day("04-21", 2020) == date(2020, 4, 21)
    shifted = campaign_day("04-21", 2020, 338)
    assert shifted.weekday() == date(2020, 4, 21).weekday()
    assert (shifted - date(2020, 4, 21)).days == 338 * 7
