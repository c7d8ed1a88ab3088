"""A campaign beside its blueprint: every difference in one line."""

from collections.abc import Iterator
from dataclasses import dataclass

from campaigns.models import BlueprintVersion, Campaign
from campaigns.rules import campaign_day
from campaigns.services.creating import titled
from campaigns.services.seasons import planned_policy
from campaigns.services.wording import named_by
from core.rules import OnHoliday

POLICIES: dict[str, str] = {
    OnHoliday.KEEP: "不变",
    OnHoliday.PREVIOUS: "提前到前一个工作日",
    OnHoliday.NEXT: "顺延到后一个工作日",
}
NONE = "—"


@dataclass(frozen=True)
class Difference:
    """One thing that the campaign says otherwise than its blueprint, or says where the blueprint left it open."""

    section: str
    name: str
    planned: str
    now: str
    source: str = ""


def differences(campaign: Campaign) -> list[Difference]:
    """In the order of a plan: title, phases, groups and forms, readings, policy, lists."""
    return [*_title(campaign), *_phases(campaign), *_parts(campaign), *_readings(campaign), *_policy(campaign)]


def newer_version(campaign: Campaign) -> BlueprintVersion | None:
    """A version of the blueprint that came after the campaign was made."""
    own = campaign.blueprint
    return BlueprintVersion.objects.filter(name=own.name, version__gt=own.version).order_by("-version").first()


def _title(campaign: Campaign) -> Iterator[Difference]:
    planned = titled(campaign.blueprint.data.get("campaign_title", ""), campaign.year)
    if planned != campaign.title:
        yield Difference("行动", "名称", planned or NONE, campaign.title)


def _phases(campaign: Campaign) -> Iterator[Difference]:
    own = {phase.key: phase for phase in campaign.phases.all()}
    for planned in campaign.blueprint.data.get("phases", []):
        days = [campaign_day(planned[end], campaign.year, campaign.shift_weeks) for end in ("from", "to")]
        said = f"{days[0]} 至 {days[1]}"
        phase = own.pop(planned["key"], None)
        now = f"{phase.starts_on} 至 {phase.ends_on}" if phase else "没有这个阶段"
        if now != said:
            yield Difference("阶段", planned["name"], said, now, planned.get("source", ""))
    for phase in own.values():
        yield Difference("阶段", phase.name, "没有这个阶段", f"{phase.starts_on} 至 {phase.ends_on}")


def _parts(campaign: Campaign) -> Iterator[Difference]:
    """Groups and forms that are only on one side."""
    groups = {group.key: group.name for group in campaign.groups.all()}
    data = campaign.blueprint.data
    planned_groups = {group["key"]: named_by(data, group["name"], campaign.unit) for group in data.get("groups", [])}
    yield from _only_one_side("工作组", planned_groups, groups)
    rows = campaign.forms.select_related("definition")
    forms = {form.purpose: f"{form.title} 第 {form.definition.version} 版" for form in rows}
    annexes = {annex["number"]: annex["title"] for annex in campaign.blueprint.data.get("annexes", [])}
    planned = {
        form["purpose"]: f"{annexes.get(form.get('annex'), form['title'])} 第 {form['version']} 版"
        for form in campaign.blueprint.data.get("forms", [])
    }
    yield from _only_one_side("表单", planned, forms)


def _only_one_side(section: str, planned: dict[str, str], own: dict[str, str]) -> Iterator[Difference]:
    for key in sorted(planned.keys() | own.keys()):
        if planned.get(key) != own.get(key):
            name = (own.get(key) or planned[key]).split(" 第 ")[0]
            yield Difference(section, name, planned.get(key, NONE), own.get(key, NONE))


def _readings(campaign: Campaign) -> Iterator[Difference]:
    """What the plan leaves open and the campaign has chosen."""
    for parameter in campaign.blueprint.data.get("parameters", []):
        labels = {option["value"]: option["label"] for option in parameter["options"]}
        default = labels.get(parameter.get("default", ""))
        chosen = labels.get(campaign.parameters.get(parameter["key"], ""))
        if chosen != default:
            planned = f"默认：{default}" if default else "原文未定"
            yield Difference("参数", parameter["title"], planned, chosen or "尚未选定", parameter.get("source", ""))


def _policy(campaign: Campaign) -> Iterator[Difference]:
    data = campaign.blueprint.data
    planned = planned_policy(data)
    if planned != campaign.on_holiday:
        said, now = POLICIES[planned], POLICIES[OnHoliday(campaign.on_holiday)]
        yield Difference("节假日", "报送日逢节假日", said, now)
    proposed = data.get("lists", {}).get("key", "")
    adopted = campaign.industries.key if campaign.industries else ""
    if proposed != adopted:
        yield Difference("台账选项", "共享台账选项", proposed or NONE, adopted or "尚未采用")
