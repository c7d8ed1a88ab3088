"""The register of leads: merged when they tell of one event, on the clock, and silent about who reported."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse

from campaigns.models import Lead, Reporter
from campaigns.rules.leads import Event, is_same_event, times_over
from campaigns.services import lead_sheets, leads
from core import clock
from core.models import AuditEvent, Notice, Obligation
from core.refusals import Refused
from core.sheets import write_workbook
from reporting.services.reminders import sweep_obligations
from tests import factories as make
from tests.campaigns import scene

pytestmark = pytest.mark.django_db

NOW = datetime(2020, 5, 12, 1, 0, tzinfo=UTC)
LIST = "/campaigns/leads/"


def told(cast, **fields):
    values = {
        "kind": "hotline",
        "detail": "夜间排放黑烟",
        "occurred_at": NOW - timedelta(hours=8),
        "enterprise": cast.site_a,
    }
    return leads.Told(**(values | fields))


def registered(cast, **fields):
    return leads.register(told(cast, **fields), unit=cast.county_a, actor=cast.officer_a, at=NOW)


@pytest.fixture(autouse=True)
def _at_nine(travel_to_now):
    """The pages are asked at the moment of the cast."""


@pytest.fixture
def travel_to_now():
    with clock.travel(NOW):
        yield


def test_a_lead_has_a_number_a_unit_and_an_event(cast):
    row = registered(cast)
    assert (row.number, row.state, row.unit) == ("线索2020-00001", "registered", cast.county_a)
    assert registered(cast, enterprise=None, address="沙河东岸料堆").place == "沙河东岸料堆"
    assert AuditEvent.objects.filter(action="campaigns.lead.register", object_id=str(row.pk)).exists()
    assert Notice.objects.filter(recipient=cast.officer_a, key=f"lead.registered:{row.pk}").exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"detail": "  "}, "请写明线索内容"),
        ({"enterprise": None}, "须写明地址或坐标"),
        ({"enterprise": None, "longitude": Decimal("114.01")}, "经度和纬度须同时填写"),
        ({"occurred_at": NOW + timedelta(minutes=1)}, "不能晚于现在"),
        ({"value": Decimal(50), "limit": Decimal(50)}, "没有超过限值"),
    ],
)
def test_what_cannot_be_a_lead_is_refused_with_a_sentence(cast, fields, said):
    with pytest.raises(Refused, match=said):
        registered(cast, **fields)
    assert not Lead.objects.exists()


def test_by_how_many_times():
    assert times_over(Decimal(75), Decimal(50)) == Decimal("0.5")
    assert times_over(Decimal(50), Decimal(50)) is None


HERE = Event(NOW, 1, Decimal("114.0100000"), Decimal("33.5600000"))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Event(NOW + timedelta(days=7), 1), True),
        (Event(NOW + timedelta(days=7, seconds=1), 1), False),
        (Event(NOW, 2), False),
        (Event(NOW, None, Decimal("114.0140000"), Decimal("33.5600000")), True),
        (Event(NOW, None, Decimal("114.0160000"), Decimal("33.5600000")), False),
        (Event(NOW, None), False),
    ],
)
def test_one_event_is_one_enterprise_or_one_place_within_a_week(other, same):
    assert is_same_event(HERE, other) is same
    assert is_same_event(other, HERE) is same


@pytest.mark.req("GS-37")
def test_one_event_told_over_three_channels_becomes_one_lead(cast):
    hotline, wechat, web = (registered(cast, kind=kind) for kind in ("hotline", "wechat", "web"))
    far = registered(cast, enterprise=cast.site_b)
    assert leads.similar(hotline, cast.officer_a) == [wechat, web]
    assert far not in leads.similar(hotline, cast.officer_a)
    leads.merge(wechat, hotline, actor=cast.officer_a, at=NOW)
    leads.merge(web, hotline, actor=cast.officer_a, at=NOW)
    assert list(hotline.merged.order_by("pk")) == [wechat, web]
    assert set(Lead.objects.filter(enterprise=cast.site_a).values_list("state", flat=True)) == {"merged", "registered"}
    assert list(Lead.objects.usable().filter(enterprise=cast.site_a)) == [hotline]
    owed = Obligation.objects.open().filter(kind="lead.accept").exclude(subject=f"lead:{far.pk}")
    assert [row.subject for row in owed] == [f"lead:{hotline.pk}"]
    assert owed[0].enterprise_id is None, "what an enterprise owes is told to it; of a complaint it hears nothing"


def test_what_was_merged_follows_when_its_lead_is_merged_on(cast):
    first, second, third = (registered(cast, kind=kind) for kind in ("hotline", "wechat", "web"))
    leads.merge(third, second, actor=cast.officer_a, at=NOW)
    leads.merge(second, first, actor=cast.officer_a, at=NOW)
    third.refresh_from_db()
    assert third.merged_into == first
    with pytest.raises(Refused, match="已合并，不能再并入"):
        leads.merge(first, second, actor=cast.officer_a, at=NOW)
    with pytest.raises(Refused, match="不能合并到自身"):
        leads.merge(first, first, actor=cast.officer_a, at=NOW)


def due_of(row):
    return dict(Obligation.objects.open().filter(subject=f"lead:{row.pk}").values_list("kind", "due_at"))


def test_no_legal_term_is_lost_or_grows_when_leads_are_merged(cast):
    complaint = registered(cast)
    accept_by = due_of(complaint)["lead.accept"]
    later = NOW + timedelta(days=3)
    alarm = leads.register(told(cast, kind="exceedance"), unit=cast.county_a, actor=cast.officer_a, at=later)
    leads.merge(complaint, alarm, actor=cast.officer_a, at=later)
    assert due_of(alarm)["lead.accept"] == accept_by
    assert due_of(complaint) == {}
    leads.accept(alarm, actor=cast.officer_a, at=later)
    assert "lead.close" in due_of(alarm)
    second = leads.register(told(cast), unit=cast.county_a, actor=cast.officer_a, at=later)
    leads.accept(second, actor=cast.officer_a, at=NOW)
    earlier = due_of(second)["lead.close"]
    leads.merge(second, alarm, actor=cast.officer_a, at=later)
    assert due_of(alarm)["lead.close"] == earlier


def test_what_is_not_one_event_is_merged_only_for_a_reason(cast):
    here, there = registered(cast), registered(cast, enterprise=cast.site_b)
    with pytest.raises(Refused, match="合并须写明理由"):
        leads.merge(there, here, actor=cast.officer_a, at=NOW)
    merged = leads.merge(there, here, actor=cast.officer_a, at=NOW, reason="同一排污口")
    assert "同一排污口" in merged.end_reason


def test_the_unit_of_the_enterprise_owes_what_the_first_unit_owed(cast):
    newcomer = make.user("officer_b", "韩经办", cast.county_b)
    make.grant(newcomer, "officer", over=cast.county_b)
    row = registered(cast, enterprise=None, address="源汇大道东段")
    due = due_of(row)
    leads.identify(row, cast.site_b, actor=cast.officer_city, at=NOW)
    owed = Obligation.objects.open().filter(subject=f"lead:{row.pk}")
    assert {one.unit_path for one in owed} == {cast.site_b.unit.path} != {cast.county_a.path}
    assert due_of(row) == due
    assert Notice.objects.filter(recipient=newcomer, key=f"lead.registered:{row.pk}").exists()


@pytest.mark.req("GS-40")
def test_a_complaint_that_is_not_handled_in_its_term_is_late_and_said_so(cast):
    row = registered(cast)
    owed = Obligation.objects.get(kind="lead.accept", subject=f"lead:{row.pk}")
    assert owed.unit_path == cast.county_a.path
    leads.accept(row, actor=cast.officer_a, at=NOW)
    owed = Obligation.objects.get(kind="lead.close", subject=f"lead:{row.pk}")
    late = owed.due_at + timedelta(hours=10)
    assert (owed.due_at - NOW).days == 60
    sweep_obligations(late)
    assert Notice.objects.filter(recipient=cast.officer_a, body__contains="办结线索").exists()
    row.refresh_from_db()
    leads.close(row, actor=cast.officer_a, at=late, reason="查实，已责令改正")
    assert not Obligation.objects.open().filter(subject=f"lead:{row.pk}").exists()


@pytest.mark.parametrize(("kind", "hours"), [("exceedance", 24), ("monitoring", 168)])
@pytest.mark.req("DT-16")
@pytest.mark.req("GS-32")
def test_after_an_exceedance_somebody_is_sent_in_time_or_it_is_reported_late(cast, henan_target, kind, hours, settings):
    row = registered(cast, kind=kind, factor="二氧化硫", value=Decimal(75), limit=Decimal(50))
    owed = Obligation.objects.get(kind="lead.assign", subject=f"lead:{row.pk}")
    assert owed.due_at == NOW + timedelta(hours=hours)
    sweep_obligations(owed.due_at + timedelta(days=1))
    assert Notice.objects.filter(recipient=cast.officer_a, body__contains="派人核实线索").exists()
    scene.plan(henan_target, cast, at=NOW, lead=row)
    assert not Obligation.objects.open().filter(subject=f"lead:{row.pk}", kind="lead.assign").exists()
    settings.LEAD_ASSIGN_HOURS = {kind: 2}
    again = registered(cast, kind=kind, value=Decimal(75), limit=Decimal(50))
    owed = Obligation.objects.get(kind="lead.assign", subject=f"lead:{again.pk}")
    assert owed.due_at == NOW + timedelta(hours=2)


@pytest.fixture
def henan_target(henan, cast):
    target = scene.listed(henan, cast)
    scene.pledged(henan, cast.inspector_a, cast.second_a)
    return target


def test_a_lead_with_somebody_on_the_way_is_not_closed(cast, henan_target):
    row = registered(cast)
    scene.plan(henan_target, cast, at=NOW, lead=row)
    with pytest.raises(Refused, match="还没有完成"):
        leads.close(row, actor=cast.officer_a, at=NOW, reason="已查")


def sign_in(client, user):
    client.force_login(user)
    return client


NAME, PHONE = "匿名示例员工", "示例联系方式"


@pytest.fixture
def insider(cast):
    return registered(cast, kind="insider", reporter=NAME, contact=PHONE)


@pytest.mark.parametrize("who", ["inspector_a", "officer_a", "leader_a"])
def test_who_reported_is_on_no_page_list_or_export(client, cast, insider, who):
    sign_in(client, getattr(cast, who))
    for address in (LIST, f"{LIST}?q={NAME}", f"{LIST}{insider.pk}/"):
        page = client.get(address)
        assert page.status_code == 200
        assert NAME not in page.content.decode().replace(f'value="{NAME}"', "")
        assert PHONE not in page.content.decode()
    rows = lead_sheets.export_rows(Lead.objects.all())
    written = [column.value(row) for row in rows for column in lead_sheets.EXPORT_SHEET.columns]
    assert NAME not in map(str, written)
    assert not any(NAME in str(vars(event)) for event in AuditEvent.objects.all())


@pytest.mark.parametrize(("who", "status"), [("inspector_a", 403), ("officer_a", 403), ("inspector_b", 404)])
def test_who_may_not_know_is_not_told(client, cast, insider, who, status):
    sign_in(client, getattr(cast, who))
    answer = client.post(f"{LIST}{insider.pk}/identity/", {"reason": "好奇"})
    assert answer.status_code == status
    assert NAME not in answer.content.decode()


def test_a_leader_is_told_once_with_a_reason_in_the_trail(client, cast, insider):
    sign_in(client, cast.leader_a)
    assert client.post(f"{LIST}{insider.pk}/identity/", {"reason": " "}).status_code == 302
    page = client.post(f"{LIST}{insider.pk}/identity/", {"reason": "核发举报奖励"})
    assert NAME in page.content.decode()
    event = AuditEvent.objects.get(action="campaigns.lead.identity")
    assert (event.actor_id, event.reason) == (cast.leader_a.pk, "核发举报奖励")
    assert NAME not in client.get(f"{LIST}{insider.pk}/").content.decode()


def test_a_word_about_officers_is_seen_by_the_inspection_group_alone(client, cast):
    sign_in(client, cast.officer_a)
    form = {
        "kind": "hotline",
        "enterprise": cast.site_a.name,
        "unit": cast.county_a.pk,
        "occurred_at": "2020-05-11T20:00",
        "detail": "反映检查人员接受宴请",
        "reporter": NAME,
        "is_integrity": "on",
    }
    page = client.post(f"{LIST}new/", form, follow=True)
    assert "转巡查组" in page.content.decode()
    row = Lead.objects.get()
    assert (row.is_integrity, Reporter.objects.get().name) == (True, NAME)
    assert client.get(f"{LIST}{row.pk}/").status_code == 404
    for who in (cast.inspector_a, cast.leader_a, cast.officer_city):
        assert sign_in(client, who).get(f"{LIST}{row.pk}/").status_code == 404
    page = sign_in(client, cast.discipline).get(f"{LIST}{row.pk}/")
    assert "反映检查人员接受宴请" in page.content.decode()
    assert NAME not in page.content.decode()
    assert Notice.objects.filter(recipient=cast.discipline, key=f"lead.registered:{row.pk}").exists()
    assert not Notice.objects.filter(key=f"lead.registered:{row.pk}").exclude(recipient=cast.discipline).exists()


def test_the_inspection_group_handles_what_it_alone_sees(client, cast):
    row = registered(cast, is_integrity=True)
    sign_in(client, cast.discipline)
    page = client.get(f"{LIST}{row.pk}/")
    assert page.context["able"] >= {"accept", "refuse"}
    assert client.post(f"{LIST}{row.pk}/accept/").status_code == 302
    client.post(f"{LIST}{row.pk}/close/", {"reason": "已移送纪检监察"})
    row.refresh_from_db()
    assert (row.state, row.end_reason) == ("closed", "已移送纪检监察")
    other = registered(cast)
    assert client.post(f"{LIST}{other.pk}/accept/").status_code == 404
    hidden = registered(cast, is_integrity=True)
    assert sign_in(client, cast.officer_a).post(f"{LIST}{hidden.pk}/accept/").status_code == 404


def sheet(*rows):
    content = BytesIO()
    blank = {column.key: None for column in lead_sheets.COLUMNS}
    spec = lead_sheets.IMPORT_SHEET
    plain = type(spec)(spec.name, tuple(type(one)(one.key, one.title, kind="text") for one in spec.columns))
    write_workbook(content, [(plain, [blank | row for row in rows])], at=NOW, creator="测试")
    return content.getvalue()


def row_of(cast, **fields):
    return {
        "kind": "在线监控超标",
        "enterprise": cast.site_a.name,
        "occurred_at": "2020-05-11 20:00",
        "detail": "超标",
    } | fields


def test_a_table_is_imported_whole_and_the_second_time_adds_nothing(cast):
    content = sheet(
        row_of(cast, value="75", limit="50"), row_of(cast, enterprise="查无此厂", detail="冒烟", kind="网络举报")
    )
    done = lead_sheets.import_leads(content, "线索.xlsx", unit=cast.county_a, actor=cast.officer_a, at=NOW)
    assert (done.added, done.known) == (2, 0)
    found = Lead.objects.get(enterprise=cast.site_a)
    assert (found.kind, found.value, found.limit) == ("exceedance", 75, 50)
    assert Lead.objects.get(enterprise=None).address == "查无此厂"
    done = lead_sheets.import_leads(content, "线索.xlsx", unit=cast.county_a, actor=cast.officer_a, at=NOW)
    assert (done.added, done.known) == (0, 2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "道听途说"}, "第 3 行"),
        ({"occurred_at": "不详"}, "第 3 行"),
        ({"value": "40", "limit": "50"}, "没有超过限值"),
    ],
)
def test_one_bad_row_and_nothing_is_written(cast, wrong, said):
    content = sheet(row_of(cast), row_of(cast, detail="又一条", **wrong))
    with pytest.raises(Refused, match=said):
        lead_sheets.import_leads(content, "线索.xlsx", unit=cast.county_a, actor=cast.officer_a, at=NOW)
    assert not Lead.objects.exists()


def test_a_code_of_two_sites_asks_for_the_name_and_never_takes_the_last(cast):
    twin = make.enterprise("漯河示例第二厂区", cast.county_a, cast.region_a, entity=cast.site_a.entity, site_number=2)
    code = cast.site_a.entity.uscc

    def imported(**fields):
        content = sheet(row_of(cast, uscc=code, **fields))
        lead_sheets.import_leads(content, "线索.xlsx", unit=cast.county_a, actor=cast.officer_a, at=NOW)
        return Lead.objects.latest("pk").enterprise

    with pytest.raises(Refused, match="第 2 行：符合的企业有 2 家"):
        imported(enterprise=None)
    with pytest.raises(Refused, match="第 2 行：企业名称“查无此厂”与统一社会信用代码不符"):
        imported(enterprise="查无此厂")
    assert not Lead.objects.exists()
    assert imported() == cast.site_a
    assert imported(enterprise=twin.name, detail="又一条") == twin


def test_a_place_becomes_an_enterprise_and_can_then_be_sent_for(client, cast, henan_target):
    row = registered(cast, enterprise=None, address="源汇大道东段")
    sign_in(client, cast.officer_a)
    page = client.post(f"{LIST}{row.pk}/identify/", {"enterprise": "查无此厂"})
    assert page.status_code == 422
    assert "没有找到" in page.content.decode()
    client.post(f"{LIST}{row.pk}/identify/", {"enterprise": cast.site_a.name})
    page = client.get(f"{LIST}{row.pk}/").content.decode()
    assert f"{reverse('inspections:visit_plan', args=[henan_target.pk])}?lead={row.pk}" in page
    form = client.get(reverse("inspections:visit_plan", args=[henan_target.pk]) + f"?lead={row.pk}").content.decode()
    assert f'<option value="{row.pk}" selected>' in form


def test_the_list_filters_and_costs_the_same_for_ten_and_for_many(client, cast, django_assert_max_num_queries):
    sign_in(client, cast.officer_a)
    for number in range(10):
        make.lead(cast.site_a, cast.officer_a, at=NOW, detail=f"第{number}条")

    def cost():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    cost()
    few = cost()
    for number in range(40):
        make.lead(cast.site_a, cast.officer_a, at=NOW, kind="drone", detail=f"又{number}条")
    assert cost() == few
    page = client.get(f"{LIST}?kind=drone&q=又3条").content.decode()
    assert "又3条" in page
    assert "第3条" not in page
    assert client.get(f"{LIST}export/?kind=drone").status_code == 200
