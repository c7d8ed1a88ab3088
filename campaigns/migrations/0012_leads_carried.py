"""What hung on a target stands in the register: its enterprise and unit, a number, and whether anybody was sent."""

from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

from django.db import migrations

SHANGHAI = ZoneInfo("Asia/Shanghai")


def carry(apps, schema_editor):
    lead_model, assignment_model = apps.get_model("campaigns", "Lead"), apps.get_model("campaigns", "Assignment")
    led_to = defaultdict(list)
    for one in assignment_model.objects.exclude(lead=None).select_related("target").order_by("planned_at", "pk"):
        led_to[one.lead_id].append(one)
    numbers = Counter()
    for row in lead_model.objects.select_related("target").order_by("entered_at", "pk"):
        year = row.entered_at.astimezone(SHANGHAI).year
        numbers[year] += 1
        row.number = f"线索{year}-{numbers[year]:05d}"
        row.enterprise_id, row.unit_id = row.target.enterprise_id, row.target.unit_id
        row.occurred_at = row.entered_at
        stand(row, led_to[row.pk])
        row.save()
    for year, last in numbers.items():
        apps.get_model("core", "Counter").objects.create(kind="lead", scope="", year=year, last=last)
    for row in assignment_model.objects.select_related("lead_inspector").exclude(lead_inspector__unit=None):
        assignment_model.objects.filter(pk=row.pk).update(sent_by=row.lead_inspector.unit_id)


def stand(row, assignments):
    """As far as the visits say: somebody is on the way, was there, or was not let go; else the lead waits."""
    last = {one.state: one for one in assignments}
    if "asked" in last or "planned" in last:
        row.state = "assigned"
    elif done := last.get("done"):
        row.state, row.ended_at = "closed", done.target.visited_at or done.planned_at
        row.end_reason = "已据此完成检查"
    elif refused := last.get("refused"):
        row.state, row.ended_at = "refused", refused.ended_at or refused.planned_at
        row.end_reason = refused.end_reason or "领导未批准据此检查"
    else:
        row.state = "assigned" if "postponed" in last else "accepted"


def back(apps, schema_editor):
    """Each lead finds its target again: by the assignment it led to, else by its enterprise."""
    target_model = apps.get_model("campaigns", "Target")
    apps.get_model("campaigns", "Reporter").objects.all().delete()
    apps.get_model("campaigns", "Lead").objects.update(merged_into=None)
    for row in apps.get_model("campaigns", "Lead").objects.filter(target=None):
        used = row.assignments.first()
        found = used.target if used else target_model.objects.filter(enterprise=row.enterprise_id).last()
        if found is None:
            row.delete()
        else:
            row.target = found
            row.kind = row.kind if row.kind in {"complaint", "exceedance", "transfer"} else "other"
            row.save()
    apps.get_model("core", "Counter").objects.filter(kind="lead").delete()


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0011_leads")]

    operations = [migrations.RunPython(carry, back)]
