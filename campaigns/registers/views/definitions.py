"""Writing, checking and reading the definitions of registers."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import require_somewhere
from campaigns.models import RegisterVersion
from campaigns.registers import services
from campaigns.registers.files import BadRegister
from campaigns.registers.views.frame import person
from campaigns.views.library import number, yaml_response
from core import clock
from core.refusals import Refused

WRITE = "blueprint.write"
PASTED = "粘贴的内容"
LARGEST = 100_000


class DefineForm(forms.Form):
    text = forms.CharField(
        label="登记簿内容（YAML）",
        strip=False,
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": 24, "class": "code", "spellcheck": "false"}),
    )
    change = forms.CharField(
        label="这一版改了什么、依据什么文件", required=False, max_length=200, help_text="保存时必填，记入操作日志。"
    )


@login_required
@require_GET
def register_define_list(request: HttpRequest) -> HttpResponse:
    require_somewhere(person(request), WRITE)
    rows = services.current().select_related("written_by")
    crumbs = [("登记簿", reverse("campaigns:register_menu")), ("登记簿定义", "")]
    return render(request, "campaigns/registers/define_list.html", {"rows": rows, "crumbs": crumbs})


@login_required
@require_GET
def register_define_export(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(person(request), WRITE)
    row = get_object_or_404(RegisterVersion, pk=pk)
    return yaml_response(row.text, f"{row.key}-{row.version}.yaml")


@login_required
@require_http_methods(["GET", "POST"])
def register_define(request: HttpRequest) -> HttpResponse:
    """检查 names the lines that are wrong and keeps nothing, 保存 keeps the next version."""
    require_somewhere(person(request), WRITE)
    form = DefineForm(request.POST or None)
    if request.method != "POST":
        row = RegisterVersion.objects.filter(pk=number(request.GET.get("from", ""))).first()
        form.initial["text"] = row.text if row else ""
        return define_page(request, form)
    if not form.is_valid():
        return define_page(request, form, status=422)
    text, change = form.cleaned_data["text"].replace("\r\n", "\n"), form.cleaned_data["change"]
    try:
        if request.POST.get("do") == "save":
            kept = services.write_register(text, PASTED, change=change, actor=person(request), at=clock.now())
            messages.success(request, f"已保存为“{kept}”。新的登记用这一版，已有的登记不变。")
            return redirect("campaigns:register_define_list")
        found = services.check_text(text, PASTED)
    except BadRegister as bad:
        return define_page(request, form, status=422, faults=[error.partition(":")[2] for error in bad.errors])
    except Refused as refusal:
        form.add_error(refusal.field or None, refusal.message)
        return define_page(request, form, status=422)
    return define_page(request, form, checked=found)


def define_page(request: HttpRequest, form: DefineForm, *, status: int = 200, **more: Any) -> HttpResponse:
    crumbs = [
        ("登记簿", reverse("campaigns:register_menu")),
        ("登记簿定义", reverse("campaigns:register_define_list")),
        ("编写", ""),
    ]
    if "faults" in more:
        more["faults"] = [dict(zip(("line", "said"), error.split(":", 1), strict=True)) for error in more["faults"]]
    return render(
        request, "campaigns/registers/define_form.html", {"form": form, "crumbs": crumbs, **more}, status=status
    )
