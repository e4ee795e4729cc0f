"""积分超市: the list, a shop, its settings, its goods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.rights import may
from governance.errors import DomainError
from governance.files import services as files
from governance.ui.views import Action, Column, DetailPage, FormPage, ListPage, Order, find_or_404
from points.models import Goods, Settlement, Shop
from points.shop import selectors
from points.shop.filters import ShopFilterSet
from points.shop.forms import GoodsForm, ShopAddForm, ShopForm
from points.shop.querysets import STAFF
from points.shop.services import goods as services
from points.shop.services._common import SETTINGS, STOCK

LIST = ("积分超市", "points:shops")


def shop_url(pk: int) -> str:
    """A shop's page."""
    return reverse("points:shop", args=[pk])


class ShopList(ListPage):
    """积分超市, with what they exchanged; figures name nobody."""

    page = "points_shops"
    title = "积分超市"
    noun = "家"
    filterset_class = ShopFilterSet
    has_personal_data = False
    columns = (
        Column("name", "名称", "points/shop/cells/shop.html", always=True, phone="title", grow=True),
        Column("community", "所属社区", "community.name", phone="inline"),
        Column("street", "所属街道", "street.name", secondary=True, default=False),
        Column("is_open", "状态", lambda row: "接受兑换" if row.is_open else "暂停", phone="inline"),
        Column("goods", "商品（种）", lambda row: row.offered or 0, num=True),
        Column("low", "低库存（种）", lambda row: row.low or "", num=True, phone="meta"),
        Column("orders", "累计交付（单）", lambda row: f"{row.done or 0:,}", num=True),
        Column("points", "累计积分", lambda row: f"{row.spent or 0:,}", num=True, phone="meta"),
    )
    orders = (Order("old", "最早开通", ("pk",)),)
    empty_text = "请放宽查找条件，或把积分超市阵地设为积分超市。"

    def get_queryset(self) -> QuerySet[Shop]:
        rows: QuerySet[Shop] = Shop.objects.visible_to(self.actor).select_related("site", "community", "street")
        return rows.annotate(
            offered=_counted(Goods.objects.filter(until_on=None)),
            low=_counted(selectors.low_goods()),
            done=_counted(selectors.handed_over()),
            spent=_summed(selectors.handed_over()),
        )

    def get_actions(self) -> Sequence[Action]:
        if not may(self.actor, SETTINGS):
            return []
        return [Action("开通积分超市", reverse("points:shop_add"), "plus", primary=True)]


def _counted(rows: QuerySet[Any]) -> Any:
    return selectors.of_each_shop(rows, Count("pk"))


def _summed(rows: QuerySet[Any]) -> Any:
    return selectors.of_each_shop(rows, Sum("points"))


class ShopDetail(DetailPage):
    """A shop: goods and stock, what waits, the last months. The district sees figures alone."""

    template_name = "points/shop/shop.html"
    context_name = "shop"
    has_personal_data = False

    def get_queryset(self) -> QuerySet[Shop]:
        rows: QuerySet[Shop] = Shop.objects.visible_to(self.actor)
        return rows.select_related("site", "community", "street")

    def get_title(self) -> str:
        return str(self.object.site.name)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.get_title(), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Goods with what waits of them; this month and the settled ones."""
        shop, today = self.object, timezone.localdate()
        waits = selectors.waiting_by_goods(shop)
        goods = [(one, waits.get(one.pk, 0)) for one in shop.goods.select_related("photo").order_by("kind", "name")]
        states = dict(shop.orders.order_by().values_list("state").annotate(Count("pk")))
        month, waiting = selectors.month_of(shop, today.replace(day=1)), states.get("placed", 0)
        sees = self.actor.role in STAFF
        return super().get_context_data(
            goods=goods, low=[one for one, _ in goods if one.is_low and one.until_on is None], month=month,
            waiting=waiting, waiting_chip=f"{waiting} 单待领取",
            settled=Settlement.objects.filter(shop=shop).order_by("-month")[:12],
            sees=sees, may_stock=may(self.actor, STOCK), may_counter=may(self.actor, "shop.counter"),
            may_set=may(self.actor, SETTINGS), last_month=selectors.previous_month(today), today=today, **kwargs,
        )  # fmt: skip


class ShopAdd(FormPage):
    """开通积分超市."""

    form_class = ShopAddForm
    template_name = "ui/form_grid.html"
    title = "开通积分超市"
    submit_label = "开通"
    success_message = "已开通，请超市管理员上架商品并登记进货。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"by": self.actor}

    def save(self, form: Any) -> str:
        made = services.open_shop(
            site_id=form.cleaned_data["site"].pk, facts=form.facts(), by=self.actor, now=timezone.now()
        )
        return shop_url(made.pk)

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.title, "")]


class OfShop(FormPage):
    """A form about one shop in scope."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Shop.objects.visible_to(self.actor).select_related("site")
        self.shop: Shop = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return shop_url(self.shop.pk)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.shop.site.name, self.get_cancel_url()), (self.title, "")]


class ShopChange(OfShop):
    """设置积分超市."""

    form_class = ShopForm
    title = "设置积分超市"
    success_message = "已保存。"

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.shop, name) for name in ("is_open", "lapse_days", "offline_limit")}

    def save(self, form: Any) -> str:
        services.change_shop(shop_id=self.shop.pk, facts=form.facts(), by=self.actor, now=timezone.now())
        return self.get_cancel_url()


class GoodsAdd(OfShop):
    """上架商品."""

    form_class = GoodsForm
    template_name = "ui/form_grid.html"
    title = "上架商品"
    submit_label = "上架"

    def save(self, form: Any) -> str:
        now = timezone.now()
        made = services.add_goods(shop_id=self.shop.pk, facts=form.facts(), by=self.actor, now=now)
        self.success_message = f"已上架{made.name}，请登记进货。" if made.keeps_stock else f"已上架{made.name}。"
        self.success_message += give_photo(made, form, self.actor)
        return self.get_cancel_url()


class GoodsChange(FormPage):
    """修改商品."""

    form_class = GoodsForm
    template_name = "ui/form_grid.html"
    title = "修改商品"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Goods.objects.visible_to(self.actor).select_related("shop__site")
        self.goods: Goods = find_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_initial(self) -> dict[str, Any]:
        names = (
            "name",
            "kind",
            "points",
            "value",
            "per_month",
            "keeps_stock",
            "low_at",
            "from_on",
            "until_on",
            "words",
        )
        return {name: getattr(self.goods, name) for name in names}

    def save(self, form: Any) -> str:
        self.success_message = "已保存。"
        if set(form.changed_data) != {"photo"}:
            services.change_goods(goods_id=self.goods.pk, facts=form.facts(), by=self.actor, now=timezone.now())
        self.success_message += give_photo(self.goods, form, self.actor)
        return self.get_cancel_url()

    def get_cancel_url(self) -> str:
        return shop_url(self.goods.shop_id)

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        shop = self.goods.shop
        return [(LIST[0], reverse(LIST[1])), (shop.site.name, shop_url(shop.pk)), (self.goods.name, "")]


def give_photo(goods: Goods, form: Any, actor: Any) -> str:
    """Take in the form's photo; a photo that cannot be is told, and the rest is saved all the same."""
    upload, now = form.cleaned_data.get("photo"), timezone.now()
    if not upload:
        return ""
    try:
        draft = files.store(upload=upload, kind=files.PHOTO, by=actor, now=now)
        services.set_photo(goods_id=goods.pk, attachment_id=draft.pk, by=actor, now=now)
    except DomainError as refused:
        return f"照片没有存上：{refused.message}"
    return ""
