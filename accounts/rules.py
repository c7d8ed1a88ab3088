"""What each role may do. Pure: a role and the level of its unit in, capabilities out."""

from enum import StrEnum

# Who may be the only ones to hear of a term (core.models.Obligation.reader): few, so that a desk asks of few.
SECRET_READERS = frozenset({"discipline.view"})


class Role(StrEnum):
    INSPECTOR = "inspector"
    OFFICER = "officer"
    LEADER = "leader"
    CONTACT = "contact"
    EXPERT = "expert"
    THIRD_PARTY = "third_party"
    DISCIPLINE = "discipline"
    OFFICE = "office"
    GROUP = "group"
    ENTERPRISE = "enterprise"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


ROLE_LABELS = {
    Role.INSPECTOR: "执法人员",
    Role.OFFICER: "业务经办",
    Role.LEADER: "单位领导",
    Role.CONTACT: "联络员",
    Role.EXPERT: "专家",
    Role.THIRD_PARTY: "第三方辅助人员",
    Role.DISCIPLINE: "巡查人员",
    Role.OFFICE: "行动办公室人员",
    Role.GROUP: "行动工作组人员",
    Role.ENTERPRISE: "排污单位用户",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
}

# GB/T 22239-2019 8.1.5: system, security and audit administration are separate; no person holds two of them,
# and none of them holds a business role.
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

LOOK = frozenset({"campaign.view", "enterprise.view", "selfcheck.view", "visit.view", "issue.view", "case.view"}) | {
    "due.view"
}
BASE: dict[Role, frozenset[str]] = {
    Role.INSPECTOR: LOOK | {"visit.record", "issue.edit", "issue.verify", "lead.view"},
    Role.OFFICER: LOOK
    | {
        "enterprise.edit",
        "selfcheck.review",
        "visit.plan",
        "lead.view",
        "lead.handle",
        "draw.view",
        "draw.prepare",
        "issue.edit",
        "issue.verify",
        "case.handle",
        "case.review",
        "report.view",
        "due.answer",
        "bulletin.receive",
    },
    Role.LEADER: LOOK
    | {"work.handover", "report.view", "visit.approve", "issue.void", "case.decide", "issue.verify"}
    | {"draw.view", "draw.approve", "bulletin.receive", "lead.view", "lead.identity"},
    Role.CONTACT: LOOK | {"report.view", "due.answer", "bulletin.receive"},
    Role.EXPERT: frozenset({"campaign.view", "visit.view", "visit.advise"}),
    # 第三方社会机构: collects (排查、评估、跟踪) and enforces nothing (DT-30).
    Role.THIRD_PARTY: frozenset({"campaign.view", "enterprise.view", "evidence.collect"}),
    Role.DISCIPLINE: frozenset({"campaign.view", "discipline.view", "visit.view", "draw.view", "lead.identity"}),
    # 领导小组办公室: reads all of the campaign's authority and below, publishes notices, changes nothing (HN-09).
    Role.OFFICE: LOOK | {"report.view", "draw.view", "bulletin.publish"},
    Role.GROUP: LOOK | {"report.view"},
    Role.ENTERPRISE: frozenset(
        {"enterprise.own", "selfcheck.fill", "rectification.report", "visit.countersign", "campaign.view"}
    ),
    Role.SYSTEM_ADMIN: frozenset({"system.configure", "calendar.amend", "blueprint.write", "basis.manage"}),
    Role.SECURITY_ADMIN: frozenset({"people.manage"}),
    Role.AUDIT_ADMIN: frozenset({"audit.read"}),
}
# These come with a place in a campaign's work group and go with it; nobody gives them by hand.
BY_GROUP = frozenset({Role.OFFICE, Role.GROUP})
# What a role may do only at one level of the organisation tree.
AT_LEVEL: dict[tuple[Role, str], frozenset[str]] = {
    (Role.OFFICER, "county"): frozenset({"slip.print", "report.confirm", "visit.fill_late", "readiness.file"})
    # In a city's own campaign the counties are the units below (campaigns.services.windows.units_below).
    | {"campaign.ask_window"},
    (Role.OFFICER, "city"): frozenset({"enterprise.import", "slip.print", "report.prepare", "campaign.ask_window"})
    | {"campaign.manage", "plan.file", "readiness.file", "readiness.review", "bulletin.publish"},
    (Role.OFFICER, "province"): frozenset({"campaign.manage", "report.receive", "plan.file", "readiness.review"})
    | {"bulletin.publish", "basis.manage"},
    # A city runs its own campaigns; one handed down to it is approved by the leader above (services.creating.approve).
    (Role.LEADER, "city"): frozenset({"campaign.approve", "campaign.approve_window"}),
    (Role.LEADER, "province"): frozenset({"campaign.approve", "campaign.approve_window"}),
    (Role.CONTACT, "city"): frozenset({"report.prepare", "report.send", "readiness.file"}),
    (Role.CONTACT, "county"): frozenset({"report.confirm", "readiness.file"}),
}


# 领导小组办公室: the province reads everything, publishes and receives, and changes nothing of cities and counties.
PROVINCE_READS = frozenset(
    {"enterprise.edit", "selfcheck.review", "visit.plan", "issue.edit", "issue.verify", "issue.void"}
    | {"case.handle", "case.review", "case.decide", "visit.approve", "lead.handle"}
)


def capabilities(role: str, level: str) -> frozenset[str]:
    """All capabilities of a role held at a unit of that level ("" when the grant names no unit)."""
    known = Role(role)
    base = BASE[known] - PROVINCE_READS if level == "province" else BASE[known]
    return base | AT_LEVEL.get((known, level), frozenset())


def conflicting(held: set[str]) -> str:
    """The sentence that names why these roles cannot be one person's, or ""."""
    administrators = held & ADMINISTRATORS
    if len(administrators) > 1:
        return "系统管理员、安全管理员、审计管理员须由不同人员担任，不能由一人兼任。"
    if administrators and held - ADMINISTRATORS:
        return "管理员账号不能同时承担业务角色，请另设账号。"
    if Role.THIRD_PARTY in held and len(held) > 1:
        return "第三方辅助人员只能采集，不能同时承担执法和管理的角色。"
    if Role.ENTERPRISE in held and len(held) > 1:
        return "排污单位账号不能同时承担生态环境部门的角色。"
    return ""
