"""A list that names another permit: the old one ends, nothing stands twice, and the preview says from what to what."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.clock import day_of
from enterprises.models import Enterprise, ImportBatch
from enterprises.services.imports import commands
from tests.cast import Cast
from tests.enterprises.lists import listing, row, upload, write
from tests.factories import MORNING, synthetic_uscc

CODE = synthetic_uscc(500_001, "411102")
OLD, NEW = f"{CODE}001W", f"{CODE}001P"
TODAY = day_of(MORNING)


@pytest.fixture
def registered(cast: Cast) -> Enterprise:
    """A site with a registration that runs until 2025."""
    send(cast, 排污许可证编号=OLD, 管理类别="登记管理", 许可证有效期至="2025-05-13", written=True)
    return Enterprise.objects.get(entity__uscc=CODE)


def send(cast: Cast, *, written: bool = False, **cells: Any) -> ImportBatch:
    batch = upload(listing(row(1, **cells)), cast.city, cast.officer_city)
    return write(batch, cast.officer_city) if written else batch


def held(site: Enterprise) -> list[tuple[str, str, date | None]]:
    return list(site.permits.order_by("pk").values_list("number", "management", "valid_to"))


def test_another_number_ends_the_permit_before_and_shows_what_it_was(cast: Cast, registered: Enterprise) -> None:
    batch = send(cast, 排污许可证编号=NEW, 管理类别="简化管理", 许可证有效期至="2027-01-31")
    line = batch.rows.get()
    assert line.changes == {
        "排污许可证编号": [OLD, NEW],
        "管理类别": ["登记管理", "简化管理"],
        "许可证有效期至": ["2025-05-13", "2027-01-31"],
    }
    assert f"原排污许可证 {OLD}（登记管理）由本行所写的许可证替代" in line.warnings[0]["message"]
    write(batch, cast.officer_city)
    yesterday = TODAY - timedelta(days=1)
    assert held(registered) == [(OLD, "registration", yesterday), (NEW, "simplified", date(2027, 1, 31))]
    assert [permit.number for permit in registered.permits.all() if not permit.expired_on(TODAY)] == [NEW]


def test_the_list_of_sites_shows_the_permit_in_use(client: Client, cast: Cast, registered: Enterprise) -> None:
    send(cast, 排污许可证编号=NEW, 管理类别="简化管理", 许可证有效期至="2099-01-31", written=True)
    client.force_login(cast.officer_city)
    shown = client.get(reverse("enterprises:enterprise_list"), {"q": registered.name}).content.decode()
    assert ("简化管理" in shown, "登记管理" in shown, "已过期" in shown) == (True, False, False)


def test_what_the_new_permit_leaves_open_is_shown_as_empty(client: Client, cast: Cast, registered: Enterprise) -> None:
    batch = send(cast, 排污许可证编号=NEW)
    changes = batch.rows.get().changes
    assert (changes["管理类别"], changes["许可证有效期至"]) == (["登记管理", ""], ["2025-05-13", ""])
    client.force_login(cast.officer_city)
    shown = client.get(reverse("enterprises:import_detail", args=[batch.pk])).content.decode()
    assert "登记管理 → <strong>（空）</strong>" in shown


def test_a_list_with_the_ended_number_changes_nothing_back(cast: Cast, registered: Enterprise) -> None:
    new = {"排污许可证编号": NEW, "管理类别": "简化管理", "许可证有效期至": "2027-01-31"}
    send(cast, **new, written=True)
    again = send(cast, 排污许可证编号=OLD, 管理类别="登记管理", 许可证有效期至="2025-05-13")
    assert again.summary == {"same": 1}
    assert f"现行{NEW}不变" in again.rows.get().warnings[0]["message"]
    assert send(cast, **new).summary == {"same": 1}


def test_a_permit_that_is_over_ends_none(cast: Cast, registered: Enterprise) -> None:
    send(cast, 排污许可证编号=NEW, 许可证有效期至="2019-12-31", written=True)
    assert held(registered) == [(OLD, "registration", date(2025, 5, 13)), (NEW, "", date(2019, 12, 31))]


def test_a_category_that_the_number_cannot_have_waits_for_a_person(cast: Cast, registered: Enterprise) -> None:
    batch = send(cast, 管理类别="简化管理")
    line = batch.rows.get()
    assert (line.outcome, line.candidates) == ("doubtful", [registered.pk])
    assert f"已登记登记管理，编号 {OLD}，名单写“简化管理”而没有新编号" in line.reason
    commands.decide(line, f"same:{registered.pk}", actor=cast.officer_city, at=MORNING)
    yesterday = TODAY - timedelta(days=1)
    assert held(registered) == [(OLD, "registration", yesterday), ("", "simplified", None)]
    send(cast, 排污许可证编号=NEW, 管理类别="简化管理", written=True)
    assert held(registered)[1:] == [(NEW, "simplified", None)]


def test_another_category_under_its_own_number_is_shown_from_what_it_was(cast: Cast) -> None:
    send(cast, 排污许可证编号=NEW, 管理类别="简化管理", written=True)
    batch = send(cast, 管理类别="重点管理")
    assert batch.rows.get().changes == {"管理类别": ["简化管理", "重点管理"]}
