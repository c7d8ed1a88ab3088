"""What people type on the pages of inspections besides the sheets themselves."""

from typing import Any

from django import forms

from core.widgets import DateInput, DayAsked, PhotosField, SignatureField
from inspections.models.visit import OBSTRUCTED
from inspections.rules.selfcheck import LABELS, Standing
from inspections.states import Outcome, VisitState

EVERY = [("", "全部")]


class DeclareForm(forms.Form):
    name = forms.CharField(label="填报人姓名", max_length=40)
    agreed = forms.BooleanField(
        label="本单位承诺：自查情况表所填内容真实、准确、完整，如有隐瞒或虚报，愿意承担相应责任。",
        required=False,
    )
    signature = SignatureField(label="填报人签名", required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class SignForm(forms.Form):
    """One signature, or its refusal. Which fields a role needs is judged by the service."""

    role = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(label="姓名", max_length=40, required=False)
    post = forms.CharField(label="职务", max_length=40, required=False)
    image = SignatureField(label="签名", required=False)
    refused = forms.BooleanField(label="拒绝签名", required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label="拒绝的情况", max_length=200, required=False)
    witness = forms.CharField(label="见证人姓名", max_length=40, required=False)


class EndForm(forms.Form):
    outcome = forms.ChoiceField(
        label="现场情况",
        choices=[
            (Outcome.HALTED, "临时停产，改期检查"),
            (Outcome.GONE, "已搬迁或关停"),
            (Outcome.REFUSED, "拒绝检查"),
        ],
        widget=forms.RadioSelect(),
    )
    note = forms.CharField(
        label="情况说明",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明看到的情况、接待人员和处理经过。",
    )
    new_date = forms.DateField(
        label="改期至",
        required=False,
        widget=DateInput,
        help_text="临时停产的必须填写，平台自动生成新的派单，本次不计为已检查。",
    )
    witness = forms.CharField(label="见证人姓名", max_length=40, required=False, help_text="拒绝检查的必须填写。")
    photos = PhotosField(label="现场照片", required=False)
    late_reason = forms.CharField(
        label="迟报原因", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    lead_signature = SignatureField(label="主办人签名", required=False)
    second_signature = SignatureField(label="协办人签名", required=False)

    def __init__(self, *args: Any, late: str, **kwargs: Any) -> None:
        """`late` is the sentence that asks for the reason, "" on the day of the visit: then nothing is asked."""
        super().__init__(*args, **kwargs)
        self.fields["late_reason"].help_text = late
        if not late:
            del self.fields["late_reason"]


class RecordingForm(forms.Form):
    file = forms.FileField(
        label="录像或录音",
        help_text="MP4、MP3 或 WAV，每个不超过 20 MB；较长的请分段上传。",
        widget=forms.FileInput(attrs={"accept": ".mp4,.m4a,.mp3,.wav"}),
    )
    caption = forms.CharField(label="内容说明", max_length=200, help_text="如：亮证告知、车间巡查、采样过程。")
    late_reason = forms.CharField(
        label="补传原因", max_length=60, required=False, help_text="检查记录提交后补传的，写明为什么当时没有上传。"
    )


class SelfCheckFilter(forms.Form):
    campaign = forms.ChoiceField(label="专项行动", required=False)
    standing = forms.ChoiceField(
        required=False,
        choices=[*EVERY, *((one.value, LABELS[one]) for one in Standing)],
        widget=forms.HiddenInput,
    )
    unit = forms.ChoiceField(label="属地", required=False)
    q = forms.CharField(
        label="企业名称", required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, *args: Any, campaigns: list[tuple[str, str]], units: list[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["campaign"].choices = campaigns  # type: ignore[attr-defined]
        self.fields["unit"].choices = [*EVERY, *units]  # type: ignore[attr-defined]


# The state that no column holds: resistance was reported and is not settled.
OBSTACLE = "obstructed"


class VisitFilter(forms.Form):
    state = forms.ChoiceField(
        label="状态", required=False, choices=[*EVERY, *VisitState.choices, (OBSTACLE, OBSTRUCTED)]
    )
    outcome = forms.ChoiceField(label="结果", required=False, choices=[*EVERY, *Outcome.choices])
    unit = forms.ChoiceField(label="属地", required=False)
    since = DayAsked(label="计划日期自", required=False)
    until = DayAsked(label="至", required=False)
    late = forms.ChoiceField(label="上传", required=False, choices=[*EVERY, ("late", "迟报"), ("in_time", "当日上传")])
    q = forms.CharField(
        label="企业名称", required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [*EVERY, *units]  # type: ignore[attr-defined]
