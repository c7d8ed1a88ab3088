"""Visits planned before there was a source say what they come from: the draw, the lead, the plan; else the campaign."""

from django.db import migrations

COMPLAINTS = ["complaint", "hotline", "wechat", "web", "insider", "industry", "grid"]
EXCEEDANCES = ["exceedance", "power", "monitoring"]


def carry(apps, schema_editor):
    """Only what nobody set otherwise; as planning does since: a draw, then a lead, then what the campaign is about."""
    rows = apps.get_model("campaigns", "Assignment").objects.filter(source="special")
    drawn = apps.get_model("campaigns", "DrawnTarget").objects.exclude(assignment=None)
    rows.filter(pk__in=drawn.values("assignment")).update(source="random")
    rows.filter(lead__kind__in=COMPLAINTS).update(source="complaint")
    rows.filter(lead__kind__in=EXCEEDANCES).update(source="exceedance")
    for campaign in apps.get_model("campaigns", "Campaign").objects.select_related("blueprint"):
        if task := campaign.blueprint.data.get("planning", {}).get("task"):
            rows.filter(target__campaign=campaign).update(source=task)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0014_filings_ended")]

    operations = [migrations.RunPython(carry, migrations.RunPython.noop)]
