"""What the special care lists can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms

from accounts.models import User
from governance.privacy.addresses import by_key, person_key
from governance.scope import inside
from governance.ui.filters import DateRangeFilter
from grids.models import Unit
from members.models import CareKind, CareRecord, CareTurn, CareVisit, Person
from members.models.care import LEVELS


class _CareFilters(django_filters.FilterSet):  # type: ignore[misc]
    """By list, level and a unit of the actor's own line."""

    kind = django_filters.ModelChoiceFilter(label="类别", queryset=CareKind.objects.all(), empty_label="全部")
    place = django_filters.ModelChoiceFilter(
        label="社区网格", queryset=Unit.objects.none(), method="in_place", empty_label="全部"
    )
    level = django_filters.ChoiceFilter(label="等级", choices=LEVELS, empty_label="全部")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            units = Unit.objects.open().visible_to(self.request.actor)
            self.filters["place"].queryset = units.filter(kind__in=("community", "grid")).order_by("code")

    def in_place(self, queryset: Any, name: str, value: Unit) -> Any:
        """What lies in the unit."""
        return queryset.filter(**inside(value.kind, value.pk))


class CareFilterSet(_CareFilters):
    """Records by the person, the visitor, list, level and place."""

    q = django_filters.CharFilter(label="姓名", method="find", max_length=40)
    visitor = django_filters.ModelChoiceFilter(
        label="走访人", queryset=User.objects.none(), empty_label="全部", null_label="未指定（网格员）"
    )
    person = django_filters.CharFilter(method="of_person", max_length=80, widget=forms.HiddenInput)

    class Meta:
        model = CareRecord
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "place", "level", "visitor", "person"):
            self.filters[name] = self.filters.pop(name)
        if self.request is not None:
            named = CareRecord.objects.visible_to(self.request.actor).open().order_by().values("visitor")
            self.filters["visitor"].queryset = User.objects.filter(pk__in=named).order_by("initials", "pk")

    def find(self, queryset: Any, name: str, value: str) -> Any:
        """By name or initials; a full number that stands here all the same is looked up by its hash."""
        if key := person_key(value):
            return self.of_person(queryset, name, key)
        return queryset.filter(person__in=Person.objects.search(value).order_by().values("pk"))

    def of_person(self, queryset: Any, name: str, value: str) -> Any:
        """Of the person with this number, by its keyed hash."""
        found = by_key(value)
        return queryset.filter(**{f"person__{k}": v for k, v in found.items()}) if found else queryset.none()


class TurnFilterSet(_CareFilters):
    """Visits that were due, by when."""

    due = DateRangeFilter(field_name="due_at", label="应访日期")

    class Meta:
        model = CareTurn
        fields: list[str] = []


class VisitFilterSet(_CareFilters):
    """Visits that were made, by when: what leaves as a spreadsheet from the list of those that were due."""

    due = DateRangeFilter(field_name="at", label="走访日期")

    class Meta:
        model = CareVisit
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "level"):
            self.filters[name].field_name = f"record__{name}"

    def in_place(self, queryset: Any, name: str, value: Unit) -> Any:
        """What lies in the unit."""
        return queryset.filter(**inside(value.kind, value.pk, "record__"))
