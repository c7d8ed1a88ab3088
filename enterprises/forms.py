"""What people type about enterprises. Fields are read here; whether they may stand is the services' word."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from accounts.forms import PhoneField
from accounts.gate import Scope
from accounts.models import Region, Unit
from core.sheets import Column
from core.sheets.parsing import parse_latitude, parse_longitude
from core.widgets import DateInput
from enterprises.models import Enterprise, Permit
from enterprises.rules.coordinates import examine_place
from enterprises.rules.industries import NUMBERED, PLACE_KINDS
from enterprises.rules.searching import tidy
from enterprises.services.facts import SITE_LABELS, Facts
from enterprises.states import SiteState

YES_NO = [("yes", "是"), ("no", "否")]
CODE_INPUT = forms.TextInput(attrs={"class": "code-input", "autocomplete": "off", "spellcheck": "false"})


def under(lookup: str, paths: tuple[str, ...]) -> Q:
    """Rows whose unit path begins with one of the paths."""
    found = Q(pk__in=[])
    for path in paths:
        found |= Q(**{f"{lookup}__startswith": path})
    return found


def units_in(scope: Scope) -> QuerySet[Unit]:
    return Unit.objects.filter(under("path", scope.paths), closed_on=None)


def regions_in(scope: Scope) -> QuerySet[Region]:
    """The counties that the scope's units have, and their neighbours of the same city."""
    own = Region.objects.filter(units__in=units_in(scope))
    return Region.objects.filter(level="county").filter(
        Q(pk__in=own.values("pk")) | Q(parent__in=own.filter(level="county").values("parent")) | Q(parent__in=own)
    )


