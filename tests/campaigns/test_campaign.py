"""A campaign from its blueprint to publication: dates, readings, lists, windows, what it makes people owe."""

from datetime import date, datetime, timedelta

import pytest

from campaigns import services
from campaigns.models import Campaign, Phase, PhaseWindow
from core import clock
from core.models import AuditEvent, Notice, Obligation
from core.refusals import Refused
from tests import factories as make
from tests.campaigns import scene
from tests.campaigns.scene import MARCH, MAY

pytestmark = pytest.mark.django_db
NINE = ["04-24", "04-30", "05-08", "05-15", "05-22", "05-29", "06-05", "06-12", "06-19"]


def days(dates):
    return [f"{one.day:%m-%d}" for one in dates]


def granted(cast, campaign, key, starts_on, ends_on):
    phase = campaign.phases.get(key=key)
    asked = services.ask_window(
        phase,
        unit=cast.city,
        starts_on=starts_on,
        ends_on=ends_on,
        reason="疫情防控",
        actor=cast.officer_city,
        at=MARCH,
    )
    return services.approve_window(asked, actor=cast.leader_province, at=MARCH)


def test_the_six_phases_and_the_one_for_other_sites_have_the_plan_s_dates(draft):
    windows = {p.key: (f"{p.starts_on:%m-%d}", f"{p.ends_on:%m-%d}") for p in draft.phases.all()}
    assert windows == {
        "selfcheck": ("04-01", "04-30"),
        "inspect": ("04-21", "06-20"),
        "handle": ("05-01", "07-31"),
        "guide": ("04-01", "07-31"),
        "verify": ("08-01", "09-30"),
        "apply": ("10-01", "12-31"),
        "inspect_other": ("05-01", "10-31"),
    }


@pytest.mark.req("HN-18")
def test_phases_two_three_and_four_run_at_once_in_may(draft):
    running = services.windows_of(draft).open_on(date(2020, 5, 10))
    assert [phase.order for phase in running if phase.scope != Phase.Scope.OTHER] == [2, 3, 4]


def test_the_campaign_has_groups_forms_and_a_report_clock_of_its_blueprint(draft):
    assert [group.name for group in draft.groups.all()][:2] == ["领导小组", "指挥管理组"]
    assert draft.groups.count() == 6
    assert {form.purpose: form.title for form in draft.forms.all()} == {
        "selfcheck": "排污单位自查情况表",
        "record": "一体化执法现场检查记录表",
    }
    assert not draft.forms.filter(is_original=True).exists()
    assert (draft.report_weekday, f"{draft.report_time:%H:%M}", draft.on_holiday) == (4, "17:30", "previous_workday")


def test_the_same_campaign_is_not_made_twice(draft, cast):
    with pytest.raises(Refused, match="不能重复创建"):
        scene.draft(cast)


def test_an_unknown_blueprint_is_refused_with_what_to_do(cast):
    with pytest.raises(Refused, match="load_blueprints"):
        services.create_from_blueprint("gansu-2018", unit=cast.province, year=2018, actor=None, at=MARCH)


def test_the_demonstration_shifts_every_phase_by_whole_weeks_once(cast, blueprints):
    row = services.create_from_blueprint(
        "henan-2020", unit=cast.province, year=2020, actor=None, at=MARCH, shift_weeks=342
    )
    phase = row.phases.get(key="inspect")
    assert phase.starts_on - date(2020, 4, 21) == timedelta(weeks=342)
    assert phase.starts_on.weekday() == date(2020, 4, 21).weekday()
    assert row.shift_weeks == 342


def test_the_nine_cutoffs_of_the_plan(draft):
    """HN-70: 05-01 is Labour Day, so the second falls on Thursday 04-30; all at 17:30 in Shanghai."""
    found = services.report_dates(draft)
    assert days(found) == NINE
    assert {clock.local(one.due_at).strftime("%H:%M") for one in found} == {"17:30"}
    moved = [one for one in found if one.moved]
    assert [(f"{one.nominal:%m-%d}", one.holiday) for one in moved] == [("05-01", "劳动节")]
    assert not any(one.provisional for one in found)


def test_a_window_longer_by_a_holiday_friday_moves_that_one_too(henan, cast):
    granted(cast, henan, "inspect", date(2020, 4, 21), date(2020, 6, 26))
    found = services.report_dates(henan, cast.city)
    assert days(found) == [*NINE, "06-24"]
    assert services.report_dates(henan)[-1].day == date(2020, 6, 19)


