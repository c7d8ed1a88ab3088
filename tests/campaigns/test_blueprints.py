"""Blueprint files: what they hold, how a fault is named, how a change becomes a version."""

import re
import shutil

import pytest
from django.core.management import CommandError, call_command

from campaigns import blueprint_files
from campaigns.blueprint_files import ROOT, BadBlueprint, read_blueprint, read_shared
from campaigns.models import BlueprintVersion, ListItem, SharedList
from campaigns.services.blueprints import load_blueprints
from core.models import FormDefinition
from tests.campaigns.scene import MARCH

HENAN = ROOT / "henan-2020"
INDUSTRIES = [
    "钢铁",
    "焦化",
    "水泥",
    "玻璃",
    "电力",
    "石化",
    "碳素",
    "制药",
    "垃圾焚烧",
    "新型建材",
    "铸造",
    "化肥",
    "化工",
    "农药",
    "皮革",
    "橡胶",
    "塑料",
    "工业涂装",
    "包装印刷",
    "建筑施工工地",
    "建筑、工业物料堆场",
    "其他具体行业",
]
ISSUE_TYPES = [
    "不符合绩效分级指标要求(污染治理技术水平、无组织排放收集、清洁运输等问题)",
    "未达到超低排放要求(有组织排放、无组织排放和交通运输等问题)",
    "超标排放",
    "自主验收方面标准质量不到位",
    "自主验收内容不完整、验收监测报告缺项等",
    "无证排污",
    "污染防治设施不正常运行",
    "污染防治设施缺失",
    "超总量排放",
    "物料扬尘管控不到位",
    "自动监控设施数据造假",
    "重点排污单位未按要求安装在线设备",
    "在线设备不正常运行",
    "涉气企业重污染天气应急减排措施落实不到位",
    "无证排污",
    "不按证排污",
    "未批先建",
    "未验先投",
    "无环保手续",
    "批建不符",
    "重型柴油车及非道路移动机械排放管控不到位",
    "“散乱污”企业",
    "VOCs治理设施为单一式",
    "VOCs物料存储不到位",
    "VOCs物料转移和输送管理不到位",
    "VOCs无组织排放管理不到位",
    "其他",
]
HANDLINGS = ["市级立案处罚", "移交当地环保部门立案处罚", "立行立改", "限期整改", "移交当地政府处理"]
ANNEXES = [
    "全省企业环境规范化管理指南",
    "排污单位自查情况表",
    "一体化执法现场检查记录表",
    "河南省异地执法检查（督查）廉政管理工作规定",
    "异地执法检（督）查期间廉洁自律承诺书",
    "异地执法检查（督查）期间廉洁自律情况自查表",
    "一体化执法检查联络人员信息统计表",
]


@pytest.fixture
def copy(tmp_path):
    """The blueprints in a folder that a test may change."""
    shutil.copytree(ROOT, tmp_path / "blueprints")
    return tmp_path / "blueprints"


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_lists_of_the_annex_stand_to_the_letter():
    lists = read_shared(ROOT / "shared" / "hengshui-annex4.yaml")["lists"]
    for kind, names in (("industry", INDUSTRIES), ("issue_type", ISSUE_TYPES), ("handling", HANDLINGS)):
        items = lists[kind]["items"]
        assert [item["number"] for item in items] == list(range(1, len(names) + 1))
        assert [item["name"] for item in items] == names


def test_types_6_and_15_keep_their_common_name():
    items = read_shared(ROOT / "shared" / "hengshui-annex4.yaml")["lists"]["issue_type"]["items"]
    assert items[5]["name"] == items[14]["name"] == "无证排污"


def test_the_plan_is_held_whole():
    data, forms = read_blueprint(HENAN)
    assert [annex["title"] for annex in data["annexes"]] == ANNEXES
    assert not any(annex["original"] for annex in data["annexes"])
    assert [phase["key"] for phase in data["phases"][:6]] == [
        "selfcheck",
        "inspect",
        "handle",
        "guide",
        "verify",
        "apply",
    ]
    assert data["phases"][6]["scope"] == "other"
    assert {group["name"] for group in data["groups"]} >= {"指挥管理组", "专家咨询组", "资料调度汇总组", "巡查组"}
    assert set(forms) == {"selfcheck", "record"}
    assert len(data["defects"]) == 18


