"""The product's addresses and one page that shows the sample form."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import engines
from django.urls import include, path

from core import clock
from core.form_engine.rendering import open_sheet
from tests.core import form_subject

EXTRA = [{"key": "findings", "title": "问题"}]
PAGE = """{% extends "base_field.html" %}
{% block title %}示例检查表{% endblock %}
{% block heading %}漯河示例纸业有限公司{% endblock %}
{% block sub %}<span>重点 · 造纸</span><span>09:12 进厂</span>{% endblock %}
{% block people %}主办 · 协办已亮证{% endblock %}
{% block status %}{% if sheet.writable %}{% include "components/form/status.html" %}{% endif %}{% endblock %}
{% block tabs %}{% if sheet.writable %}{% include "components/form/tabs.html" %}{% endif %}{% endblock %}
{% block content %}
  {% if sheet.writable %}
    {% include "components/form/sheet.html" %}
    <section data-form-panel="findings" aria-labelledby="s-findings">
      <h2 id="s-findings" class="form-section-title" tabindex="-1">问题</h2>
      <div class="sheet-card"><input type="hidden" data-extra="findings" data-extra-title="问题"></div>
    </section>
  {% elif sheet.refusal %}<p>{{ sheet.refusal }}</p>
  {% else %}{% include "components/form/readonly.html" with submission=sheet.submission %}{% endif %}
{% endblock %}
{% block bottom %}{% if sheet.writable %}{% include "components/form/bottom.html" %}{% endif %}{% endblock %}
"""
PRINT = """<!doctype html><html lang="zh-Hans"><head><title>打印</title>{% include "components/head.html" %}</head>
<body>{% include "components/form/print.html" with submission=sheet.submission %}</body></html>"""


@login_required
def page(request: HttpRequest, subject_id: int) -> HttpResponse:
    sheet = open_sheet(
        form_subject.KIND, subject_id, user=request.user, at=clock.now(), correct="correct" in request.GET
    )
    text = PRINT if "print" in request.GET else PAGE
    context = {"sheet": sheet, "extra": EXTRA, "user": request.user, "csrf_token": get_token(request)}
    context["next_url"] = request.GET.get("next", "")
    return HttpResponse(engines["django"].from_string(text).render(context))


urlpatterns = [path("sample/<int:subject_id>/", page, name="sample"), path("", include("config.urls"))]
