from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0026_signal_reasons")]

    operations = [migrations.AddField("assignment", "in_vain", models.BooleanField(default=False))]
