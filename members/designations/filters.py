"""What the lists of designations and couriers can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q

from governance.scope import inside
from governance.ui.forms import DateInput
from grids.models import Unit
from members.filters import OfPeopleFilterSet
from members.models import Courier, Designation, DesignationKind
from members.models.designations import COMPANIES, TRADES


class DesignationFilterSet(OfPeopleFilterSet):
    """Designations by kind, unit, a day on which they count."""

    kind = django_filters.ModelChoiceFilter(
        label="称号", queryset=DesignationKind.objects.filter(counted="people"), empty_label="全部"
    )
    on = django_filters.DateFilter(label="某日在任", method="in_force", widget=DateInput)
    own = django_filters.ChoiceFilter(
        label="范围", choices=[("1", "仅本级命名")], method="of_own", empty_label="含下级"
    )

    class Meta:
        model = Designation
        fields: list[str] = []

    def in_force(self, queryset: Any, name: str, value: Any) -> Any:
        """Those that count on the day."""
        return queryset.in_force(value)

    def of_own(self, queryset: Any, name: str, value: str) -> Any:
        """What a street, or a community without a grid, named itself."""
        place = self.form.cleaned_data.get("place")
        if place is None:
            return queryset
        return queryset.filter(unit=place)


class CourierFilterSet(OfPeopleFilterSet):
    """Couriers by company, trade, a community of theirs, and with or without account."""

    kinds_of_place = ("street", "community")
    company = django_filters.ChoiceFilter(label="平台、企业", choices=COMPANIES, empty_label="全部")
    trade = django_filters.ChoiceFilter(label="职业", choices=TRADES, empty_label="全部")
    account = django_filters.ChoiceFilter(
        label="平台账号", choices=[("1", "已绑定"), ("0", "未绑定")], method="with_account", empty_label="全部"
    )

    class Meta:
        model = Courier
        fields: list[str] = []

    def in_place(self, queryset: Any, name: str, value: Unit) -> Any:
        """Whose station lies there, or who serve it."""
        served = Courier.units.through.objects.filter(unit_id=value.pk).values("courier_id")
        return queryset.filter(Q(**inside(value.kind, value.pk)) | Q(pk__in=served))

    def with_account(self, queryset: Any, name: str, value: str) -> Any:
        """Who can sign in, and who cannot."""
        return queryset.filter(user__isnull=value == "0")
