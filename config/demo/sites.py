"""The enterprises of the demonstration: the shipped lists go through the import; key sites get an account."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Grant, User
from accounts.rules import Role
from config.demo import PASSWORD
from config.demo.people import Hiring, Office
from config.demo.story import Story, first_day
from core.clock import at_local
from core.files.kinds import XLSX
from core.pinyin import spelled
from enterprises.models import Enterprise, ImportBatch
from enterprises.services.imports import commands, finishing, reading

# 源汇分局 of 漯河市: whose accounts are printed at the start.
SHOWN = "源汇分局"
SAMPLES = Path(settings.BASE_DIR) / "enterprises" / "data" / "samples"


def import_lists(story: Story) -> int:
    """Each living city imports its list, exactly as on the page. Returns how many sites there are."""
    at = at_local(first_day(story.now) - timedelta(days=20), 10)
    for city in story.people.alive:
        import_list(city, at)
    return Enterprise.objects.count()


def import_list(city: Office, at: datetime) -> None:
    assert city.officer is not None
    path = SAMPLES / f"{spelled(city.unit.short_name.removesuffix('市'))}.xlsx"
    upload = SimpleUploadedFile(path.name, path.read_bytes(), XLSX)
    batch = commands.upload(upload, city.unit, actor=city.officer, at=at)
    reading.read(batch.pk, at=at + timedelta(minutes=1))
    batch.refresh_from_db()
    if batch.state != ImportBatch.State.PREVIEW:
        raise RuntimeError(f"{path.name}: {batch.refusal}")
    commands.confirm(batch, actor=city.officer, at=at + timedelta(minutes=5))
    finishing.write(batch.pk, at=at + timedelta(minutes=6))


def give_accounts(story: Story) -> None:
    """Every key site has somebody who answers for it: user names qiye1, qiye2, …"""
    at = at_local(first_day(story.now) - timedelta(days=3), 10)
    hiring, password = Hiring(at), make_password(PASSWORD)
    hiring.count = 5000
    keys = Enterprise.objects.filter(is_key=True).select_related("unit").order_by("unit__path", "pk")
    # The city that the accounts on show belong to comes first.
    for number, site in enumerate(sorted(keys, key=lambda one: SHOWN not in one.unit.name), start=1):
        owner = User.objects.create(
            username=f"qiye{number}",
            name=hiring.name(),
            phone=f"138{number:08d}",
            post="环保负责人",
            password=password,
            must_change_password=False,
            created_at=at,
        )
        Grant.objects.create(
            user=owner,
            role=Role.ENTERPRISE,
            kind=Grant.Kind.ENTERPRISE,
            subject_id=site.pk,
            valid_from=hiring.since,
            granted_at=at,
            reason="演示数据",
        )
        story.owners[site.pk] = owner
