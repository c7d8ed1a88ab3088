from django.db import migrations, models


class Migration(migrations.Migration):
    """A number of another system is one of an enterprise: systems of several authorities number alike."""

    dependencies = [
        ("inspections", "0006_past_problems"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="outsidecheck", name="outsidecheck_number"),
        migrations.AddConstraint(
            model_name="outsidecheck",
            constraint=models.UniqueConstraint(
                fields=("system", "enterprise", "number"), name="outsidecheck_number"
            ),
        ),
    ]
