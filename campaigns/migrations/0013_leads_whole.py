"""With every row carried over, the columns say what they hold and the target goes."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


def rule(model: str, name: str, condition: Q) -> migrations.AddConstraint:
    return migrations.AddConstraint(model, models.CheckConstraint(name=name, condition=condition))


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0012_leads_carried")]

    operations = [
        migrations.RemoveField("lead", "target"),
        migrations.AlterField("lead", "number", models.CharField(max_length=30, unique=True)),
        migrations.AlterField(
            "lead",
            "unit",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"),
        ),
        migrations.AlterField("lead", "occurred_at", models.DateTimeField()),
        migrations.AlterField("lead", "address", models.CharField(blank=True, max_length=200)),
        migrations.AlterField("lead", "factor", models.CharField(blank=True, max_length=40)),
        migrations.AlterField("lead", "end_reason", models.CharField(blank=True, max_length=300)),
        rule(
            "lead",
            "lead_of_somebody_or_somewhere",
            Q(enterprise__isnull=False) | ~Q(address="") | Q(longitude__isnull=False),
        ),
        rule(
            "lead",
            "lead_place_in_pairs",
            Q(longitude=None, latitude=None) | Q(longitude__isnull=False, latitude__isnull=False),
        ),
        rule(
            "lead",
            "lead_merged_into_another",
            Q(state="merged", merged_into__isnull=False) | (~Q(state="merged") & Q(merged_into=None)),
        ),
        rule("lead", "lead_not_merged_into_itself", ~Q(merged_into=F("pk"))),
        rule(
            "lead",
            "lead_ended_with_words",
            ~Q(state__in=["refused", "closed"]) | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
        ),
        rule(
            "consent",
            "consent_answered_whole",
            Q(answer="", answered_at=None)
            | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(digest="")),
        ),
        migrations.AddIndex("lead", models.Index(fields=["unit", "-entered_at", "-id"], name="lead_unit")),
        migrations.AddIndex("lead", models.Index(fields=["enterprise", "occurred_at"], name="lead_enterprise")),
        migrations.AddIndex("lead", models.Index(fields=["occurred_at"], name="lead_occurred")),
        migrations.AddIndex(
            "assignment", models.Index(fields=["target", "planned_on"], name="assignment_target_day")
        ),
    ]
