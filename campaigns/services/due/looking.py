"""Who sees what is due: one's own, one's units', what one's units help with, and everything of the units below."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.gate import holdings
from accounts.models import Unit, User
from accounts.rules import SECRET_READERS
from campaigns.models import Campaign
from campaigns.services.due.entries import KINDS
from campaigns.services.due.helping import helped_by
from core.models import Obligation
from core.wording import Deadline, deadline_of

VIEW = "due.view"
# Of other rooms; those of this one are in `entries`.
OTHERS = {
    "weekly_report": "周报",
    "report_correction": "周报更正",
    "contact": "联络人员",
    "selfcheck": "企业自查",
    "rectification": "整改",
}
# Whole families, by how their kinds begin: every register has terms of its own.
FAMILIES = {"register_": "登记簿", "lead.": "线索"}
ALL_KINDS = {**KINDS, **OTHERS, **FAMILIES}


def kind_said(kind: str) -> str:
    return ALL_KINDS.get(kind) or next((said for start, said in FAMILIES.items() if kind.startswith(start)), "其他")


def of_kind(rows: QuerySet[Obligation], kind: str) -> QuerySet[Obligation]:
    return rows.filter(kind__startswith=kind) if kind in FAMILIES else rows.filter(kind=kind)


def visible_to(user: User) -> QuerySet[Obligation]:
    """Everything due that a person may see."""
    found = mine(user)
    for path in holdings(user).scope(VIEW).paths:
        found |= Q(unit_path__startswith=path)
    return Obligation.objects.filter(open_to(user, found))


def owed_by(user: User) -> QuerySet[Obligation]:
    """What the person and the person's own units and enterprises owe or help with; not what units below them owe."""
    return Obligation.objects.filter(open_to(user, mine(user)))


def open_to(user: User, found: Q) -> Q:
    """Of these what is no secret, and of what is one all that the person may read."""
    found = Q(reader="") & found
    for capability in sorted(SECRET_READERS):
        for path in holdings(user).scope(capability).paths:
            found |= Q(unit_path__startswith=path, reader=capability)
    return found


def mine(user: User) -> Q:
    held = holdings(user)
    paths = sorted({row.path for row in held.rows if row.path and VIEW in row.able})
    sites = sorted(held.scope("enterprise.own").enterprise_ids)
    return (
        Q(person=user)
        | Q(unit_path__in=paths, person=None, enterprise_id=None)
        # What somebody owed who is gone is the unit's to settle.
        | Q(unit_path__in=paths, person__in=User.objects.filter(is_active=False).values("pk"))
        | Q(enterprise_id__in=sites)
        | helped_by(paths)
    )


STATES = {"": "未办结", "late": "逾期", "met": "已办结", "waived": "已免除", "all": "全部"}


def in_state(rows: QuerySet[Obligation], state: str, at: datetime) -> QuerySet[Obligation]:
    """Rows of one state; late is computed from the present, never stored."""
    if state == "late":
        return rows.filter(met_at=None, waived_at=None, due_at__lt=at)
    if state == "all":
        return rows
    if not state:
        return rows.filter(met_at=None, waived_at=None)
    return rows.exclude(**{f"{state}_at": None})


def standing(row: Obligation, at: datetime) -> Deadline:
    """How a row stands, as a chip says it."""
    if row.waived_at is not None:
        return Deadline("已免除", "grey")
    return deadline_of(row.due_at, row.met_at, at)


def campaigns_named(rows: Iterable[Obligation]) -> dict[int, str]:
    """Titles of the campaigns of some rows: one query."""
    keys = {row.campaign_id for row in rows if row.campaign_id is not None}
    return dict(Campaign.objects.filter(pk__in=keys).values_list("pk", "title")) if keys else {}


def units_named(rows: list[Obligation]) -> dict[str, str]:
    """Short names of the units of some rows: one query."""
    paths = {row.unit_path for row in rows}
    return dict(Unit.objects.filter(path__in=paths).values_list("path", "short_name"))
