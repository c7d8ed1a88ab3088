"""A campaign handed down asks the units below once, and in its own days."""

from datetime import date

import pytest

from campaigns import services
from campaigns.models import Campaign
from campaigns.services import due
from campaigns.services.blueprints import load_blueprints
from campaigns.services.catching_up import open_lacking
from core.calendar import load_tables
from core.models import AuditEvent, Obligation
from tests.architecture.permission_doors.campaigns import EXAMPLE
from tests.campaigns.scene import MARCH

pytestmark = pytest.mark.django_db
MONTHLY = 'owes: 各县区分局, to: 市局, clock: {kind: month_days, days: [10, end]}, from: "06-01", until: "08-31"'


def running(row: Campaign, officer, leader) -> Campaign:
    services.approve(row, actor=leader, at=MARCH)
    return services.publish(row, actor=officer, at=MARCH)


@pytest.fixture
def above(cast):
    """The province's summer campaign: its counties report on the 10th and at the end of each month."""
    load_tables()
    load_blueprints(at=MARCH, only=["henan-2020"])
    text = EXAMPLE.replace(MONTHLY, f"by: counties, {MONTHLY}")
    assert text != EXAMPLE
    services.write_blueprint(text, "summer.yaml", change="按县区报送", actor=cast.administrator, at=MARCH)
    row = services.create_from_blueprint(
        "summer-dust", unit=cast.province, year=2020, actor=cast.officer_province, at=MARCH
    )
    services.choose_parameters(row, {"month_end": "last"}, actor=cast.officer_province, at=MARCH)
    services.adopt_lists(row, actor=cast.officer_province, at=MARCH, key="hengshui-annex4", statement="采用")
    return running(row, cast.officer_province, cast.leader_province)


def open_of(campaign, unit):
    rows = Obligation.objects.open().filter(campaign_id=campaign.pk, unit_path=unit.path)
    return sorted((row.subject, row.period) for row in rows)


def test_what_is_handed_down_is_owed_once_and_in_the_city_s_days(above, cast):
    before = open_of(above, cast.county_a)
    assert len(before) > 5
    child = services.hand_down(above, cast.city, actor=cast.officer_province, at=MARCH)
    services.set_dates(child, {"inspect": (date(2020, 6, 16), date(2020, 9, 11))}, actor=cast.officer_city, at=MARCH)
    assert open_of(above, cast.county_a) == before, "a draft takes nothing over"
    running(child, cast.officer_city, cast.leader_province)
    assert (open_of(above, cast.county_a), open_of(child, cast.county_a)) == ([], before)
    end = Obligation.objects.get(campaign_id=child.pk, unit_path=cast.county_a.path, period="2020", subject="row.1")
    assert end.nominal_on == date(2020, 9, 11)
    assert open_of(above, cast.other_county) == before, "another city's counties answer above"
    assert AuditEvent.objects.get(action="campaigns.due.take_over").detail["taken"] == 2 * len(before)
    assert open_lacking(at=MARCH) == 0
    due.open_what_lacks(above, at=MARCH)
    assert open_of(above, cast.county_a) == []


def test_what_was_answered_above_is_not_asked_again(above, cast):
    row = Obligation.objects.filter(campaign_id=above.pk, unit_path=cast.county_a.path, subject="due.progress").first()
    Obligation.objects.filter(pk=row.pk).update(met_at=MARCH)
    child = services.hand_down(above, cast.city, actor=cast.officer_province, at=MARCH)
    running(child, cast.officer_city, cast.leader_province)
    assert (row.subject, row.period) not in open_of(child, cast.county_a)
    assert (row.subject, row.period) in open_of(child, cast.county_b)


def test_who_is_named_after_the_publication_owes_it_in_one_campaign_too(above, cast):
    child = services.hand_down(above, cast.city, actor=cast.officer_province, at=MARCH)
    entry = due.entry_of(child.blueprint.data, "due.progress")
    due.name_units(child, entry, [cast.county_a], [], actor=cast.officer_city, at=MARCH)
    running(child, cast.officer_city, cast.leader_province)

    def owed(campaign):
        return [row for row in open_of(campaign, cast.county_b) if row[0] == entry.key]

    assert (bool(owed(above)), owed(child)) == (True, []), "the city named one county alone"
    due.name_units(child, entry, [cast.county_b], [], actor=cast.officer_city, at=MARCH)
    assert (owed(above), bool(owed(child))) == ([], True)
