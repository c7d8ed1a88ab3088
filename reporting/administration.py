"""The home of the three administrators: how what each answers for stands today, and the way there.

No figure of the campaigns' business stands here: an administrator holds no business role (GB/T 22239-2019 8.1.5).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from accounts.gate import able_somewhere
from accounts.models import EnforcementCertificate, Grant, LoginFailure, Unit, User
from core.clock import at_local, day_of, local
from core.models import AuditEvent, AuditHead, Delivery, HolidayYear, Notice
from enterprises.models import ImportBatch
from reporting.models import ReportPeriod

# The sweeps run every minute; what has waited longer than this waits for a worker that does not come.
STALLED = timedelta(minutes=5)
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Figure:
    label: str
    value: int | str
    url: str = ""
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Section:
    """What one role of administration looks after: its figures of today, and where it works."""

    title: str
    lead: str
    figures: list[Figure]
    links: list[tuple[str, str]]


def sections(user: User, at: datetime) -> list[Section]:
    """One for each administration the person holds; none for everybody else."""
    return [make(at) for capability, make in SECTIONS.items() if able_somewhere(user, capability)]


def warned(count: int) -> str:
    return "red" if count else ""


def system(at: datetime) -> Section:
    today, calendar, channels = day_of(at), reverse("accounts:calendar"), reverse("accounts:channel_list")
    failing = Delivery.objects.failing().count()
    return Section(
        "系统运行",
        "机构、工作日历，以及后台任务是否按时。",
        [
            Figure("在用机构", Unit.objects.filter(closed_on=None).count(), reverse("accounts:unit_list")),
            calendar_figure(today.year, calendar),
            calendar_figure(today.year + 1, calendar),
            *(Figure(label, count, note="超过 5 分钟未处理", tone=warned(count)) for label, count in stalled(at)),
            Figure("发送失败的邮件和群消息", failing, channels, "自动重试", warned(failing)),
        ],
        [("机构", reverse("accounts:unit_list")), ("通知渠道", channels), ("工作日历", calendar)],
    )


def calendar_figure(year: int, url: str) -> Figure:
    row = HolidayYear.objects.filter(year=year).first()
    if row is None:
        return Figure(f"{year} 年节假日安排", "暂定", url, "还没有载入公布的安排", "amber")
    return Figure(f"{year} 年节假日安排", f"第 {row.version} 版", url, "已更正" if row.amended_at else "按公布的安排")


def stalled(at: datetime) -> list[tuple[str, int]]:
    """Work of the sweeps that is overdue, whatever the reason: what failed, was lost or never ran stays due."""
    since = at - STALLED
    return [
        ("未按时封账的周报", ReportPeriod.objects.unfrozen().filter(cutoff_at__lt=since).count()),
        ("未送出的消息", Notice.objects.undelivered().filter(created_at__lt=since).count()),
        ("未封存的日志", AuditEvent.objects.unsealed().filter(occurred_at__lt=since).count()),
        ("停滞的名单导入", ImportBatch.objects.unclaimed(at).filter(waiting_since__lt=since).count()),
    ]


def security(at: datetime) -> Section:
    today, people = day_of(at), reverse("accounts:person_list")
    counted = User.objects.aggregate(
        active=Count("pk", filter=Q(is_active=True)),
        closed=Count("pk", filter=Q(is_active=False)),
        fresh=Count("pk", filter=Q(is_active=True, must_change_password=True)),
    )
    locked = LoginFailure.objects.filter(locked_until__gt=at).values("username").distinct().count()
    return Section(
        "人员与授权",
        "账号、角色授权、执法证和登录安全。",
        [
            Figure("在用账号", counted["active"], people, f"停用 {counted['closed']} 个"),
            Figure("登录锁定的账号", locked, people, "多次输错密码，到时自动解除", warned(locked)),
            Figure("尚未修改初始密码", counted["fresh"], people),
            Figure("30 天内到期的授权", ending(Grant.objects.in_force(today), today), people),
            Figure("30 天内到期的执法证", ending(EnforcementCertificate.objects.valid_on(today), today), people),
        ],
        [("人员与授权", people), ("新建账号", reverse("accounts:person_create"))],
    )


def ending(rows: QuerySet[Any], today: date) -> int:
    return rows.filter(valid_to__lte=today + SOON, user__is_active=True).count()


def trail(at: datetime) -> Section:
    today, url = at_local(day_of(at)), reverse("accounts:audit_list")
    counted = AuditEvent.objects.filter(occurred_at__gte=today).aggregate(
        all=Count("pk"),
        denied=Count("pk", filter=Q(action__startswith="denied.")),
        failed=Count("pk", filter=Q(action="accounts.login.failed")),
    )
    unsealed = AuditEvent.objects.unsealed().aggregate(
        all=Count("pk"), late=Count("pk", filter=Q(occurred_at__lt=at - STALLED))
    )
    return Section(
        "操作日志",
        "每一次办理和每一次被拒绝的越权；编号连续、前后相链。",
        [
            Figure("今日记录", counted["all"], url),
            Figure("今日越权被拒", counted["denied"], f"{url}?action=denied.", tone=warned(counted["denied"])),
            Figure("今日登录失败", counted["failed"], f"{url}?action=accounts.login.failed"),
            Figure("尚未封存", unsealed["all"], url, late_note(unsealed["late"]), warned(unsealed["late"])),
            head_figure(),
            verification_figure(),
        ],
        [("操作日志", url), ("被拒绝的越权", f"{url}?action=denied.")],
    )


def late_note(late: int) -> str:
    return f"{late} 条超过 5 分钟未封存" if late else "每分钟封存一次"


def head_figure() -> Figure:
    head = AuditHead.objects.first()
    return Figure("链头编号", head.number if head else 0, note=f"摘要 {head.digest[:16]}" if head else "还没有封存")


def verification_figure() -> Figure:
    """The last time the trail was written out to be verified outside the platform."""
    last = AuditEvent.objects.filter(action="core.audit.dump").order_by("-occurred_at").first()
    if last is None:
        return Figure("最近一次导出核验", "没有", note="导出与核验的命令见《运行手册》", tone="amber")
    number = str(last.detail.get("head", "")).partition(":")[0]
    return Figure("最近一次导出核验", f"{local(last.occurred_at):%m-%d %H:%M}", note=f"至编号 {number or '0'}")


SECTIONS: dict[str, Callable[[datetime], Section]] = {
    "system.configure": system,
    "people.manage": security,
    "audit.read": trail,
}
