from django.db import migrations, models
from django.db.models import F


def carry(apps, schema_editor):
    """Every visit that counted had its record; what did not count follows with the records (inspections)."""
    apps.get_model("campaigns", "Target").objects.exclude(visited_at=None).update(result_at=F("visited_at"))


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0022_signal_levels")]

    operations = [
        migrations.AddField("target", "result_at", models.DateTimeField(null=True)),
        migrations.RunPython(carry, migrations.RunPython.noop),
    ]
