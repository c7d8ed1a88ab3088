"""What people type into a register: a form made of its fields; the engine judges, this only reads and shows."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Unit, User
from campaigns.models import RegisterEntry, RegisterVersion
from campaigns.registers.rules import Data, fields_at
from campaigns.registers.services.checks import judged, sites_for
from campaigns.registers.services.rights import Places
from core.files import store
from core.form_engine.evidence import own_recent
from core.models import EvidenceUpload, StoredFile
from core.references import kind_of
from core.refusals import Refused
from core.widgets import DateInput
from enterprises.rules.industries import INDUSTRIES

SEVERAL = re.compile(r"[、,，;；\n]+")
NAMED = re.compile(r"(?P<name>[^（(]+?)\s*(?:[（(](?P<unit>[^）)]+)[）)])?")
FEW = 4
BLANK_ROWS = 3
CANDIDATES = 5


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several attachments; what was sent with a form that was refused is kept and need not be chosen again."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        return data


class RowsInput(forms.Widget):
    """A small table: the rows there are, and some blank ones."""

    template_name = "campaigns/registers/_rows.html"

    def __init__(self, columns: list[dict[str, Any]]) -> None:
        super().__init__()
        self.columns = columns

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = list(value or [])
        rows += [{} for _ in range(BLANK_ROWS if len(rows) else BLANK_ROWS + 1)]
        context["columns"] = self.columns
        context["lines"] = [
            [(f"{name}-{index}-{column['key']}", column, row.get(column["key"], "")) for column in self.columns]
            for index, row in enumerate(rows)
        ]
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        rows = []
        for index in range(200):
            cells = {c["key"]: data.get(f"{name}-{index}-{c['key']}") for c in self.columns}
            if all(cell is None for cell in cells.values()):
                break
            rows.append({key: cell for key, cell in cells.items() if cell and cell.strip()})
        return [row for row in rows if row]


class OfferedInput(forms.TextInput):
    """A number, typed or chosen from those that the person is likely to mean."""

    template_name = "campaigns/registers/_offered.html"

    def __init__(self, offers: list[tuple[str, str]]) -> None:
        super().__init__()
        self.offers = offers

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {"list": f"offers-{name}", "autocomplete": "off"}
        return {**context, "offers": self.offers}


def offered(field: Data, user: User) -> list[tuple[str, str]]:
    kinds = [kind for key in field["kinds"] if (kind := kind_of(key))]
    return [one for kind in kinds for one in kind.offer(user)]


class ValuesForm(forms.Form):
    """The fields of one action of a register."""

    def __init__(
        self, data: Any, files: Any, *, register: Data, action: str, user: User, entry: Any, home: Unit | None
    ) -> None:
        super().__init__(data, files)
        self.user, self.entry, self.home = user, entry, home
        self.register, self.action = register, action
        self.at: datetime | None = None
        self.asked = fields_at(register, action)
        self.kept: dict[str, list[StoredFile]] = {}
        self.unkept: list[tuple[str, str]] = []
        for field in self.asked:
            self.fields[field["key"]] = control(field, only_when(field, self.asked))
            if field["type"] == "reference":
                self.fields[field["key"]].widget = OfferedInput(offered(field, user))
            if entry is not None and data is None:
                self.fields[field["key"]].initial = shown_again(entry, field)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name, said in self.unkept:
            self.add_error(name, said)
        for field in self.asked:
            reader = READERS.get(field["type"])
            if reader is not None and field["key"] in given:
                try:
                    given[field["key"]] = reader(self, field, given[field["key"]])
                except ValidationError as error:
                    self.add_error(field["key"], error)
        self.judge()
        return given

    def judge(self) -> None:
        """What the register asks of the fields is said in the same round as what could not be read."""
        if self.at is None or not self.errors:
            return
        try:
            judged(self.register, self.action, self.values(), self.at)
        except Refused as refusal:
            for place, said in refusal.errors.items():
                if place in self.fields and place not in self.errors:
                    self.add_error(place, said)

    def values(self) -> dict[str, Any]:
        keys = {field["key"] for field in self.asked}
        return {key: value for key, value in self.cleaned_data.items() if key in keys}

    def refuse(self, refusal: Refused) -> None:
        """Every sentence at its field; what belongs to none on top."""
        for place, said in refusal.errors.items():
            for sentence in said:
                self.add_error(place if place in self.fields else None, sentence)
        if not refusal.errors:
            self.add_error(None, refusal.message)

    def held(self, at: Any) -> None:
        """Keep what was chosen now; call before is_valid, outside the transaction of the filing."""
        self.at = at
        for field in self.asked:
            if field["type"] == "files":
                self.kept[field["key"]] = held_files(self, field["key"], at)


class EntryForm(ValuesForm):
    """A new entry: first which campaign and unit it belongs to, where there is a choice."""

    def __init__(
        self, data: Any, files: Any, *, version: RegisterVersion, places: Places, user: User, wanted: Mapping[str, str]
    ) -> None:
        super().__init__(data, files, register=version.data, action="create", user=user, entry=None, home=user.unit)
        own = {field: self.fields[field] for field in list(self.fields)}
        self.fields.clear()
        if not version.is_standing:
            choices = [(row.pk, row.title) for row in places.campaigns]
            self.fields["campaign"] = forms.TypedChoiceField(label="专项行动", choices=choices, coerce=int)
        if places.units.exists():
            self.fields["filing_unit"] = forms.ModelChoiceField(
                label="登记单位", queryset=places.units, empty_label=None, initial=user.unit_id
            )
        elif places.enterprises.exists():
            self.fields["filing_site"] = forms.ModelChoiceField(
                label="排污单位", queryset=places.enterprises, empty_label=None
            )
            own = {key: shown for key, shown in own.items() if key not in sites_in(version.data)}
        self.fields.update(own)
        for name, value in wanted.items():
            if name in self.fields:
                self.fields[name].initial = value


def sites_in(data: Data) -> set[str]:
    return {field["key"] for field in data["fields"] if field["type"] == "enterprise"}


def only_when(field: Data, asked: list[dict[str, Any]]) -> str:
    """When a field is to be filled, in words: what is typed in one that is not asked for is dropped."""
    condition = field.get("when")
    if not isinstance(condition, Mapping) or set(condition) != {"field", "in"}:
        return ""
    other = next((one for one in asked if one["key"] == condition["field"]), None)
    if other is None:
        return ""
    labels = {option["value"]: option["label"] for option in other.get("options", [])}
    said = "、".join(f"“{labels.get(value, value)}”" for value in condition["in"])
    return f"仅在“{other['label']}”为{said}时填写。"


def control(field: Data, said: str = "") -> forms.Field:
    """The form field that shows one field of a register."""
    required = field.get("required") is True and "when" not in field
    common: dict[str, Any] = {
        "label": field["label"],
        "required": required,
        "help_text": f"{said} {help_of(field)}".strip(),
    }
    kind = field["type"]
    options = [(one["value"], one["label"]) for one in field.get("options", [])]
    if kind in {"choice", "yesno"} and len(options) <= FEW:
        return forms.ChoiceField(
            choices=options, widget=forms.RadioSelect(attrs={"class": "choices choices-row"}), **common
        )
    if kind == "industry":
        options = [(name, name) for name in INDUSTRIES]
    if kind in {"choice", "industry"}:
        return forms.ChoiceField(choices=[("", "请选择"), *options], **common)
    if kind == "choices":
        boxes = forms.CheckboxSelectMultiple(attrs={"class": "choices choices-row"})
        return forms.MultipleChoiceField(choices=options, widget=boxes, **common)
    if kind == "unit":
        units = Unit.objects.filter(closed_on=None).order_by("path")
        return forms.ModelChoiceField(queryset=units, empty_label="请选择", **common)
    if kind == "files":
        return FilesField(**common)
    if kind == "list":
        return forms.Field(widget=RowsInput(field["columns"]), **common)
    return forms.CharField(widget=widget_of(kind, field), max_length=4000, **common)


def widget_of(kind: str, field: Data) -> forms.Widget:
    if kind == "date":
        return DateInput()
    if kind == "number":
        return forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.Textarea(attrs={"rows": 4}) if kind == "longtext" else forms.TextInput()


def help_of(field: Data) -> str:
    said = [field.get("hint", "")]
    if field["type"] == "enterprise":
        said.append("填写企业全称或统一社会信用代码。")
    if field["type"] in {"person", "persons"}:
        said.append(
            "填写姓名，同名的写成“姓名（单位）”" + ("，多人用顿号隔开。" if field["type"] == "persons" else "。")
        )
    if field["type"] == "reference":
        kinds = [kind for key in field["kinds"] if (kind := kind_of(key))]
        said.append("；".join(f"{kind.title}：从列出的选，或填编号，如 {kind.example}" for kind in kinds))
    if field.get("unit"):
        said.append(f"单位：{field['unit']}")
    return " ".join(filter(None, said))


def shown_again(entry: RegisterEntry, field: Data) -> Any:
    """What a correction begins with."""
    value = entry.values.get(field["key"])
    if field["type"] == "enterprise":
        return entry.enterprise.name if value and entry.enterprise else ""
    if field["type"] in {"person", "persons"}:
        rows = entry.people.filter(field=field["key"]).select_related("user__unit")
        return "、".join(
            f"{row.user.name}（{row.user.unit.short_name}）" if row.user.unit else row.user.name for row in rows
        )
    return value


def read_site(form: ValuesForm, field: Data, typed: str) -> str:
    """The key of the enterprise that is meant: by code, by whole name, or the only one that the words find."""
    if not typed:
        return ""
    rows = sites_for(form.user)
    exact = list(rows.filter(name=typed)[:2]) or list(rows.filter(entity__uscc=typed.upper())[:2])
    found = exact or list(rows.searched(typed).order_by("sort_key")[: CANDIDATES + 1])
    if len(found) == 1:
        return str(found[0].pk)
    if not found:
        raise ValidationError(f"没有找到“{typed}”，请填写企业全称或统一社会信用代码。")
    names = "、".join(site.name for site in found[:CANDIDATES])
    raise ValidationError(f"“{typed}”对应不止一家：{names}{'等' if len(found) > CANDIDATES else ''}，请填写全称。")


def read_person(form: ValuesForm, field: Data, typed: str) -> str:
    return str(person_named(form, typed).pk) if typed else ""


def read_people(form: ValuesForm, field: Data, typed: str) -> list[str]:
    names = [name.strip() for name in SEVERAL.split(typed) if name.strip()]
    return [str(person_named(form, name).pk) for name in dict.fromkeys(names)]


def person_named(form: ValuesForm, typed: str) -> User:
    """Who is meant, among the people of the same province."""
    said = NAMED.fullmatch(typed)
    name, unit = (said["name"], said["unit"]) if said else (typed, None)
    rows = User.objects.filter(name=name, is_active=True, unit__isnull=False).select_related("unit")
    if form.home is not None:
        rows = rows.filter(unit__path__startswith="/" + form.home.path.split("/")[1] + "/")
    found = [row for row in rows if not unit or unit in {row.unit.short_name, row.unit.name}]  # type: ignore[union-attr]
    if not found:
        raise ValidationError(f"没有找到“{typed}”，请核对姓名和单位。")
    if len(found) > 1 and form.home is not None:
        found = nearest(found, form.home.path)
    if len(found) > 1:
        places = "、".join(f"{row.name}（{row.unit.short_name}）" for row in found[:CANDIDATES] if row.unit)
        raise ValidationError(f"“{typed}”有同名人员：{places}，请写明单位。")
    return found[0]


def nearest(people: list[User], home: str) -> list[User]:
    """Of several of one name those of one's own unit, else of the nearest unit above that has any."""
    while home.count("/") > 1:
        near = [row for row in people if row.unit is not None and row.unit.path.startswith(home)]
        if near:
            return near
        home = home.rstrip("/").rpartition("/")[0] + "/"
    return people


