"""Two at once on the register: the second hears what happened, and nobody waits for another in a circle."""

from typing import Any

import pytest

from core import clock, locks
from core.refusals import Refused
from enterprises.models import Enterprise, ImportBatch, Permit
from enterprises.services import permits, sites, slips
from enterprises.services.facts import Facts
from enterprises.services.imports import commands, finishing
from tests import factories as make
from tests.cast import Cast, assemble
from tests.crossing import Begun, Held, second_of
from tests.enterprises.lists import listing, row, upload, write
from tests.factories import MORNING, synthetic_uscc

pytestmark = pytest.mark.django_db(transaction=True)
CODE = synthetic_uscc(700_001, "411102")


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return assemble()


def facts(cast: Cast, **stated: Any) -> Facts:
    place: dict[str, Any] = {"region_id": cast.region_a.pk, "unit_id": cast.county_a.pk, "town": "示例镇"}
    return Facts(**({"name": "漯河示例新厂有限公司", "uscc": CODE, "is_key": False} | place | stated))


def register(cast: Cast) -> Enterprise:
    return sites.register(facts(cast), actor=cast.officer_a, at=clock.now(), namesakes_checked=True)


def edit(site: Enterprise, cast: Cast, **stated: Any) -> Enterprise:
    said = facts(cast, **({"name": site.name, "uscc": site.entity.uscc, "unit_id": site.unit_id} | stated))
    return sites.edit(site, said, seen=site.updated_at, actor=cast.officer_city, at=clock.now())


def permit(site: Enterprise, cast: Cast) -> Permit:
    told: dict[str, Any] = {"kind": "eia", "number": "漯环审〔2015〕13号", "valid_to": None}
    return permits.put_permit(Permit(enterprise=site), actor=cast.officer_city, at=clock.now(), **told)


def test_of_two_who_register_one_code_the_second_is_refused(cast: Cast) -> None:
    fault = second_of(lambda: register(cast), lambda: register(cast))
    assert isinstance(fault, Refused)
    assert "他人刚刚登记了相同的统一社会信用代码" in fault.message
    assert Enterprise.objects.filter(entity__uscc=CODE).count() == 1


def test_of_two_who_give_one_code_to_different_bodies_the_second_is_refused(cast: Cast) -> None:
    fault = second_of(lambda: edit(cast.site_a, cast, uscc=CODE), lambda: edit(cast.site_b, cast, uscc=CODE))
    assert isinstance(fault, Refused)
    assert "他人刚刚登记了相同的统一社会信用代码" in fault.message


def test_of_two_who_enter_one_permit_the_second_is_refused(cast: Cast) -> None:
    fault = second_of(lambda: permit(cast.site_a, cast), lambda: permit(cast.site_b, cast))
    assert isinstance(fault, Refused)
    assert "已登记在另一单位名下" in fault.message


def test_a_list_that_a_form_overtakes_is_written_after_all(cast: Cast) -> None:
    batch = upload(listing(row(1, 统一社会信用代码=CODE), row(2)), cast.city, cast.officer_city)
    commands.confirm(batch, actor=cast.officer_city, at=MORNING)
    assert second_of(lambda: register(cast), lambda: finishing.write(batch.pk, at=MORNING)) is None
    batch.refresh_from_db()
    assert (batch.state, batch.summary["written"]["new"]) == ("written", 1)
    assert Enterprise.objects.filter(entity__uscc=CODE).count() == 1


def test_while_one_list_is_written_no_worker_and_no_person_stands_waiting(cast: Cast) -> None:
    doubtful = upload(listing(row(1, 企业名称=cast.site_a.name)), cast.city, cast.officer_city).rows.get()
    batch = upload(listing(row(2)), cast.city, cast.officer_city)
    commands.confirm(batch, actor=cast.officer_city, at=MORNING)
    with Held(lambda: locks.hold(finishing.LOCK)):
        assert not finishing.write(batch.pk, at=MORNING)
        with pytest.raises(Refused, match="正在写入另一份名单"):
            commands.decide(doubtful, "skip", actor=cast.officer_city, at=MORNING)
    assert list(ImportBatch.objects.unclaimed(MORNING)) == [batch]
    assert finishing.write(batch.pk, at=MORNING)


def test_a_list_locks_its_sites_by_key_and_never_crosses_the_printing_of_slips(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(upload(listing(row(1), row(2)), cast.city, cast.officer_city), cast.officer_city)
    low, high = Enterprise.objects.filter(name__startswith="漯河示例制品").order_by("pk")
    backwards = listing(row(2, 乡镇或开发区="新镇"), row(1, 乡镇或开发区="新镇"))
    batch = upload(backwards, cast.city, cast.officer_city)
    commands.confirm(batch, actor=cast.officer_city, at=MORNING)
    monkeypatch.setattr(finishing, "CHUNK", 1)
    with Held(lambda: slips.print_slips([low], actor=cast.officer_a, at=clock.now())):
        writing = Begun(lambda: finishing.write(batch.pk, at=MORNING)).start()
        # The list waits for the lower key and holds nothing above it, so whoever goes on upwards does not meet it.
        printed = Begun(lambda: slips.print_slips([high], actor=cast.officer_a, at=clock.now()))
        printed.start()
        assert printed.ended() is None
    assert writing.ended() is None
    assert set(Enterprise.objects.filter(pk__in=[low.pk, high.pk]).values_list("town", flat=True)) == {"新镇"}


def test_two_sites_of_one_body_are_edited_one_after_the_other(cast: Cast) -> None:
    body = cast.site_a.entity
    second = make.enterprise("漯河示例纸业有限公司二厂", cast.county_a, cast.region_a, entity=body, site_number=2)
    with Held(lambda: slips.print_slips([cast.site_a], actor=cast.officer_a, at=clock.now())):
        editing = Begun(lambda: edit(second, cast, uscc=CODE)).start()
        printed = Begun(lambda: slips.print_slips([second], actor=cast.officer_a, at=clock.now()))
        printed.start()
        assert printed.ended() is None
    assert editing.ended() is None
    body.refresh_from_db()
    assert body.uscc == CODE
