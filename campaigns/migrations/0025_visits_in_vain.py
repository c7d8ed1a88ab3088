from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0024_target_orders")]

    operations = [migrations.AddField("assignment", "in_vain", models.BooleanField(default=False))]
