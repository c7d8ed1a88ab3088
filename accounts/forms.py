import unicodedata

from django import forms

from accounts.models import Region, Unit, User
from accounts.rules import BY_GROUP, ROLE_LABELS, Role
from core.models import ChatRobot, MailChoice


def day_input() -> forms.DateInput:
    """The browser's own date field; it reads and writes ISO dates whatever the locale."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class PersonChoice(forms.ModelChoiceField[User]):
    """One person, by name, unit and post."""

    def label_from_instance(self, obj: User) -> str:
        return person_label(obj)


class PeopleChoice(forms.ModelMultipleChoiceField[User]):
    """Several people, by name, unit and post."""

    def label_from_instance(self, obj: User) -> str:
        return person_label(obj)


def person_label(person: User) -> str:
    unit = person.unit.short_name if person.unit else ""
    return f"{person.name} · {unit} {person.post}".strip() + ("" if person.is_active else "（已停用）")


class PhoneField(forms.RegexField):
    """A number as people type it: full-width digits and blanks are read as meant."""

    def to_python(self, value: object) -> str:
        return "".join(unicodedata.normalize("NFKC", super().to_python(value) or "").split())


class LoginForm(forms.Form):
    username = forms.CharField(
        label="账号", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label="密码", max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class PasswordForm(forms.Form):
    old = forms.CharField(label="原密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    new = forms.CharField(
        label="新密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="至少 10 个字符，包含小写字母、大写字母、数字、符号中的至少两种。",
    )
    again = forms.CharField(label="再次输入新密码", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("new"):
            raise forms.ValidationError("两次输入的新密码不一致。")
        return again


class PersonForm(forms.Form):
    username = forms.CharField(label="账号", max_length=60, help_text="一般用手机号或工号，建立后不能修改。")
    name = forms.CharField(label="姓名", max_length=40)
    unit = forms.ModelChoiceField(label="所在机构", queryset=Unit.objects.none(), empty_label="请选择")
    post = forms.CharField(label="职务", max_length=40, required=False)
    phone = PhoneField(
        r"^(1\d{10}|0\d{2,3}-?\d{7,8})$",
        label="手机",
        required=False,
        error_messages={"invalid": "请填写 11 位手机号，或带区号的座机号。"},
    )
    email = forms.EmailField(label="邮箱", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choice = self.fields["unit"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Unit.objects.filter(closed_on=None)


class GrantForm(forms.Form):
    role = forms.ChoiceField(
        label="角色",
        choices=[(str(r), label) for r, label in ROLE_LABELS.items() if r not in {Role.ENTERPRISE, *BY_GROUP}],
    )
    unit = forms.ModelChoiceField(
        label="授权范围（机构及其下级）",
        queryset=Unit.objects.none(),
        required=False,
        empty_label="管理员角色不选",
    )
    valid_from = forms.DateField(label="生效日期", widget=day_input())
    valid_to = forms.DateField(label="终止日期", required=False, widget=day_input())
    reason = forms.CharField(label="授权依据", max_length=200)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choice = self.fields["unit"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Unit.objects.filter(closed_on=None)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200)


class CertificateForm(forms.Form):
    number = forms.CharField(label="执法证号", max_length=40)
    issued_by = forms.CharField(label="发证机关", max_length=60, required=False)
    valid_from = forms.DateField(label="有效期起", widget=day_input())
    valid_to = forms.DateField(label="有效期止", widget=day_input())


class UnitForm(forms.ModelForm[Unit]):
    regions = forms.ModelMultipleChoiceField(
        label="辖区（可以没有，可以多个）",
        queryset=Region.objects.filter(level__in=["city", "county"]),
        required=False,
        help_text="机构不等于行政区划：开发区分局可以不对应任何区划代码。",
    )

    class Meta:
        model = Unit
        fields = ["name", "short_name", "level", "document_mark", "address", "phone", "regions"]
        labels = {
            "name": "机构全称",
            "short_name": "简称",
            "level": "层级",
            "document_mark": "机关代字",
            "address": "地址",
            "phone": "电话",
        }


class RobotForm(forms.Form):
    """The robot of a unit's chat group. The address is typed anew every time: it is never sent back to the browser."""

    kind = forms.ChoiceField(label="平台", choices=[("", "请选择"), *ChatRobot.Kind.choices])
    url = forms.CharField(
        label="机器人地址",
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="在群设置里添加自定义机器人后得到的网址。安全设置选“自定义关键词”：一体化执法行动平台。",
    )


class MailChoiceForm(forms.Form):
    reminders = forms.BooleanField(label="到期提醒：每天上午汇总成一封", required=False)
    events = forms.ChoiceField(
        label="办理消息（退回、复核、催报等）", choices=MailChoice.Events.choices, widget=forms.RadioSelect
    )
