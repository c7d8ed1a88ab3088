"""How Chinese names are spelled for sorting and for user names."""

from functools import lru_cache

from pypinyin import lazy_pinyin, load_phrases_dict, load_single_dict
from pypinyin.core import Pinyin

# Readings of Henan place names that the dictionary has otherwise (漯河 Luohe, not Tahe; 长葛 Changge).
load_single_dict({ord("漯"): "luò"})
load_phrases_dict({"漯河": [["luò"], ["hé"]], "漯河市": [["luò"], ["hé"], ["shì"]]})
load_phrases_dict({"长葛": [["cháng"], ["gě"]], "长垣": [["cháng"], ["yuán"]]})

CUTTER = Pinyin()


def spelled(text: str) -> str:
    """The text in pinyin without tones, lower case: 漯河 is luohe."""
    return "".join(map(spelled_word, CUTTER.seg(text))).lower()


@lru_cache(maxsize=20_000)
def spelled_word(word: str) -> str:
    """A register of 100,000 names is made of a few thousand words."""
    return "".join(lazy_pinyin(word))
