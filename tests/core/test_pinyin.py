import pytest

from core.pinyin import spelled


@pytest.mark.parametrize(
    "name,said", [("漯河", "luohe"), ("漯河市", "luoheshi"), ("长葛市", "changgeshi"), ("濮阳", "puyang")]
)
def test_places_are_spelled_as_people_there_say(name, said):
    assert spelled(name) == said
