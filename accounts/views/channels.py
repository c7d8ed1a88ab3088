"""Pages of what leaves the platform: its state and its failures for the system administrator, choices for everybody."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms import MailChoiceForm, RobotForm
from accounts.gate import require_somewhere
from accounts.models import Unit, User
from accounts.services import channels
from core import clock
from core.channels import masked
from core.models import ChatRobot, Delivery, MailChoice
from core.refusals import Refused

SHOWN = 50
# "/1/5/": the path of a city below its province.
CITY_SLASHES = 3


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@login_required
@require_GET
def channel_list(request: HttpRequest) -> HttpResponse:
    require_somewhere(request.user, "system.configure")
    robots = {robot.unit_id: robot for robot in ChatRobot.objects.all()}
    units = sorted(Unit.objects.filter(closed_on=None), key=lambda unit: unit.path)
    names = {unit.pk: unit.short_name for unit in units}
    context = {
        "mail_host": settings.EMAIL_HOST,
        "waiting": Delivery.objects.due(clock.now()).count(),
        "failures": last_of(Delivery.objects.failing(), names),
        "given_up": last_of(Delivery.objects.given_up(), names),
        "shown": SHOWN,
        "groups": grouped(units, robots),
    }
    return render(request, "accounts/channel_list.html", context)


def last_of(rows: QuerySet[Delivery], names: dict[int, str]) -> list[tuple[Delivery, str]]:
    found = rows.select_related("recipient", "robot").order_by("-tried_at", "-pk")[:SHOWN]
    return [(row, receiver(row, names)) for row in found]


def receiver(row: Delivery, names: dict[int, str]) -> str:
    if row.robot is not None:
        return f"{names.get(row.robot.unit_id, '')}工作群"
    return str(row.recipient.name) if row.recipient else ""


@dataclass(frozen=True)
class Line:
    """One unit with the platform of its group and the address without what makes it a secret."""

    unit: Unit
    kind: str
    address: str


@dataclass(frozen=True)
class Group:
    """A city with its counties and teams; the province stands alone."""

    head: Unit
    lines: list[Line]

    @property
    def set_count(self) -> int:
        return sum(bool(line.kind) for line in self.lines)


def grouped(units: list[Unit], robots: dict[int, ChatRobot]) -> list[Group]:
    """In the order of the tree, whose heads are the units of its two highest levels."""
    found: list[Group] = []
    for unit in units:
        if unit.path.count("/") <= CITY_SLASHES or not found:
            found.append(Group(unit, []))
        found[-1].lines.append(Line(unit, *shown(robots.get(unit.pk))))
    return found


def shown(robot: ChatRobot | None) -> tuple[str, str]:
    """(platform, address without what makes it a secret)."""
    return (robot.get_kind_display(), masked(robot.url)) if robot else ("", "")


@login_required
@require_http_methods(["GET", "POST"])
def channel_edit(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(request.user, "system.configure")
    unit = get_object_or_404(Unit, pk=pk, closed_on=None)
    robot = ChatRobot.objects.filter(unit_id=pk).first()
    form = RobotForm(request.POST or None, initial={"kind": robot.kind if robot else ""})
    if request.method == "POST" and form.is_valid():
        try:
            channels.set_robot(unit, **form.cleaned_data, actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, f"{unit.short_name}的群机器人已保存，请发一条测试消息。")
            return redirect("accounts:channel_list")
    context = {"form": form, "unit": unit, "address": masked(robot.url) if robot else ""}
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/channel_form.html", context, status=status)


@login_required
@require_POST
def channel_remove(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(request.user, "system.configure")
    unit = get_object_or_404(Unit, pk=pk)
    channels.remove_robot(unit, actor=person(request), at=clock.now())
    messages.success(request, f"{unit.short_name}的群机器人已移除。")
    return redirect("accounts:channel_list")


@login_required
@require_POST
def channel_try(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(request.user, "system.configure")
    unit = get_object_or_404(Unit, pk=pk)
    robot = get_object_or_404(ChatRobot, unit_id=pk)
    tell(request, channels.try_robot(unit, robot, actor=person(request), at=clock.now()), f"{unit.short_name}工作群")
    return redirect("accounts:channel_list")


@login_required
@require_POST
def mail_try(request: HttpRequest) -> HttpResponse:
    require_somewhere(request.user, "system.configure")
    tell(request, channels.try_mail(actor=person(request), at=clock.now()), person(request).email)
    return redirect("accounts:channel_list")


def tell(request: HttpRequest, error: str, where: str) -> None:
    if error:
        messages.error(request, f"测试消息没有发出：{error}")
    else:
        messages.success(request, f"测试消息已发到{where}，请查看是否收到。")


@login_required
@require_http_methods(["GET", "POST"])
def mail_choice(request: HttpRequest) -> HttpResponse:
    """Everybody's own: what comes by mail. The inbox has everything, always."""
    user = person(request)
    choice = MailChoice.objects.filter(user=user).first() or MailChoice()
    initial = {"reminders": choice.reminders, "events": choice.events}
    form = MailChoiceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        channels.choose_mail(user, **form.cleaned_data, at=clock.now())
        messages.success(request, "邮件设置已保存。")
        return redirect("accounts:mail_choice")
    context = {"form": form, "mail_host": settings.EMAIL_HOST}
    return render(request, "accounts/mail_choice.html", context, status=422 if request.method == "POST" else 200)
