"""A city's own campaign stands to its counties as the province's stands to the cities."""

from datetime import date

import pytest
from django.urls import reverse

from campaigns import services
from campaigns.models import ContactPerson, PhaseWindow
from campaigns.services.blueprints import load_blueprints
from core.calendar import load_tables
from core.models import Obligation
from tests import factories as make
from tests.architecture.permission_doors.campaigns import EXAMPLE
from tests.campaigns.scene import MARCH

pytestmark = pytest.mark.django_db
PARAMETER = """parameters:
  - key: contacts_due
    title: 联系人报送日期
    options:
      - {value: "04-12", label: 4 月 12 日}
      - {value: "04-18", label: 4 月 18 日}
    source: 三第1句
"""
DUE = """dues:
  - key: contact
    title: 报送扬尘专项联系人
    owes: 各县区分局
    by: counties
    to: 市局
    clock: {kind: parameter, key: contacts_due}
    source: 三第1句
"""


@pytest.fixture
def signed_in(client):
    def as_user(user):
        client.force_login(user)
        return client

    return as_user


def text(response):
    return response.content.decode()


def own(cast, blueprint):
    """The city's own summer campaign, published."""
    load_tables()
    load_blueprints(at=MARCH, only=["henan-2020"])
    services.write_blueprint(blueprint, "summer.yaml", change="市局自己的方案", actor=cast.administrator, at=MARCH)
    row = services.create_from_blueprint("summer-dust", unit=cast.city, year=2020, actor=cast.officer_city, at=MARCH)
    chosen = {"month_end": "last", "contacts_due": "04-12"}
    asked = {one["key"] for one in row.blueprint.data["parameters"]}
    chosen = {key: value for key, value in chosen.items() if key in asked}
    services.choose_parameters(row, chosen, actor=cast.officer_city, at=MARCH)
    services.adopt_lists(row, actor=cast.officer_city, at=MARCH, key="hengshui-annex4", statement="采用")
    services.approve(row, actor=cast.leader_city, at=MARCH)
    return services.publish(row, actor=cast.officer_city, at=MARCH)


@pytest.fixture
def with_contacts(cast):
    return own(cast, EXAMPLE.replace("parameters:\n", PARAMETER, 1).replace("dues:\n", DUE, 1))


def test_contacts_are_asked_for_in_the_words_of_the_plan(with_contacts, cast):
    rows = Obligation.objects.filter(campaign_id=with_contacts.pk, kind="contact")
    assert {row.unit_path for row in rows} == {cast.county_a.path, cast.county_b.path}
    said = {(row.title, row.source, row.rule) for row in rows}
    assert {(title, rule) for title, _, rule in said} == {("报送扬尘专项联系人", "联系人报送日期：04-12")}
    assert all("三第1句" in source and "364" not in source for _, source, _ in said)


def test_a_parameter_without_an_entry_asks_who_stands_right_below(cast):
    row = own(cast, EXAMPLE.replace("parameters:\n", PARAMETER, 1))
    found = Obligation.objects.filter(campaign_id=row.pk, kind="contact")
    assert {one.unit_path for one in found} == {cast.county_a.path, cast.county_b.path}
    assert {one.title for one in found} == {"报送联络人员"}
    assert all("三第1句" in one.source for one in found)


def test_a_county_and_its_city_register_the_county_s_contact(with_contacts, cast, signed_in):
    people = reverse("campaigns:campaign_people", args=[with_contacts.pk])
    name = reverse("campaigns:contact_name", args=[with_contacts.pk])
    found = {}
    for unit in (cast.county_a, cast.county_b):
        found[unit] = make.user(f"liaison{unit.pk}", f"联络{unit.pk}", unit)
        make.grant(found[unit], "contact", over=unit)
    client = signed_in(cast.officer_a)
    assert 'id="contact-name"' in text(client.get(people))
    other = {"unit": cast.county_b.pk, "user": found[cast.county_b].pk}
    assert client.post(name, other).status_code == 422, "another county's is not for this one"
    assert client.post(name, {"unit": cast.county_a.pk, "user": found[cast.county_a].pk}).status_code == 302
    assert signed_in(cast.officer_city).post(name, other).status_code == 302
    assert ContactPerson.objects.filter(campaign=with_contacts, ended_at=None).count() == 2
    assert not Obligation.objects.open().filter(campaign_id=with_contacts.pk, kind="contact").exists()
    assert signed_in(cast.inspector_a).post(name, other).status_code == 403


def test_a_county_asks_for_its_own_days_and_the_city_s_leader_grants_them(with_contacts, cast, signed_in):
    address = reverse("campaigns:campaign_windows", args=[with_contacts.pk])
    client = signed_in(cast.officer_a)
    page = text(client.get(address))
    assert "县级可申请调整" in page
    assert "市级可申请调整" not in page
    assert 'id="window-ask"' in page
    phase = with_contacts.phases.get(key="inspect")
    asked = {"phase": phase.pk, "starts_on": "2020-06-20", "ends_on": "2020-09-10", "reason": "汛期"}
    assert client.post(address, asked | {"unit": cast.county_b.pk}).status_code == 422
    assert client.post(address, asked | {"unit": cast.county_a.pk}).status_code == 302
    row = PhaseWindow.objects.get()
    assert signed_in(cast.inspector_a).post(address, asked | {"unit": cast.county_a.pk}).status_code == 403
    decided = reverse("campaigns:window_approve", args=[with_contacts.pk, row.pk])
    assert signed_in(cast.leader_city).post(decided).status_code == 302
    assert services.window(with_contacts, "inspect", cast.county_a) == (date(2020, 6, 20), date(2020, 9, 10))
    assert services.window(with_contacts, "inspect", cast.county_b)[1] == date(2020, 8, 31)
    end = Obligation.objects.get(campaign_id=with_contacts.pk, unit_path=cast.county_a.path, subject="row.1")
    assert end.nominal_on == date(2020, 9, 10)


def test_in_the_province_s_campaign_the_cities_ask_and_no_county(henan, cast, signed_in):
    address = reverse("campaigns:campaign_windows", args=[henan.pk])
    page = text(signed_in(cast.officer_a).get(address))
    assert "市级可申请调整" in page
    assert 'id="window-ask"' not in page
    assert signed_in(cast.officer_a).post(address, {"unit": cast.county_a.pk}).status_code == 403
