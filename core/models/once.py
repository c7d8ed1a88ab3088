from django.db import models


class SentForm(models.Model):
    """One form that was carried out, by a digest of its token and all that stood in it: sent again, it shows the same
    answer. Nobody can be told from it, nor what was typed."""

    key = models.CharField(primary_key=True, max_length=64)
    location = models.CharField(max_length=500)
    sent_at = models.DateTimeField(db_index=True)
