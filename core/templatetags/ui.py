"""Tags and filters of the interface; docs/design-system.md shows each with its line.

A template is the edge, so a tag may ask the clock.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import clock, wording
from core.gantt import STATES, Chart, Window, chart
from core.paging import Page
from core.wording import Deadline, countdown_text, deadline_of, gone_label

register = template.Library()

TONES = {"blue", "green", "amber", "red", "grey"}
# Django's message levels and our own words, as the tone of a notice.
NOTICE_ICONS = {"success": "check", "warning": "alert", "error": "alert"}


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """A drawing from static/img/icons.svg; decoration only, so a word or an aria-label stands beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def once() -> SafeString:
    """In a form whose view is `core.once.once`: the token by which it is carried out once. No browser may refill it."""
    return format_html('<input type="hidden" name="once" value="{}" autocomplete="off">', uuid4())


@register.filter
def notice_icon(level: str) -> str:
    return NOTICE_ICONS.get(level, "info")


@register.simple_tag
def badge(word: object, tone: str = "grey") -> SafeString:
    """A word on a tinted ground; the word carries the meaning, the tone only helps the eye."""
    return format_html('<span class="badge-tone badge-{}">{}</span>', tone if tone in TONES else "grey", word)


@register.simple_tag
def deadline(due: date | datetime | None, met: date | datetime | None = None, at: datetime | None = None) -> SafeString:
    """逾期 n 天 / 今日到期 / 剩 n 天 / 按期 or 逾期完成, as a badge; nothing when nothing is due."""
    if due is None:
        return SafeString("")
    said: Deadline = deadline_of(due, met, at or clock.now())
    return badge(said.text, said.tone)


@register.filter
def shanghai(value: datetime | None, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """An instant as people here read it; empty for None."""
    return clock.local(value).strftime(pattern) if value else ""


@register.filter
def day(value: date | datetime | None, pattern: str = "%Y-%m-%d") -> str:
    """A date, or the Shanghai day of an instant; `value|day:"%m-%d"` for the short form."""
    if value is None:
        return ""
    return shanghai(value, pattern) if isinstance(value, datetime) else value.strftime(pattern)


@register.filter
def until(value: datetime | None, pattern: str = "%Y-%m-%d") -> str:
    """A due instant, the end of a day as its 24:00; `pattern` is that of the day."""
    return wording.until(value, pattern) if value else ""


@register.filter
def moment(value: datetime | None) -> SafeString:
    """A <time> with the Shanghai wall clock as text and the instant for machines."""
    if value is None:
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shanghai(value))


@register.filter
def phone(value: str | None) -> str:
    """138****8000: enough to recognise, not enough to call."""
    text = (value or "").strip()
    if len(text) < 7:
        return "*" * len(text)
    return f"{text[:3]}****{text[-4:]}"


@register.filter
def degrees(value: Decimal | str | None) -> str:
    """114.02, without the zeros that the column adds."""
    return wording.degrees(value)


@register.filter
def grouped(value: int | Decimal | float | None) -> str:
    """12,345 or 12,345.6; a dash for no figure, because an empty cell looks like a fault."""
    if value is None or value == "":
        return "—"
    return f"{value:,}"


@register.filter
def yuan(value: Decimal | int | None) -> str:
    """Money: 280,000 元, with 分 only where there are any."""
    if value is None:
        return "—"
    amount = Decimal(value)
    return f"{amount:,.0f} 元" if amount == amount.to_integral_value() else f"{amount:,.2f} 元"


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """mapping[key] or None: for tables whose columns are data."""
    return mapping.get(key)


@register.simple_tag
def now_iso() -> str:
    """The platform's present, by which the page's clocks tick."""
    return clock.now().isoformat()


@register.simple_tag
def untold(form: BaseForm) -> bool:
    """True once a form: its faults are summed up where they come first, on top or inside {{ form }}."""
    told = getattr(form, "faults_told", False)
    form.faults_told = True  # type: ignore[attr-defined]
    return not told


@register.inclusion_tag("components/countdown.html")
def countdown(due_at: datetime, label: str, late: bool | None = None, gone: str = "") -> dict[str, object]:
    """A chip that ticks each minute; works without script as the state at rendering. `gone` is its name once past."""
    left = due_at - clock.now()
    past = left.total_seconds() <= 0 if late is None else late
    said = gone or gone_label(label)
    return {"due_at": due_at, "label": label, "gone": said, "late": past, "text": countdown_text(label, left, said)}


@register.inclusion_tag("components/phase_bar.html")
def phase_bar(windows: list[Window], today: date | None = None) -> dict[str, Chart]:
    """Phases as overlapping bars with today's line; `windows` are core.gantt.Window."""
    return {"chart": chart(windows, today or clock.today())}


@register.filter
def phase_state(state: str) -> str:
    return STATES[state]


@register.inclusion_tag("components/pager.html")
def pager(page: Page[Any], unit: str = "条") -> dict[str, object]:
    return {"page": page, "unit": unit}


@register.inclusion_tag("components/stat.html")
def stat(label: str, value: object, note: str = "", url: str = "", tone: str = "", unit: str = "") -> dict[str, object]:
    """One figure with its name; a link where the figure opens its rows. Nothing alarms in a zero."""
    tone = tone if value or tone == "green" else ""
    shown = value if isinstance(value, str) else grouped(value)  # type: ignore[arg-type]
    return {"label": label, "value": shown, "note": note, "url": url, "tone": tone, "unit": unit}


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "", icon: str = "inbox") -> dict[str, str]:
    """Nothing here, and what to do next."""
    return {"title": title, "text": text, "url": url, "action": action, "icon": icon}


@register.inclusion_tag("components/progress.html")
def progress(value: int, total: int, label: str, tone: str = "") -> dict[str, object]:
    return {
        "value": value,
        "total": total,
        "label": label,
        "tone": tone,
        "percent": 100 * value // total if total else 0,
    }


def query_of(context: Context) -> QueryDict:
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    query.pop("cursor", None)
    return query


@register.simple_tag(takes_context=True)
def chip(context: Context, label: str, value: object, param: str, only: object = None) -> SafeString:
    """An active filter with a link that takes it away; `only` names one of several values of the same parameter."""
    query = query_of(context)
    kept = [one for one in query.getlist(param) if only is not None and one != str(only)]
    query.setlist(param, kept)
    return format_html(
        '<a class="chip" href="?{}"><span>{} <strong>{}</strong></span><span class="chip-x" aria-hidden="true">✕</span>'
        '<span class="visually-hidden">（取消这个条件）</span></a>',
        query.urlencode(),
        label,
        value,
    )


@register.simple_tag(takes_context=True)
def sort_th(context: Context, label: str, key: str, classes: str = "") -> SafeString:
    """A column head that sorts by `?sort=key` and, pressed again, by `-key`."""
    query = query_of(context)
    now = query.get("sort", "")
    query["sort"] = f"-{key}" if now == key else key
    order = {key: "ascending", f"-{key}": "descending"}.get(now, "none")
    sign = {"ascending": "▲", "descending": "▼"}.get(order, "↕")
    return format_html(
        '<th scope="col" class="{}" aria-sort="{}">'
        '<a class="sort" href="?{}">{} <span aria-hidden="true">{}</span></a></th>',
        classes,
        order,
        query.urlencode(),
        label,
        sign,
    )


@register.simple_tag
def evidence_max_bytes() -> int:
    """The largest picture or paper that may be sent, as the page's scripts check it beforehand."""
    return int(settings.EVIDENCE_MAX_BYTES)
