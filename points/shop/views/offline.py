"""离线办理: the page that works an hour without a connection, and the two addresses that it speaks to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.generic import TemplateView

from governance.errors import DomainError, InvalidInput
from governance.scope import Actor
from governance.ui.views import PageMixin, find_or_404
from points.models import OfflineSession, OfflineUpload, Shop
from points.shop import selectors
from points.shop.services import offline
from points.shop.views.counter import DESK
from points.shop.views.shops import shop_url

LARGEST = 500_000


class OfflinePage(PageMixin, TemplateView):
    """The page. Of people with points it shows masked names alone; it opens again without a connection where it was
    kept."""

    template_name = "points/shop/offline.html"
    title = "离线办理"
    has_personal_data = True

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(DESK[0], reverse(DESK[1])), (self.shop.site.name, shop_url(self.shop.pk)), (self.title, "")]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.shop: Shop = find_or_404(Shop.objects.visible_to(self.actor).select_related("site"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The last sessions, and what became of what they uploaded."""
        sessions = OfflineSession.objects.filter(shop=self.shop).order_by("-pk")
        uploads = OfflineUpload.objects.filter(session__shop=self.shop).select_related("order__person")
        return super().get_context_data(
            # What the device keeps for a reload names nobody.
            uploads=[] if "kept" in self.request.GET else list(uploads.exclude(outcome="done").order_by("-pk")[:20]),
            static=settings.STATIC_URL, shop=self.shop,
            open=sessions.filter(state="open").first(), sessions=list(sessions[:5]), **kwargs,
        )  # fmt: skip


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker that keeps the page for a reload without a connection: code, and no data."""
    return render(request, "points/shop/offline_worker.js", content_type="text/javascript; charset=utf-8")


def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """JSON {secret, limit} → what the device works with."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    find_or_404(Shop.objects.visible_to(actor), pk=pk)
    try:
        sent, now = _sent(request), timezone.now()
        session = offline.begin_offline(
            shop_id=pk, limit=_number(sent.get("limit")), secret=str(sent.get("secret", "")), by=actor, now=now
        )
        return JsonResponse(selectors.snapshot(session, now))
    except DomainError as refused:
        return _told(refused)


def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """JSON {secret, items, end} of a session → what became of each, and whether it is closed."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    find_or_404(OfflineSession.objects.visible_to(actor), pk=pk)
    try:
        sent, now = _sent(request), timezone.now()
        secret = str(sent.get("secret", ""))
        rows = offline.upload(session_id=pk, secret=secret, items=_items(sent.get("items")), by=actor, now=now)
        is_closed = False
        if sent.get("end"):
            is_closed = offline.end_offline(session_id=pk, secret=secret, by=actor, now=now).state != "open"
    except DomainError as refused:
        return _told(refused)
    told = [
        {"key": row.key, "outcome": row.outcome, "label": row.get_outcome_display(), "words": row.words} for row in rows
    ]
    return JsonResponse({"items": told, "closed": is_closed})


def _sent(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > LARGEST:
        raise InvalidInput("上传的内容过大，请分次上传。")
    try:
        sent = json.loads(request.body or b"{}")
    except ValueError:
        raise InvalidInput("上传的内容不完整，请重试。") from None
    if not isinstance(sent, dict):
        raise InvalidInput("上传的内容不完整，请重试。")
    return sent


def _items(sent: Any) -> list[offline.Item]:
    if not isinstance(sent, list) or not all(isinstance(one, dict) for one in sent):
        raise InvalidInput("上传的内容不完整，请重试。")
    return [
        offline.Item(
            key=str(one.get("key", "")), kind=str(one.get("kind", "")), at=_moment(one.get("at")),
            order_id=_number(one.get("order", 0)), person_id=_number(one.get("person", 0)),
            lines=_lines(one.get("lines", [])),
        )
        for one in sent
    ]  # fmt: skip


def _lines(sent: Any) -> tuple[tuple[int, int], ...]:
    if not isinstance(sent, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in sent):
        raise InvalidInput("上传的内容不完整，请重试。")
    return tuple((_number(goods), _number(count)) for goods, count in sent)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise InvalidInput("上传的内容不完整，请重试。")
    return value


def _moment(value: Any) -> datetime:
    try:
        found = parse_datetime(str(value))
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found):
        raise InvalidInput("上传的内容没有办理时间，请重试。")
    return found


def _told(refused: DomainError) -> JsonResponse:
    return JsonResponse({"message": refused.message, "code": refused.code}, status=refused.status)
