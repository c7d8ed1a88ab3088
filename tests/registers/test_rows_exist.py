"""Rows that ask for a register to exist, to be found and exported: filed through its page, with its own columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns.models import BlueprintVersion, Campaign, RegisterEntry
from campaigns.registers import files, services
from campaigns.registers.services.owed import judge
from campaigns.services import due
from campaigns.services.due.entries import entries_of
from core import clock
from core.form_engine.conditions import slots
from core.form_engine.definitions import read_definition
from core.models import Notice, Obligation
from enterprises.models import Enterprise
from tests import factories as make
from tests.cast import Cast
from tests.registers import scene
from tests.registers.test_each import rows_of

STRANGERS = ("inspector_b", "officer_other", "enterprise_b", "administrator")


@dataclass
class Desk:
    """One person at the pages of one register."""

    client: Client
    cast: Cast
    plan: Campaign
    key: str
    actor: User
    filed: list[RegisterEntry] = field(default_factory=list)

    def enter(self, by: User) -> None:
        """Signed in anew: what was open at another time would have timed out."""
        self.client.logout()
        self.client.force_login(by)

    def post(self, said: dict[str, Any], at: datetime) -> Any:
        self.enter(self.actor)
        sent = said | {"filing_unit": self.actor.unit_id, "campaign": self.plan.pk}
        with clock.travel(at):
            return self.client.post(reverse("campaigns:register_new", args=[self.key]), sent)

    def file(self, at: datetime = scene.AT, **said: Any) -> RegisterEntry:
        answer = self.post(said, at)
        assert answer.status_code == 302, answer.content.decode()
        self.filed.append(RegisterEntry.objects.filter(register=self.key).latest("pk"))
        return self.filed[-1]

    def refused(self, field: str, at: datetime = scene.AT, **said: Any) -> str:
        answer = self.post(said, at)
        assert answer.status_code == 422
        return " ".join(answer.context["form"].errors.get(field, []))

    def move(self, entry: RegisterEntry, action: str, by: User, **said: Any) -> None:
        self.enter(by)
        sent = {"csrfmiddlewaretoken": "sent by the page"} | said
        with clock.travel(scene.AT):
            answer = self.client.post(reverse("campaigns:register_entry_move", args=[entry.pk, action]), sent)
        assert answer.status_code == 302, answer.content.decode()

    def sheet(self, by: User | None = None, **wanted: str) -> list[dict[str, Any]]:
        """The rows of the export under a filter, by the names of their columns."""
        self.enter(by or self.actor)
        with clock.travel(scene.AT):
            rows = rows_of(self.client.get(reverse("campaigns:register_export", args=[self.key]), wanted))
        start = next(index for index, row in enumerate(rows) if "登记号" in row)
        head = [str(one) for one in rows[start]]
        return [dict(zip(head, row, strict=True)) for row in rows[start + 1 :] if row[0]]

    def only(self, entry: RegisterEntry, *, says: Mapping[str, Any], **wanted: str) -> None:
        """Under this filter list and export show this entry alone, with these columns."""
        self.enter(self.actor)
        with clock.travel(scene.AT):
            listed = self.client.get(reverse("campaigns:register_list", args=[self.key]), wanted).content.decode()
        assert [one.pk for one in self.filed if f"{one.label}<" in listed] == [entry.pk]
        rows = self.sheet(**wanted)
        assert [row["登记号"] for row in rows] == [entry.label]
        assert {name: rows[0][name] for name in says} == dict(says)

    def closed_to_strangers(self) -> None:
        for name in STRANGERS:
            self.enter(getattr(self.cast, name))
            with clock.travel(scene.AT):
                for entry in self.filed:
                    page = self.client.get(reverse("campaigns:register_entry", args=[entry.pk]))
                    assert page.status_code == 404, name
                for door in ("register_list", "register_export"):
                    answer = self.client.get(reverse(f"campaigns:{door}", args=[self.key]))
                    assert answer.status_code in {200, 404}
                    if answer.status_code == 200 and door == "register_list":
                        assert not any(entry.label in answer.content.decode() for entry in self.filed), name
                    if answer.status_code == 200 and door == "register_export":
                        labels = {entry.label for entry in self.filed}
                        assert not any(labels & set(row) for row in rows_of(answer)), name


@pytest.mark.req("GS-02")
def test_talks_circulars_and_interviews_of_the_province(cast: Cast, plan: Campaign, client: Client) -> None:
    scene.load("talks")
    desk = Desk(client, cast, plan, "talks", cast.officer_province)
    said: dict[str, Any] = {
        "held_on": scene.DAY,
        "party": "漯河市重点排污单位",
        "matter": "重大违法问题",
        "demands": "限期自查",
    }
    assert desk.refused("matter", subject="没有事由", kind="座谈会", **said | {"matter": ""})
    kinds = ("座谈会", "通报会", "约谈会")
    rows = {kind: desk.file(subject=f"第二季度{kind}", kind=kind, **said) for kind in kinds}
    for kind, row in rows.items():
        says = {
            "登记单位": "省厅",
            "会议名称": f"第二季度{kind}",
            "类别": kind,
            "参会或被约谈单位": "漯河市重点排污单位",
        }
        desk.only(row, kind=kind, says=says | {"事由": "重大违法问题", "提出的要求": "限期自查"})
        desk.only(row, q=f"第二季度{kind}", says={"类别": kind})
    desk.closed_to_strangers()


@pytest.mark.req("GS-30")
def test_violations_are_copied_to_other_departments_and_tasks_are_held_with_them(
    cast: Cast, plan: Campaign, client: Client
) -> None:
    scene.load("sharing")
    desk = Desk(client, cast, plan, "sharing", cast.officer_a)
    copied = desk.file(
        subject="无证取水",
        kind="抄告",
        party="区水利局",
        sent_on=scene.DAY,
        enterprise="漯河示例纸业有限公司",
        document="漯环函〔2020〕7号",
        detail="检查发现取水口未办许可，请依职责处理。",
    )
    joint = desk.file(
        subject="机械加工行业联合随机抽查",
        kind="联合任务",
        party="市场监管、应急管理",
        sent_on=scene.DAY,
        detail="抽取十家，三部门一次进门。",
    )
    desk.only(
        copied,
        kind="抄告",
        says={
            "抄告或联合的部门": "区水利局",
            "涉及企业": "漯河示例纸业有限公司",
            "文号": "漯环函〔2020〕7号",
            "状态": "待反馈",
        },
    )
    desk.only(
        joint, kind="联合任务", says={"抄告或联合的部门": "市场监管、应急管理", "内容": "抽取十家，三部门一次进门。"}
    )
    desk.move(copied, "feedback", cast.officer_a, result="已立案")
    desk.only(copied, state="done", says={"反馈情况": "已立案", "状态": "已反馈"})
    desk.closed_to_strangers()


@pytest.mark.req("GS-46")
def test_meetings_leads_and_transfers_with_the_police_and_the_prosecution(
    cast: Cast, plan: Campaign, client: Client
) -> None:
    scene.load("joint")
    desk = Desk(client, cast, plan, "joint", cast.officer_a)
    case = scene.a_case(cast, plan)
    said: dict[str, Any] = {"held_on": scene.DAY, "enterprise": "漯河示例纸业有限公司", "detail": "涉嫌篡改监测数据"}
    kinds = ("联席会议", "线索通报", "案件移送", "联合执法", "联合督办", "联合督导")
    strange = desk.refused(
        "case", subject="移送", kind="案件移送", parties=["公安"], case="漯环源立〔2020〕99号", **said
    )
    assert strange == "没有找到编号为「漯环源立〔2020〕99号」的行政处罚案件"
    rows = {
        kind: desk.file(
            subject=f"{kind}事项",
            kind=kind,
            parties=["公安", "检察"] if kind == "联席会议" else ["公安"],
            case=case.number if kind == "案件移送" else "",
            **said,
        )
        for kind in kinds
    }
    for kind, row in rows.items():
        desk.only(row, kind=kind, says={"事项": f"{kind}事项", "类别": kind, "内容": "涉嫌篡改监测数据"})
    desk.only(rows["联席会议"], parties="检察", says={"参加或受送单位": "公安、检察"})
    assert desk.sheet(kind="案件移送")[0]["关联案件"].startswith(case.number)
    desk.closed_to_strangers()


@pytest.mark.req("GS-51")
def test_the_library_of_experts_and_their_consultations(cast: Cast, plan: Campaign, client: Client) -> None:
    scene.load("experts", "consultation")
    library = Desk(client, cast, plan, "experts", cast.officer_city)
    known: dict[str, Any] = {"home": "示例大学", "title": "教授", "ways": ["现场实地"]}
    chemist = library.file(name="示例化工专家", industries=["化工", "制药"], **known)
    smith = library.file(name="示例钢铁专家", industries=["钢铁"], **known)
    library.only(
        chemist, industries="制药", says={"姓名": "示例化工专家", "擅长行业": "化工、制药", "所在单位": "示例大学"}
    )
    library.only(smith, industries="钢铁", says={"职称": "教授", "服务方式": "现场实地", "状态": "在库"})
    library.closed_to_strangers()
    desk = Desk(client, cast, plan, "consultation", cast.officer_a)
    said: dict[str, Any] = {
        "enterprise": "漯河示例纸业有限公司",
        "held_on": scene.DAY,
        "found": "曝气不足",
        "advice": "更换曝气头",
    }
    rows = {kind: desk.file(kind=kind, expert="示例化工专家", **said) for kind in ("把脉问诊", "体检式筛查")}
    assert desk.refused("advice", kind="把脉问诊", expert="示例化工专家", **said | {"advice": ""})
    for kind, row in rows.items():
        says = {"企业": "漯河示例纸业有限公司", "专家": "示例化工专家", "类别": kind}
        desk.only(row, kind=kind, says=says | {"发现的问题": "曝气不足", "处方": "更换曝气头"})
    desk.closed_to_strangers()


@pytest.mark.req("DT-25")
def test_a_quarter_without_a_review_meeting_about_a_case_is_red_at_its_end(
    cast: Cast, plan: Campaign, client: Client
) -> None:
    scene.load("case_review")
    order = {"key": "reviews", "title": "案件交流审查会", "owes": "市局", "by": "authority", "source": "三（三）2"}
    term = {"clock": {"kind": "quarter", "before": 0}, "on_holiday": "keep"}
    term["register"] = {"key": "case_review", "indicators": ["quarter"]}
    BlueprintVersion.objects.filter(pk=plan.blueprint_id).update(data=plan.blueprint.data | {"dues": [order | term]})
    plan = scene.a_year_later(plan, cast.city)
    due.open_dues(plan, at=clock.at_local(date(2021, 4, 1), 9))
    owed = Obligation.objects.get(campaign_id=plan.pk, subject="due.reviews", period="2021-06-30")

    def light(at: datetime) -> bool:
        client.logout()
        client.force_login(cast.officer_city)
        with clock.travel(at):
            page = client.get(reverse("campaigns:due_detail", args=[owed.pk]))
        return bool(page.context["standing"].tone == "red")

    midnight = clock.at_local(date(2021, 7, 1), 0)
    assert (light(midnight - timedelta(minutes=5)), light(midnight)) == (False, True)
    ordered = next(one for one in entries_of(plan.blueprint.data) if one.key == owed.subject)
    judge(plan, replace(ordered, data={"register": {"key": "no_such_register"}}), midnight)
    owed.refresh_from_db()
    assert owed.met_at is None, "what no register tells of stays open"
    desk = Desk(client, cast, plan, "case_review", cast.officer_city)
    case = scene.a_case(cast, plan)
    said: dict[str, Any] = {"subject": "第二季度审查会", "held_on": "2021-06-30", "verdict": "裁量适当"}
    at = midnight + timedelta(hours=9)
    for wrong, words in (("", "请填写"), ("漯环源立〔2020〕99号", "没有找到编号")):
        assert words in desk.refused("case", at=at, case=wrong, **said), wrong
    assert light(midnight), "a meeting without a case is none"
    row = desk.file(at=at, case=case.number, **said)
    assert row.links.get(field="case").key == str(case.pk)
    assert not light(midnight + timedelta(hours=10))
    desk.only(row, year="2021", says={"评议的案件": f"{case.number} {case.cause}", "评议意见": "裁量适当"})
    desk.move(row, "cancel", cast.officer_city, reason="填错")
    assert light(midnight + timedelta(hours=10)), "what was taken back was no meeting"


@pytest.mark.req("GS-63")
def test_the_file_of_an_enterprise_says_which_of_four_incentives_it_has_and_no_inspection_asks(
    cast: Cast, plan: Campaign, client: Client
) -> None:
    scene.load("incentive")
    desk = Desk(client, cast, plan, "incentive", cast.officer_a)
    kinds = ["绿色信贷", "排污权有偿使用和交易", "环境污染责任保险", "环境损害鉴定评估"]

    def shown(by: User) -> list[tuple[str, bool]]:
        client.force_login(by)
        with clock.travel(scene.AT):
            page = client.get(reverse("campaigns:enterprise_panel", args=[cast.site_a.pk]))
        assert all(kind in page.content.decode() for kind in kinds)
        return [(kind, entry is not None) for kind, entry in page.context["incentives"]]

    assert shown(cast.officer_a) == [(kind, False) for kind in kinds]
    said: dict[str, Any] = {"enterprise": cast.site_a.name, "on": scene.DAY, "detail": "示例银行授信"}
    rows = {kind: desk.file(kind=kind, **said) for kind in (kinds[0], kinds[2])}
    for by in (cast.officer_a, cast.inspector_a, cast.enterprise_a):
        assert shown(by) == [(kind, kind in rows) for kind in kinds]
    for kind, row in rows.items():
        desk.only(row, kind=kind, says={"企业": cast.site_a.name, "激励事项": kind, "情况": "示例银行授信"})
    desk.move(rows[kinds[0]], "cancel", cast.officer_a, reason="填错")
    assert shown(cast.officer_a) == [(kind, kind == kinds[2]) for kind in kinds]
    desk.closed_to_strangers()
    for form in (files.ROOT.parents[1] / "blueprints").glob("*/forms/*.yaml"):
        fields = [one.field for one in slots(read_definition(form)) if one.field.get("required")]
        assert not [one for one in fields if any(kind in one["label"] for kind in kinds)], form


@pytest.mark.req("GS-55")
def test_what_a_superior_found_is_handed_down_and_the_locality_receives_it(
    cast: Cast, plan: Campaign, client: Client
) -> None:
    scene.load("notified")
    desk = Desk(client, cast, plan, "notified", cast.officer_city)
    said: dict[str, Any] = {
        "enterprise": cast.site_a.name,
        "receiver": cast.county_a.pk,
        "checked_on": scene.DAY,
        "found": "治污设施停运",
        "demands": "立即恢复运行",
        "due_on": "2020-05-29",
    }
    assert desk.refused("demands", **said | {"demands": ""})
    row = desk.file(**said)
    told = Notice.objects.filter(title__startswith="上级检查情况待接收")
    assert cast.officer_a in {one.recipient for one in told}
    assert not told.filter(recipient__in=[cast.inspector_b, cast.officer_other]).exists()
    owed = Obligation.objects.get(kind="register_notified", period="receive")
    assert (owed.unit_path, clock.day_of(owed.due_at)) == (cast.county_a.path, date(2020, 5, 15))
    client.force_login(cast.officer_a)
    with clock.travel(scene.AT):
        page = client.get(reverse("campaigns:register_entry", args=[row.pk])).content.decode()
        assert "立即恢复运行" in page
        assert reverse("campaigns:register_entry_move", args=[row.pk, "receive"]) in page
    client.force_login(cast.officer_city)
    with clock.travel(scene.AT):
        answer = client.post(reverse("campaigns:register_entry_move", args=[row.pk, "receive"]))
    assert answer.status_code == 403, "who sends it does not receive it"
    desk.move(row, "receive", cast.officer_a)
    owed.refresh_from_db()
    assert owed.met_at is not None
    desk.move(row, "feedback", cast.officer_a, feedback="已恢复运行")
    columns = {"属地单位": "源汇区", "检查情况": "治污设施停运", "整改要求": "立即恢复运行", "属地反馈": "已恢复运行"}
    desk.only(row, state="done", says=columns)
    assert [one["登记号"] for one in desk.sheet(by=cast.officer_a)] == [row.label]
    desk.closed_to_strangers()


@pytest.mark.req("DT-15")
def test_the_third_low_ranking_in_a_row_makes_a_key_check_on_the_day_it_is_published(
    cast: Cast, plan: Campaign, client: Client
) -> None:
    scene.load("key_check", "ranking")
    desk = Desk(client, cast, plan, "ranking", cast.officer_city)

    def publish(month: str, *, low: str = "yes", site: Enterprise = cast.site_a) -> int:
        """How many key checks there are for the enterprise after its ranking of a month was published."""
        said = {"enterprise": site.name, "on": f"{month}-20", "index": "在线监控综合得分", "place": "98", "low": low}
        desk.move(desk.file(**said), "publish", cast.officer_city)
        return RegisterEntry.objects.filter(register="key_check", enterprise=site).count()

    assert [publish(month) for month in ("2020-01", "2020-02")] == [0, 0]
    draft = desk.file(enterprise=cast.site_a.name, on="2020-03-20", index="在线监控综合得分", place="98", low="yes")
    assert not RegisterEntry.objects.filter(register="key_check").exists(), "not before it is published"
    desk.move(draft, "publish", cast.officer_city)
    made = RegisterEntry.objects.get(register="key_check")
    assert (made.enterprise, made.occurred_on, made.state) == (cast.site_a, clock.day_of(scene.AT), "open")
    assert publish("2020-04") == 1, "one at a time"
    assert [publish(month, site=cast.site_b) for month in ("2019-12", "2020-02", "2020-03")] == [0, 0, 0], "a gap"
    assert publish("2020-04", site=cast.site_b, low="no") == 0
    text = scene.version("ranking").text.replace("times: 3", "times: 2")
    services.write_register(text, "粘贴", change="改为连续两期", actor=cast.administrator, at=scene.AT)
    assert [publish(month, site=cast.site_b) for month in ("2020-06", "2020-07")] == [0, 1]
    backwards = make.enterprise("示例倒序公布厂", cast.county_a, cast.region_a)
    assert [publish(month, site=backwards) for month in ("2020-09", "2020-08")] == [0, 1], "published out of order"
    listed = Desk(client, cast, plan, "key_check", cast.officer_city)
    assert {row["企业"] for row in listed.sheet(state="open")} == {cast.site_a.name, cast.site_b.name, backwards.name}


@pytest.mark.req("DT-19")
def test_every_task_of_the_grid_is_a_row_with_three_levels_and_closes_only_after_its_feedback(
    cast: Cast, plan: Campaign, client: Client
) -> None:
    scene.load("grid_task")
    desk = Desk(client, cast, plan, "grid_task", cast.officer_a)
    grids = {"first": "市级网格 赵示例", "second": "县级网格 钱示例", "third": "乡级网格 孙示例"}
    said: dict[str, Any] = {"due_on": "2020-05-29", "detail": "逐家排查", **grids}
    for level in grids:
        assert desk.refused(level, subject="缺一级", **said | {level: ""}), "all three answer for it"
    rows = [desk.file(subject=f"任务{number}", **said) for number in range(1, 4)]
    ledger = desk.sheet()
    with clock.travel(scene.AT):
        page = client.get(reverse("campaigns:register_list", args=["grid_task"])).content.decode()
    assert (f"共 {len(rows)} 项" in page, [row["任务"] for row in ledger]) == (True, ["任务3", "任务2", "任务1"])
    columns = ("一级网格及责任人", "二级网格及责任人", "三级网格及责任人")
    assert all([row[name] for name in columns] == list(grids.values()) for row in ledger)
    close = reverse("campaigns:register_entry_move", args=[rows[0].pk, "close"])
    desk.enter(cast.officer_a)
    with clock.travel(scene.AT):
        refused = client.post(close, {"csrfmiddlewaretoken": "sent by the page"})
        shown = client.get(reverse("campaigns:register_entry", args=[rows[0].pk])).content.decode()
    assert (refused.status_code, "不能办理“闭环”" in refused.content.decode()) == (422, True)
    assert all(holder in shown for holder in grids.values())
    desk.move(rows[0], "feedback", cast.inspector_a, feedback="已排查十家")
    desk.move(rows[0], "close", cast.officer_a)
    desk.only(rows[0], state="closed", says={"完成情况": "已排查十家", "状态": "已闭环"})
    assert len(desk.sheet()) == len(rows), "what is closed stays a row"
    desk.closed_to_strangers()
