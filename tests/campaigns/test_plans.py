"""The five plans as data: what each document holds, to the letter, and where it stands in it."""

from datetime import date

import pytest

from campaigns import blueprint_faults, blueprint_files
from campaigns.blueprint_files import ROOT, read_blueprint
from campaigns.services.terms import gaps

NAMES = ["henan-2020", "hengshui-2020", "luohe-2021", "gansu-2018", "datong-2021"]
SENTENCES = {"henan-2020": 109, "hengshui-2020": 146, "luohe-2021": 75, "gansu-2018": 124, "datong-2021": 112}
# Heads of files and the marks that part annexes say nothing that could be an entry.
UNSAID = (
    "文件头",
    "文号",
    "主送",
    "通知附件",
    "落款",
    "成文日期",
    "印发单位",
    "印发日期",
    "抬头",
    "承诺人",
    "签字",
    "盖章",
)


@pytest.fixture(scope="module")
def plans():
    return {name: read_blueprint(ROOT / name)[0] for name in NAMES}


@pytest.fixture(scope="module")
def hengshui(plans):
    return plans["hengshui-2020"]


@pytest.fixture(scope="module")
def datong(plans):
    return plans["datong-2021"]


def by_key(entries):
    return {entry["key"]: entry for entry in entries}


def document(plan):
    return blueprint_faults.squeezed("".join(sentence["quote"] for sentence in plan["text"]))


@pytest.mark.parametrize("name", NAMES)
def test_the_document_is_held_sentence_by_sentence(plans, name):
    assert len(plans[name]["text"]) == SENTENCES[name]
    firsts = [int(sentence["lines"].split("-")[0]) for sentence in plans[name]["text"]]
    assert firsts == sorted(firsts)


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_names_its_place_and_carries_its_words(plans, name):
    entries = [
        entry
        for section in blueprint_files.LIST_SECTIONS
        if section not in {"text", "forms", "defects"}
        for entry in plans[name][section]
    ]
    assert len(entries) > 40
    assert [entry for entry in entries if not (entry["source"] and entry["lines"] and entry["quote"])] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_of_the_document_is_left_without_an_entry(plans, name):
    """Each sentence is cited by something; headings carry only their number and name."""
    text = {sentence["place"]: sentence for sentence in plans[name]["text"]}
    cited = {
        sentence["place"]
        for _, entry in blueprint_faults.cited({key: value for key, value in plans[name].items() if key != "text"})
        for place in blueprint_faults.places_of(entry["source"])
        for sentence in blueprint_faults.sentences_at(text, place)
    }
    left = [place for place in text if place not in cited and not place.endswith(("标题", "标记", "时间", *UNSAID))]
    assert [place for place in left if len(text[place]["quote"]) > 20] == []


@pytest.mark.req("HS-84")
def test_number_and_dates_are_the_document_s_own_or_said_to_be_missing(plans):
    source = {name: plan["source"] for name, plan in plans.items()}
    assert (source["hengshui-2020"]["number"], source["hengshui-2020"]["date"]) == (
        "衡环办发〔2020〕137号",
        "2020年11月27日",
    )
    assert source["hengshui-2020"]["printed"] == "2020年11月27日"
    for name in ("henan-2020", "datong-2021"):
        assert (source[name]["number"], source[name]["date"]) == ("原文无", "原文无")
    assert (source["luohe-2021"]["number"], source["luohe-2021"]["date"]) == ("漯环办〔2021〕52号", "原文无")
    assert source["gansu-2018"]["number"] == "甘环办发〔2018〕96号"
    assert (source["gansu-2018"]["date"], source["gansu-2018"]["printed"]) == ("原文无成文日期", "2018年10月25日")
    assert all(set(one) >= {"issuer", "number", "date"} for one in source.values())


@pytest.mark.req("HS-83")
def test_the_seven_annexes_of_hengshui_have_their_names_and_the_seventh_is_empty(hengshui):
    assert [annex["title"] for annex in hengshui["annexes"]] == [
        "衡水市生态环境局对轻微环境违法行为不予行政处罚规定",
        "企业生态环境“自行体检”承诺书",
        "“全企体检”活动入企检查登记表",
        "“全企体检”活动入企检查问题台账",
        "生态环境执法人员“入企体检”承诺书",
        "企业注意事项“明白纸”",
        "企业画像、挂图作战样本",
    ]
    assert "原文空" in hengshui["annexes"][6]["note"]
    assert "附件1标题" in {sentence["place"] for sentence in hengshui["text"]}


