"""When an off-site check sends somebody to the site: Datong's rules, through the pages, at the border and beside it."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Unit, User
from campaigns.models import Assignment, Lead, Target
from core import clock
from core.models import AuditEvent, Notice, Obligation
from core.refusals import Refused
from inspections.models import OffsiteCheck
from inspections.services import offsite
from tests import factories as make
from tests.campaigns.datong import NEW_YEAR, Datong, assemble, published

pytestmark = pytest.mark.django_db


class Scene:
    """The county Yungang with an officer who plans, an inspector who looks, and one works on the list."""

    def __init__(self, org: Datong) -> None:
        self.org, self.officer = org, org.officer_yungang
        self.place = make.region("140214", "云冈区")
        self.campaign = published(org)
        self.inspector = person("dt_inspector", "郑执法", org.yungang, "inspector")
        self.second = person("dt_second", "冯执法", org.yungang, "inspector")
        self.site = make.enterprise("大同示例化工有限公司", org.yungang, self.place)
        self.target = make.target(self.campaign, self.site)

    def planned(self, means: str = "power", target: Target | None = None) -> OffsiteCheck:
        return offsite.plan(
            target or self.target,
            means=means,
            planned_on=date(2021, 1, 8),
            inspector=self.inspector,
            actor=self.officer,
            at=NEW_YEAR,
        )

    def finish(self, row: OffsiteCheck, **said: object):
        sent = {"finding": "doubtful", "conclusion": "夜间产污设施在用电，治污设施停运。", **said}
        file = SimpleUploadedFile("曲线.csv", b"hour;kwh\n1;2\n", "text/csv")
        return of(self.inspector).post(url("offsite_finish", row.pk), {**sent, "evidence": file})


def person(username: str, name: str, home: Unit, role: str) -> User:
    found = make.user(username, name, home)
    make.grant(found, role, over=home)
    make.certificate(found)
    return found


def of(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def url(name: str, *args: int) -> str:
    return reverse(f"inspections:{name}", args=args)


def text_of(answer) -> str:
    return answer.content.decode()


def power(value: str, **more: object) -> dict[str, object]:
    return {"indicator": "治污设施停运时长", "value": value, "value_unit": "小时", **more}


@pytest.fixture
def scene():
    with clock.travel(NEW_YEAR):
        yield Scene(assemble())


@pytest.mark.req("DT-13")
def test_a_reading_that_reaches_the_threshold_makes_the_task_on_site_by_itself(scene):
    row = scene.planned()
    before = text_of(of(scene.inspector).get(url("offsite_detail", row.pk)))
    assert "治污设施停运时长 ≥ 4 小时" in before
    answer = scene.finish(row, **power("4"))
    assert answer.url == url("offsite_detail", row.pk)
    row.refresh_from_db()
    lead = Lead.objects.get()
    assert (row.lead, lead.kind, lead.enterprise, lead.unit) == (lead, "power", scene.site, scene.org.yungang)
    # The check names the lead and the rule, the lead names the check and the rule.
    shown = text_of(of(scene.officer).get(url("offsite_detail", row.pk)))
    page = of(scene.officer).get(reverse("campaigns:lead_detail", args=[lead.pk]))
    rule = "治污设施停运（治污设施停运时长 ≥ 4 小时，阈值为行动选定的参数）。原文三（一）6第2句，第45行"
    assert (lead.number in shown, rule in shown, "明确启动现场检查的衔接机制" in shown) == (True, True, True)
    assert (url("offsite_detail", row.pk) in text_of(page), rule in text_of(page)) == (True, True)
    # The task: owed by a day, told to who plans, in the queue, and a visit is sent for it from the lead.
    owed = Obligation.objects.get(subject=f"lead:{lead.pk}", kind="lead.assign")
    assert (owed.unit_path, owed.met_at) == (scene.org.yungang.path, None)
    assert timedelta(hours=72) <= owed.due_at - NEW_YEAR < timedelta(hours=72, minutes=1)
    assert f"派人核实线索：{lead.number}" in text_of(of(scene.officer).get(reverse("campaigns:due_list")))
    notice = Notice.objects.get(recipient=scene.officer, url=reverse("campaigns:lead_detail", args=[lead.pk]))
    assert "须派人现场核实" in notice.body
    assert lead.number in text_of(of(scene.officer).get(reverse("campaigns:lead_list")))
    assert [target.pk for target in page.context["targets"]] == [scene.target.pk]
    visit = f"{reverse('inspections:visit_plan', args=[scene.target.pk])}?lead={lead.pk}"
    assert visit.replace("&", "&amp;") in text_of(page)
    assert lead.number in text_of(of(scene.officer).get(visit))


@pytest.mark.req("DT-13")
@pytest.mark.parametrize(
    ("means", "said", "kind"),
    [
        ("monitor", {"indicator": "二氧化硫", "value": "35.1", "value_unit": "mg/m³", "limit": "35"}, "exceedance"),
        ("video", {"indicator": "画面异常时长", "value": "24", "value_unit": "小时"}, "video"),
        ("water", {"indicator": "用水量偏离同期均值", "value": "30", "value_unit": "%"}, "water"),
        ("drone", {"indicator": "疑似问题点位", "value": "1", "value_unit": "处"}, "drone"),
        ("mobile", {"indicator": "污染物浓度与背景值之比", "value": "3", "value_unit": "倍"}, "drone"),
        ("remote", {"indicator": "疑似问题点位", "value": "2", "value_unit": "处"}, "remote"),
    ],
)
def test_every_means_of_the_plan_leads_to_its_kind_of_lead(scene, means, said, kind):
    scene.finish(scene.planned(means), **said)
    lead = Lead.objects.get()
    assert (lead.kind, Obligation.objects.open().filter(subject=f"lead:{lead.pk}", kind="lead.assign").count()) == (
        kind,
        1,
    )
    measured = (Decimal("35.1"), Decimal("35")) if means == "monitor" else (None, None)
    assert (lead.value, lead.limit) == measured


@pytest.mark.req("DT-13")
@pytest.mark.parametrize(
    ("means", "said"),
    [
        ("power", power("3.9")),
        ("monitor", {"indicator": "二氧化硫", "value": "35", "value_unit": "mg/m³", "limit": "35"}),
        ("drone", {"indicator": "疑似问题点位", "value": "0", "value_unit": "处"}),
        ("power", {"indicator": "产污设施用电量", "value": "99999", "value_unit": "kWh"}),
        ("data", {"indicator": "预警次数", "value": "9", "value_unit": "次"}),
    ],
)
def test_below_the_threshold_there_is_the_record_and_nothing_else(scene, means, said):
    row = scene.planned(means)
    notices = Notice.objects.count()
    assert scene.finish(row, finding="normal", **said).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.lead, row.rule_said) == ("done", None, "")
    assert (Lead.objects.count(), Obligation.objects.filter(kind="lead.assign").count()) == (0, 0)
    assert Notice.objects.count() == notices
    assert not Assignment.objects.exists()
    assert str(row.value.normalize()) in text_of(of(scene.officer).get(url("offsite_detail", row.pk)))


def test_the_threshold_is_what_the_campaign_chose(scene):
    own = published(scene.org, year=2022, onsite_power="8", at=datetime(2021, 12, 20, 1, tzinfo=UTC))
    row = scene.planned(target=make.target(own, make.enterprise("大同示例焦化厂", scene.org.yungang, scene.place)))
    scene.finish(row, **power("7.9"))
    assert not Lead.objects.exists()
    said = text_of(of(scene.org.officer).get(reverse("campaigns:campaign_source", args=[own.pk])))
    assert "治污设施停运时长 ≥ 8 小时" in said
    compared = text_of(of(scene.org.officer).get(reverse("campaigns:campaign_compare", args=[own.pk])))
    assert ("默认：4小时（默认，平台提出）" in compared, "8小时" in compared) == (True, True)
    exported = text_of(of(scene.org.officer).get(reverse("campaigns:campaign_export", args=[own.pk])))
    assert ("onsite_rules:" in exported, "default: '8'" in exported) == (True, True)


def test_before_the_first_day_of_a_rule_nothing_is_raised(scene):
    row = scene.planned()
    own = scene.campaign.blueprint
    own.data["onsite_rules"][1]["from"] = "2021-01-05"
    own.save()
    assert scene.finish(row, **power("9")).status_code == 302
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        (power("八小时"), "value", "只填数字，如 85.6；单位在“单位”栏选择。"),
        (power("8小时"), "value", "只填数字"),
        (power("-8"), "value", "不能为负数"),
        (power("1" * 20), "value", "数字过长，请核对小数点和单位。"),
        (power("8", value_unit=""), "value_unit", "填写了数值的，须选单位。"),
        (power("8", value_unit="%"), "value_unit", "以“小时”计，现选“%”：请换算后填写数值"),
        (power("8", indicator=""), "indicator", "填写了数值的，须选指标。"),
        (power("", limit="4"), "value", "填写了限值的，须填写数值。"),
        (power("8", limit="0"), "limit", "限值须大于 0。"),
        (power("8", finding="normal"), "finding", "已达到转现场规则“治污设施停运”"),
        (power("", finding="normal"), "value", "结果为“未发现异常”的须填写指标和数值"),
    ],
)
def test_a_bad_figure_is_answered_in_words_and_nothing_typed_is_lost(scene, said, field, sentence):
    row = scene.planned()
    answer = scene.finish(row, **said)
    page = text_of(answer)
    assert answer.status_code == 422
    assert any(sentence in one for one in answer.context["form"].errors[field])
    assert "夜间产污设施在用电" in page
    if said["value"]:
        assert f'value="{said["value"]}"' in page
    row.refresh_from_db()
    assert (row.state, Lead.objects.count()) == ("planned", 0)


def test_an_exceedance_needs_its_limit_and_digits_of_either_width_are_read(scene):
    row = scene.planned("monitor")
    said = {"indicator": "氮氧化物", "value": "１２０．５", "value_unit": "mg/m³"}
    answer = scene.finish(row, **said)
    assert "规则“在线数据超标”按限值判断，请填写限值。" in answer.context["form"].errors["limit"]
    scene.finish(row, **said, limit="100")
    row.refresh_from_db()
    assert (row.value, row.lead.detail) == (
        Decimal("120.5"),
        "在线监控：氮氧化物 120.5 mg/m³，限值 100 mg/m³，达到“在线数据超标”。夜间产污设施在用电，治污设施停运。",
    )


def test_finishing_twice_makes_one_lead_and_a_finished_check_is_not_edited(scene):
    row = scene.planned()
    scene.finish(row, **power("6"))
    again = scene.finish(row, **power("6.0"))
    assert (again.status_code, Lead.objects.count()) == (302, 1)
    other = scene.finish(row, **power("2", conclusion="更正：停运两小时"))
    page = text_of(other)
    assert (other.status_code, "结果不能修改" in page, "更正：停运两小时" in page) == (409, True, True)
    row.refresh_from_db()
    assert (row.value, Lead.objects.count()) == (Decimal(6), 1)
    said = {"finding": "doubtful", "conclusion": "再来", "evidence": b"x;y\n", "name": "x.csv"}
    with pytest.raises(Refused):
        offsite.finish(row, **said, actor=scene.inspector, at=NEW_YEAR)
    assert Lead.objects.count() == 1


def test_a_lead_that_cannot_be_made_leaves_the_check_undone(scene, monkeypatch):
    row = scene.planned()

    def refuse(*args, **more):
        raise Refused("线索登记暂不可用。")

    monkeypatch.setattr("campaigns.services.leads.start_clocks", refuse)
    assert "线索登记暂不可用。" in text_of(scene.finish(row, **power("6")))
    row.refresh_from_db()
    assert (row.state, row.value, Lead.objects.count()) == ("planned", None, 0)


def test_what_has_no_figure_is_doubtful_and_the_lead_is_entered_by_hand(scene):
    row = scene.planned()
    assert scene.finish(row, indicator="", value="", value_unit="").status_code == 302
    page = of(scene.officer).get(url("offsite_detail", row.pk))
    assert "kind=power" in page.context["lead_url"]


def test_a_lead_without_a_figure_and_a_rule_is_refused_by_the_database(scene):
    row = scene.planned()
    lead = make.lead(scene.site, scene.officer, at=NEW_YEAR)
    for wrong in ({"lead": lead}, {"rule_said": "规则"}, {"value": 3}, {"limit": 3}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OffsiteCheck.objects.filter(pk=row.pk).update(**wrong)


def test_the_list_is_filtered_and_exported_and_closed_to_others(scene):
    far = make.enterprise("大同示例水泥厂", scene.org.yungang, scene.place)
    hit, below = scene.planned(), scene.planned(target=make.target(scene.campaign, far))
    scene.planned("mobile")
    scene.finish(hit, **power("6"))
    scene.finish(below, finding="normal", **power("1"))
    officer = of(scene.officer)

    def names(query: str) -> list[str]:
        return [row.enterprise.name for row in officer.get(url("offsite_list") + query).context["page"].rows]

    assert names("?onsite=yes") == [scene.site.name]
    assert names("?onsite=no&state=planned") == [far.name]
    assert names("?means=mobile") == [scene.site.name]
    assert names("?state=done&q=水泥") == [far.name]
    assert names("?finding=normal&since=2021-01-01&until=2021-01-31") == [far.name]
    assert names("?means=mobile&state=done") == []
    assert names("?means=nonsense&state=done&since=x") == names("?state=done")
    chips = officer.get(url("offsite_list") + "?means=power").context["states"]
    assert [(label, count) for _, label, count, _ in chips] == [("待检查", 0), ("已完成", 2), ("已撤销", 0)]
    sheet = load_workbook(io.BytesIO(b"".join(officer.get(url("offsite_export") + "?onsite=yes").streaming_content)))
    lines = list(sheet.active.iter_rows(values_only=True))
    row = dict(zip(*lines[-2:], strict=True))
    assert (row["企业名称"], row["指标"], row["数值"], row["单位（数值）"]) == (
        scene.site.name,
        "治污设施停运时长",
        6,
        "小时",
    )
    assert row["转现场线索"] == Lead.objects.get().number
    assert "治污设施停运时长 ≥ 4 小时" in row["所依据的规则"]
    assert AuditEvent.objects.filter(action="inspections.offsitecheck.export").count() == 1
    stranger = of(person("dt_far", "陈经办", scene.org.xinrong, "officer"))
    assert stranger.get(url("offsite_list") + "?state=done").context["page"].rows == []
    assert stranger.get(url("offsite_detail", hit.pk)).status_code == 404


def test_the_list_costs_the_same_however_many_rows(scene, django_assert_max_num_queries):
    sites = [make.enterprise(f"大同示例{n}厂", scene.org.yungang, scene.place) for n in range(12)]
    for site in sites:
        scene.finish(scene.planned(target=make.target(scene.campaign, site)), **power("6"))
    officer = of(scene.officer)
    officer.get(url("offsite_list"))
    with django_assert_max_num_queries(16):
        assert len(officer.get(url("offsite_list") + "?state=done").context["page"].rows) == 12
