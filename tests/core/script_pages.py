"""Pages that the tests of static/js drive: the real frames and components around small forms."""

from types import SimpleNamespace

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path

from core import clock
from core.widgets import PhotosField, SignatureField

received: list[dict[str, object]] = []


class Report(forms.Form):
    problem = forms.CharField(label="存在的问题", widget=forms.Textarea)
    gravity = forms.ChoiceField(label="程度", choices=[("1", "一般"), ("2", "重点"), ("3", "重大")])
    told = forms.BooleanField(label="已告知", required=False)
    secret = forms.CharField(label="口令", widget=forms.PasswordInput, required=False)


class Evidence(forms.Form):
    photos = PhotosField(label="照片", required=False)
    signature = SignatureField(label="签名")


FORM = """{% extends "base.html" %}{% block title %}登记问题{% endblock %}
{% block heading %}登记问题{% endblock %}
{% block content %}<form method="post" data-keep="{{ keep }}" id="report" novalidate>{% csrf_token %}{{ form }}
<span data-keep-status></span>
<button class="btn btn-primary" name="press" value="save">保存</button></form>{% endblock %}"""
EVIDENCE = """{% extends "base_field.html" %}{% block title %}取证{% endblock %}{% block heading %}取证{% endblock %}
{% block content %}<form method="post" enctype="multipart/form-data" id="evidence">
{% csrf_token %}{{ form }}</form>{% endblock %}
{% block bottom %}<button class="btn btn-primary" form="evidence">提交</button>{% endblock %}"""
DEEDS = """{% extends "base.html" %}{% load ui %}{% block title %}办理{% endblock %}
{% block heading %}办理{% endblock %}
{% block content %}
<form method="post" action="/deeds" data-confirm="提交后不能修改，确定提交吗？">{% csrf_token %}
<button name="press" value="send" class="btn btn-primary">提交</button></form>
<button class="btn btn-plain" data-dialog="withdraw">撤销</button>
{% include "components/confirm.html" with id="withdraw" title="撤销立案" action="/deeds" label="确认撤销" %}
{% countdown due "距周报截止" %}
<button class="btn btn-plain" hx-post="/fragment" hx-target="#answer">片段</button>
<button class="btn btn-plain" hx-post="/fragment?say=refused" hx-target="#answer">被拒</button>
<button class="btn btn-plain" hx-post="/fragment?say=stale" hx-target="#answer">陈旧</button>
<button class="btn btn-plain" hx-get="/fragment?say=login" hx-target="#answer">过期</button>
<div id="answer">原样</div>
<div class="table-card"><table class="data"><thead>
<tr><th scope="col">单位</th><th scope="col">整改期限</th></tr></thead>
<tbody><tr><th scope="row">漯河示例纸业有限公司</th><td>05-16</td></tr></tbody></table></div>{% endblock %}"""
LOGIN = """{% extends "base_public.html" %}{% block title %}登录{% endblock %}{% block page %}login{% endblock %}
{% block content %}<form method="get" action="/go"><input type="hidden" name="next" value="/deeds">
<button class="btn btn-primary">登录</button></form>{% endblock %}"""


def draw(request: HttpRequest, source: str, **context: object) -> HttpResponse:
    user = SimpleNamespace(pk=request.GET.get("who", "1"), name="示例", is_authenticated=False)
    return HttpResponse(engines["django"].from_string(source).render({"user": user} | context, request))


def form_page(request: HttpRequest) -> HttpResponse:
    """Answers a POST as `?answer=` says: saved, signed out meanwhile, refused, or wrong."""
    answer = request.GET.get("answer", "ok")
    if request.method == "POST":
        received.append(request.POST.dict())
        if answer == "login":
            return HttpResponseRedirect("/login?next=/form")
        if answer == "refused":
            return render(request, "409.html", status=409)
        if answer == "ok":
            return HttpResponseRedirect("/deeds")
    form = Report(request.POST) if request.method == "POST" else Report()
    return draw(request, FORM, form=form, keep=request.GET.get("keep", ""))


def evidence_page(request: HttpRequest) -> HttpResponse:
    form = Evidence(request.POST, request.FILES) if request.method == "POST" else Evidence()
    if form.is_valid():
        names = [file.name for file in form.cleaned_data["photos"]]
        received.append({"photos": names, "signature": len(form.cleaned_data["signature"])})
        return HttpResponseRedirect("/deeds")
    return draw(request, EVIDENCE, form=form)


def deeds_page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        received.append(request.POST.dict())
        return HttpResponseRedirect("/deeds")
    return draw(request, DEEDS, due=clock.at_local(clock.today(), 23, 59, 59))


def fragment(request: HttpRequest) -> HttpResponse:
    say = request.GET.get("say", "")
    if say == "login":
        return HttpResponseRedirect("/login")
    if say == "refused":
        return JsonResponse({"message": "该问题已由他人销号，请刷新。"}, status=409)
    if say == "stale":
        return render(request, "403_csrf.html", status=403)
    return HttpResponse("已更新")


def go(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(request.GET["next"])


doors = [path("login", lambda request: draw(request, LOGIN), name="login"), path("logout", go, name="logout")]
complaints = [path("complaint", fragment, name="complaint")]
urlpatterns = [
    path("", include((doors, "accounts"))),
    path("", include((complaints, "campaigns"))),
    path("", lambda request: HttpResponseRedirect("/deeds")),
    path("form", form_page),
    path("evidence", evidence_page),
    path("deeds", deeds_page),
    path("fragment", fragment),
    path("go", go),
]
