"""What the inspectors of the demonstration find: a dozen common cases, each in the ledger's own terms."""

from datetime import date, timedelta
from typing import Any

# nature, gravity, elements, basis kind, basis, issue type, pollution, behaviour, handling, demand, proposal, days
CASES: list[tuple[str, str, list[str], str, str, int, str, str, int, str, str, int]] = [
    ("offence", "major", ["气"], "law", "《大气污染防治法》第二十条第二款", 7, "排口可见烟羽", "布袋除尘设施不正常运行", 4, "立即检修除尘设施，恢复正常运行", "建议立案处罚", 12),
    ("minor", "ordinary", ["气"], "standard", "《挥发性有机物无组织排放控制标准》第五条", 24, "现场有轻微异味", "涂料桶敞口存放", 3, "当场加盖密闭，今后用后即封", "", 0),
    ("system", "ordinary", ["综合"], "standard", "《企业环境规范化管理指南》制度部分", 27, "无", "污染防治设施运行台账缺三日记录", 4, "补齐台账，明确专人记录", "行政指导", 15),
    ("offence", "grave", ["水"], "law", "《水污染防治法》第三十九条", 3, "排放口水体发黑", "废水化学需氧量超标排放", 4, "立即停止超标排放，检修生化系统", "建议立案处罚", 8),
    ("minor", "ordinary", ["固"], "law", "《固体废物污染环境防治法》第七十七条", 27, "无", "危险废物贮存间标识不全", 4, "更换标识标牌，规范贮存", "", 10),
    ("offence", "major", ["气"], "law", "《大气污染防治法》第四十八条", 10, "地面积尘明显", "物料堆场未密闭未覆盖", 4, "完成密闭或覆盖，落实喷淋", "建议立案处罚", 14),
    ("minor", "ordinary", ["气"], "task", "重污染天气应急减排清单要求", 14, "无", "应急减排措施公示牌内容未更新", 3, "当场更新公示内容", "", 0),
    ("offence", "major", ["水", "气"], "law", "《排污许可管理办法》第三十五条", 16, "无", "未按排污许可证规定开展自行监测", 4, "按许可证要求补充监测并公开", "建议立案处罚", 20),
    ("minor", "ordinary", ["噪"], "standard", "《工业企业厂界环境噪声排放标准》", 27, "厂界可闻风机噪声", "风机隔声罩破损", 4, "修复隔声罩", "", 10),
    ("offence", "major", ["气"], "law", "《大气污染防治法》第二十四条", 13, "无", "在线监测设备校准记录缺失", 4, "完成校准并恢复联网", "建议立案处罚", 9),
    ("minor", "ordinary", ["土"], "standard", "《企业环境规范化管理指南》设施部分", 27, "地面有少量油渍", "油品库围堰破损", 4, "修补围堰，清理地面", "", 12),
    ("minor", "ordinary", ["气"], "standard", "非道路移动机械管理要求", 21, "无", "一台叉车未粘贴环保标识", 3, "补贴标识并登记", "", 0),
]  # fmt: skip


def finding(number: int, key: str, day: date) -> dict[str, Any]:
    """The finding of that number (any number; the cases repeat) as the sheet's editor writes it."""
    nature, gravity, elements, kind, basis, issue_type, pollution, behaviour, handling, demand, proposal, days = CASES[
        number % len(CASES)
    ]
    return {
        "key": key,
        "nature": nature,
        "gravity": gravity,
        "elements": elements,
        "basis_kind": kind,
        "basis_text": basis,
        "issue_type": issue_type,
        "is_producing": "yes",
        "pollution": pollution,
        "behaviour": behaviour,
        "handling": handling,
        "demand": demand,
        "deadline_on": (day + timedelta(days=days)).isoformat() if handling == 4 else "",
        "proposal": proposal or "责令改正",
        "photos": [],
    }
