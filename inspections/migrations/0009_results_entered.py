from django.db import migrations
from django.db.models import Max


def carry(apps, schema_editor):
    """Records of refused entry, of gone or halted works are results that were entered, too."""
    records = apps.get_model("inspections", "VisitRecord").objects.exclude(state="draft")
    rows = records.filter(visit__assignment__kind="enforce", visit__assignment__target__result_at=None)
    last = rows.order_by().values_list("visit__assignment__target").annotate(at=Max("recorded_at"))
    targets = apps.get_model("campaigns", "Target").objects
    for pk, at in list(last):
        targets.filter(pk=pk).update(result_at=at)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0023_results_entered"), ("inspections", "0008_handovers")]

    operations = [migrations.RunPython(carry, migrations.RunPython.noop)]
