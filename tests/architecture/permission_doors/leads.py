"""Doors of the register of leads, and of the consent to a research visit."""

from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.models import ClauseVersion, Signal
from tests.architecture.permission_scene import OWN, REASON, Ask, Doors, Stage, key, one

SHEET = "来源,企业名称,发生时间,线索内容\n网络举报,漯河示例纸业有限公司,2020-05-10 20:00,夜间排放黑烟\n"


def leads(stage: Stage) -> Doors:
    cast, rows = stage.cast, stage.rows
    entered = {
        "kind": "hotline",
        "enterprise": cast.site_a.name,
        "unit": cast.county_a.pk,
        "occurred_at": "2020-05-10T20:00",
        "detail": "夜间排放黑烟",
    }
    weather = {"campaign": stage.henan.pk, "unit": cast.county_a.pk, "kind": "weather", "level": "", "detail": "静稳"}
    return {
        "campaigns:lead_create": one(Ask(sent=entered)),
        "campaigns:lead_detail": {OWN: Ask(key(rows["lead"])), "own (integrity)": Ask(key(rows["integrity lead"]))},
        "campaigns:lead_accept": one(Ask(key(rows["lead"]))),
        "campaigns:lead_refuse": one(Ask(key(rows["lead"]), sent=REASON)),
        "campaigns:lead_close": one(Ask(key(rows["accepted lead"]), sent=REASON)),
        "campaigns:lead_hand_over": one(Ask(key(rows["integrity lead"]))),
        "campaigns:lead_merge": one(Ask(key(rows["lead"]), sent={"into": rows["accepted lead"].pk})),
        "campaigns:lead_identify": one(Ask(key(rows["placed lead"]), sent={"enterprise": cast.site_a.name})),
        "campaigns:lead_identity": {
            OWN: Ask(key(rows["lead"]), sent=REASON),
            "own (integrity)": Ask(key(rows["integrity lead"]), sent=REASON),
        },
        "campaigns:signal_create": one(Ask(sent=weather)),
        "campaigns:signal_detail": one(Ask(key(Signal.objects.get()))),
        "campaigns:signal_end": one(Ask(key(Signal.objects.get()), sent=REASON)),
        "campaigns:signal_export": one(Ask(key(Signal.objects.get()))),
        "inspections:consent_answer": one(Ask(key(rows["consent"]), sent={"answer": "agreed", "signer": "秦厂长"})),
        "campaigns:lead_import": one(
            Ask(sent=lambda: {"unit": cast.county_a.pk, "file": SimpleUploadedFile("线索.csv", SHEET.encode())})
        ),
    }


def clauses(stage: Stage) -> Doors:
    version = key(ClauseVersion.objects.get())
    return {
        "campaigns:clause_create": one(
            Ask(
                sent={
                    "unit": stage.cast.city.pk,
                    "name": "十不准",
                    "source": "示例",
                    "text": "不准",
                    "valid_from": "2020-05-01",
                }
            )
        ),
        "campaigns:clause_detail": one(Ask(version)),
        "campaigns:clause_sign": one(Ask(version, sent={"read": "on", "name": "周三检"})),
        "campaigns:clause_unsigned": one(Ask(version)),
    }
