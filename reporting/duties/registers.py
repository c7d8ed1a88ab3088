"""Sites that a second person confirms, and lists that were read and wait to be written."""

from datetime import datetime

from django.db.models import Q

from accounts.models import User
from enterprises.models import Enterprise, ImportBatch
from enterprises.states import ImportState
from reporting.duties.kinds import Duty, Entry, Rows, link


def unconfirmed(user: User, at: datetime) -> Rows:
    own = Q(created_by=user, entity__checksum_override__gt="")
    return Enterprise.objects.within(user, "enterprise.edit").filter(is_confirmed=False).exclude(own).order_by("pk")


def site_entry(row: Enterprise) -> Entry:
    return Entry(row.name, link("enterprises:enterprise_detail", row.pk))


def imports_waiting(user: User, at: datetime) -> Rows:
    rows = ImportBatch.objects.within(user, "enterprise.import")
    return rows.filter(state__in=[ImportState.MAPPING, ImportState.PREVIEW]).order_by("pk")


def import_entry(row: ImportBatch) -> Entry:
    return Entry(row.file_name, link("enterprises:import_detail", row.pk), ImportState(row.state).label)


DUTIES = (
    Duty("imports", "待确认的名单", "enterprise.import", imports_waiting, import_entry, "enterprises:import_list"),
    Duty("sites", "待确认的排污单位", "enterprise.edit", unconfirmed, site_entry, "enterprises:unconfirmed_list"),
)
