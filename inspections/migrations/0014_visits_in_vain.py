from django.db import migrations


def carry(apps, schema_editor):
    """Visits that ended at the door, of refused entry or gone works, inspected nothing."""
    ended = apps.get_model("inspections", "Visit").objects.filter(state="closed").values("assignment")
    apps.get_model("campaigns", "Assignment").objects.filter(pk__in=ended, state="done").update(in_vain=True)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0027_visits_in_vain"), ("inspections", "0013_project_versions")]

    operations = [migrations.RunPython(carry, migrations.RunPython.noop)]
