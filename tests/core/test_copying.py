"""Rows that go in by COPY come out as they were, whatever stands in them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core import copying
from enterprises.models import Enterprise, EnterpriseName, ImportBatch, ImportRow, LegalEntity, LegalEntityName, Permit
from tests.cast import Cast
from tests.enterprises.lists import listing, row, upload
from tests.factories import MORNING

AWKWARD = ["\\N", "\\", "a\tb", "a\nb\r\nc", '"', "{a,b}", "''", "NULL", "𬭎㙍", "\\.", " "]


def stored(one: Any) -> dict[str, Any]:
    return dict(type(one).objects.filter(pk=one.pk).values().get())


def columns(one: Any) -> dict[str, Any]:
    return {field.attname: getattr(one, field.attname) for field in one._meta.local_concrete_fields}


def test_every_kind_of_column_and_every_awkward_text_comes_back(cast: Cast) -> None:
    bodies = [LegalEntity(name=text, uscc=None) for text in AWKWARD]
    copying.insert(bodies)
    sites = [
        Enterprise(
            entity=body,
            name=text,
            search=[text[:2], 'a"', "b\\"],
            unit=cast.county_a,
            region=cast.region_a,
            longitude=Decimal("114.0200000"),
            latitude=Decimal("33.5000000"),
            is_ultra_low=None,
            is_key=True,
            created_at=MORNING,
            updated_at=datetime(2020, 5, 12, 1, 0, 0, 123456, tzinfo=UTC),
        )
        for body, text in zip(bodies, AWKWARD, strict=True)
    ]
    copying.insert(sites)
    names = [EnterpriseName(enterprise=site, name=site.name, valid_from=date(2020, 4, 3)) for site in sites]
    copying.insert(names)
    for one in (*bodies, *sites, *names):
        assert stored(one) == columns(one)
    sites[0].name = "saved again"
    sites[0].save()
    assert Enterprise.objects.filter(pk=sites[0].pk).count() == 1


def test_json_comes_back(cast: Cast) -> None:
    batch: ImportBatch = upload(listing(row(1)), cast.city, cast.officer_city)
    told = {"text": AWKWARD, "none": None, "number": 1.5, "yes": True}
    line = ImportRow(batch=batch, sheet="又一表", number=1, values=told, errors=[told], outcome="error")
    copying.insert([line])
    assert stored(line) == columns(line)


def test_a_constraint_holds_and_is_djangos_error(cast: Cast) -> None:
    twice = [Permit(enterprise=cast.site_a, kind="eia", number="同一号") for _ in range(2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        copying.insert(twice)
    copying.insert([])
    assert not Permit.objects.exists()


def test_rows_that_nobody_needs_as_objects_go_in_by_value(cast: Cast) -> None:
    body = LegalEntity.objects.create(name="漯河示例制品有限公司")
    names = [(body.pk, text, date(2020, 4, 3)) for text in AWKWARD]
    copying.insert_values(LegalEntityName, ("entity_id", "name", "valid_from"), names)
    found = LegalEntityName.objects.filter(entity=body).order_by("pk")
    assert list(found.values_list("entity_id", "name", "valid_from", "valid_to", "uscc")) == [
        (*name, None, "") for name in names
    ]
    with pytest.raises(AssertionError, match="no column"):
        copying.insert_values(LegalEntityName, ("entity",), [])


def test_a_list_of_values_is_one_parameter_and_is_never_cut(cast: Cast) -> None:
    bodies = [LegalEntity.objects.create(name=text, uscc=None) for text in AWKWARD]
    found = LegalEntity.objects.filter(name__among={"\\N", '"', "{a,b}", "none such"})
    assert {body.name for body in found} == {"\\N", '"', "{a,b}"}
    assert set(LegalEntity.objects.filter(pk__among=[body.pk for body in bodies])) == set(bodies)
    assert not LegalEntity.objects.filter(name__among=[]).exists()
    LegalEntity.objects.filter(pk=bodies[0].pk).update(uscc="9141110200000000XA")
    assert not LegalEntity.objects.filter(uscc__among=["9141110200000000XA and more"]).exists()
    assert Enterprise.objects.filter(entity__pk__among=[body.pk for body in bodies]).count() == 0
