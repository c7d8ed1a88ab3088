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
from tests import factories as make
from tests.cast import Cast
from tests.registers import scene

ACTORS = ("inspector_a", "officer_a", "leader_a", "officer_city", "discipline", "officer_province", "enterprise_a")


def writer(key: str, cast: Cast) -> User:
    """The first of the cast who may file; what third parties collect is filed by one of theirs."""
    if key == "third_party":
        person = make.user("third", "丁第三", cast.county_a)
        make.grant(person, "third_party", over=cast.county_a)
        return person
    for name in ACTORS:
        found: User = getattr(cast, name)
        if services.creation_places(scene.version(key), found):
            return found
    raise AssertionError(f"nobody may file {key}")


@pytest.mark.parametrize("key", sorted(files.shipped_keys()))
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


def rows_of(answer: object) -> list[tuple[object, ...]]:
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return list(openpyxl.load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True))


def assert_exported(answer: object, entry: RegisterEntry) -> None:
    rows = rows_of(answer)
    head = next(row for row in rows if "登记号" in row)
    for field in entry.version.data["fields"]:
        assert field["label"] in head
    assert any(entry.label in row for row in rows)


# A row that asks for no more than to exist: its own filter, its values, columns it names. Others: test_rows_exist.
NAMED = {
    "checkup": ("tags", ["工艺复杂", "影响重大", "环境风险高"], ["风险标签", "项目", "筛选理由"]),
}


@pytest.mark.req("LH-30")
@pytest.mark.parametrize("key", NAMED)
def test_what_a_row_names_is_found_by_it_and_exported(key: str, cast: Cast, plan: Campaign, client: Client) -> None:
    field, values, columns = NAMED[key]
    scene.load(key)
    actor = writer(key, cast)
    said = scene.filler(key, cast, actor)
    entries = {one: scene.file(key, actor, plan, **said | {field: [one] if field == "tags" else one}) for one in values}
    client.force_login(actor)
    with clock.travel(scene.AT):
        for one, entry in entries.items():
            listed = client.get(reverse("campaigns:register_list", args=[key]), {field: one}).content.decode()
            assert [other for other, row in entries.items() if f"{row.label}<" in listed] == [one]
            table = client.get(reverse("campaigns:register_export", args=[key]), {field: one})
            sheet = rows_of(table)
            head = next(row for row in sheet if "登记号" in row)
            assert set(columns) <= set(head)
            assert [row for row in sheet if any(other.label in row for other in entries.values())] == [
                next(row for row in sheet if entry.label in row and one in row)
            ]
