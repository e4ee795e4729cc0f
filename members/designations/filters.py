"""What the lists of designations and couriers can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q

from governance import search
from governance.privacy.addresses import by_key
from governance.scope import UnitKind
from governance.ui.forms import DateInput
from grids.models import Unit
from members.models import Courier, Designation, DesignationKind
from members.models.designations import COMPANIES, TRADES

_COLUMN = {UnitKind.STREET: "street", UnitKind.COMMUNITY: "community", UnitKind.GRID: "grid"}
_LINE = ("street", "community", "grid")


class OfPeopleFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """By the person's name or initials, and by a unit of the actor's own line."""

    q = django_filters.CharFilter(label="姓名", method="find", max_length=40)
    place = django_filters.ModelChoiceFilter(
        label="所在单位", queryset=Unit.objects.none(), method="in_place", empty_label="全部"
    )
    person = django_filters.CharFilter(method="of_person", max_length=80, widget=forms.HiddenInput)
    kinds_of_place: tuple[str, ...] = _LINE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            inside = Unit.objects.open().visible_to(self.request.actor)
            self.filters["place"].queryset = inside.filter(kind__in=self.kinds_of_place).order_by("code")

    def find(self, queryset: Any, name: str, value: str) -> Any:
        """By pieces of the name."""
        words = search.query(value.strip())
        return queryset.filter(person__search=words) if words is not None else queryset.none()

    def in_place(self, queryset: Any, name: str, value: Unit) -> Any:
        """What lies in the unit."""
        return queryset.filter(**{_COLUMN[UnitKind(value.kind)]: value})

    def of_person(self, queryset: Any, name: str, value: str) -> Any:
        """Of the person with this number, by its keyed hash."""
        found = by_key(value)
        return queryset.filter(**{f"person__{key}": one for key, one in found.items()}) if found else queryset.none()


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
        return queryset.filter(Q(**{_COLUMN[UnitKind(value.kind)]: value}) | Q(pk__in=served))

    def with_account(self, queryset: Any, name: str, value: str) -> Any:
        """Who can sign in, and who cannot."""
        return queryset.filter(user__isnull=value == "0")
