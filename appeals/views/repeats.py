"""What may be the same matter as an appeal: looked for when its page is open, marked, refused, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from appeals.forms.periods import PeriodForm
from appeals.models import Appeal, RepeatMark
from appeals.repeats import figures
from appeals.repeats.company import company_of
from appeals.repeats.finding import asked_by, candidates
from appeals.services import repeats
from appeals.views.detail import find
from appeals.workflow import OPEN
from governance.errors import DomainError
from governance.scope import Actor


@require_GET
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The mark that the appeal has, or what it may repeat; a part of its page, fetched after it."""
    appeal = find(request, pk)
    marks = RepeatMark.objects.filter(appeal=appeal, is_repeat=True, undone_at=None).select_related("earlier")
    mark = marks.first()
    found = [] if mark or appeal.state not in OPEN else candidates(asked_by(appeal), request.actor, limit=5)  # type: ignore[attr-defined]
    by = request.actor  # type: ignore[attr-defined]
    sees_earlier = mark is not None and Appeal.objects.visible_to(by).filter(pk=mark.earlier_id).exists()
    appeal.company = company_of(appeal)
    context = {"appeal": appeal, "mark": mark, "sees_earlier": sees_earlier, "found": found}
    return render(request, "appeals/parts/repeat_panel.html", context)


@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """The appeal repeats an earlier one."""

    def run(values: dict[str, Any]) -> str:
        made = repeats.mark_repeat(score=_number(request, "score", 100), suggested=True, **values)
        return f"已标记为 {made.earlier.number} 的重复诉求。"

    return _done(request, pk, run)


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The two are different matters."""

    def run(values: dict[str, Any]) -> str:
        repeats.refuse_repeat(**values)
        return "已记录：不是同一事项，以后不再提示。"

    return _done(request, pk, run)


@require_POST
def unmark(request: HttpRequest, pk: int) -> HttpResponse:
    """The mark is taken back, with the reason."""
    find(request, pk)
    try:
        by, words = request.actor, request.POST.get("words", "")  # type: ignore[attr-defined]
        repeats.unmark_repeat(appeal_id=pk, words=words, by=by, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "已取消重复标记。")
    return HttpResponseRedirect(reverse("appeals:detail", args=[pk]))


@require_GET
def figures_page(request: HttpRequest) -> HttpResponse:
    """How many repeat, unit by unit, and the mass appeals of the period; each number opens its appeals."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form = PeriodForm(request.GET or None)
    since, until = form.period(timezone.localdate())
    shown = figures.has_figures(actor)
    rows = figures.by_unit(actor, since, until) if shown else []
    registered, repeated = sum(row.registered for row in rows), sum(row.repeated for row in rows)
    total = figures.UnitRepeats(actor.unit_id, "合计", registered, repeated)
    context = {
        "title": "重复诉求统计", "since": since, "until": until, "shown": shown,
        "form": form if form.errors else PeriodForm({"since": since, "until": until}),
        "rows": [(row, *_urls(row, actor, since, until)) for row in rows],
        "total": (total, *_urls(total, actor, since, until)),
        "masses": figures.masses(actor, since, until) if shown else [],
    }  # fmt: skip
    return render(request, "appeals/repeat_figures.html", context)


def _urls(row: figures.UnitRepeats, by: Actor, since: date, until: date) -> tuple[str, str]:
    """The lists of what was registered and of what repeats; of what is placed in no unit below, the latter alone."""
    url, rest = reverse("appeals:list"), row.unit_id is None
    period = f"registered_after={since}&registered_before={until}"
    key = figures.key(row.unit_id or by.unit_id, since, until, rest=rest)
    return "" if rest else f"{url}?place={row.unit_id}&{period}", f"{url}?repeated={key}"


def _done(request: HttpRequest, pk: int, run: Callable[[dict[str, Any]], str]) -> HttpResponse:
    find(request, pk)
    other = _number(request, "earlier", 2**63 - 1)
    try:
        by = request.actor  # type: ignore[attr-defined]
        said = run({"appeal_id": pk, "earlier_id": other or 0, "by": by, "now": timezone.now()})
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, said)
    return HttpResponseRedirect(reverse("appeals:detail", args=[pk]))


def _number(request: HttpRequest, name: str, most: int) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= most else None
