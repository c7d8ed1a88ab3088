"""The 22 industries of the enterprise ledger (annex 4 of the plans): campaign lists, not classes of GB/T 4754."""

from typing import Final

INDUSTRIES: Final = (
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
)
# Number 22 says nothing by itself: a text must stand beside it.
OTHER: Final = len(INDUSTRIES)
NUMBERED: Final = list(enumerate(INDUSTRIES, start=1))
# Industries that emit waste gas or dust (涉气): every named one of the list; of "其他具体行业" nothing is known.
GAS: Final = frozenset(range(1, OTHER))
# Sites that often have no unified social credit code; they are known by kind and address.
PLACE_KINDS: Final = ("建筑施工工地", "物料堆场", "作坊摊点", "养殖场所", "其他场所")


def industry_name(number: int | None, text: str = "") -> str:
    """钢铁; of number 22 the text that was written; "" for none."""
    if not number or not 1 <= number <= OTHER:
        return ""
    return text if number == OTHER and text else INDUSTRIES[number - 1]


def spellings() -> dict[str, int]:
    """Every way to write an industry in a cell: first the names, which a refusal offers; then numbers, and both."""
    found: dict[str, int] = {name: number for number, name in NUMBERED}
    for number, name in NUMBERED:
        for text in (f"{number}.{name}", f"{number}、{name}", f"{number}．{name}", f"{number}{name}", str(number)):
            found[text] = number
    return found
