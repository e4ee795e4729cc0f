"""进货、报损、盘点."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from governance.errors import DomainError, InvalidInput
from governance.ui.views import PageMixin, find_or_404
from points.models import Goods, Shop
from points.shop import selectors
from points.shop.forms import WriteOffForm
from points.shop.services import stock
from points.shop.views.shops import LIST, OfShop, shop_url


@dataclass(frozen=True, slots=True)
class Row:
    """Goods on a sheet, with what stands there by the books, and what was typed."""

    goods: Goods
    there: int
    typed: str
    words: str


class _Sheet(PageMixin, TemplateView, ABC):
    """A sheet of a shop's goods with a number for each; what was typed stays when it is refused."""

    field = ""

    @abstractmethod
    def take(self, rows: Sequence[Row]) -> str:
        """Call the service; what to say after."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.shop: Shop = find_or_404(Shop.objects.visible_to(self.actor).select_related("site"), pk=kwargs["pk"])
        self.error = ""
        self.key = request.POST.get("key", "")[:80]
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.shop.site.name, shop_url(self.shop.pk)), (self.title, "")]

    def rows(self) -> list[Row]:
        """Goods that keep stock, those on sale and those of which some are left."""
        sent, waits = self.request.POST, selectors.waiting_by_goods(self.shop)
        goods = self.shop.goods.filter(keeps_stock=True).order_by("name")
        return [
            Row(one, one.left + waits.get(one.pk, 0), sent.get(f"{self.field}-{one.pk}", "").strip()[:9],
                sent.get(f"words-{one.pk}", "").strip()[:200])
            for one in goods
            if one.until_on is None or one.left
        ]  # fmt: skip

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write it down, or say why not."""
        try:
            said = self.take([row for row in self.rows() if row.typed])
        except DomainError as refused:
            self.error = refused.message
            return self.render_to_response(self.get_context_data(), status=refused.status)
        messages.success(request, said)
        return HttpResponseRedirect(shop_url(self.shop.pk))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rows, and what was said of all."""
        words = self.request.POST.get("words", "")[:200]
        return super().get_context_data(
            shop=self.shop,
            rows=self.rows(),
            error=self.error,
            words=words,
            key=self.key or uuid.uuid4(),
            back=shop_url(self.shop.pk),
            **kwargs,
        )


class Purchase(_Sheet):
    """进货."""

    template_name = "points/shop/purchase.html"
    title = "进货登记"
    field = "amount"

    def take(self, rows: Sequence[Row]) -> str:
        amounts = {row.goods.pk: _whole(row) for row in rows}
        words = self.request.POST.get("words", "")
        done = stock.purchase(
            shop_id=self.shop.pk, amounts=amounts, key=self.key, words=words, by=self.actor, now=timezone.now()
        )
        return f"已登记 {len(amounts)} 种商品进货。" if done.is_new else "这张进货单已经登记过，没有重复入库。"


class StockCount(_Sheet):
    """盘点."""

    template_name = "points/shop/count.html"
    title = "库存盘点"
    field = "found"

    def take(self, rows: Sequence[Row]) -> str:
        counts = [stock.Count(row.goods.pk, _whole(row), self._expected(row), row.words) for row in rows]
        found = stock.count_stock(shop_id=self.shop.pk, counts=counts, key=self.key, by=self.actor, now=timezone.now())
        return (
            f"已盘点 {len(counts)} 种商品，{len(found)} 种有差异。"
            if found
            else f"已盘点 {len(counts)} 种商品，账实相符。"
        )

    def _expected(self, row: Row) -> int | None:
        text = self.request.POST.get(f"there-{row.goods.pk}", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _whole(row: Row) -> int:
    if not (row.typed.isascii() and row.typed.isdigit()):
        raise InvalidInput(f"“{row.goods.name}”的数量应是整数。")
    return int(row.typed)


class WriteOff(OfShop):
    """报损."""

    form_class = WriteOffForm
    title = "报损登记"
    submit_label = "登记报损"

    def get_form_kwargs(self) -> dict[str, Any]:
        goods = self.shop.goods.filter(keeps_stock=True).order_by("name")
        # What is gone is not offered; sent again after the last piece went, it is known all the same.
        offered = goods if self.request.method == "POST" else goods.filter(left__gt=0)
        return super().get_form_kwargs() | {"goods": offered}

    def save(self, form: Any) -> str:
        data = form.cleaned_data
        done = stock.write_off(
            shop_id=self.shop.pk, goods_id=data["goods"].pk, amount=data["amount"], words=data["words"],
            key=str(data["key"]), by=self.actor, now=timezone.now(),
        )  # fmt: skip
        self.success_message = (
            f"已登记{data['goods'].name}报损。" if done.is_new else "这次报损已经登记过，没有重复出库。"
        )
        return self.get_cancel_url()
