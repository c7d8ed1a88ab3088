"""Doors of accounts."""

from tests.architecture.permission_scene import OWN, REASON, WRONG_PARENT, Ask, Doors, Stage, key, one


def accounts(stage: Stage) -> Doors:
    cast, rows = stage.cast, stage.rows
    person = key(cast.inspector_a)
    dated = {"valid_from": "2020-06-01", "reason": "任命文件"}
    unit = {"name": "漯河市生态环境局示例分局", "short_name": "示例分局", "level": "county"}
    return {
        "accounts:login": one(Ask(sent={"username": "officer_a", "password": "wrong"})),
        "accounts:password_change": one(Ask(sent={"old": "wrong", "new": "Xin-mima-2020", "again": "Xin-mima-2020"})),
        "accounts:person_create": one(Ask(sent={"username": "new1", "name": "新人员", "unit": cast.county_a.pk})),
        "accounts:person_detail": one(Ask(person)),
        "accounts:grant_give": one(Ask(person, sent=dated | {"role": "officer", "unit": cast.county_a.pk})),
        "accounts:grant_revoke": {
            OWN: Ask(person | {"grant_pk": rows["grant"].pk}, sent=REASON),
            WRONG_PARENT: Ask(person | {"grant_pk": rows["other grant"].pk}, sent=REASON),
        },
        "accounts:password_reset": one(Ask(person)),
        "accounts:person_activity": one(Ask(person, sent=REASON)),
        "accounts:certificate_add": one(
            Ask(person, sent={"number": "豫L99001", "valid_from": "2020-01-01", "valid_to": "2024-12-31"})
        ),
        "accounts:unit_create": one(Ask({"parent_pk": cast.city.pk}, sent=unit | {"document_mark": "漯环示"})),
        "accounts:unit_edit": one(Ask(key(cast.county_a), sent=unit | {"document_mark": "漯环源"})),
        "accounts:channel_edit": one(
            Ask(
                key(cast.county_a),
                sent={"kind": "wecom", "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"},
            )
        ),
        "accounts:channel_remove": one(Ask(key(cast.county_a))),
        "accounts:channel_try": one(Ask(key(cast.county_b))),
        "accounts:mail_choice": one(Ask(sent={"reminders": "on", "events": "daily"})),
        "accounts:calendar": one(Ask(sent={"day": "2020-06-15", "kind": "off", "name": "示例", "reason": "通知"})),
    }