@pytest.mark.parametrize(
    ("policy", "day"), [("keep", "05-01"), ("next_workday", "05-06"), ("previous_workday", "04-30")]
)
def test_the_holiday_policy_decides_where_the_cutoff_goes(draft, cast, policy, day):
    services.choose_parameters(draft, {}, on_holiday=policy, actor=cast.officer_province, at=MARCH)
    draft.refresh_from_db()
    assert days(services.report_dates(draft))[1] == day


def test_cutoffs_beyond_the_published_calendars_are_provisional(cast, blueprints):
    row = services.create_from_blueprint("henan-2020", unit=cast.province, year=2031, actor=None, at=MARCH)
    assert all(one.provisional for one in services.report_dates(row))


@pytest.mark.req("HN-23")
def test_a_city_with_an_approved_later_window_owes_its_first_report_in_it(henan, cast):
    granted(cast, henan, "inspect", date(2020, 5, 6), date(2020, 6, 20))
    first = services.report_dates(henan, cast.city)[0]
    assert first.due_at == clock.at_local(date(2020, 5, 8), 17, 30)
    assert services.window(henan, "inspect", cast.county_a) == (date(2020, 5, 6), date(2020, 6, 20))
    assert services.window(henan, "inspect", cast.other_county) == (date(2020, 4, 21), date(2020, 6, 20))


def test_a_window_holds_only_once_approved_and_the_newest_alone(henan, cast):
    phase = henan.phases.get(key="inspect")
    asked = services.ask_window(
        phase,
        unit=cast.city,
        starts_on=date(2020, 5, 6),
        ends_on=date(2020, 6, 20),
        reason="疫情",
        actor=cast.officer_city,
        at=MARCH,
    )
    assert services.window(henan, "inspect", cast.city)[0] == date(2020, 4, 21)
    services.approve_window(asked, actor=cast.leader_province, at=MARCH)
    granted(cast, henan, "inspect", date(2020, 5, 11), date(2020, 6, 20))
    assert services.window(henan, "inspect", cast.city)[0] == date(2020, 5, 11)
    asked.refresh_from_db()
    assert asked.state == "superseded"


def test_a_refused_window_changes_nothing_and_says_why(henan, cast):
    phase = henan.phases.get(key="inspect")
    asked = services.ask_window(
        phase,
        unit=cast.city,
        starts_on=date(2020, 5, 6),
        ends_on=date(2020, 6, 20),
        reason="疫情",
        actor=cast.officer_city,
        at=MARCH,
    )
    with pytest.raises(Refused, match="须填写理由"):
        services.refuse_window(asked, actor=cast.leader_province, at=MARCH, reason=" ")
    services.refuse_window(asked, actor=cast.leader_province, at=MARCH, reason="疫情已缓解")
    assert services.window(henan, "inspect", cast.city)[0] == date(2020, 4, 21)
    assert Notice.objects.filter(recipient=cast.officer_city, title__contains="疫情已缓解").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": " "}, "须写明理由"),
        ({"ends_on": date(2020, 5, 1)}, "不能早于开始日期"),
        ({"key": "handle"}, "不能申请调整"),
    ],
)
def test_a_window_cannot_be_asked_for_without_ground(henan, cast, change, said):
    values = {"unit": cast.city, "starts_on": date(2020, 5, 6), "ends_on": date(2020, 6, 20), "reason": "疫情"} | change
    phase = henan.phases.get(key=values.pop("key", "inspect"))
    with pytest.raises(Refused, match=said):
        services.ask_window(phase, **values, actor=cast.officer_city, at=MARCH)
    assert not PhaseWindow.objects.exists()


def test_a_second_request_waits_for_the_answer_to_the_first(henan, cast):
    values = {"unit": cast.city, "starts_on": date(2020, 5, 6), "ends_on": date(2020, 6, 20), "reason": "疫情"}
    phase = henan.phases.get(key="inspect")
    services.ask_window(phase, **values, actor=cast.officer_city, at=MARCH)
    with pytest.raises(Refused, match="已有一份待批准"):
        services.ask_window(phase, **values, actor=cast.officer_city, at=MARCH)


def test_adopting_the_lists_is_a_decision_with_who_when_and_why(draft, cast):
    row = services.adopt_lists(draft, actor=cast.officer_province, at=MARCH)
    assert "衡环办发〔2020〕137号" in row.adoption_statement
    assert (row.adopted_by, row.adopted_at) == (cast.officer_province, MARCH)
    assert [item.number for item in services.list_items(row, "issue_type")] == list(range(1, 28))
    assert len(services.list_items(row, "industry")) == 22
    assert len(services.list_items(row, "handling")) == 5
    assert AuditEvent.objects.filter(action="campaigns.campaign.adopt").exists()


