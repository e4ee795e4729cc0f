"""What the lists of shops and orders can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.http import HttpRequest

from governance.scope import ABOVE_GRID, UnitKind, inside, place_column
from governance.ui.filters import DateRangeFilter
from governance.ui.forms import SearchSelect
from grids.models import Unit
from points.models import Order, Shop

# Where a shop may stand.
_KINDS = (UnitKind.STREET, UnitKind.COMMUNITY)


def _units(request: HttpRequest) -> Any:
    actor = request.actor  # type: ignore[attr-defined]
    column = place_column(actor.unit_kind, among=ABOVE_GRID)
    rows = Unit.objects.open().filter(kind__in=_KINDS, **({column: actor.unit_id} if column else {"pk": 0}))
    return rows.order_by("code")


def _shops(request: HttpRequest) -> Any:
    return Shop.objects.visible_to(request.actor).select_related("site").order_by("site__name")  # type: ignore[attr-defined]


class ShopFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """Shops by name and unit."""

    q = django_filters.CharFilter(label="查找", field_name="site__name", lookup_expr="contains", max_length=40)
    place = django_filters.ModelChoiceFilter(
        label="单位", queryset=_units, method="in_place", empty_label="全部", widget=SearchSelect
    )

    class Meta:
        model = Shop
        fields: list[str] = []

    def in_place(self, queryset: Any, name: str, value: Unit) -> Any:
        """What lies in the unit."""
        return queryset.filter(**inside(value.kind, value.pk))


class OrderFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """Orders by who, in which shop, and when they were placed."""

    q = django_filters.CharFilter(label="居民", field_name="person__name", lookup_expr="contains", max_length=40)
    shop = django_filters.ModelChoiceFilter(label="超市", queryset=_shops, empty_label="全部", widget=SearchSelect)
    placed = DateRangeFilter(label="下单日期", field_name="placed_at")

    class Meta:
        model = Order
        fields: list[str] = []
