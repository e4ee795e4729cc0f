"""On the member's phone: shops near, goods, ordering, one's own orders with their codes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from governance.errors import DomainError
from governance.scope import Actor
from governance.ui.views import PageMixin, find_or_404
from grids.sites.selectors import door_of
from grids.sites.times import times_of
from members.accounts import person_of, person_or_none
from members.models import Person
from points.ledger import selectors as ledger
from points.models import Account, Order, Shop
from points.shop import baskets, codes, qr
from points.shop.services import orders

NEAR, MINE = "points:goods", "points:my_orders"
_NO_PERSON = "没有找到与您账号手机号一致的居民档案，可以先看商品；要兑换，请社区核对您档案上的手机号。"


def usable_of(person: Person | None) -> int:
    """The points of a person today; 0 without a record."""
    account = Account.objects.filter(person=person).first() if person else None
    return ledger.usable(account, timezone.localdate()) if account else 0


class Near(PageMixin, TemplateView):
    """积分兑换: the shops of one's street, those of one's own community first, with what they offer."""

    template_name = "points/shop/near.html"
    title = "积分兑换"
    has_personal_data = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Shops with their doors and goods."""
        person, now = person_or_none(self.actor), timezone.now()
        if person is None:
            return super().get_context_data(person=None, **kwargs)
        found = Shop.objects.near(person).select_related("site", "community")
        shops = sorted(found, key=lambda shop: (shop.community_id != person.community_id, shop.site.name))
        times = times_of([shop.site for shop in shops], now)
        rows = [(shop, door_of(times[shop.site_id], now), baskets.choices(shop, {}, now)) for shop in shops[:30]]
        return super().get_context_data(person=person, shops=rows, usable=usable_of(person), **kwargs)


class ShopGoods(PageMixin, TemplateView):
    """One shop's goods: how many of each, then what it costs, then the order. What was typed stays at each step."""

    template_name = "points/shop/goods.html"
    has_personal_data = True

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """The shop, of the actor's district."""
        super().setup(request, *args, **kwargs)
        self.error = ""
        self.is_summary = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shops = Shop.objects.filter(district_id=self.actor.district_id).select_related("site")
        self.shop: Shop = find_or_404(shops, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_title(self) -> str:
        return self.shop.site.name

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("积分兑换", reverse(NEAR)), (self.shop.site.name, "")]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add up, or order."""
        picked = baskets.chosen(baskets.choices(self.shop, request.POST, timezone.now()))
        if "back" in request.POST:
            return self.render_to_response(self.get_context_data())
        if not picked:
            return self._refused("请先选择要兑换的商品。", 400)
        self.is_summary = True
        if "place" not in request.POST:
            return self.render_to_response(self.get_context_data())
        try:
            order = self._place(picked)
        except DomainError as refused:
            self.is_summary = refused.code == "price_changed"
            return self._refused(refused.message, refused.status)
        messages.success(request, "下单成功，请凭领取码领取。")
        return HttpResponseRedirect(reverse("points:my_order", args=[order.pk]))

    def _place(self, picked: list[baskets.Choice]) -> Order:
        sent = self.request.POST
        return orders.place_order(
            shop_id=self.shop.pk, lines=baskets.lines(picked), person_id=person_of(self.actor).pk,
            key=sent.get("key", "")[:80], points=baskets.number(sent.get("points", "")), by=self.actor,
            now=timezone.now(),
        )  # fmt: skip

    def _refused(self, message: str, status: int) -> HttpResponse:
        self.error = message
        return self.render_to_response(self.get_context_data(), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The goods, or the sum of what was chosen."""
        now, person = timezone.now(), person_or_none(self.actor)
        rows = baskets.choices(self.shop, self.request.POST, now)
        picked = baskets.chosen(rows)
        door = door_of(times_of([self.shop.site], now)[self.shop.site_id], now)
        total, usable = sum(row.points for row in picked), usable_of(person)
        may_order = person is not None and self.shop.is_open and self.shop.street_id == person.street_id
        return super().get_context_data(
            shop=self.shop, door=door, rows=rows, picked=picked, total=total, usable=usable, rest=usable - total,
            person=person, is_summary=self.is_summary, error=self.error,
            may_order=may_order, no_person=_NO_PERSON, key=self.request.POST.get("key") or str(uuid.uuid4()),
            last_day=timezone.localtime(orders.lapse_at(self.shop, now)) - timedelta(minutes=1), **kwargs,
        )  # fmt: skip


class MyOrders(PageMixin, TemplateView):
    """我的订单."""

    template_name = "points/shop/my_orders.html"
    title = "我的订单"
    has_personal_data = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Those that wait first, then the latest that are over."""
        person = person_or_none(self.actor)
        rows = Order.objects.filter(person=person).select_related("shop__site").prefetch_related("lines")
        waiting = list(rows.waiting().order_by("lapse_at", "pk")) if person else []
        ended = list(rows.exclude(state="placed").order_by("-pk")[:50]) if person else []
        return super().get_context_data(person=person, waiting=waiting, ended=ended, **kwargs)


class MyOrder(PageMixin, TemplateView):
    """One of one's own orders: its code to show at the counter."""

    template_name = "points/shop/my_order.html"
    has_personal_data = True

    def get_title(self) -> str:
        return "领取码" if self.order.state == "placed" else "订单"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("我的订单", reverse(MINE)), (self.get_title(), "")]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.order = own_order(self.actor, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The code while it can be used, and whether the door is open."""
        order, now = self.order, timezone.now()
        code = codes.code_of(order.code_key) if order.state == "placed" else ""
        last = timezone.localtime(order.lapse_at) - timedelta(minutes=1)
        return super().get_context_data(
            order=order, code=codes.told(code) if code else "", qr=qr.svg(code, "领取二维码") if code else "",
            door=door_of(times_of([order.shop.site], now)[order.shop.site_id], now), last_day=last, **kwargs,
        )  # fmt: skip


def own_order(actor: Actor, pk: int) -> Order:
    """An order of the member who is signed in; 404 for any other."""
    person = person_or_none(actor)
    rows = Order.objects.filter(person=person) if person else Order.objects.none()
    found: Order = find_or_404(rows.select_related("shop__site", "person").prefetch_related("lines"), pk=pk)
    return found


def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """取消自己的订单."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    own_order(actor, pk)
    try:
        done = orders.cancel_order(order_id=pk, by=actor, now=timezone.now())
        messages.success(request, f"已取消，{done.points} 积分已退回。")
    except DomainError as refused:
        if refused.status == 404:
            raise Http404(refused.message) from refused
        messages.error(request, refused.message)
    return HttpResponseRedirect(reverse("points:my_order", args=[pk]))