def test_a_campaign_without_readings_or_lists_is_not_approved(draft, cast):
    with pytest.raises(Refused) as refused:
        services.approve(draft, actor=cast.leader_province, at=MARCH)
    assert "联络人员信息统计表报送期限" in refused.value.message
    assert "尚未采用台账选项" in refused.value.message


@pytest.mark.parametrize("left_out", ["contacts_due", "selfcheck_scope"])
def test_a_reading_that_was_not_chosen_stops_publication(draft, cast, left_out):
    scene.ready(draft, cast.officer_province)
    row = Campaign.objects.get(pk=draft.pk)
    row.parameters[left_out] = ""
    row.save()
    with pytest.raises(Refused, match="尚未选定"):
        services.publish(row, actor=cast.officer_province, at=MARCH)


def test_the_self_check_goes_to_whom_the_reading_says(draft, cast):
    services.choose_parameters(draft, {"selfcheck_scope": "key"}, actor=cast.officer_province, at=MARCH)
    assert draft.phases.get(key="selfcheck").scope == "key"


def test_a_reading_that_is_not_offered_is_refused(draft, cast):
    with pytest.raises(Refused, match="没有“05-01”这个选项"):
        services.choose_parameters(draft, {"contacts_due": "05-01"}, actor=cast.officer_province, at=MARCH)


def test_who_drew_up_a_campaign_does_not_approve_it(draft, cast):
    scene.ready(draft, cast.officer_province)
    with pytest.raises(Refused, match="拟定人不能批准"):
        services.approve(draft, actor=cast.officer_province, at=MARCH)


def test_approve_publish_and_nothing_out_of_order(draft, cast):
    scene.ready(draft, cast.officer_province)
    with pytest.raises(Refused, match="不能办理“发布”"):
        services.publish(draft, actor=cast.officer_province, at=MARCH)
    services.approve(draft, actor=cast.leader_province, at=MARCH)
    with pytest.raises(Refused, match="拟定中的行动"):
        services.adopt_lists(draft, actor=cast.officer_province, at=MARCH)
    row = services.publish(draft, actor=cast.officer_province, at=MARCH)
    assert (row.state, row.published_at, row.approved_by) == ("published", MARCH, cast.leader_province)
    with pytest.raises(Refused, match="不能办理“批准”"):
        services.approve(draft, actor=cast.leader_province, at=MARCH)


def test_an_approved_campaign_can_be_handed_back_with_a_reason(draft, cast):
    scene.ready(draft, cast.officer_province)
    services.approve(draft, actor=cast.leader_province, at=MARCH)
    row = services.return_to_draft(draft, actor=cast.leader_province, at=MARCH, reason="改联络员期限")
    assert (row.state, row.approved_at) == ("draft", None)
    services.choose_parameters(row, {"contacts_due": "04-20"}, actor=cast.officer_province, at=MARCH)


def test_a_draft_is_seen_by_its_authority_alone(draft, cast):
    assert Campaign.objects.visible_to(cast.officer_province).filter(pk=draft.pk).exists()
    for person in (cast.officer_city, cast.officer_a, cast.enterprise_a):
        assert not Campaign.objects.visible_to(person).filter(pk=draft.pk).exists()


def test_once_published_cities_counties_and_listed_enterprises_see_it(henan, cast):
    scene.listed(henan, cast)
    for person in (cast.officer_city, cast.officer_a, cast.inspector_b, cast.enterprise_a):
        assert Campaign.objects.visible_to(person).filter(pk=henan.pk).exists()
    assert Notice.objects.filter(recipient=cast.contact_city, key=f"campaign.published:{henan.pk}").exists()


def test_building_the_list_adds_what_is_new_and_follows_the_register(henan, cast):
    first = services.list_targets(henan, cast.city, key_only=True, actor=cast.officer_city, at=MARCH)
    assert (first.added, first.total) == (1, 1)
    cast.site_b.unit, cast.site_b.is_key = cast.county_a, True
    cast.site_b.save()
    again = services.list_targets(henan, cast.city, key_only=False, actor=cast.officer_city, at=MAY)
    assert (again.added, again.total) == (1, 2)
    cast.site_a.is_key = False
    cast.site_a.save()
    third = services.list_targets(henan, cast.city, key_only=False, actor=cast.officer_city, at=MAY)
    assert (third.added, third.changed) == (0, 1)
    assert not henan.targets.get(enterprise=cast.site_a).is_key


