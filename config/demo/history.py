"""The history of enterprises that are about to be visited: five clues each, still to be answered."""

from datetime import timedelta

from accounts.gate import Scope
from campaigns.models import Target
from config.demo.people import Office
from config.demo.story import CITY, Story
from inspections.models import PastProblem
from inspections.services import past_sheets

HEAD = "企业名称,统一社会信用代码,线索类别,线索内容,来源,日期,原整改情况"
CLUES = (
    ("列入重点排污单位清单，普查登记生产线 2 条、锅炉 1 台", "2019年重点排污单位名录", "2019-03-20", ""),
    ("布袋除尘器压差计损坏，无组织排放明显", "2019年涉气执法检查交办单", "2019-06-12", "企业称已更换"),
    ("群众举报夜间排放异味", "2019年举报登记", "2019-08-05", "已查处，责令整改"),
    ("工业炉窑治理方案要求的密闭改造", "6个专项方案台账", "2019-10-30", "报称完成"),
    ("危险废物标识和台账不规范", "规范化管理评估", "2019-11-18", ""),
)
LATER = 2


def import_for(story: Story, county: Office, target: Target) -> None:
    site = target.enterprise
    names = zip(PastProblem.Kind.labels, CLUES, strict=True)
    lines = [
        f"{site.name},{site.entity.uscc or ''},{kind},{text},{source},{day},{mended}"
        for kind, (text, source, day, mended) in names
    ]
    officer = county.officer
    assert officer is not None
    past_sheets.import_past(
        "\n".join([HEAD, *lines]).encode(),
        "历史线索.csv",
        campaign=story.running,
        scope=Scope(paths=(county.unit.path,)),
        actor=officer,
        at=story.now - timedelta(hours=LATER),
    )


def upcoming(story: Story) -> None:
    """In each county of the city on show, the first enterprise that is planned has its five clues to answer."""
    city = next(one for one in story.people.alive if one.unit.short_name == CITY)
    for county in story.people.counties[city.unit.pk]:
        rows = Target.objects.filter(campaign=story.running, unit=county.unit, assignments__visit__state="planned")
        target = (
            rows.select_related("enterprise__entity", "enterprise__unit")
            .order_by("assignments__planned_on", "pk")
            .first()
        )
        if target is not None:
            import_for(story, county, target)
