"""The year's key list against the Gansu plan's rules: differences, put on the list or explained."""

from datetime import UTC, date, datetime
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.blueprint_faults import bad_key_list
from campaigns.blueprint_files import ROOT, read_blueprint
from campaigns.models import KeyListExplanation, Target
from campaigns.rules.key_list import rules_on
from core import clock
from core.models import AuditEvent
from enterprises.models import Enterprise, Permit
from tests import factories as make
from tests.campaigns import scene

pytestmark = pytest.mark.django_db

JANUARY = datetime(2019, 1, 4, 1, 0, tzinfo=UTC)
MARCH = datetime(2019, 3, 5, 1, 0, tzinfo=UTC)
EIGHT = {
    "钢铁": {"industry": 1},
    "火电": {"industry": 5},
    "水泥": {"industry": 3},
    "煤炭": {"industry": 22, "industry_text": "煤炭洗选"},
    "造纸": {"industry": 22, "industry_text": "机制纸", "gb4754": "2221"},
    "印染": {"industry": 22, "industry_text": "印染"},
    "污水处理厂": {"industry": 22, "industry_text": "污水处理"},
    "垃圾焚烧厂": {"industry": 9},
}
NEITHER = {"industry": 22, "industry_text": "食品"}


@pytest.fixture
def gansu(cast):
    Enterprise.objects.update(industry=20)
    return scene.campaign_of("gansu-2018", cast, 2019, JANUARY)


@pytest.fixture
def client(client, cast):
    client.force_login(cast.officer_city)
    with clock.travel(MARCH):
        yield client


def site(cast, name, **fields):
    return make.enterprise(name, cast.county_a, cast.region_a, **(NEITHER | fields))


def permit(of, management="simplified", **fields):
    values = {"kind": "discharge", "number": f"P{of.pk}", "issued_on": date(2018, 5, 1), "valid_to": date(2021, 4, 30)}
    return Permit.objects.create(enterprise=of, management=management, **(values | fields))


def url(verb, campaign):
    return reverse(f"campaigns:key_list{verb}", args=[campaign.pk])


def shown(client, campaign, **asked):
    return {one.site.name: one for one, _, _ in client.get(url("", campaign), asked).context["lines"]}


def keys_of(one):
    return [rule.key for rule, _ in one.rules]


def exported(client, campaign, **asked):
    answer = client.get(url("_export", campaign), asked)
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content))
    rows = [list(row) for row in sheet.active.iter_rows(values_only=True)]
    head = next(place for place, row in enumerate(rows) if "企业名称" in row)
    return [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :] if row[0]]


@pytest.mark.req("GS-15")
def test_an_enterprise_of_the_eight_industries_off_the_list_is_a_difference_until_it_is_put_on(gansu, cast, client):
    sites = {name: site(cast, f"示例{name}企业", **fields) for name, fields in EIGHT.items()}
    site(cast, "示例水电站", industry=5, gb4754="4413")
    site(cast, "示例食品厂")
    found = shown(client, gansu, rule="eight")
    assert {name: {r.key: of for r, of in one.rules}["eight"] for name, one in found.items()} == {
        f"示例{name}企业": name for name in EIGHT
    }
    page = client.get(url("", gansu)).content.decode()
    assert "将钢铁、火电、水泥、煤炭、造纸、印染、污水处理厂、垃圾焚烧厂等八大行业" in page
    steel = sites["钢铁"]
    assert client.post(url("_add", gansu), {"chosen": [steel.pk]}).status_code == 302
    assert "示例钢铁企业" not in shown(client, gansu)
    assert len(shown(client, gansu, rule="eight")) == 7
    assert Enterprise.objects.get(pk=steel.pk).is_key
    assert Target.objects.get(campaign=gansu, enterprise=steel).is_key
    assert AuditEvent.objects.get(action="campaigns.key_list.add").detail == {"enterprises": [steel.pk]}
    assert AuditEvent.objects.get(action="enterprises.enterprise.edit", object_id=str(steel.pk)).detail["is_key"]
    client.post(url("_add", gansu) + "?rule=eight", {"all": "1"})
    assert not shown(client, gansu, rule="eight")
    assert len(shown(client, gansu, rule="eight", state="listed")) == 8


@pytest.mark.req("GS-70")
def test_a_permit_holder_off_the_list_is_a_difference_that_must_be_explained(gansu, cast, client):
    holder, great = site(cast, "示例发证企业"), site(cast, "示例排放大户")
    permit(holder), permit(great, "key")
    site(cast, "示例焦化厂", industry=2)
    permit(site(cast, "示例登记管理厂"), "registration")
    permit(site(cast, "示例过期证厂"), valid_to=date(2019, 2, 28))
    found = shown(client, gansu)
    assert {name: keys_of(one) for name, one in found.items()} == {
        "示例发证企业": ["permit"],
        "示例排放大户": ["heavy", "permit"],
        "示例焦化厂": ["standard"],
    }
    assert set(shown(client, gansu, rule="heavy")) == {"示例排放大户"}
    refused = client.post(url("_explain", gansu), {"chosen": [holder.pk], "text": "  小 "})
    assert refused.status_code == 422
    assert "须说明原因" in refused.content.decode()
    assert refused.context["chosen"] == {str(holder.pk)}
    assert not KeyListExplanation.objects.exists()
    why = "季节性生产，年内已停产"
    assert client.post(url("_explain", gansu), {"chosen": [holder.pk], "text": why}).status_code == 302
    kept = KeyListExplanation.objects.get()
    assert (kept.text, kept.explained_by, kept.rules[0]["key"]) == (why, cast.officer_city, "permit")
    assert AuditEvent.objects.get(action="campaigns.keylistexplanation.write").reason == why
    assert set(shown(client, gansu, state="explained")) == {"示例发证企业"}
    assert set(shown(client, gansu, state="open")) == {"示例排放大户", "示例焦化厂"}
    row = exported(client, gansu, state="explained")[0]
    assert (row["企业名称"], row["状态"], row["说明"]) == ("示例发证企业", "未纳入、已说明", why)
    assert row["应纳入的规则"] == "发放排污许可证（有效的排污许可证）"
    assert "或发放排污许可证等行业" in row["原文"]


