"""The counter: the code that is scanned or typed, the order that it stands for, handing over, selling on behalf."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView

from accounts.rights import may
from governance import privacy
from governance.errors import DomainError, InvalidInput
from governance.scope import Actor, own_column
from governance.sheets.buttons import actions_for
from governance.ui.views import Action, Column, DetailPage, FormPage, ListPage, Order, PageMixin, find_or_404
from members.models import Person
from members.querysets import PersonQuerySet
from points.models import Order as ShopOrder
from points.models import Shop
from points.shop import baskets
from points.shop.filters import OrderFilterSet
from points.shop.forms import CodeForm, WordsForm
from points.shop.querysets import STAFF
from points.shop.selectors import masked
from points.shop.services import orders
from points.shop.services._common import COUNTER, at_the_counter, record_found
from points.shop.sheet import ORDERS_KEY
from points.shop.tabs import ORDER_TABS
from points.shop.views.member import usable_of
from points.shop.views.shops import shop_url

DESK = ("柜台", "points:counter")
FOUND, PHONE = 12, 11


@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class Counter(FormPage):
    """柜台: scan or type the code, or the phone number of who has none at hand."""

    form_class = CodeForm
    template_name = "points/shop/counter.html"
    title = "柜台"
    submit_label = "查订单"
    has_personal_data = True

    def save(self, form: Any) -> str:
        text = form.cleaned_data["code"]
        if (phone := text.replace(" ", "")).isascii() and phone.isdigit() and len(phone) == PHONE:
            return self._of_phone(phone)
        return order_url(orders.order_by_code(code=text, by=self.actor, now=timezone.now()))

    def _of_phone(self, phone: str) -> str:
        """The order that waits for who told their full number, the one that lapses first."""
        try:
            index = privacy.blind_index("phone", privacy.validate_phone(phone))
        except DomainError as refused:
            raise InvalidInput(refused.message, field="code") from refused
        waits = ShopOrder.objects.visible_to(self.actor).waiting().filter(person__phone_index=index)
        ids = list(waits.order_by("lapse_at", "pk").values_list("pk", flat=True)[:20])
        if not ids:
            raise InvalidInput("这个手机号在本店没有待领取的订单。", field="code")
        if len(ids) > 1:
            messages.info(self.request, f"这位居民共有 {len(ids)} 单待领取，先显示最早到期的一单。")
        return order_url(ids[0])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The shops of this counter, and who is expected."""
        shops = Shop.objects.visible_to(self.actor).select_related("site").order_by("site__name")
        waiting = ShopOrder.objects.visible_to(self.actor).waiting().select_related("person", "shop__site")
        return super().get_context_data(
            shops=list(shops[:20]), waiting=list(waiting.prefetch_related("lines").order_by("lapse_at", "pk")[:20]),
            **kwargs,
        )  # fmt: skip


class OrderList(ListPage):
    """兑换订单."""

    page = "points_orders"
    title = "兑换订单"
    noun = "单"
    filterset_class = OrderFilterSet
    columns = (
        Column("person", "居民", "points/shop/cells/order.html", always=True, phone="title", grow=True),
        Column("lines", "内容", "points/shop/cells/lines.html", phone="inline"),
        Column("shop", "超市", "shop.site.name", secondary=True, phone="meta"),
        Column("points", "积分", lambda row: f"{row.points:,}", num=True, phone="inline"),
        Column("state", "状态", "points/shop/cells/state.html", phone="lead"),
        Column("how", "方式", lambda row: row.get_how_display(), secondary=True, default=False),
        Column("placed_at", "下单时间", phone="meta"),
        Column("ended_by_name", "办理人", secondary=True),
    )
    orders = (Order("new", "最新下单", ("-pk",)),)
    tabs = ORDER_TABS
    empty_text = "请放宽查找条件，或切换上方的状态。"

    def get_actions(self) -> Sequence[Action]:
        """As a spreadsheet."""
        return actions_for(ORDERS_KEY, self.request, self.actor)

    def get_queryset(self) -> QuerySet[ShopOrder]:
        rows: QuerySet[ShopOrder] = ShopOrder.objects.visible_to(self.actor)
        return rows.select_related("person", "shop__site").prefetch_related("lines").defer("person__search")


