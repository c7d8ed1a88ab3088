"""Is a unit ready to begin? Pure: what it filed in, a verdict with its remark out."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KINDS = {
    "contact": "联络人员",
    "leading": "领导小组",
    "office": "办公室",
    "document": "方案或措施文件",
    "channel": "联络渠道",
    "guarantee": "保障",
}
# Who heads a bureau, a branch or a functional zone's bureau, unless the blueprint says otherwise.
HEADS = ("局长", "主任")
NOT_HEAD = re.compile(r"副|助理|协理|调研员|分管")
# A rank in front of the office (副县级) says nothing of the office.
RANK = re.compile(r"[正副][处县厅科局]级")
# An office of the bureau has a 主任 too; that is not the head of the bureau.
PART_OF = re.compile(r"(办公室|中心|服务中心|大队|支队|中队|科|股|站|所)主任$")


@dataclass(frozen=True)
class Filed:
    """One version of one item as the rules see it."""

    version: int
    state: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """`done`: the item stands. `remark`: what is wrong with it all the same. `waits`: the superior is to decide."""

    done: bool
    word: str
    remark: str = ""
    waits: bool = False

    @property
    def tone(self) -> str:
        if self.done:
            return "amber" if self.remark else "green"
        return "amber" if self.waits else "red"


def is_main_leader(post: str, heads: Collection[str] = HEADS) -> bool:
    """Whether an office (职务) is that of the main leader: "党组书记、局长" is, "副局长" and "局长助理" are not."""
    parts = [part for part in re.split(r"[、，,；;/\s兼]+", RANK.sub("", post)) if part]
    return any(part.endswith(tuple(heads)) and not NOT_HEAD.search(part) and not PART_OF.search(part) for part in parts)


def verdict(item: Mapping[str, Any], versions: Sequence[Filed], named: Sequence[str] = ()) -> Verdict:
    """What stands of one item. `versions` newest first; `named` are the contact persons of today."""
    if item["kind"] == "contact":
        return Verdict(True, "、".join(named)) if named else Verdict(False, "未登记")
    if not versions:
        return Verdict(False, "未上传" if item["kind"] == "document" else "未登记")
    if item["kind"] == "document":
        return document(versions)
    if item["kind"] == "leading":
        return leading(item, versions[0].data)
    return Verdict(True, "已登记")


def document(versions: Sequence[Filed]) -> Verdict:
    """A document stands once a version of it is approved; a newer one that waits changes nothing until then."""
    newest = versions[0]
    approved = next((one for one in versions if one.state == "approved"), None)
    if approved is not None:
        later = "" if newest is approved else f"，第{newest.version}版{STATES[newest.state]}"
        return Verdict(True, f"第{approved.version}版已通过{later}", waits=newest.state == "filed")
    return Verdict(False, f"第{newest.version}版{STATES[newest.state]}", waits=newest.state == "filed")


STATES = {"filed": "待审核", "approved": "已通过", "returned": "已退回"}


def leading(item: Mapping[str, Any], data: Mapping[str, Any]) -> Verdict:
    """HN-50, HS-82: the head of the group is the main leader; otherwise a remark, and the item does not stand."""
    post = str(data.get("head_post", ""))
    if is_main_leader(post, item.get("heads") or HEADS):
        return Verdict(True, "已报送")
    return Verdict(False, "不符合", f"组长职务“{post}”不是主要负责人")