def test_building_the_list_again_writes_no_event(henan, cast):
    services.list_targets(henan, cast.city, key_only=False, actor=cast.officer_city, at=MARCH)
    before = AuditEvent.objects.count()
    services.list_targets(henan, cast.city, key_only=False, actor=cast.officer_city, at=MAY)
    assert AuditEvent.objects.count() == before


def test_closed_and_unconfirmed_sites_stay_off_the_list(henan, cast):
    make.enterprise("已关停示例厂", cast.county_a, cast.region_a, state="closed")
    make.enterprise("待确认示例堆场", cast.county_a, cast.region_a, is_confirmed=False)
    listed = services.list_targets(henan, cast.province, key_only=False, actor=cast.officer_province, at=MARCH)
    assert listed.total == 2


def test_building_the_list_costs_the_same_queries_for_ten_and_for_many(henan, cast, django_assert_num_queries):
    def cost(count):
        for n in range(count):
            make.enterprise(f"示例{count}号{n}厂", cast.county_a, cast.region_a)
        with django_assert_num_queries(15):
            services.list_targets(henan, cast.province, key_only=False, actor=cast.officer_province, at=MARCH)

    cost(10)
    cost(300)


def test_every_listed_site_owes_its_self_check_by_the_end_of_april(henan, cast):
    """HN-19: due is the end of 04-30; from 05-01 00:00 what was not handed in is overdue."""
    target = scene.listed(henan, cast)
    owed = Obligation.objects.get(subject=f"target:{target.pk}")
    assert not Obligation.objects.overdue(clock.at_local(date(2020, 4, 30), 23, 59, 59)).filter(pk=owed.pk).exists()
    assert Obligation.objects.overdue(clock.at_local(date(2020, 5, 1))).filter(pk=owed.pk).exists()
    assert (owed.unit_path, owed.enterprise_id) == (cast.county_a.path, cast.site_a.pk)
    assert Obligation.objects.filter(kind="selfcheck").count() == 2


def test_a_self_check_handed_in_is_met_and_sent_back_is_owed_again(henan, cast):
    target = scene.listed(henan, cast)
    services.record_self_check(target.pk, MAY)
    assert not Obligation.objects.open().filter(subject=f"target:{target.pk}").exists()
    services.withdraw_self_check(target.pk)
    assert Obligation.objects.open().filter(subject=f"target:{target.pk}").exists()
    target.refresh_from_db()
    assert target.self_checked_at is None


def test_sites_listed_before_publication_owe_from_publication(draft, cast):
    scene.listed(draft, cast)
    assert not Obligation.objects.filter(kind="selfcheck").exists()
    scene.ready(draft, cast.officer_province)
    services.approve(draft, actor=cast.leader_province, at=MARCH)
    services.publish(draft, actor=cast.officer_province, at=MARCH)
    assert Obligation.objects.filter(kind="selfcheck").count() == 2


def test_sites_listed_after_the_self_check_phase_owe_none(henan, cast):
    services.list_targets(henan, cast.province, key_only=False, actor=cast.officer_province, at=MAY)
    assert not Obligation.objects.filter(kind="selfcheck").exists()


@pytest.mark.req("HN-69")
@pytest.mark.parametrize(("due", "red_from"), [("04-10", date(2020, 4, 11)), ("04-20", date(2020, 4, 21))])
def test_a_city_without_contact_person_is_late_from_the_day_the_campaign_chose(draft, cast, due, red_from):
    scene.ready(draft, cast.officer_province, contacts_due=due)
    services.approve(draft, actor=cast.leader_province, at=MARCH)
    services.publish(draft, actor=cast.officer_province, at=MARCH)
    late = Obligation.objects.filter(kind="contact", unit_path=cast.city.path)
    start = clock.at_local(red_from)
    assert not late.overdue(start - timedelta(seconds=1)).exists()
    assert late.overdue(start).exists()
    services.name_contact(draft, cast.city, cast.contact_city, actor=cast.officer_city, at=start)
    assert not late.overdue(start + timedelta(days=1)).exists()


def test_a_campaign_is_closed_with_a_reason_and_then_takes_no_sites(henan, cast):
    with pytest.raises(Refused, match="须填写理由"):
        services.close(henan, actor=cast.officer_province, at=MAY, reason="")
    row = services.close(henan, actor=cast.officer_province, at=MAY, reason="行动结束")
    with pytest.raises(Refused, match="行动已结束"):
        services.list_targets(row, cast.province, key_only=True, actor=cast.officer_province, at=MAY)


def test_an_instant_of_the_clock_is_a_utc_instant(henan):
    assert services.report_dates(henan)[0].due_at.utcoffset() == timedelta(0)
    assert isinstance(services.report_dates(henan)[0].due_at, datetime)
