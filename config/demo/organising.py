"""Groups, readiness and notices of the running campaign: some cities are ready, some lack something."""

from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Unit, User
from campaigns import services as campaigns
from campaigns.models import WorkGroup
from config.demo.people import Office
from config.demo.story import Story, first_day
from core.clock import at_local
from core.documents import render_pdf
from core.documents.rendering import Paper

# Invented names; the offices are those of a provincial bureau.
LEADING = [
    ("组长", "厅长", ["示例甲"]),
    ("副组长", "副厅长", ["示例乙", "示例丙"]),
    ("组员", "处长", ["示例丁", "示例戊", "示例己"]),
]
GUARANTEES = {
    "funds": "列入本级年度预算。",
    "trained": "启动前集中培训一次。",
    "staff": "抽调业务骨干。",
    "safety": "配备防护用品。",
}


def upload(title: str, unit: Unit, at: datetime) -> SimpleUploadedFile:
    """A document as somebody hands it in."""
    paper = Paper(title=title, at=at, unit_name=unit.name)
    pdf = render_pdf("documents/form.html", {"fields": []}, paper)
    return SimpleUploadedFile(f"{title}.pdf", pdf, "application/pdf")


def organise(story: Story) -> None:
    """What the province sets up and what the cities file in the week before the first phase."""
    at = at_local(first_day(story.now) - timedelta(days=5), 9)
    head = story.people.province
    assert head.leader is not None
    assert head.officer is not None
    leading = WorkGroup.objects.get(campaign=story.running, key="leading")
    for role, post, names in LEADING:
        for name in names:
            campaigns.add_member(leading, None, name=name, post=post, role=role, actor=head.leader, at=at)
    patrol = WorkGroup.objects.get(campaign=story.running, key="patrol")
    discipline = User.objects.get(username="discipline")
    campaigns.add_member(patrol, discipline, role="负责人", actor=head.leader, at=at)
    campaigns.set_contact(
        story.running,
        name="示例联络",
        phone="0371-00000000",
        email="",
        hotline="0371-00000001",
        actor=head.officer,
        at=at,
    )
    for place, city in enumerate(story.people.cities[:6]):
        ready_a_city(story, city, place, at + timedelta(hours=place + 1))
    notice(story, head.officer, at + timedelta(days=1))


def ready_a_city(story: Story, city: Office, place: int, at: datetime) -> None:
    """The first are ready; the fourth waits for its review, the fifth has a deputy at the head, the sixth no money."""
    actor, campaign = city.contact, story.running
    assert actor is not None

    def file(key: str, data: dict[str, str]) -> None:
        campaigns.file_readiness(campaign, city.unit, key, data, actor=actor, at=at)

    file("leading", {"head": "示例甲", "head_post": "副局长" if place == 4 else "党组书记、局长"})
    file("channel", {"name": f"{city.unit.short_name}一体化执法群", "administrator": actor.name, "members": "各分局"})
    for key, measure in GUARANTEES.items():
        if (place, key) != (5, "funds"):
            file(key, {"measure": measure, "officer": actor.name})
    title = f"{city.unit.short_name}一体化专项执法行动措施"
    entry = campaigns.file_readiness(
        campaign, city.unit, "measures", {"title": title}, upload=upload(title, city.unit, at), actor=actor, at=at
    )
    if place != 3:
        assert story.people.province.officer is not None
        campaigns.approve_readiness(entry, actor=story.people.province.officer, at=at + timedelta(hours=3))


def notice(story: Story, officer: User, at: datetime) -> None:
    row = campaigns.publish_bulletin(
        story.running,
        title="关于做好一体化执法检查启动准备的通知",
        body="请各市核对启动清单，缺项的尽快补齐；措施文件经省厅审核通过后实施。",
        units=campaigns.addressable(story.running),
        asks_confirmation=True,
        actor=officer,
        at=at,
    )
    for place, city in enumerate(story.people.cities[:9]):
        assert city.contact is not None
        receipt = row.receipts.select_related("unit", "bulletin").get(unit=city.unit)
        verb = campaigns.confirm_bulletin if place < 5 else campaigns.read_bulletin
        verb(receipt, actor=city.contact, at=at + timedelta(hours=place + 1))
