"""Every register that comes with the platform: filed, listed, filtered, exported, denied to other units."""

from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns.models import Campaign, RegisterEntry
from campaigns.registers import files, services
from core import clock
from enterprises.models import Enterprise
from tests.cast import Cast
from tests.registers import scene

# Registers whose row asks for no more than to exist, to be found and exported.
REQ = {"talks": ["GS-02"], "sharing": ["GS-30"], "lead_sources": ["GS-35"], "joint": ["GS-46"]}
REQ |= {"consultation": ["GS-51"], "checkup": ["LH-30"]}
ACTORS = ("inspector_a", "officer_a", "leader_a", "officer_city", "discipline", "officer_province", "enterprise_a")


def register(key: str) -> object:
    return pytest.param(key, marks=[pytest.mark.req(row) for row in REQ.get(key, [])], id=key)


def writer(key: str, cast: Cast) -> User:
    """The first of the cast who may file."""
    for name in ACTORS:
        person: User = getattr(cast, name)
        if services.creation_places(scene.version(key), person):
            return person
    raise AssertionError(f"nobody may file {key}")


@pytest.mark.parametrize("key", [register(key) for key in sorted(files.shipped_keys())])
def test_a_register_is_filed_listed_filtered_exported_and_denied(
    key: str, cast: Cast, plan: Campaign, client: Client
) -> None:
    data = files.read_file(files.ROOT / f"{key}.yaml")[0]
    scene.load(key, *(one["register"] for one in data["spawns"]))
    Enterprise.objects.update(performance_grade="B级")
    actor = writer(key, cast)
    entry = scene.file(key, actor, plan, **scene.filler(key, cast, actor))
    assert RegisterEntry.objects.filter(register=key).get() == entry
    client.force_login(actor)
    with clock.travel(scene.AT):
        listed = client.get(reverse("campaigns:register_list", args=[key]), {"year": 2020, "state": entry.state})
        assert entry.label in listed.content.decode()
        other = client.get(reverse("campaigns:register_list", args=[key]), {"year": 2019})
        assert entry.label not in other.content.decode()
        assert client.get(reverse("campaigns:register_entry", args=[entry.pk])).status_code == 200
        table = client.get(reverse("campaigns:register_export", args=[key]))
        assert_exported(table, entry)
        for name in ("inspector_b", "officer_other", "enterprise_b", "administrator"):
            client.force_login(getattr(cast, name))
            assert client.get(reverse("campaigns:register_entry", args=[entry.pk])).status_code == 404, name
            shown = client.get(reverse("campaigns:register_list", args=[key]))
            assert entry.label not in shown.content.decode()


def assert_exported(answer: object, entry: RegisterEntry) -> None:
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    head = next(row for row in rows if "登记号" in row)
    for field in entry.version.data["fields"]:
        assert field["label"] in head
    assert any(entry.label in row for row in rows)
