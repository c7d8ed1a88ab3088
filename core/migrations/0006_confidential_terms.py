from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0005_sent_forms")]

    operations = [
        migrations.AddField(
            "obligation", "reader", models.CharField(blank=True, default="", max_length=40), preserve_default=False
        )
    ]
