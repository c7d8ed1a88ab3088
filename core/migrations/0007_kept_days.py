from django.db import migrations


def carry(apps, schema_editor):
    """A day that no holiday moves is certain, whether or not its year has a table."""
    rows = apps.get_model("core", "Obligation").objects.filter(provisional=True, workdays=None)
    rows.filter(on_holiday__in=["", "keep"]).update(provisional=False)


class Migration(migrations.Migration):
    dependencies = [("core", "0006_confidential_terms")]

    operations = [migrations.RunPython(carry, migrations.RunPython.noop)]
