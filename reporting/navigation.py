"""The table of contents: every entry of the side menu and of the account menu, declared once.

An entry stands here only when its page exists; tests/reporting/test_navigation.py resolves every name.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One line of the menu. `capability` "" means every signed-in person; `badge` names a figure of context.badges.

    `section` are prefixes of URL names that also belong to the entry; without it the noun of `url_name`
    ("inspections:issue_list" covers every "inspections:issue_…").
    """

    title: str
    url_name: str
    icon: str
    capability: str = ""
    badge: str = ""
    section: tuple[str, ...] = ()
    # Prefixes inside the section that belong to another entry.
    without: tuple[str, ...] = ()

    def covers(self, view_name: str) -> bool:
        """Whether the page that is open stands under this entry."""
        if view_name == self.url_name:
            return True
        namespace, _, name = self.url_name.rpartition(":")
        noun = name.rpartition("_")[0]
        prefixes = self.section or ((f"{namespace}:{noun}_",) if noun else ())
        return view_name.startswith(prefixes) and not (self.without and view_name.startswith(self.without))


@dataclass(frozen=True)
class Group:
    title: str
    entries: tuple[Entry, ...]


FIELD = ("inspections:visit_list", "inspections:visit_view", "inspections:visit_evidence", "inspections:record_view")
DUE = ("campaigns:due", "campaigns:feed")
DRAWS = (
    *("campaigns:draw", "campaigns:item_list", "campaigns:rating", "campaigns:roster", "campaigns:adjustment"),
    *("campaigns:library", "campaigns:helper", "campaigns:rates"),
    "inspections:draw",
)
PLANS = ("campaigns:plan_",)
REGISTERS = ("campaigns:register",)
NAVIGATION: tuple[Group, ...] = (
    Group(
        "",
        (
            Entry("工作台", "reporting:workbench", "home", badge="owed", section=("reporting:owed", "reporting:done")),
            Entry(
                "专项行动",
                "campaigns:campaign_list",
                "flag",
                "campaign.view",
                section=("campaigns:", "reporting:result_"),
                without=(*DRAWS, *PLANS, *REGISTERS, *DUE, "campaigns:lead_", "campaigns:signal_", "campaigns:clause_"),
            ),
            Entry("期限", "campaigns:due_list", "clock", "due.view", section=DUE),
            Entry("期限", "campaigns:due_list", "clock", "enterprise.own", section=DUE),
        ),
    ),
    Group(
        "办理",
        (
            Entry("我的企业", "enterprises:mine", "factory", "enterprise.own"),
            Entry("企业自查", "inspections:selfcheck_mine", "clipboard", "selfcheck.fill"),
            Entry("问题与整改", "inspections:issue_list", "list", "rectification.report"),
            Entry(
                "排污单位",
                "enterprises:enterprise_list",
                "factory",
                "enterprise.view",
                section=(
                    "enterprises:enterprise",
                    "enterprises:unconfirmed",
                    "enterprises:permit",
                    "enterprises:positive",
                ),
            ),
            Entry("激活单", "enterprises:slip_list", "print", "slip.print"),
            Entry(
                "检查计划",
                "inspections:target_list",
                "calendar",
                "visit.view",
                section=("inspections:target", "inspections:visit_plan", "inspections:week", "inspections:assignment"),
            ),
            Entry("执法计划", "campaigns:plan_list", "calendar", "visit.view", section=PLANS),
            Entry("线索", "campaigns:lead_list", "alert", "lead.view"),
            Entry("线索", "campaigns:lead_list", "alert", "discipline.view"),
            Entry("历史线索", "inspections:past_list", "clock", "visit.view", section=("inspections:past_",)),
            Entry("外部信号", "campaigns:signal_list", "bell", "visit.view"),
            Entry("纪律条文", "campaigns:clause_list", "shield", "visit.view"),
            Entry("随机抽查", "campaigns:draw_list", "dice", "draw.view", section=DRAWS),
            Entry("企业自查", "inspections:selfcheck_list", "clipboard", "selfcheck.view"),
            Entry("我的检查", "inspections:visit_mine", "check", "visit.record", section=("inspections:visit_mine",)),
            Entry("我的检查", "inspections:visit_mine", "check", "visit.advise", section=("inspections:visit_mine",)),
            Entry("现场检查", "inspections:visit_list", "camera", "visit.view", section=FIELD),
            Entry("现场检查", "inspections:visit_list", "camera", "enterprise.own", section=FIELD),
            Entry(
                "检查覆盖",
                "inspections:coverage",
                "chart",
                "visit.view",
                section=("inspections:coverage", "inspections:offsite", "inspections:check_counts"),
            ),
            Entry(
                "问题台账",
                "inspections:issue_list",
                "list",
                "issue.view",
                section=("inspections:issue_", "inspections:handover_"),
            ),
            Entry("行政处罚", "penalties:case_list", "scale", "case.view"),
            Entry(
                "登记簿",
                "campaigns:register_menu",
                "book",
                "campaign.view",
                section=REGISTERS,
                without=("campaigns:register_define",),
            ),
        ),
    ),
    Group(
        "汇总",
        (
            Entry(
                "周报",
                "reporting:report_list",
                "report",
                "report.view",
                section=("reporting:report", "reporting:period", "reporting:confirmation"),
            ),
        ),
    ),
    Group(
        "管理",
        (
            Entry("导入名单", "enterprises:import_list", "upload", "enterprise.import"),
            Entry("工作移交", "reporting:handover", "swap", "work.handover"),
            Entry(
                "人员与授权",
                "accounts:person_list",
                "people",
                "people.manage",
                section=("accounts:person", "accounts:grant"),
            ),
            Entry("方案模板", "campaigns:blueprint_list", "flag", "blueprint.write", section=("campaigns:blueprint",)),
            Entry(
                "登记簿定义",
                "campaigns:register_define_list",
                "book",
                "blueprint.write",
                section=("campaigns:register_define",),
            ),
            Entry("机构", "accounts:unit_list", "settings", "system.configure"),
            Entry("通知渠道", "accounts:channel_list", "bell", "system.configure"),
            Entry("工作日历", "accounts:calendar", "calendar", "calendar.amend"),
            Entry("操作日志", "accounts:audit_list", "shield", "audit.read"),
        ),
    ),
)
# The menu under the person's name; 退出 stands in the template because it is a POST.
ACCOUNT: tuple[Entry, ...] = (
    Entry("使用手册", "core:guide", "book"),
    Entry("消息设置", "accounts:mail_choice", "bell"),
    Entry("修改密码", "accounts:password_change", "lock"),
)
# Where the search box and the bell lead; None until that page exists.
SEARCH_URL_NAME: str | None = "reporting:search"
INBOX_URL_NAME: str | None = "reporting:inbox"


def url_names() -> list[str]:
    """Every URL name this module promises."""
    entries = [entry.url_name for group in NAVIGATION for entry in group.entries]
    tools = [name for name in (SEARCH_URL_NAME, INBOX_URL_NAME) if name]
    return entries + [entry.url_name for entry in ACCOUNT] + tools


def menu(able: Callable[[str], bool]) -> list[Group]:
    """The groups with the entries that a person may open; groups without any are left out."""
    groups = [Group(group.title, allowed(group.entries, able)) for group in NAVIGATION]
    return [group for group in groups if group.entries]


def allowed(entries: tuple[Entry, ...], able: Callable[[str], bool]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if not entry.capability or able(entry.capability))