class YesNo(forms.TypedChoiceField):
    """是 or 否, large enough to tap."""

    def __init__(self, label: str, *, required: bool = True, help_text: str = "") -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            choices=YES_NO,
            coerce=lambda value: value == "yes",
            empty_value=None,
            widget=forms.RadioSelect(attrs={"class": "choices choices-row"}),
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class Degrees(forms.CharField):
    """Decimal degrees or degrees, minutes and seconds, as the sheet reads them."""

    def __init__(self, label: str, kind: str) -> None:
        super().__init__(label=label, max_length=40, help_text="十进制度（如 114.012345）或度分秒（如 114°00′44.4″）")
        self.kind = kind

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        parse = parse_longitude if self.kind == "longitude" else parse_latitude
        try:
            return parse(Column(self.kind, str(self.label)), text, text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class SiteForm(forms.Form):
    """One site, to register or to edit."""

    name = forms.CharField(label="企业名称", max_length=120)
    uscc = forms.CharField(
        label="统一社会信用代码",
        max_length=24,
        required=False,
        widget=CODE_INPUT,
        help_text="18 位；工地、堆场等没有代码的不填，改填场所类型。",
    )
    place_kind = forms.ChoiceField(
        label="场所类型", required=False, choices=[("", "企业（有代码）"), *((kind, kind) for kind in PLACE_KINDS)]
    )
    override_reason = forms.CharField(
        label="校验位不符仍采用的理由", max_length=200, required=False, help_text="仅当营业执照上确为此代码时填写。"
    )
    licence = forms.FileField(
        label="营业执照照片或 PDF", required=False, help_text="校验位不符时必须上传，由另一名工作人员复核。"
    )
    representative = forms.CharField(label="法定代表人", max_length=40, required=False)
    enterprise_type = forms.CharField(label="企业类型", max_length=40, required=False)
    industry = forms.TypedChoiceField(
        label="行业类别", coerce=int, choices=[("", "请选择"), *((n, f"{n}. {name}") for n, name in NUMBERED)]
    )
    industry_text = forms.CharField(label="行业说明", max_length=60, required=False, help_text="选第 22 项时必填。")
    gb4754 = forms.RegexField(
        r"^\d{2,4}$",
        label="国民经济行业代码",
        required=False,
        error_messages={"invalid": "应为 2 至 4 位数字（GB/T 4754）。"},
    )
    region = forms.ModelChoiceField(label="县市区", queryset=Region.objects.none(), empty_label="请选择")
    town = forms.CharField(label="乡镇或开发区", max_length=60)
    address = forms.CharField(label="详细地址", max_length=200, required=False)
    longitude = Degrees("经度", "longitude")
    latitude = Degrees("纬度", "latitude")
    contact_name = forms.CharField(label="环保负责人", max_length=40, required=False)
    contact_phone = forms.CharField(label="联系电话", max_length=20, required=False)
    is_key = YesNo("是否重点排污单位")
    in_yellow_river_basin = YesNo("是否黄河流域")
    is_ultra_low = YesNo("是否超低排放改造的企业", required=False)
    performance_grade = forms.ChoiceField(
        label="是否绩效分级A级或B级企业",
        choices=Enterprise.Grade.choices,
        widget=forms.RadioSelect(attrs={"class": "choices choices-row"}),
    )
    self_accepted_since_2019 = YesNo("是否2019年以来自主验收", required=False)

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["region"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = regions_in(scope)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        longitude, latitude, region = (cleaned.get(key) for key in ("longitude", "latitude", "region"))
        if longitude is not None and latitude is not None:
            verdict = examine_place(longitude, latitude, region.code[:2] if region else "")
            if verdict.error or verdict.warning:
                self.add_error("longitude", verdict.error or verdict.warning)
        return cleaned

    def facts(self) -> Facts:
        """The form as a statement; text left empty is stated as empty."""
        data = self.cleaned_data
        stated = {name: data[name] for name in (*SITE_LABELS, "representative") if name in data}
        return Facts(name=tidy(data["name"]), uscc=data["uscc"].strip(), region_id=data["region"].pk, **stated)


class RegisterForm(SiteForm):
    """A new site, with its unit, its permit and, after a look, its namesakes."""

    site_number = forms.IntegerField(
        label="厂址序号",
        required=False,
        min_value=1,
        max_value=999,
        help_text="同一代码有几处厂址的填写，只有一处的不填。",
    )
    unit = forms.ModelChoiceField(label="监管单位", queryset=Unit.objects.none(), empty_label=None)
    permit = forms.CharField(label="排污许可证（登记）编号", max_length=30, required=False, widget=CODE_INPUT)
    management = forms.ChoiceField(
        label="管理类别", required=False, choices=[("", "未确定"), *Permit.Management.choices]
    )
    permit_valid_to = forms.DateField(label="许可证有效期至", required=False, widget=DateInput())
    namesakes_checked = forms.BooleanField(
        label="已核对：与同名单位不是同一家", required=False, help_text="系统提示有同名单位时勾选。"
    )

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(scope, *args, **kwargs)
        choice = self.fields["unit"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = units_in(scope)

    def facts(self) -> Facts:
        found, data = super().facts(), self.cleaned_data
        found.site_number, found.unit_id = data["site_number"], data["unit"].pk
        found.permit, found.management = data["permit"].strip().upper(), data["management"]
        found.permit_valid_to = data["permit_valid_to"]
        return found


class EditForm(SiteForm):
    """A registered site. `seen` is what the person had on the screen."""

    renamed_on = forms.DateField(
        label="名称变更日期", required=False, widget=DateInput(), help_text="名称有变化时填写，不填按今天。"
    )
    seen = forms.CharField(widget=forms.HiddenInput())


class UnitForm(forms.Form):
    unit = forms.ModelChoiceField(label="新的监管单位", queryset=Unit.objects.none(), empty_label="请选择")
    reason = forms.CharField(label="理由", max_length=200)

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["unit"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = units_in(scope)


class PermitForm(forms.Form):
    kind = forms.ChoiceField(label="种类", choices=Permit.Kind.choices)
    number = forms.CharField(label="编号", max_length=60, required=False, widget=CODE_INPUT)
    authority = forms.CharField(label="批准机关", max_length=80, required=False)
    management = forms.ChoiceField(
        label="管理类别", required=False, choices=[("", "不适用或未确定"), *Permit.Management.choices]
    )
    issued_on = forms.DateField(label="批准日期", required=False, widget=DateInput())
    valid_to = forms.DateField(label="有效期至", required=False, widget=DateInput())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        issued, end = cleaned.get("issued_on"), cleaned.get("valid_to")
        if issued and end and end < issued:
            self.add_error("valid_to", "有效期不能早于批准日期。")
        return cleaned


class PositiveForm(forms.Form):
    ground = forms.CharField(label="列入依据", max_length=120, help_text="符合的条件、公示文号等。")
    valid_from = forms.DateField(label="有效期起", widget=DateInput())
    valid_to = forms.DateField(label="有效期止", required=False, widget=DateInput(), help_text="长期有效的不填。")


class RemovalForm(forms.Form):
    on = forms.DateField(label="移出日期", widget=DateInput())
    reason = forms.CharField(label="移出理由", max_length=200, help_text="请一并写明书面告知企业的文号或日期。")


class FilterForm(forms.Form):
    """The list's filters; every value stands in the address."""

    q = forms.CharField(
        label="名称、曾用名或代码",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "至少两个字"}),
    )
    unit = forms.ModelChoiceField(label="监管单位", required=False, queryset=Unit.objects.none(), empty_label="全部")
    industry = forms.TypedChoiceField(
        label="行业", required=False, coerce=int, empty_value=None, choices=[("", "全部"), *NUMBERED]
    )
    key = forms.ChoiceField(label="重点排污单位", required=False, choices=[("", "全部"), *YES_NO])
    positive = forms.ChoiceField(label="正面清单", required=False, choices=[("", "全部"), *YES_NO])
    state = forms.ChoiceField(label="登记状态", required=False, choices=[("", "全部"), *SiteState.choices])

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["unit"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = units_in(scope)


class UploadForm(forms.Form):
    unit = forms.ModelChoiceField(label="名单所属单位", queryset=Unit.objects.none(), empty_label=None)
    file = forms.FileField(
        label="名单文件",
        help_text=".xlsx 或 .csv，不超过 20 MB、20 万行；可以有标题行、多个工作表和多余的列。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": "请选择要导入的名单文件。", "empty": "所选文件是空的（0 字节），请重新选择。"},
    )

    def __init__(self, units: QuerySet[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["unit"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = units


class SlipCodeForm(forms.Form):
    code = forms.CharField(
        label="激活码",
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "code-input", "autocomplete": "off", "spellcheck": "false", "autofocus": True}
        ),
        help_text="激活单上的 12 位字符，不分大小写，横线可以不输。",
        error_messages={"required": "请输入激活单上的 12 位激活码。"},
    )


class AccountForm(forms.Form):
    """A person of an enterprise opens an account."""

    name = forms.CharField(label="姓名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = PhoneField(
        r"^1\d{10}$",
        label="手机号",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        error_messages={"invalid": "请填写 11 位手机号。"},
    )
    username = forms.RegexField(
        r"^[A-Za-z0-9_]{4,30}$",
        label="账号",
        required=False,
        help_text="不填就用手机号。4 至 30 位字母、数字或下划线。",
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
        error_messages={"invalid": "账号应为 4 至 30 位字母、数字或下划线。"},
    )
    password = forms.CharField(
        label="密码",
        max_length=200,
        strip=False,
        help_text="至少 10 个字符，包含小写字母、大写字母、数字、符号中的至少两种。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再次输入密码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", "两次输入的密码不一致。")
        cleaned["username"] = cleaned.get("username") or cleaned.get("phone", "")
        return cleaned


class ResetForm(forms.Form):
    reason = forms.CharField(label="重置理由", max_length=200)
    revoke = forms.BooleanField(label="同时停用现有使用人对本单位的权限", required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200)
