"""Loading blueprints and shared lists: a changed file is the next version, and no version is ever overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from campaigns import blueprint_files
from campaigns.models import BlueprintVersion, ListItem, SharedList
from core import audit, locks
from core.form_engine import definitions
from core.form_engine.services import publish_definition


@dataclass
class Loaded:
    """What a run of the loader found: sentences about new versions, and how many files were known already."""

    new: list[str] = field(default_factory=list)
    known: int = 0

    def note(self, created: object, sentence: str) -> None:
        if created:
            self.new.append(sentence)
        else:
            self.known += 1


def load_blueprints(*, at: datetime, root: Path = blueprint_files.ROOT) -> Loaded:
    """Load every file under `root`. All of it or, when one file is bad (BadBlueprint names file and line), nothing."""
    shared = [blueprint_files.read_shared(path) for path in sorted((root / "shared").glob("*.yaml"))]
    folders = sorted(path.parent for path in root.glob("*/blueprint.yaml"))
    blueprints = [blueprint_files.read_blueprint(folder) for folder in folders]
    loaded = Loaded()
    with transaction.atomic():
        locks.hold("blueprints")
        for data in shared:
            for kind, content in data["lists"].items():
                row, created = keep_list(data["key"], kind, content, at)
                loaded.note(created, f"{row.title}（{row.key} 第{row.version}版）")
        for data, forms in blueprints:
            version, created = keep_blueprint(data, forms, at)
            loaded.note(created, str(version))
    return loaded


def keep_list(key: str, kind: str, content: Mapping[str, Any], at: datetime) -> tuple[SharedList, bool]:
    """The newest version if it has this very content, else the next one."""
    digest = audit.digest_of(content)
    newest = SharedList.objects.filter(key=key, kind=kind).order_by("-version").first()
    if newest is not None and newest.digest == digest:
        return newest, False
    row = SharedList.objects.create(
        key=key,
        kind=kind,
        version=newest.version + 1 if newest else 1,
        title=content["title"],
        source=content["source"],
        digest=digest,
        loaded_at=at,
    )
    ListItem.objects.bulk_create(
        ListItem(shared_list=row, number=item["number"], name=item["name"], short_name=item.get("short", ""))
        for item in content["items"]
    )
    return row, True


def keep_blueprint(
    data: Mapping[str, Any], forms: Mapping[str, Mapping[str, Any]], at: datetime
) -> tuple[BlueprintVersion, bool]:
    """The newest version if it has this very content (forms included), else the next one."""
    kept = {**data, "forms": [_with_version(form, forms[form["purpose"]], at) for form in data["forms"]]}
    digest = audit.digest_of(kept)
    newest = BlueprintVersion.objects.filter(name=data["name"]).order_by("-version").first()
    if newest is not None and newest.digest == digest:
        return newest, False
    version = newest.version + 1 if newest else 1
    row = BlueprintVersion.objects.create(
        name=data["name"], version=version, title=data["title"], data=kept, digest=digest, loaded_at=at
    )
    audit.record("campaigns.blueprint.load", row, actor=None, at=at, after={"digest": digest, "version": version})
    return row, True


def _with_version(form: Mapping[str, Any], definition: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    publish_definition(definition, at)
    return {
        **form,
        "title": definition["title"],
        "key": definition["key"],
        "version": definition["version"],
        "digest": definitions.digest(definition),
    }