def test_the_enterprise_pledge_keeps_its_numbers_and_the_eighth_stays_missing(hengshui):
    clauses = hengshui["enterprise_pledge"]["clauses"]
    assert [clause[0] for clause in clauses] == list("一二三四五六七九")
    assert all(blueprint_faults.squeezed(clause) in document(hengshui) for clause in clauses)
    assert any("缺第八条" in defect["text"] for defect in hengshui["defects"])


def test_the_officer_s_pledge_has_five_clauses_to_the_letter(hengshui):
    clauses = hengshui["pledge"]["clauses"]
    assert [clause[0] for clause in clauses] == list("一二三四五")
    assert all(blueprint_faults.squeezed(clause) in document(hengshui) for clause in clauses)
    assert "检查检查" in clauses[1], "the document's own slip is kept"


def test_the_leaflet_has_ten_points_and_the_exemptions_ten_items(hengshui):
    points = hengshui["leaflet"]["items"]
    assert [point.split(".")[0] for point in points] == [str(number) for number in range(1, 11)]
    assert all(blueprint_faults.squeezed(point) in document(hengshui) for point in points)
    exemptions = hengshui["exemptions"]
    assert (exemptions["valid_from"], exemptions["valid_to"]) == ("11-27", "次年03-31")
    assert [item["number"] for item in exemptions["items"]] == list(range(1, 11))
    assert all(blueprint_faults.squeezed(item["text"]) in document(hengshui) for item in exemptions["items"])
    assert [item["number"] for item in exemptions["items"] if item.get("approval")] == [10]


def test_the_ledger_has_nineteen_columns_and_the_sheet_eleven(hengshui):
    registers = by_key(hengshui["registers"])
    header = next(one["quote"] for one in hengshui["text"] if one["place"] == "附件4表头").split("｜")
    assert [column["name"] for column in registers["ledger"]["columns"]] == header
    assert len(header) == 19
    assert [column["name"] for column in registers["checkup"]["columns"]] == [
        "序号", "检查日期", "企业名称", "法人代表", "是否正面清单企业", "企业地址",
        "经纬度", "企业类型", "行业类别", "现场检查情况", "现场执法人员",
    ]  # fmt: skip
    lists = {column["number"]: column["list"] for column in registers["ledger"]["columns"] if "list" in column}
    assert lists == {6: "industry", 15: "issue_type", 16: "handling"}


def test_hengshui_s_ladder_tiers_tendencies_and_quota(hengshui):
    ladder = by_key(hengshui["accountability"])["missed"]
    assert [step["at"] for step in ladder["steps"]] == [1, 2, 3]
    assert (ladder["from"], ladder["to"]) == ("次年01-01", "次年12-31")
    tiers = by_key(hengshui["tiers"])["rectify"]
    assert [(step["name"], step["holders"]) for step in tiers["steps"]] == [
        ("一般问题", ["中队长"]),
        ("重点问题", ["各分局大队长", "副局长"]),
        ("重大问题", ["各分局一把手"]),
    ]
    assert [one["name"] for one in hengshui["tendencies"]] == ["不予处罚", "从轻处罚", "从重处罚"]
    assert by_key(hengshui["quotas"])["brigade"]["at_least"] == 5


def test_hengshui_s_phases_overlap_and_cross_the_year(hengshui):
    windows = {phase["key"]: (phase["from"], phase["to"]) for phase in hengshui["phases"]}
    assert windows["selfcheck"] == ("11-29", "12-06")
    assert windows["inspect"] == ("12-07", "次年03-31")
    assert windows["lookback"] == ("次年03-16", "次年03-31")


def test_luohe_breaks_off_and_nothing_is_invented(plans):
    luohe = plans["luohe-2021"]
    assert luohe["text"][-1]["quote"].endswith("攫取非法利益，")
    assert (luohe["exemptions"]["complete"], luohe["exemptions"]["items"]) == (False, [])
    assert luohe["defects"][0]["text"].startswith("来源不完整")
    assert "豫环办〔2021〕59号" in {basis.get("number") for basis in luohe["basis"]}


