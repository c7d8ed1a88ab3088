"""What is said to whom about things due: returned, released, laid upon another, moved."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse

from accounts.gate import people_at
from accounts.models import Grant, Unit, User
from accounts.rules import Role
from campaigns.models import Campaign, DueAnswer
from core import clock
from core.models import Obligation
from core.notices import notify

ANSWERS = "due.answer"


def answer_returned(answer: DueAnswer, at: datetime) -> None:
    """The unit that owes, and who wrote the answer, learn that it is owed again, and why."""
    row = answer.obligation
    concerned = people_at(ANSWERS, [row.unit_path, answer.unit.path], at)
    notify(
        User.objects.filter(Q(pk=answer.written_by_id) | Q(pk__in=concerned.values("pk"))),
        f"退回：{row.title}"[:120],
        f"理由：{answer.return_reason}。修改后请重新报送。",
        url=row.url,
        key=f"due.returned:{answer.pk}",
        at=at,
    )


def released(row: Obligation, at: datetime) -> None:
    notify(
        people_at(ANSWERS, [row.unit_path], at),
        f"已免除：{row.title}"[:120],
        f"理由：{row.waived_reason}",
        url=row.url,
        key=f"due.released:{row.pk}",
        at=at,
    )


def units_named(campaign: Campaign, title: str, lead: Sequence[Unit], at: datetime) -> None:
    notify(
        people_at(ANSWERS, [unit.path for unit in lead], at),
        f"已指定本单位牵头：{title}"[:120],
        f"{campaign.title}。期限见“期限”页面。",
        url=reverse("campaigns:due_list") + f"?campaign={campaign.pk}",
        key=f"due.named:{campaign.pk}:{at.isoformat()}",
        at=at,
    )


def day_set(campaign: Campaign, title: str, day: date, leads: Sequence[Unit], at: datetime) -> None:
    notify(
        people_at(ANSWERS, [unit.path for unit in leads], at),
        f"已设定期限：{title}"[:120],
        f"{campaign.title}要求 {day} 前报送。",
        url=reverse("campaigns:due_list") + f"?campaign={campaign.pk}",
        key=f"due.day_set:{campaign.pk}:{at.isoformat()}",
        at=at,
    )


def dates_changed(campaign: Campaign, reason: str, moved: Iterable[Obligation], at: datetime) -> None:
    """Everybody below learns that dates were changed and why; whose terms moved, how many."""
    count: dict[str, int] = {}
    for row in moved:
        count[row.unit_path] = count.get(row.unit_path, 0) + 1
    url = reverse("campaigns:due_list") + f"?campaign={campaign.pk}"
    title = f"{campaign.title}调整日期"[:120]
    for path, moves in count.items():
        body = f"依据：{reason}。本单位有 {moves} 项期限随之变化，请查看。"
        notify(
            people_at(ANSWERS, [path], at), title, body, url=url, key=f"due.dates:{campaign.pk}:{at.isoformat()}", at=at
        )
    published_to = Grant.objects.in_force(clock.day_of(at)).filter(
        kind=Grant.Kind.UNIT, role__in=[Role.OFFICER, Role.CONTACT], unit__path__startswith=campaign.unit.path
    )
    people = User.objects.filter(pk__in=published_to.values("user"), is_active=True)
    notify(people, title, f"依据：{reason}。", url=url, key=f"due.dates:{campaign.pk}:{at.isoformat()}", at=at)