def test_no_person_of_the_source_is_named():
    """Names, telephone numbers and addresses of the plans' people stay out of the data."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.yaml")))
    assert not re.search(r"(?<![0-9])(?:0[0-9]{2,3}-?[0-9]{7,8}|1[3-9][0-9]{9})(?![0-9])", text)
    assert "@" not in text.replace("@day", "")
    for role in ("组长", "副组长", "组员", "负责人", "主任", "联系人"):
        assert not re.search(rf"(?<![\u4e00-\u9fff/]){role}：(?![〔（])", text)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('from: "04-21"', 'from: "04-31"', "不是每年都有的日子"),
        ('to: "06-20"', 'to: "03-20"', "早于开始"),
        ("  phase: inspect\n", "  phase: check\n", "没有名为「check」的阶段"),
        ("file: forms/record.yaml, annex: 3", "file: forms/record.yaml, annex: 8", "没有附件8"),
        ("file: forms/record.yaml", "file: forms/missing.yaml", "没有 forms/missing.yaml 这个文件"),
        ("  on_holiday: previous_workday\n", "  on_holiday: skip\n", "只能是"),
        ("    default: all\n", "    default: some\n", "不在选项之中"),
        ("{key: guide, name: 指导整改", "{key: handle, name: 指导整改", "用了两次"),
        ("name: henan-2020\n", "name: henan\n", "同名"),
        ('  time: "17:30"\n', '  time: "25:30"\n', "写法不对"),
    ],
)
def test_a_fault_is_named_with_file_and_line(copy, old, new, said):
    path = copy / "henan-2020" / "blueprint.yaml"
    line = change(path, old, new)
    with pytest.raises(BadBlueprint) as refused:
        read_blueprint(copy / "henan-2020")
    assert any(error.startswith(f"{path}:{line}: ") and said in error for error in refused.value.errors)


def test_a_fault_in_a_form_is_named_too(copy):
    path = copy / "henan-2020" / "forms" / "record.yaml"
    line = change(path, "use: facility, elements: [噪]", "use: facilty, elements: [噪]")
    with pytest.raises(BadBlueprint) as refused:
        read_blueprint(copy / "henan-2020")
    assert {error.split(": ")[0] for error in refused.value.errors} == {f"{path}:{line}"}


def test_a_fault_in_a_list_is_named(copy):
    path = copy / "shared" / "hengshui-annex4.yaml"
    line = change(path, "{number: 6, name: 石化}", "{number: 5, name: 石化}")
    with pytest.raises(BadBlueprint) as refused:
        read_shared(path)
    assert refused.value.errors == [f"{path}:{line}: 「5」用了两次"]


@pytest.mark.django_db
def test_loading_twice_changes_nothing():
    assert len(load_blueprints(at=MARCH).new) == 8
    again = load_blueprints(at=MARCH)
    assert (again.new, again.known) == ([], 8)
    assert (BlueprintVersion.objects.count(), SharedList.objects.count(), FormDefinition.objects.count()) == (5, 3, 2)
    assert ListItem.objects.count() == 22 + 27 + 5


@pytest.mark.django_db
def test_a_changed_file_is_the_next_version_and_the_first_stays(copy):
    load_blueprints(at=MARCH, root=copy)
    first = BlueprintVersion.objects.get(name="henan-2020")
    change(copy / "henan-2020" / "blueprint.yaml", "组织行业专业人员", "组织行业技术人员")
    change(copy / "shared" / "hengshui-annex4.yaml", "short: 移交当地立案", "short: 移交立案")
    assert len(load_blueprints(at=MARCH, root=copy).new) == 2
    assert list(BlueprintVersion.objects.filter(name="henan-2020").values_list("version", flat=True)) == [2, 1]
    first.refresh_from_db()
    assert "组织行业专业人员" in first.data["groups"][2]["duty"]
    assert SharedList.objects.filter(kind="handling").count() == 2


@pytest.mark.django_db
def test_a_changed_form_needs_a_new_number_and_then_makes_a_new_version(copy):
    load_blueprints(at=MARCH, root=copy)
    path = copy / "henan-2020" / "forms" / "selfcheck.yaml"
    change(path, "label: 整改措施", "label: 拟采取的整改措施")
    with pytest.raises(Exception, match="内容不同的须用新的版本号"):
        load_blueprints(at=MARCH, root=copy)
    change(path, "version: 1", "version: 2")
    new = load_blueprints(at=MARCH, root=copy).new
    assert [said.split(" 第")[-1] for said in new] == ["2版", "2版"], "the plan itself, and the one that uses its form"
    assert FormDefinition.objects.filter(key="henan_2020_selfcheck").count() == 2


@pytest.mark.django_db
def test_one_bad_file_loads_nothing(copy):
    change(copy / "henan-2020" / "blueprint.yaml", "  phase: inspect\n", "  phase: check\n")
    with pytest.raises(BadBlueprint):
        load_blueprints(at=MARCH, root=copy)
    assert not SharedList.objects.exists()


@pytest.mark.django_db
def test_the_command_says_what_it_did_and_names_faults(copy, capsys, monkeypatch):
    call_command("load_blueprints")
    assert "新增 8 个版本" in capsys.readouterr().out
    monkeypatch.setattr(
        blueprint_files, "read_shared", lambda path: (_ for _ in ()).throw(BadBlueprint(["a.yaml:3: 错"]))
    )
    with pytest.raises(CommandError, match=r"a\.yaml:3"):
        call_command("load_blueprints")