def test_gansu_s_lists_to_the_letter(plans):
    lists = by_key(plans["gansu-2018"]["enumerations"])
    assert lists["eight"]["items"] == ["钢铁", "火电", "水泥", "煤炭", "造纸", "印染", "污水处理厂", "垃圾焚烧厂"]
    assert len(lists["malice"]["items"]) == 6
    assert len(lists["powers"]["items"]) == 7
    assert len(lists["trainees"]["items"]) == 4
    assert (len(lists["selfcheck"]["items"]), len(lists["emergency"]["items"])) == (5, 6)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_plan_lists_stands_in_it(plans, name):
    said = document(plans[name])
    items = [item for one in plans[name]["enumerations"] for item in one["items"]]
    assert items
    assert [item for item in items if blueprint_faults.squeezed(item) not in said] == []


@pytest.mark.req("DT-65")
def test_datong_s_list_has_25_rows_six_columns_and_no_remarks(datong):
    plan = datong["plan"]
    assert plan["columns"] == ["序号", "执法检查任务", "起止时间段", "实施单位", "总结报送时间", "备注"]
    assert [row["number"] for row in plan["rows"]] == list(range(1, 26))
    assert {row["remark"] for row in plan["rows"]} == {""}
    text = {sentence["place"]: sentence["quote"] for sentence in datong["text"]}
    assert text["清单表头（重复）"] == text["清单表头"] == "｜".join(plan["columns"])
    for row in plan["rows"]:
        cells = [str(row["number"]), row["task"], row["period"], row["units"], row["report"], row["remark"]]
        assert "｜".join(cells) == text[f"清单第{row['number']}行"]


def test_every_row_has_its_lead_and_joint_units(datong):
    rows = {row["number"]: (row["lead"], row.get("joint", [])) for row in datong["plan"]["rows"]}
    assert rows[2] == (["各综合行政执法队"], ["公安机关"])
    assert rows[4] == (["市监测监控联合中心"], ["各综合行政执法队"])
    assert rows[17] == (["市局大气环境科"], ["各综合行政执法队"]), "the two units stand without a separator"
    assert rows[18] == (["市局生态环境监测科"], ["市监测中心", "各综合行政执法队"])
    assert all(lead for lead, _ in rows.values())
    assert "各综合综合行政执法队" in datong["plan"]["rows"][3]["units"]


@pytest.mark.req("DT-70")
def test_text_and_list_are_held_beside_each_other(datong):
    found = gaps(datong)
    assert "医疗机构专项执法" in [task["name"] for task in found.in_text_only]
    special = [task["name"] for task in found.in_text_only if task["source"].startswith("三（四）")]
    assert special == ["医疗机构专项执法"]
    assert [row["number"] for row in found.in_list_only] == [5, 6, 11, 12, 13, 14, 24, 25]


def test_datong_s_missing_fifth_and_the_ambiguous_span_are_shown(datong):
    places = [sentence["place"] for sentence in datong["text"] if sentence["place"].startswith("三（一）")]
    assert {"三（一）4标题", "三（一）6标题"} <= set(places)
    assert not [place for place in places if place.startswith("三（一）5")]
    assert any("缺5" in defect["text"] for defect in datong["defects"])
    reading = by_key(datong["parameters"])["quarter_end"]
    assert (reading["default"], "两种读法下都不算迟" in reading["note"]) == ("day", True)


@pytest.mark.parametrize("name", NAMES)
def test_every_defect_says_what_becomes_of_it(plans, name):
    defects = plans[name]["defects"]
    assert (
        len(defects)
        == {"henan-2020": 18, "hengshui-2020": 21, "luohe-2021": 6, "gansu-2018": 16, "datong-2021": 17}[name]
    )
    assert all(defect["handling"] for defect in defects)


def test_a_day_of_the_next_year_is_one(hengshui):
    assert blueprint_faults.day_of("次年03-31") == date(2022, 3, 31)
    assert blueprint_faults.day_of("02-29") is None
