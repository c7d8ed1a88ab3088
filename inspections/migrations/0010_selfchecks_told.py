from django.db import migrations


def told_by_sheet(apps, schema_editor):
    """Who handed the sheet in before notices were kept has had the notice: delivered and receipted by that."""
    notices = apps.get_model("inspections", "SelfCheckNotice").objects
    sheets = apps.get_model("inspections", "SelfCheck").objects.exclude(submitted_by=None).exclude(submitted_at=None)
    targets = apps.get_model("campaigns", "Target").objects.exclude(self_checked_at=None)
    targets = targets.filter(self_check_notice=None)
    first = {}
    for row in sheets.filter(campaign__in=targets.values("campaign")).order_by("-version").iterator():
        first[row.campaign_id, row.enterprise_id] = row
    rows = []
    for target in targets.iterator():
        if sheet := first.get((target.campaign_id, target.enterprise_id)):
            at, person = sheet.submitted_at, sheet.submitted_by_id
            told = {"delivered_at": at, "delivered_by_id": person, "receipted_at": at, "receipted_by_id": person}
            rows.append(notices.model(target_id=target.pk, way="platform", **told))
    notices.bulk_create(rows, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0009_results_entered"),
    ]

    operations = [migrations.RunPython(told_by_sheet, migrations.RunPython.noop)]
