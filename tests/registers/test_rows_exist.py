"""Rows that ask for a register to exist, to be found and exported: filed through its page, with its own columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns.models import Campaign, RegisterEntry
from core import clock
from penalties.models import PenaltyCase
from penalties.services import file_case
from tests import factories as make
from tests.cast import Cast
from tests.penalties.steps import LATER, filing
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

    def file(self, **said: Any) -> RegisterEntry:
        self.client.force_login(self.actor)
        sent = said | {"filing_unit": self.actor.unit_id, "campaign": self.plan.pk}
        with clock.travel(scene.AT):
            answer = self.client.post(reverse("campaigns:register_new", args=[self.key]), sent)
        assert answer.status_code == 302, answer.content.decode()
        self.filed.append(RegisterEntry.objects.filter(register=self.key).latest("pk"))
        return self.filed[-1]

    def refused(self, field: str, **said: Any) -> str:
        self.client.force_login(self.actor)
        sent = said | {"filing_unit": self.actor.unit_id, "campaign": self.plan.pk}
        with clock.travel(scene.AT):
            answer = self.client.post(reverse("campaigns:register_new", args=[self.key]), sent)
        assert answer.status_code == 422
        return " ".join(answer.context["form"].errors.get(field, []))

    def move(self, entry: RegisterEntry, action: str, by: User, **said: Any) -> None:
        self.client.force_login(by)
        with clock.travel(scene.AT):
            answer = self.client.post(reverse("campaigns:register_entry_move", args=[entry.pk, action]), said)
        assert answer.status_code == 302, answer.content.decode()

    def sheet(self, by: User | None = None, **wanted: str) -> list[dict[str, Any]]:
        """The rows of the export under a filter, by the names of their columns."""
        self.client.force_login(by or self.actor)
        with clock.travel(scene.AT):
            rows = rows_of(self.client.get(reverse("campaigns:register_export", args=[self.key]), wanted))
        start = next(index for index, row in enumerate(rows) if "登记号" in row)
        head = [str(one) for one in rows[start]]
        return [dict(zip(head, row, strict=True)) for row in rows[start + 1 :] if row[0]]

    def only(self, entry: RegisterEntry, *, says: Mapping[str, Any], **wanted: str) -> None:
        """Under this filter list and export show this entry alone, with these columns."""
        self.client.force_login(self.actor)
        with clock.travel(scene.AT):
            listed = self.client.get(reverse("campaigns:register_list", args=[self.key]), wanted).content.decode()
        assert [one.pk for one in self.filed if f"{one.label}<" in listed] == [entry.pk]
        rows = self.sheet(**wanted)
        assert [row["登记号"] for row in rows] == [entry.label]
        assert {name: rows[0][name] for name in says} == dict(says)

    def closed_to_strangers(self) -> None:
        for name in STRANGERS:
            self.client.force_login(getattr(self.cast, name))
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


def a_case(cast: Cast, plan: Campaign) -> PenaltyCase:
    """A penalty case of the county that files the entries."""
    task = make.assignment(make.target(plan, cast.site_a), cast.inspector_a, cast.second_a, state="done")
    issue = make.issue(make.locked_record(make.visit(task, state="submitted")))
    return file_case(issue, filing(cast), actor=cast.officer_a, at=LATER)


@pytest.mark.req("GS-02")
def test_talks_circulars_and_interviews_of_the_province(cast: Cast, plan: Campaign, client: Client) -> None:
    scene.load("talks")
    desk = Desk(client, cast, plan, "talks", cast.officer_province)
    said = {"held_on": scene.DAY, "party": "漯河市重点排污单位", "matter": "重大违法问题", "demands": "限期自查"}
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


@pytest.mark.req("GS-35")
def test_leads_of_satellites_drones_and_cameras_are_verified_on_line_or_on_the_spot(
    cast: Cast, plan: Campaign, client: Client
) -> None:
    scene.load("lead_sources")
    desk = Desk(client, cast, plan, "lead_sources", cast.officer_a)
    rows = {
        source: desk.file(
            **{"subject": f"{source}发现料堆", "from": source, "enterprise": "漯河示例纸业有限公司", "detail": "裸露"}
        )
        for source in ("遥感", "无人机", "视频监控")
    }
    for source, row in rows.items():
        says = {"来源": source, "线索": f"{source}发现料堆", "涉及企业": "漯河示例纸业有限公司", "状态": "待核查"}
        desk.only(row, says=says, **{"from": source})
    for source, way in (("视频监控", "在线巡查"), ("无人机", "实地核查")):
        desk.move(rows[source], "verify", cast.inspector_a, way=way, result="已覆盖")
        desk.only(rows[source], says={"核查方式": way, "核查结果": "已覆盖"}, **{"from": source, "state": "verified"})
    desk.closed_to_strangers()


@pytest.mark.req("GS-46")
def test_meetings_leads_and_transfers_with_the_police_and_the_prosecution(
    cast: Cast, plan: Campaign, client: Client
) -> None:
    scene.load("joint")
    desk = Desk(client, cast, plan, "joint", cast.officer_a)
    case = a_case(cast, plan)
    said = {"held_on": scene.DAY, "enterprise": "漯河示例纸业有限公司", "detail": "涉嫌篡改监测数据"}
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
    known = {"home": "示例大学", "title": "教授", "ways": ["现场实地"]}
    chemist = library.file(name="示例化工专家", industries=["化工", "制药"], **known)
    smith = library.file(name="示例钢铁专家", industries=["钢铁"], **known)
    library.only(
        chemist, industries="制药", says={"姓名": "示例化工专家", "擅长行业": "化工、制药", "所在单位": "示例大学"}
    )
    library.only(smith, industries="钢铁", says={"职称": "教授", "服务方式": "现场实地", "状态": "在库"})
    library.closed_to_strangers()
    desk = Desk(client, cast, plan, "consultation", cast.officer_a)
    said = {"enterprise": "漯河示例纸业有限公司", "held_on": scene.DAY, "found": "曝气不足", "advice": "更换曝气头"}
    rows = {kind: desk.file(kind=kind, expert="示例化工专家", **said) for kind in ("把脉问诊", "体检式筛查")}
    assert desk.refused("advice", kind="把脉问诊", expert="示例化工专家", **said | {"advice": ""})
    for kind, row in rows.items():
        says = {"企业": "漯河示例纸业有限公司", "专家": "示例化工专家", "类别": kind}
        desk.only(row, kind=kind, says=says | {"发现的问题": "曝气不足", "处方": "更换曝气头"})
    desk.closed_to_strangers()
