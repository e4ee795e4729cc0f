"""What the lists of people can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q

from governance import search
from governance.privacy.addresses import by_key, person_key
from governance.scope import UnitKind
from grids.models import Unit
from members.models import GENDERS, RESIDENCES, Household, Person
from members.models.households import KINDS
from members.querysets import HouseholdQuerySet, PersonQuerySet

_COLUMN = {UnitKind.STREET: "street", UnitKind.COMMUNITY: "community", UnitKind.GRID: "grid"}


class _PlacedFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """By words, and by a unit of the actor's own line."""

    q = django_filters.CharFilter(label="查找", method="find", max_length=40)
    place = django_filters.ModelChoiceFilter(
        label="社区网格", queryset=Unit.objects.none(), method="in_place", empty_label="全部"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            inside = Unit.objects.open().visible_to(self.request.actor)
            self.filters["place"].queryset = inside.filter(kind__in=("community", "grid")).order_by("code")

    def in_place(self, queryset: Any, name: str, value: Unit) -> Any:
        """What lies in the unit."""
        return queryset.filter(**{_COLUMN[UnitKind(value.kind)]: value})


class PersonFilterSet(_PlacedFilterSet):
    """Persons by name, initials or a full number; by place, sex and residence."""

    residence = django_filters.ChoiceFilter(label="居住情况", choices=RESIDENCES, empty_label="全部")
    gender = django_filters.ChoiceFilter(label="性别", choices=GENDERS, empty_label="全部")
    person = django_filters.CharFilter(method="of_person", max_length=80, widget=forms.HiddenInput)

    class Meta:
        model = Person
        fields: list[str] = []

    def find(self, queryset: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        """A full number that stands here all the same is looked up by its hash."""
        return self.of_person(queryset, name, key) if (key := person_key(value)) else queryset.search(value)

    def of_person(self, queryset: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        """Of the person with this number, by its keyed hash."""
        found = by_key(value)
        return queryset.filter(**found) if found else queryset.none()


class HouseholdFilterSet(_PlacedFilterSet):
    """Households by head, address or room; by place and kind."""

    kind = django_filters.ChoiceFilter(label="类型", choices=KINDS, empty_label="全部")

    class Meta:
        model = Household
        fields: list[str] = []

    def find(self, queryset: HouseholdQuerySet, name: str, value: str) -> HouseholdQuerySet:
        """By the head's name, the address, the building or the room."""
        return queryset.filter(
            Q(head_name__startswith=value) | Q(address__contains=value) | Q(home__building__name__contains=value)
            | Q(home__room=value)
        )  # fmt: skip


class OfPeopleFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """By the person's name or initials, and by a unit of the actor's own line."""

    q = django_filters.CharFilter(label="姓名", method="find", max_length=40)
    place = django_filters.ModelChoiceFilter(
        label="所在单位", queryset=Unit.objects.none(), method="in_place", empty_label="全部"
    )
    person = django_filters.CharFilter(method="of_person", max_length=80, widget=forms.HiddenInput)
    kinds_of_place: tuple[str, ...] = ("street", "community", "grid")

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