def test_a_rule_that_speaks_later_asks_for_a_new_explanation_and_the_old_one_is_kept(gansu, cast, client):
    one = site(cast, "示例发证企业")
    held = permit(one)
    for text in ("第一次说明的原因", "升为重点管理后的原因"):
        client.post(url("_explain", gansu), {"chosen": [one.pk], "text": text})
        assert not shown(client, gansu, state="open")
        Permit.objects.filter(pk=held.pk).update(management="key")
        if text.startswith("第一次"):
            assert "须重新说明" in client.get(url("", gansu), {"state": "open"}).content.decode()
    first, second = KeyListExplanation.objects.all()
    assert first.ended_at is not None
    assert second.ended_at is None
    client.post(url("_add", gansu), {"chosen": [one.pk]})
    second.refresh_from_db()
    assert second.ended_by == cast.officer_city
    assert not shown(client, gansu)


def test_a_site_visited_before_keeps_the_class_of_its_visit_and_counts_as_listed(gansu, cast, client):
    one = site(cast, "示例钢铁厂", industry=1)
    target = make.target(gansu, one)
    Target.objects.filter(pk=target.pk).update(visit_count=1, visited_at=MARCH)
    client.post(url("_add", gansu), {"chosen": [one.pk]})
    target.refresh_from_db()
    assert not target.is_key
    assert Enterprise.objects.get(pk=one.pk).is_key
    assert not shown(client, gansu)


def test_each_sees_and_changes_only_the_own_area(gansu, cast, client):
    other = make.enterprise("召陵示例钢铁厂", cast.county_b, cast.region_b, industry=1)
    own = site(cast, "源汇示例钢铁厂", industry=1)
    client.force_login(cast.officer_a)
    assert set(shown(client, gansu)) == {own.name}
    assert [row["企业名称"] for row in exported(client, gansu)] == [own.name]
    client.post(url("_add", gansu), {"chosen": [other.pk]})
    client.post(url("_add", gansu), {"all": "1"})
    assert set(Enterprise.objects.filter(is_key=True, industry=1)) == {own}
    client.force_login(cast.inspector_a)
    assert client.post(url("_explain", gansu), {"chosen": [own.pk], "text": "不属于本次范围"}).status_code == 403


def test_a_list_of_many_costs_the_queries_of_a_list_of_ten(gansu, cast, client):
    counted = []
    for more in (10, 50):
        found = [site(cast, f"示例钢铁{more}-{place}厂", industry=1) for place in range(more)]
        client.post(url("_explain", gansu), {"chosen": [one.pk for one in found[:5]], "text": "待核实后再纳入"})
        client.get(url("", gansu))
        with CaptureQueriesContext(connection) as seen:
            page = client.get(url("", gansu)).context["page"]
        counted.append(len(seen))
    assert counted[0] == counted[1]
    assert page.has_next


def test_rules_and_standards_begin_on_their_day(gansu):
    data = gansu.blueprint.data
    assert not rules_on(data, date(2018, 10, 24))
    assert [rule.key for rule in rules_on(data, date(2018, 10, 25))] == ["eight", "heavy", "standard", "permit"]
    assert all(
        rule.quote.startswith("各市州应于每年4月份前公布重点排污单位名单") for rule in rules_on(data, date(2019, 1, 1))
    )


def test_a_plan_without_rules_has_no_such_tab_and_changes_nothing(henan, cast, client):
    page = client.get(reverse("campaigns:campaign_detail", args=[henan.pk])).content.decode()
    assert url("", henan) not in page
    assert "方案没有规定名单规则" in client.get(url("", henan)).content.decode()
    client.post(url("_add", henan), {"chosen": [cast.site_a.pk]})
    assert not AuditEvent.objects.filter(action="campaigns.key_list.add").exists()


def test_rules_named_twice_and_impossible_days_are_faults_of_the_blueprint():
    data, _ = read_blueprint(ROOT / "gansu-2018")
    rule = data["key_list"]["rules"][0]
    data["key_list"]["rules"] = [{**rule, "from": "2018-02-30"}, {**rule, "until": "2017-01-01"}]
    assert [said for _, said in bad_key_list(data)] == [
        "「eight」用了两次",
        "「八大行业」的 2018-02-30 不是日历上的日子",
        "「八大行业」的结束（2017-01-01）早于开始（2018-10-25）",
    ]
