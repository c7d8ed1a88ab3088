"""The plans against their documents: places, words, readings and counts; most of them of the first three."""

from itertools import pairwise

import pytest
import yaml

from campaigns.blueprint_faults import cited, places_of, sentences_at, squeezed
from campaigns.blueprint_files import ROOT, read_blueprint

NAMES = ["henan-2020", "hengshui-2020", "luohe-2021"]
FIVE = [*NAMES, "gansu-2018", "datong-2021"]
CODE = ROOT.parent
COUNTS = {
    "henan-2020": {
        "basis": 3, "phases": 7, "objects": 9, "groups": 6, "contacts": 4, "readiness": 8, "annexes": 7,
        "forms": 2, "registers": 15, "enumerations": 14, "tendencies": 8, "accountability": 3, "quotas": 2, "dues": 9,
        "parameters": 4,
    },
    "hengshui-2020": {
        "basis": 3, "phases": 5, "objects": 4, "groups": 6, "contacts": 4, "readiness": 3, "annexes": 7,
        "forms": 2, "registers": 15, "enumerations": 9, "tendencies": 3, "tiers": 3, "accountability": 2, "quotas": 4,
        "dues": 7, "parameters": 1,
    },
    "luohe-2021": {
        "basis": 5, "phases": 5, "objects": 11, "groups": 1, "contacts": 1, "annexes": 0, "forms": 1,
        "registers": 16, "enumerations": 13, "tendencies": 3, "tiers": 1, "accountability": 0, "quotas": 0, "dues": 4,
        "parameters": 2,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def plans():
    return {name: read_blueprint(ROOT / name)[0] for name in FIVE}


def by_key(entries):
    return {entry["key"]: entry for entry in entries}


def spans(lines):
    ends = [part.split("-") for part in lines.split(",")]
    return [(int(end[0]), int(end[-1])) for end in ends]


@pytest.mark.parametrize("name", NAMES)
def test_each_section_holds_as_many_entries_as_the_document(plans, name):
    assert {section: len(plans[name][section]) for section in COUNTS[name]} == COUNTS[name]


@pytest.mark.parametrize("name", FIVE)
def test_a_sentence_stands_on_its_own_lines_and_not_on_those_of_its_paragraph(plans, name):
    """A page break may divide one sentence; the next begins where it ended."""
    found = [(one["place"], *spans(one["lines"])[0]) for one in plans[name]["text"]]
    assert [(one, other) for one, other in pairwise(found) if other[1] < one[2]] == []


@pytest.mark.parametrize(
    ("name", "place", "lines"),
    [
        ("luohe-2021", "三（一）第3句", "31"),
        ("luohe-2021", "三（一）第6句", "31-33"),
        ("luohe-2021", "三（一）第10句", "33"),
        ("luohe-2021", "三（二）第5句", "37"),
        ("luohe-2021", "三（二）第9句", "37-39"),
        ("luohe-2021", "三（三）第9句", "43-45"),
        ("luohe-2021", "三（四）第8句", "49-51"),
        ("luohe-2021", "三（四）第16句", "51"),
        ("hengshui-2020", "二（一）2（1）第1句", "51"),
        ("hengshui-2020", "二（一）2（1）第2句", "51-53"),
        ("hengshui-2020", "二（一）2（5）第2句", "61"),
        ("hengshui-2020", "二（二）2第3句", "75"),
        ("henan-2020", "五（四）第3句", "366-374"),
        ("gansu-2018", "三（一）第3段第2句", "45-47"),
        ("gansu-2018", "三（一）第3段第4句", "47"),
        ("gansu-2018", "三（五）第3段第4句", "93-95"),
        ("gansu-2018", "三（六）第3段第5句", "105"),
        ("gansu-2018", "三（八）第4段第3句", "121"),
        ("gansu-2018", "四（三）第2句", "131-133"),
        ("datong-2021", "三（四）4第1句", "103"),
        ("datong-2021", "三（四）4第2句", "103-105"),
    ],
)
def test_the_lines_of_a_place(plans, name, place, lines):
    assert {one["place"]: one["lines"] for one in plans[name]["text"]}[place] == lines


@pytest.mark.parametrize("name", FIVE)
def test_the_lines_that_an_entry_names_are_within_its_place(plans, name):
    text = {one["place"]: one for one in plans[name]["text"]}
    outside = []
    for where, entry in cited({key: value for key, value in plans[name].items() if key not in {"text", "defects"}}):
        if "lines" not in entry:
            continue
        places = [one for place in places_of(entry["source"]) for one in sentences_at(text, place)]
        held = [span for one in places for span in spans(one["lines"])]
        first, last = min(a for a, _ in held), max(b for _, b in held)
        # A phase spans its whole paragraph, of which it cites the sentences that give its name and its work.
        if where[0] not in {"phases", "groups"} and any(a < first or b > last for a, b in spans(entry["lines"])):
            outside.append((where, entry["lines"]))
    assert outside == []


@pytest.mark.parametrize("name", NAMES)
def test_duties_of_groups_are_the_document_s_words(plans, name):
    text = {one["place"]: one for one in plans[name]["text"]}
    for group in plans[name]["groups"]:
        said = "".join(one["quote"] for place in places_of(group["source"]) for one in sentences_at(text, place))
        assert squeezed(group.get("duty", "")).rstrip("。") in squeezed(said), group["key"]


def test_what_henan_inspects_is_listed_to_the_letter(plans):
    lists = {key: one["items"] for key, one in by_key(plans["henan-2020"]["enumerations"]).items()}
    assert lists["systems"] == [
        "生态环境目标管理", "环保责任制", "环保考核奖惩", "污染防治设施管理", "环保投入管理", "隐患排查整改",
        "固（危）废管理", "辐射管理", "宣传教育", "信息公开", "自我培训", "相关环保设施操作规程",
    ]  # fmt: skip
    assert lists["permits"] == [
        "环境影响评价批准", "环保验收", "排污许可", "强制性清洁生产", "危废经营许可", "辐射经营许可",
    ]  # fmt: skip
    assert lists["built"] == [
        "按照法律规定和标准以及环境影响评价文件、排污许可、危废经营许可、辐射许可的要求建设环保设施情况",
        "按照县级以上人民政府有关环境攻坚要求建设环保设施情况",
        "环保设施完好、正常运行及污染物稳定达标排放情况",
    ]
    assert lists["mobile"] == [
        "非道路移动使用PIN码", "按规定使用符合环保要求的车辆", "油品", "建设铁路专用线",
    ]  # fmt: skip
    assert lists["other_duties"][0] == "依法淘汰落后工艺设备、产能情况"


def test_the_sheets_of_henan_ask_for_every_item_of_the_document(plans):
    _, forms = read_blueprint(ROOT / "henan-2020")
    systems = by_key(plans["henan-2020"]["enumerations"])["systems"]["items"]
    permits = by_key(plans["henan-2020"]["enumerations"])["permits"]["items"]
    for form in forms.values():
        items = {section["key"]: [item["title"] for item in section["items"]] for section in form["sections"]}
        assert (items["systems"], items["permits"]) == (systems, permits)
        assert len(items["facilities"]) == 10
        assert (len(items["mobile"]), len(items["others"])) == (4, 4)


def test_the_seats_of_henan_are_counted(plans):
    seats = {g["key"]: [(s["role"], s["count"]) for s in g.get("seats", [])] for g in plans["henan-2020"]["groups"]}
    assert seats["leading"] == [("组长", 1), ("副组长", 7), ("组员", 14)]
    assert seats["office"] == [("主任", 1), ("组员", 11)]
    assert [seats[key] for key in ("command", "experts", "dispatch", "patrol")] == [[("负责人", 1)]] * 4


def test_the_helps_of_hengshui_s_columns_keep_the_document_s_punctuation(plans):
    registers = by_key(plans["hengshui-2020"]["registers"])
    assert registers["ledger"]["columns"][13]["help"] == (
        "注意: 请在问题描述中写明企业是否生产, 问题描述中需写明污染现象, 违法行为。"
    )
    assert "时限等内容,并一次性告知企业,详细记录" in registers["checkup"]["columns"][9]["help"]
    required = [column["number"] for column in registers["ledger"]["columns"] if column.get("required")]
    assert required == [4, 10, 11, 12, 13]


def test_the_documents_that_a_plan_rests_on(plans):
    basis = {name: [(one["title"], one.get("number")) for one in plans[name]["basis"]] for name in NAMES}
    assert basis["hengshui-2020"] == [
        ("《中华人民共和国环境保护法》", None),
        ("《中华人民共和国行政处罚法》", None),
        ("生态环境部《关于进一步规范适用环境行政处罚自由裁量权的指导意见》", "环执法〔2019〕42号"),
    ]
    assert [title for title, _ in basis["henan-2020"]] == [
        "《生态环境部督查和巡查工作纪律规定》（试行）",
        "《河南省异地执法检查（督查）廉政管理工作规定》",
        "《河南省企业环境规范化管理指南》",
    ]
    for name in NAMES:
        said = squeezed("".join(one["quote"] for one in plans[name]["text"]))
        titles = [title.removeprefix("河南省生态环境厅办公室").removeprefix("生态环境部") for title, _ in basis[name]]
        assert [title for title in titles if title not in said] == []


@pytest.mark.parametrize("name", FIVE)
def test_every_reading_has_its_default_explained_or_says_why_it_has_none(plans, name):
    for parameter in plans[name]["parameters"]:
        begins = "默认" if "default" in parameter else "不设默认"
        assert parameter["note"].startswith(begins), parameter["key"]


@pytest.mark.parametrize("name", FIVE)
def test_a_reading_that_may_be_chosen_is_read_by_something(plans, name):
    """By a clock, a window or a rule of its own plan, or by name where the campaign decides by it."""
    said = yaml.safe_dump({key: value for key, value in plans[name].items() if key != "parameters"}, allow_unicode=True)
    code = "".join(path.read_text(encoding="utf-8") for path in CODE.rglob("*.py"))
    assert [one["key"] for one in plans[name]["parameters"] if one["key"] not in said and one["key"] not in code] == []


def test_cases_pending_when_hengshui_s_exemptions_end_are_left_to_a_person(plans):
    """The document is silent (附件1第2段): no reading may decide such a case, each is found by the one in charge."""
    assert "期满时仍在办理的案件原文未规定，由负责人逐案认定" in plans["hengshui-2020"]["exemptions"]["transition"]


def test_the_term_for_publishing_results_says_where_its_days_come_from(plans):
    publish = by_key(plans["datong-2021"]["dues"])["publish"]
    assert publish["clock"]["within"] == 20
    assert "《政府信息公开条例》第二十六条" in publish["note"]


def test_the_readings_and_their_defaults(plans):
    readings = {name: {one["key"]: one.get("default") for one in plans[name]["parameters"]} for name in NAMES}
    assert readings == {
        "henan-2020": {"selfcheck_scope": "all", "contacts_due": None, "other_verify": None, "summary_within": "15"},
        "hengshui-2020": {"lookback_from": "次年03-16"},
        "luohe-2021": {"exempt_leads": "complaint_exceed", "approvers": "either"},
    }


def test_what_is_owed_and_by_whom(plans):
    owed = {name: {one["key"]: (one["by"], one["clock"]["kind"]) for one in plans[name]["dues"]} for name in NAMES}
    assert owed == {
        "henan-2020": {
            "selfcheck": ("enterprises", "phase_end"),
            "contact": ("cities", "parameter"),
            "weekly": ("cities", "weekly"),
            "summary": ("cities", "after"),
            "upload": ("people", "after"),
            "integrity": ("people", "after"),
            "platform": ("cities", "phase_end"),
            "verify_other": ("cities", "phase_end"),
            "other_plan": ("cities", "none"),
        },
        "hengshui-2020": {
            "selfcheck": ("enterprises", "phase_end"),
            "list": ("counties", "day"),
            "plan": ("counties", "day"),
            "progress": ("counties", "month_days"),
            "quota": ("own_teams", "month_days"),
            "lookback": ("counties", "phase_end"),
            "maps": ("counties", "none"),
        },
        "luohe-2021": {
            "conditions": ("authority", "none"),
            "study": ("counties", "quarter"),
            "plan": ("counties", "none"),
            "shift": ("counties", "none"),
        },
    }
    upload = by_key(plans["henan-2020"]["dues"])["upload"]["clock"]
    assert (upload["within"], upload["said"]) == (0, "当日24:00前")


def test_the_liaison_s_columns_are_those_that_the_platform_keeps(plans):
    contacts = by_key(plans["henan-2020"]["contacts"])
    assert contacts["liaison"]["fields"] == ["单位", "姓名", "职务", "手机"]
    assert contacts["province"]["fields"] == ["联系人", "联系电话（传真）", "邮箱"]