def read_unit(form: ValuesForm, field: Data, unit: Unit | None) -> str:
    return str(unit.pk) if unit else ""


def read_files(form: ValuesForm, field: Data, given: Any) -> list[str]:
    return [row.sha256 for row in form.kept.get(field["key"], [])]


READERS: Mapping[str, Any] = {
    "enterprise": read_site,
    "person": read_person,
    "persons": read_people,
    "unit": read_unit,
    "files": read_files,
}


def held_files(form: ValuesForm, name: str, at: Any) -> list[StoredFile]:
    """Newly chosen files, stored for their sender, and those that the page says were kept before."""
    before = form.data.getlist(f"{name}-kept") if hasattr(form.data, "getlist") else []
    rows = [row for one in before if (row := own_recent(form.user, one, at) or attached(form.entry, one))]
    for upload in form.files.getlist(name) if hasattr(form.files, "getlist") else []:
        try:
            row = store(upload, name=upload.name or "附件", by=form.user, at=at, kind="attachment")
        except Refused as refusal:
            form.unkept.append((name, refusal.message))
            continue
        EvidenceUpload.objects.update_or_create(sha256=row.sha256, user=form.user, defaults={"uploaded_at": at})
        rows.append(row)
    return rows


def attached(entry: RegisterEntry | None, sha256: str) -> StoredFile | None:
    if entry is None:
        return None
    row = entry.files.filter(file__sha256=sha256).select_related("file").first()
    return row.file if row else None
