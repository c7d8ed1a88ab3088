"""Doors of enterprises."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests import factories as make
from tests.architecture.permission_scene import REASON, TODAY, Ask, Doors, Stage, key, one
from tests.enterprises import lists


def enterprises(stage: Stage) -> Doors:
    cast, rows, site = stage.cast, stage.rows, stage.cast.site_a
    facts = {
        "name": "漯河示例新厂有限公司",
        "uscc": make.synthetic_uscc(700_001, "411102"),
        "industry": "17",
        "region": cast.region_a.pk,
        "town": "示例镇",
        "longitude": "114.01",
        "latitude": "33.57",
        "is_key": "no",
        "in_yellow_river_basin": "no",
        "performance_grade": "否",
        "unit": cast.county_a.pk,
    }
    edited = facts | {"name": site.name, "uscc": site.entity.uscc, "seen": site.updated_at.isoformat()}
    found = {
        "enterprise_register": one(Ask(sent=facts)),
        "enterprise_detail": one(Ask(key(site))),
        "enterprise_edit": one(Ask(key(site), sent=edited)),
        "enterprise_confirm": one(Ask(key(rows["unconfirmed"]))),
        "enterprise_change_unit": one(Ask(key(site), sent={"unit": cast.county_b.pk} | REASON)),
        "enterprise_change_state": one(Ask(key(site) | {"action": "halt"}, sent=REASON)),
        "permit_add": one(Ask(key(site), sent={"kind": "acceptance", "number": "漯环验〔2016〕3号"})),
        "permit_edit": one(Ask(key(rows["permit"]), sent={"kind": "eia", "number": "漯环审〔2015〕13号"})),
        "permit_remove": one(Ask(key(rows["permit"]), sent=REASON)),
        "positive_add": one(Ask(key(stage.sites["free"]), sent={"ground": "诚信企业", "valid_from": str(TODAY)})),
        "positive_remove": one(Ask(key(rows["entry"]), sent={"removal-on": str(TODAY), "removal-reason": "书面告知"})),
        "slip_reset": one(Ask(key(site), sent=REASON)),
        "slip_print": one(Ask(sent={"site": [stage.sites["free"].pk]})),
        "member_revoke": one(Ask(key(rows["membership"]), sent=REASON)),
        "activate": one(Ask(sent={"code": "0000 0000 0000"})),
    }
    return {f"enterprises:{name}": asks for name, asks in found.items()}


def imports(stage: Stage) -> Doors:
    cast, rows, batch = stage.cast, stage.rows, key(stage.rows["batch"])
    listing = lists.listing(lists.row(7))
    found = {
        "import_list": one(Ask(sent=lambda: {"unit": cast.city.pk, "file": SimpleUploadedFile("名单.xlsx", listing)})),
        "import_detail": one(Ask(batch)),
        "import_progress": one(Ask(batch)),
        "import_map": one(Ask(batch)),
        "import_confirm": one(Ask(batch)),
        "import_drop": one(Ask(batch)),
        "import_errors": one(Ask(batch)),
        "import_decide": one(Ask(key(rows["doubtful"]), sent={"decision": "skip"})),
    }
    return {f"enterprises:{name}": asks for name, asks in found.items()}
