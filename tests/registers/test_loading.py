"""Definitions that come with the platform and those that no longer do."""

from pathlib import Path
from shutil import copy

from django.test import Client
from django.urls import reverse

from campaigns.models import RegisterVersion
from campaigns.registers import files, services
from core.models import AuditEvent
from tests.cast import Cast
from tests.registers import scene


def test_a_register_without_a_file_is_retired_and_what_was_filed_can_be_finished(
    cast: Cast, client: Client, tmp_path: Path
) -> None:
    for key in ("insurance", "experts"):
        copy(files.ROOT / f"{key}.yaml", tmp_path)
    services.load_registers(at=scene.AT, root=tmp_path)
    row = scene.file("experts", cast.officer_a, name="何示例", home="示例大学", industries=["化工"], ways=["网络远程"])
    (tmp_path / "experts.yaml").unlink()
    assert services.load_registers(at=scene.AT, root=tmp_path).retired == ["专家库 第1版"]
    assert services.load_registers(at=scene.AT, root=tmp_path).retired == []
    assert AuditEvent.objects.filter(action="campaigns.register.retire").count() == 1
    client.force_login(cast.officer_a)
    assert client.get(reverse("campaigns:register_new", args=["experts"])).status_code == 403
    assert row.label in client.get(reverse("campaigns:register_list", args=["experts"])).content.decode()
    services.move(row, "leave", {}, actor=cast.officer_a, at=scene.AT, reason="调离")
    client.force_login(cast.officer_other)
    assert "专家库" not in client.get(reverse("campaigns:register_menu")).content.decode()
    copy(files.ROOT / "experts.yaml", tmp_path)
    assert services.load_registers(at=scene.AT, root=tmp_path).new == ["专家库 第2版"]
    assert services.creation_places(scene.version("experts"), cast.officer_a)


def test_what_an_administrator_wrote_is_not_retired_for_want_of_a_file(cast: Cast, tmp_path: Path) -> None:
    copy(files.ROOT / "insurance.yaml", tmp_path)
    text = (files.ROOT / "experts.yaml").read_text(encoding="utf-8").replace("title: 专家库", "title: 本市专家库")
    services.write_register(text, "x", change="本市用", actor=cast.administrator, at=scene.AT)
    assert services.load_registers(at=scene.AT, root=tmp_path).retired == []
    assert RegisterVersion.objects.get(key="experts").retired_at is None