class OrderDetail(DetailPage):
    """One order at the counter: who, what, and the next step."""

    template_name = "points/shop/order.html"
    context_name = "order"

    def get_queryset(self) -> QuerySet[ShopOrder]:
        rows: QuerySet[ShopOrder] = ShopOrder.objects.visible_to(self.actor)
        return rows.select_related("person__community", "shop__site", "held_by").prefetch_related("lines")

    def get_title(self) -> str:
        return f"{self.object.person.name}的订单"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("兑换订单", reverse("points:orders")), (self.get_title(), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether it can be handed over here."""
        may_act = self.object.state == "placed" and self.object.held_by_id is None and may(self.actor, COUNTER)
        return super().get_context_data(may_act=may_act, may_counter=may(self.actor, COUNTER), **kwargs)


def order_url(pk: int) -> str:
    """An order's page at the counter."""
    return reverse("points:order", args=[pk])


def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """交付."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    find_or_404(ShopOrder.objects.visible_to(actor), pk=pk)
    try:
        done = orders.hand_over(order_id=pk, by=actor, now=timezone.now())
    except DomainError as refused:
        if refused.status == 404:
            raise Http404(refused.message) from refused
        messages.error(request, refused.message)
        return HttpResponseRedirect(order_url(pk))
    if done.is_new:
        messages.success(request, f"已交付 {done.person.name}，共 {done.points} 分。")
        return HttpResponseRedirect(reverse(DESK[1]))
    at = f"{timezone.localtime(done.ended_at):%m-%d %H:%M}" if done.ended_at else ""
    messages.error(request, f"这张订单已由{done.ended_by_name}于 {at} 交付，请勿重复交付。")
    return HttpResponseRedirect(order_url(pk))


class OrderCancel(FormPage):
    """取消居民的订单."""

    form_class = WordsForm
    title = "取消订单"
    submit_label = "取消订单"
    success_message = "已取消，积分和库存已退回，居民会收到通知。"
    danger = True
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = ShopOrder.objects.visible_to(self.actor).select_related("person")
        self.order: ShopOrder = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_says(self) -> str:
        return f"{self.order.person.name}的 {self.order.points} 积分原样退回，商品回到库存。"

    def save(self, form: Any) -> str:
        orders.cancel_order(order_id=self.order.pk, words=form.cleaned_data["words"], by=self.actor, now=timezone.now())
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return order_url(self.order.pk)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("兑换订单", reverse("points:orders")), (self.title, "")]


# A full number may be typed to find somebody: the search is a POST, so that none stands in an address.
@method_decorator(sensitive_post_parameters("q"), name="dispatch")
class Sale(PageMixin, TemplateView):
    """柜台代办: find the resident, choose, add up, order, and hand over at once. What was typed stays at each step."""

    template_name = "points/shop/sale.html"
    title = "柜台代办"
    has_personal_data = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Shop.objects.visible_to(self.actor).select_related("site")
        self.shop: Shop = find_or_404(rows, pk=kwargs["pk"])
        self.error, self.is_summary = "", False
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(DESK[0], reverse(DESK[1])), (self.shop.site.name, shop_url(self.shop.pk)), (self.title, "")]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look for somebody, add up, or place and hand over."""
        if "find" in request.POST or "back" in request.POST:
            return self.render_to_response(self.get_context_data())
        person, picked = self._person(), baskets.chosen(self._choices())
        if person is None or not picked:
            return self._refused("请选择居民。" if person is None else "请选择商品，填写数量。", 400)
        self.is_summary = True
        if "place" not in request.POST:
            return self.render_to_response(self.get_context_data())
        try:
            order = self._place(person, picked)
            orders.hand_over(order_id=order.pk, by=self.actor, now=timezone.now())
        except DomainError as refused:
            self.is_summary = False
            return self._refused(refused.message, refused.status)
        messages.success(request, f"已为{person.name}兑换并交付，共 {order.points} 分。")
        return HttpResponseRedirect(order_url(order.pk))

    def _place(self, person: Person, picked: list[baskets.Choice]) -> ShopOrder:
        sent = self.request.POST
        return orders.place_order(
            shop_id=self.shop.pk, lines=baskets.lines(picked), person_id=person.pk, key=sent.get("key", "")[:80],
            phone=self.words, points=baskets.number(sent.get("points", "")), by=self.actor, now=timezone.now(),
        )  # fmt: skip

    def _refused(self, message: str, status: int) -> HttpResponse:
        self.error = message
        return self.render_to_response(self.get_context_data(), status=status)

    def _choices(self) -> list[baskets.Choice]:
        return baskets.choices(self.shop, self.request.POST, timezone.now())

    @property
    def words(self) -> str:
        """What is looked for: it is sent along to the end, for a full number lets somebody from next door order."""
        return self.request.POST.get("q", "").replace("\0", "")[:40].strip()

    def _people(self) -> PersonQuerySet:
        rows = at_the_counter(self.actor, self.words)
        return rows.select_related("community", "grid").defer("search")

    def _found(self, words: str) -> list[Any]:
        people = [self._named(one) for one in self._people().search(words)[:FOUND]]
        if not self.request.POST.get("person"):
            # Once, when it is looked for, and not at each step of the sale that follows.
            others = [one for one in people if not one.is_own]
            record_found(others, by=self.actor, now=timezone.now())
        return people

    def _person(self) -> Person | None:
        number = baskets.number(self.request.POST.get("person", "")) or 0
        person: Person | None = self._people().filter(pk=number).first()
        return self._named(person) if person else None

    def _named(self, person: Any) -> Any:
        """With `is_own`, and `shown`: of who lives outside the clerk's unit no more of the name than is needed."""
        column = own_column(self.actor, STAFF)
        person.is_own = column is not None and getattr(person, column) == self.actor.unit_id
        person.shown = person.name if person.is_own else masked(person.name)
        return person

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Who was found and chosen, and what."""
        words = self.words
        person, rows = self._person(), self._choices()
        picked = baskets.chosen(rows)
        found = self._found(words) if words else []
        total, usable = sum(row.points for row in picked), usable_of(person)
        return super().get_context_data(
            shop=self.shop, words=words, person=person, found=[one for one in found if one != person], rows=rows,
            picked=picked, total=total, usable=usable, rest=usable - total, error=self.error,
            is_summary=self.is_summary and person is not None, searched=bool(words),
            key=self.request.POST.get("key") or str(uuid.uuid4()), **kwargs,
        )  # fmt: skip
