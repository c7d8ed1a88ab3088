"""Entries of registers for the permission matrix, all of county A."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.models import Campaign, RegisterEntry, RegisterFile, RegisterPerson, RegisterVersion
from campaigns.registers import services
from campaigns.registers.services.filing import Filing
from campaigns.services import clauses, signals
from core import clock
from core.files import store
from tests.cast import Cast

TRAINING = {
    "subject": "现场执法程序",
    "kind": "执法培训",
    "held_on": "2020-06-01",
    "hours": 4,
    "audience": "全体执法人员",
    "head_count": 12,
}
HELP = {"subject": "企业拒绝开门", "kind": "企业不配合", "detail": "拒绝进入。"}


@dataclass
class Entries:
    help: RegisterEntry
    training: RegisterEntry
    trainee: RegisterPerson
    file: RegisterFile
    version: RegisterVersion


def build(cast: Cast, campaign: Campaign, at: datetime) -> Entries:
    services.load_registers(at=at, only=["field_help", "training", "interview", "integrity_lead"])
    # The plan of Henan orders no call-backs; here it does, so that the door of their draw opens.
    orders = next(one for one in campaign.blueprint.data["registers"] if "training" in one.get("platform", []))
    orders["platform"] = [*orders["platform"], "interview"]
    campaign.blueprint.save(update_fields=["data"])
    signals.publish(campaign, cast.county_a, signals.Said("hotgrid", "网格报警"), actor=cast.officer_a, at=at)
    said = clauses.Written("六不准", "示例文", "不准接受宴请。", clock.day_of(at))
    clauses.publish(cast.city, said, actor=cast.officer_city, at=at)
    version = services.version_of("training")
    help_version = services.version_of("field_help")
    assert version is not None
    assert help_version is not None
    asked = services.file_entry(help_version, Filing(cast.county_a, HELP, campaign), actor=cast.inspector_a, at=at)
    held = services.file_entry(
        version,
        Filing(cast.county_a, TRAINING | {"trainees": [str(cast.officer_a.pk)]}, campaign),
        actor=cast.officer_a,
        at=at,
    )
    paper = store(b"%PDF-1.4 courseware", name="课件.pdf", by=cast.officer_a, at=at)
    kept = RegisterFile.objects.create(entry=held, field="courseware", file=paper, name="课件.pdf")
    return Entries(asked, held, held.people.get(), kept, version)
