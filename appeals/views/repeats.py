"""What may be the same matter as an appeal: looked for when its page is open, marked, refused, taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from appeals.models import Appeal, RepeatMark
from appeals.repeats.finding import asked_by, candidates
from appeals.services import repeats
from appeals.views.detail import find
from governance.errors import DomainError


@require_GET
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The mark that the appeal has, or what it may repeat; a part of its page, fetched after it."""
    appeal = find(request, pk)
    marks = RepeatMark.objects.filter(appeal=appeal, is_repeat=True, undone_at=None).select_related("earlier")
    mark = marks.first()
    found = [] if mark else candidates(asked_by(appeal), request.actor, limit=5)  # type: ignore[attr-defined]
    repeated = RepeatMark.objects.filter(earlier=appeal, is_repeat=True, undone_at=None).count()
    by = request.actor  # type: ignore[attr-defined]
    sees_earlier = mark is not None and Appeal.objects.visible_to(by).filter(pk=mark.earlier_id).exists()
    context = {"appeal": appeal, "mark": mark, "sees_earlier": sees_earlier, "found": found, "repeated": repeated}
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
