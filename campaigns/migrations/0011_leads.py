"""Leads become a register of their own. First the columns, empty where a lead of old has nothing yet."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KINDS = [
    ("hotline", "12369 热线"),
    ("wechat", "微信举报"),
    ("web", "网络举报"),
    ("complaint", "信访举报"),
    ("insider", "内部举报"),
    ("industry", "行业监督"),
    ("grid", "网格巡查"),
    ("exceedance", "在线监控超标"),
    ("power", "用电监控异常"),
    ("monitoring", "监督性监测超标"),
    ("remote", "卫星遥感"),
    ("drone", "无人机或走航"),
    ("transfer", "上级交办或移送"),
    ("other", "其他"),
]
STATES = [
    ("registered", "已登记"),
    ("accepted", "已受理"),
    ("assigned", "已派查"),
    ("merged", "已合并"),
    ("refused", "不予受理"),
    ("closed", "已办结"),
]
PROTECT, CASCADE = django.db.models.deletion.PROTECT, django.db.models.deletion.CASCADE


def lead(name: str, field: models.Field) -> migrations.AddField:
    return migrations.AddField("lead", name, field)


def person(**options: object) -> models.ForeignKey:
    return models.ForeignKey(on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, **options)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0010_bulletins"), ("enterprises", "0001_initial"), ("core", "0001_initial")]

    operations = [
        lead("number", models.CharField(max_length=30, null=True)),
        lead("state", models.CharField(choices=STATES, default="registered", max_length=12)),
        lead("unit", models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="accounts.unit")),
        lead(
            "enterprise",
            models.ForeignKey(null=True, on_delete=PROTECT, related_name="leads", to="enterprises.enterprise"),
        ),
        lead("address", models.CharField(blank=True, default="", max_length=200)),
        lead("longitude", models.DecimalField(decimal_places=7, max_digits=10, null=True)),
        lead("latitude", models.DecimalField(decimal_places=7, max_digits=9, null=True)),
        lead("occurred_at", models.DateTimeField(null=True)),
        lead("factor", models.CharField(blank=True, default="", max_length=40)),
        lead("value", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
        lead("limit", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
        lead("is_integrity", models.BooleanField(default=False)),
        lead("has_reporter", models.BooleanField(default=False)),
        lead(
            "merged_into",
            models.ForeignKey(null=True, on_delete=PROTECT, related_name="merged", to="campaigns.lead"),
        ),
        lead("ended_at", models.DateTimeField(null=True)),
        lead("end_reason", models.CharField(blank=True, default="", max_length=300)),
        # The way back begins with an empty target; the rows find theirs again in the migration after this one.
        migrations.AlterField(
            "lead",
            "target",
            models.ForeignKey(null=True, on_delete=CASCADE, related_name="old_leads", to="campaigns.target"),
        ),
        migrations.AlterField("lead", "kind", models.CharField(choices=KINDS, max_length=12)),
        migrations.CreateModel(
            name="Reporter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("contact", models.CharField(blank=True, max_length=60)),
                (
                    "lead",
                    models.OneToOneField(on_delete=PROTECT, related_name="reporter", to="campaigns.lead"),
                ),
                (
                    "paper",
                    models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="core.storedfile"),
                ),
            ],
        ),
        migrations.AddField(
            "assignment",
            "kind",
            models.CharField(
                choices=[("enforce", "执法检查"), ("research", "调研指导")], default="enforce", max_length=10
            ),
        ),
        migrations.AddField("assignment", "items", models.JSONField(default=list)),
        migrations.AddField(
            "assignment",
            "sent_by",
            models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="accounts.unit"),
        ),
        migrations.AlterField(
            "assignment",
            "lead",
            models.ForeignKey(null=True, on_delete=PROTECT, related_name="assignments", to="campaigns.lead"),
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=500)),
                ("asked_at", models.DateTimeField()),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("", "未答复"), ("agreed", "同意"), ("declined", "不同意")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("signer", models.CharField(blank=True, max_length=40)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("answered_by", person(null=True)),
                ("asked_by", person()),
                (
                    "assignment",
                    models.OneToOneField(on_delete=CASCADE, related_name="consent", to="campaigns.assignment"),
                ),
                (
                    "paper",
                    models.ForeignKey(null=True, on_delete=PROTECT, related_name="+", to="core.storedfile"),
                ),
            ],
        ),
    ]
