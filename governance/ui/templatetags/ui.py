"""Template tags of the interface; built in (settings), so that no template loads them."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BaseForm
from django.http import HttpRequest
from django.template.context import Context
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from governance.ui import dates, icons
from governance.ui.chips import Chip, clock, state
from governance.ui.paging import Order
from governance.ui.tables import Column

logger = logging.getLogger(__name__)
register = template.Library()

for name in ("moment", "day", "short", "official", "official_moment"):
    register.filter(name, getattr(dates, name))


@lru_cache(maxsize=1024)
def _svg(name: str, classes: str, label: str) -> SafeString:
    spoken = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    try:
        svg = icons.drawn(name if "/" in name else f"outline/{name}", {"class": classes, "focusable": "false"} | spoken)
    except KeyError:
        # A wrong name in one corner must not take the whole page down; tests/ui finds it.
        logger.error("no such icon: %s", name)
        return SafeString("")
    return mark_safe(svg.replace("\n  ", "").replace("\n", ""))  # noqa: S308  the package's own drawing


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An inline icon by its Tabler name; hidden from screen readers unless it has a label."""
    return _svg(str(name), f"icon {css}".strip(), str(label))


def _chip(made: Chip) -> SafeString:
    drawing = icon(made.icon) if made.icon else ""
    title = format_html(' title="{}"', made.title) if made.title else ""
    return format_html('<span class="chip {}"{}>{}{}</span>', made.tone, title, drawing, made.text)


@register.simple_tag
def chip(text: object, tone: str = "", icon: str = "", title: str = "") -> SafeString | str:
    """A chip: tone ok, soon, over, info, work, visit, or none; add " line" for an outlined one. Nothing for no text."""
    return _chip(Chip(str(text), tone, icon, title)) if text else ""


@register.simple_tag
def state_chip(value: str, label: str = "") -> SafeString:
    """The chip of a state: its tone comes from `governance.ui.chips.register_tones`."""
    return _chip(state(value, label))


@register.simple_tag
def clock_chip(
    due_at: dt.datetime | None,
    card: str = "",
    ended_at: dt.datetime | None = None,
    paused: bool = False,
    now: dt.datetime | None = None,
    of: str = "",
) -> SafeString:
    """What is left of a limit, or how it ended; the exact moment is in the title. `of` names the limit before it."""
    said = clock(due_at, card=card, ended_at=ended_at, paused=paused, now=now or timezone.now())
    return _chip(replace(said, text=f"{of}{said.text}"))


@register.filter
def mask(value: object) -> str:
    """Hides the middle of a number: 138****4080. What is masked at rest already needs no filter."""
    text = str(value or "")
    if len(text) < 7:
        return "*" * len(text)
    head, tail = text[:3], text[-4:]
    return f"{head}{'*' * max(4, len(text) - 7)}{tail}"


@register.filter
def span(seconds: float | dt.timedelta | None) -> str:
    """A length of time: 3 天 2 小时."""
    if seconds is None:
        return ""
    return dates.span(seconds.total_seconds() if isinstance(seconds, dt.timedelta) else seconds)


@register.filter
def thousands(value: object) -> str:
    """12,345."""
    try:
        return f"{int(str(value)):,}"
    except (TypeError, ValueError):
        return str(value)


@register.filter
def filesize(value: int | None) -> str:
    """A file's size: 820 KB, 2.4 MB."""
    size = float(value or 0)
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit != "MB" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GB"


@register.simple_tag(takes_context=True)
def qs(context: Context, **changes: object) -> str:
    """The page's query string with some parameters replaced; None or "" removes one. Paging restarts unless named."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    if "after" not in changes:
        query.pop("after", None)
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag
def query(**parameters: object) -> str:
    """A query string made of the given parameters; empty ones are left out."""
    return "?" + urlencode({key: value for key, value in parameters.items() if value not in (None, "")}, doseq=True)


@register.filter
def next_order(column: Column, current: Order) -> str:
    """The order that a click on a column's head chooses: its first, or the other one of its two."""
    keys = column.orders
    return keys[(keys.index(current.key) + 1) % len(keys)] if current.key in keys else keys[0]


@register.inclusion_tag("ui/parts/error_summary.html")
def error_summary(form: BaseForm | None) -> dict[str, Any]:
    """All errors of a form, each linked to its field; takes the focus. Nothing while there are none."""
    if form is None or not form.is_bound or not form.errors:
        return {"errors": []}
    errors: list[tuple[str, str, str]] = [("", "", str(message)) for message in form.non_field_errors()]
    hidden = {field.name for field in form.hidden_fields()}
    for name, messages in form.errors.items():
        if name in form.fields:
            bound = form[name]
            target = "" if name in hidden else bound.id_for_label or bound.auto_id
            errors += [(str(target), str(bound.label), str(message)) for message in messages]
    return {"errors": errors}


@register.inclusion_tag("ui/parts/empty.html")
def empty_state(title: str, text: str = "", icon: str = "inbox", url: str = "", action: str = "") -> dict[str, str]:
    """What stands where there is nothing: why, and the way on."""
    return {"title": title, "text": text, "icon": icon, "url": url, "action": action}


@register.inclusion_tag("ui/parts/attachments.html")
def attachments(items: Iterable[object]) -> dict[str, Any]:
    """Photos as thumbnails, documents by name. Each item has kind, name, size, url and, for a photo, thumbnail_url."""
    return {"items": list(items)}


@register.inclusion_tag("ui/parts/confirm.html", takes_context=True)
def confirm(
    context: Context, id: str, title: str, text: str, action: str, button: str = "确定", danger: bool = False
) -> dict[str, Any]:
    """A dialog that says what will happen and posts to `action`; opened by a button with data-confirm="<id>"."""
    return {
        "id": id,
        "title": title,
        "text": text,
        "action": action,
        "button": button,
        "danger": danger,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("ui/parts/watermark.html", takes_context=True)
def watermark(context: Context) -> dict[str, Any]:
    """Name, account and date across the page; for pages with personal data."""
    shell = context.get("shell")
    return {"text": shell.watermark if shell else ""}


@register.simple_block_tag
def facts(content: str, title: str = "") -> SafeString:
    """A list of facts: `{% facts %}{% fact "工单号" appeal.number %}{% endfacts %}`."""
    label = format_html(' aria-label="{}"', title) if title else ""
    return format_html('<dl class="facts"{}>{}</dl>', label, mark_safe(content))  # noqa: S308  rendered template


@register.simple_tag
def fact(label: str, value: object, wide: bool = False) -> SafeString:
    """One fact; a dash stands for nothing."""
    shown = conditional_escape("—" if value in (None, "") else str(value))
    return format_html("<div{}><dt>{}</dt><dd>{}</dd></div>", mark_safe(' class="wide"') if wide else "", label, shown)
