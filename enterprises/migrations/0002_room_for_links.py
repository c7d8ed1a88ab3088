"""A row of a list learns its site when it is written: room on the same page spares its indexes a second entry."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE enterprises_importrow SET (fillfactor = 45)",
            "ALTER TABLE enterprises_importrow RESET (fillfactor)",
        )
    ]
