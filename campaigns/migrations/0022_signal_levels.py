from django.db import migrations, models


def drop_levels(apps, schema_editor):
    """Only an alert has a level; what another kind was given meant nothing."""
    apps.get_model("campaigns", "Signal").objects.exclude(kind="alert").exclude(level="").update(level="")


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0021_key_list"),
    ]

    operations = [
        migrations.RunPython(drop_levels, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "alert"), ("level", ""), _connector="OR"), name="signal_level_of_alert"
            ),
        ),
    ]
