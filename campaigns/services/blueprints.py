"""Loading and writing blueprints: changed content is the next version, and no version is ever overwritten."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from accounts.models import User
from campaigns import blueprint_files
from campaigns.blueprint_faults import Fault
from campaigns.blueprint_files import BadBlueprint
from campaigns.models import BlueprintVersion, ListItem, RegisterVersion, SharedList
from campaigns.registers.files import shipped_keys
from campaigns.services.bases import keep_bases
from core import audit, locks
from core.form_engine.services import publish_definition
from core.models import FormDefinition
from core.refusals import Refused

Definitions = Mapping[str, Mapping[str, Any]]


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


def load_blueprints(*, at: datetime, root: Path = blueprint_files.ROOT, only: Collection[str] = ()) -> Loaded:
    """Load every file under `root`, or the blueprints named in `only`.

    All of it or, when one file is bad (BadBlueprint names file and line), nothing.
    """
    shared = [blueprint_files.read_shared(path) for path in sorted((root / "shared").glob("*.yaml"))]
    folders = sorted(path.parent for path in root.glob("*/blueprint.yaml"))
    chosen = [folder for folder in folders if not only or folder.name in only]
    blueprints = [blueprint_files.read_blueprint(folder) for folder in chosen]
    loaded = Loaded()
    with transaction.atomic():
        locks.hold("blueprints")
        for data in shared:
            for kind, content in data["lists"].items():
                row, created = keep_list(data["key"], kind, content, at)
                loaded.note(created, f"{row.title}（{row.key} 第{row.version}版）")
        # Those that bring forms first: others may use them.
        for data, forms in sorted(blueprints, key=lambda read: not read[1]):
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
    data: Mapping[str, Any], forms: Definitions, at: datetime, *, actor: User | None = None, change: str = ""
) -> tuple[BlueprintVersion, bool]:
    """The newest version if it has this very content (forms included), else the next one."""
    for definition in forms.values():
        publish_definition(definition, at)
    if said := [sentence for _, sentence in held_faults(data)]:
        raise BadBlueprint([f"{data['name']}: {sentence}" for sentence in said])
    kept = {**data, "forms": [_with_version(form, forms.get(form["purpose"])) for form in data["forms"]]}
    digest = audit.digest_of(kept)
    newest = newest_version(data["name"])
    if newest is not None and newest.digest == digest:
        return newest, False
    version = newest.version + 1 if newest else 1
    row = BlueprintVersion.objects.create(
        name=data["name"],
        version=version,
        title=data["title"],
        data=kept,
        digest=digest,
        loaded_at=at,
        written_by=actor,
        change=change,
    )
    keep_bases(kept, at)
    after = {"digest": digest, "version": version}
    if actor is None:
        audit.record("campaigns.blueprint.load", row, actor=None, at=at, after=after)
    else:
        audit.record("campaigns.blueprint.write", row, actor=actor, at=at, reason=change, after=after)
    return row, True


def newest_version(name: str) -> BlueprintVersion | None:
    return BlueprintVersion.objects.filter(name=name).order_by("-version").first()


def newest_definition(key: str) -> FormDefinition | None:
    return FormDefinition.objects.filter(key=key).order_by("-version").first()


def _with_version(form: Mapping[str, Any], definition: Mapping[str, Any] | None) -> dict[str, Any]:
    """The form with the version of its definition, which from now on never changes."""
    held = newest_definition(definition["key"] if definition else form["definition"])
    assert held is not None
    said = {key: value for key, value in form.items() if key not in {"file", "definition"}}
    return {"title": held.title, **said, "key": held.key, "version": held.version, "digest": held.digest}


def held_faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    """What only the platform can know: forms and lists that it does not hold, and what a superior's plan requires."""
    for index, form in enumerate(data.get("forms", [])):
        if "definition" in form and newest_definition(form["definition"]) is None:
            yield ("forms", index, "definition"), f"平台没有表单「{form['definition']}」"
    held = shipped_keys() | set(RegisterVersion.objects.filter(retired_at=None).values_list("key", flat=True))
    for index, register in enumerate(data.get("registers", [])):
        for place, key in enumerate(register.get("platform", [])):
            if key not in held:
                yield ("registers", index, "platform", place), f"平台没有登记簿「{key}」"
    for where, rows in (("dues",), data.get("dues", [])), (("plan", "rows"), data.get("plan", {}).get("rows", [])):
        for index, row in enumerate(rows):
            if "register" in row and row["register"]["key"] not in held:
                yield (*where, index, "register"), f"平台没有登记簿「{row['register']['key']}」"
    lists = data.get("lists")
    if lists and not SharedList.objects.filter(key=lists["key"]).exists():
        yield ("lists", "key"), f"平台没有共享台账选项「{lists['key']}」"
    if "inherits" in data:
        yield from _inherited(data)


def _inherited(data: Mapping[str, Any]) -> Iterator[Fault]:
    """A plan below may change dates and add; what the superior's plan requires stays (HN-47)."""
    above = newest_version(data["inherits"])
    if above is None or data["inherits"] == data["name"]:
        yield ("inherits",), f"没有名为「{data['inherits']}」的上级方案模板"
        return
    kept = {phase["key"] for phase in data["phases"]}
    for phase in above.data["phases"]:
        if phase.get("required", True) and phase["key"] not in kept:
            yield ("phases",), f"不能删去上级方案的“{phase['name']}”阶段（{phase['key']}）"
    own = {form["purpose"]: form for form in data.get("forms", [])}
    for form in above.data.get("forms", []):
        if form["purpose"] not in own:
            yield ("forms",), f"不能删去上级方案的表单“{form['title']}”（{form['purpose']}）"
        elif lost := lost_items(form, own[form["purpose"]]):
            yield ("forms",), f"表单“{form['title']}”不能删去必备检查项：{'、'.join(lost)}"


def lost_items(above: Mapping[str, Any], own: Mapping[str, Any]) -> list[str]:
    """Items of the superior's form that the form below has not."""
    required = FormDefinition.objects.get(key=above["key"], version=above["version"])
    held = newest_definition(own.get("definition") or own.get("key", ""))
    items = items_of(held) if held else {}
    return [title for place, title in items_of(required).items() if place not in items]


def items_of(definition: FormDefinition) -> dict[tuple[str, str], str]:
    return {
        (section["key"], item["key"]): item["title"]
        for section in definition.data["sections"]
        for item in section["items"]
    }


def check_text(text: str, name: str) -> dict[str, Any]:
    """The blueprint that somebody wrote, whole; BadBlueprint names every line that is wrong. Writes nothing."""
    return blueprint_files.read_text(text, name, held_faults)


def write_blueprint(text: str, name: str, *, change: str, actor: User, at: datetime) -> BlueprintVersion:
    """The next version of the blueprint that the text names, by an administrator. Nothing is kept of a bad one."""
    if not change.strip():
        raise Refused("请写明这一版改了什么、依据什么文件。", field="change", status=422)
    data = check_text(text, name)
    with transaction.atomic():
        locks.hold("blueprints")
        row, created = keep_blueprint(data, {}, at, actor=actor, change=change.strip()[:200])
    if not created:
        raise Refused(f"内容与“{row}”完全相同，没有新的版本。", field="text", status=409)
    return row
