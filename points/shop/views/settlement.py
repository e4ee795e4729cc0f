"""月度结算: a shop's month, as it stands or as it was settled, to look at, to settle and to print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.rights import may
from governance.errors import DomainError
from governance.sheets import registry
from governance.ui.views import PageMixin, find_or_404
from points.models import OfflineUpload, Order, Settlement, Shop
from points.shop import selectors
from points.shop.querysets import STAFF
from points.shop.services import settlement
from points.shop.services._common import SETTLE
from points.shop.sheet import SETTLEMENT_KEY
from points.shop.views.shops import LIST, shop_url


class MonthPage(PageMixin, TemplateView):
    """One month of a shop."""

    template_name = "points/shop/settlement.html"
    title = "月度结算"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = Shop.objects.visible_to(self.actor).select_related("site", "community")
        self.shop: Shop = find_or_404(rows, pk=kwargs["pk"])
        self.month, self.error = _month(request.GET.get("month", "")), ""
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.shop.site.name, shop_url(self.shop.pk)), (self.title, "")]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Settle it."""
        try:
            settlement.settle(
                shop_id=self.shop.pk, month=self.month, words=request.POST.get("words", ""), by=self.actor,
                now=timezone.now(),
            )  # fmt: skip
        except DomainError as refused:
            self.error = refused.message
            return self.render_to_response(self.get_context_data(), status=refused.status)
        messages.success(request, f"{self.month:%Y年%-m月}已结算。")
        return HttpResponseRedirect(f"{request.path}?month={self.month:%Y-%m}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The frozen rows where it is settled; else what the records say today."""
        today = timezone.localdate()
        settled = Settlement.objects.filter(shop=self.shop, month=self.month).first()
        month: Any = settled or selectors.month_of(self.shop, self.month)
        lines = list(settled.lines.order_by("pk")) if settled else month.lines
        is_over = today >= selectors.next_month(self.month)
        sees = self.actor.role in STAFF
        return super().get_context_data(
            shop=self.shop, month=self.month, settled=settled, figures=month, lines=lines, error=self.error,
            words=self.request.POST.get("words", "")[:300], now=timezone.now(), sees=sees,
            may_settle=settled is None and is_over and may(self.actor, SETTLE), is_over=is_over,
            before=selectors.previous_month(self.month),
            after=selectors.next_month(self.month) if is_over else None,
            export=registry.may_export(registry.get(SETTLEMENT_KEY), self.actor) if settled else False,
            covered=self._covered() if sees else [], to_check=self._to_check() if sees else [],
            has_personal_data=sees and not settled, **kwargs,
        )  # fmt: skip

    def _covered(self) -> list[Order]:
        """Orders of the month that were paid from what was set aside."""
        end = selectors.next_month(self.month)
        rows = Order.objects.filter(
            shop=self.shop, covered__gt=0, state="collected", ended_on__gte=self.month, ended_on__lt=end
        )
        return list(rows.select_related("person").order_by("pk")[:200])

    def _to_check(self) -> list[OfflineUpload]:
        """What was done without a connection and could not be booked."""
        end = selectors.next_month(self.month)
        rows = OfflineUpload.objects.filter(session__shop=self.shop, outcome="refused")
        return list(rows.filter(at__date__gte=self.month, at__date__lt=end).order_by("pk")[:200])


def _month(text: str) -> date:
    """ "2026-10"; the last whole month for anything else."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        found = date.min
    if 2020 <= found.year <= 2100:
        return found
    return selectors.previous_month(timezone.localdate())
