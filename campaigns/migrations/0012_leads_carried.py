"""What hung on a target stands in the register: its enterprise and unit, a number, and whether anybody was sent."""

from collections import Counter
from zoneinfo import ZoneInfo

from django.db import migrations

SHANGHAI = ZoneInfo("Asia/Shanghai")


def carry(apps, schema_editor):
    lead_model, assignment_model = apps.get_model("campaigns", "Lead"), apps.get_model("campaigns", "Assignment")
    sent = set(
        assignment_model.objects.exclude(lead=None)
        .filter(state__in=["asked", "planned", "postponed", "done"])
        .values_list("lead", flat=True)
    )
    numbers = Counter()
    for row in lead_model.objects.select_related("target").order_by("entered_at", "pk"):
        year = row.entered_at.astimezone(SHANGHAI).year
        numbers[year] += 1
        row.number = f"线索{year}-{numbers[year]:05d}"
        row.enterprise_id, row.unit_id = row.target.enterprise_id, row.target.unit_id
        row.occurred_at = row.entered_at
        row.state = "assigned" if row.pk in sent else "accepted"
        row.save()
    for year, last in numbers.items():
        apps.get_model("core", "Counter").objects.create(kind="lead", scope="", year=year, last=last)
    for row in assignment_model.objects.select_related("lead_inspector").exclude(lead_inspector__unit=None):
        assignment_model.objects.filter(pk=row.pk).update(sent_by=row.lead_inspector.unit_id)


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
