"""What the lists of people can be narrowed by."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django_filters.widgets import RangeWidget

from governance import search
from governance.privacy.addresses import by_key, person_key
from governance.scope import inside
from grids.models import Unit
from members.models import GENDERS, RESIDENCES, Building, Household, Person
from members.models.households import KINDS
from members.querysets import HouseholdQuerySet, PersonQuerySet


class _Ages(RangeWidget):  # type: ignore[misc]
    """From, to, each with a name of its own for a screen reader."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.widgets = [
            forms.NumberInput({"min": 0, "max": 150, "inputmode": "numeric", "placeholder": hint, "aria-label": label})
            for hint, label in (("从", "最小年龄"), ("到", "最大年龄"))
        ]


def _years(value: Any) -> int:
    return min(max(int(value), 0), 199)


def years_before(day: date, years: int) -> date:
    """The day so many years earlier; whoever was born on 29 February is a year older on 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


class _PlacedFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """By words, and by a unit of the actor's own line."""

    q = django_filters.CharFilter(
        label="查找", method="find", max_length=40,
        widget=forms.TextInput({"placeholder": "户主、楼栋、住址或房号", "autocomplete": "off"}),
    )  # fmt: skip
    place = django_filters.ModelChoiceFilter(
        label="社区网格", queryset=Unit.objects.none(), method="in_place", empty_label="全部"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            units = Unit.objects.open().visible_to(self.request.actor)
            self.filters["place"].queryset = units.filter(kind__in=("community", "grid")).order_by("code")

    def in_place(self, queryset: Any, name: str, value: Unit) -> Any:
        """What lies in the unit."""
        return queryset.filter(**inside(value.kind, value.pk))


class PersonFilterSet(_PlacedFilterSet):
    """Persons by name, initials or a full number; by place, age, sex and residence."""

    q = django_filters.CharFilter(
        label="查找", method="find", max_length=40,
        widget=forms.TextInput({"placeholder": "姓名/首字母/电话/证件号", "autocomplete": "off",
                                "title": "姓名、拼音首字母、完整的电话或身份证号"}),
    )  # fmt: skip
    age = django_filters.RangeFilter(label="年龄", method="of_age", widget=_Ages)
    residence = django_filters.ChoiceFilter(label="居住情况", choices=RESIDENCES, empty_label="全部")
    gender = django_filters.ChoiceFilter(label="性别", choices=GENDERS, empty_label="全部")
    person = django_filters.CharFilter(method="of_person", max_length=80, widget=forms.HiddenInput)

    class Meta:
        model = Person
        fields: list[str] = []

    def find(self, queryset: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        """A full number that stands here all the same is looked up by its hash."""
        return self.of_person(queryset, name, key) if (key := person_key(value)) else queryset.search(value)

    def of_age(self, queryset: PersonQuerySet, name: str, value: slice) -> PersonQuerySet:
        """Who is so many full years old today, both ends included."""
        today = timezone.localdate()
        if value.stop is not None:
            queryset = queryset.filter(born_on__gt=years_before(today, _years(value.stop) + 1))
        if value.start is not None:
            queryset = queryset.filter(born_on__lte=years_before(today, _years(value.start)))
        return queryset

    def of_person(self, queryset: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        """Of the person with this number, by its keyed hash."""
        found = by_key(value)
        return queryset.filter(**found) if found else queryset.none()


class BuildingFilterSet(_PlacedFilterSet):
    """Buildings by name or address, by place."""

    q = django_filters.CharFilter(
        label="查找", method="find", max_length=40,
        widget=forms.TextInput({"placeholder": "楼栋名称或地址", "autocomplete": "off"}),
    )  # fmt: skip

    class Meta:
        model = Building
        fields: list[str] = []

    def find(self, queryset: Any, name: str, value: str) -> Any:
        """By name or address."""
        return queryset.filter(Q(name__contains=value) | Q(address__contains=value))


class HouseholdFilterSet(_PlacedFilterSet):
    """Households by head, address or room; by place and kind."""

    kind = django_filters.ChoiceFilter(label="类型", choices=KINDS, empty_label="全部")

    class Meta:
        model = Household
        fields: list[str] = []

    def find(self, queryset: HouseholdQuerySet, name: str, value: str) -> HouseholdQuerySet:
        """By the head's name, the address, the building, the entrance or the room; several words narrow further."""
        for word in pieces(value):
            queryset = queryset.filter(
                Q(head_name__startswith=word) | Q(address__contains=word) | Q(home__building__name__contains=word)
                | Q(home__entrance__in=(word, f"{word}单元")) | Q(home__room=word)
            )  # fmt: skip
        return queryset


_NUMBERS = re.compile(r"\d+(?:[-－—]\d+)+")
_WRITTEN_OUT = re.compile(r"(?P<building>.*?(?:号楼|栋|幢))?(?P<entrance>\d+单元)?(?P<room>\d{3,4})(?:室|号)?")


def pieces(text: str) -> list[str]:
    """What is looked for, word by word: 3-2-301, "3号楼 301" and 3号楼2单元301 name building, entrance and room."""
    words: list[str] = []
    for word in text.split():
        whole = _WRITTEN_OUT.fullmatch(word)
        if _NUMBERS.fullmatch(word):
            words += re.split(r"[-－—]", word)
        elif whole and whole["building"]:
            words += [piece for piece in whole.groups() if piece]
        else:
            words.append(word)
    return words[:6]


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
            units = Unit.objects.open().visible_to(self.request.actor)
            self.filters["place"].queryset = units.filter(kind__in=self.kinds_of_place).order_by("code")

    def find(self, queryset: Any, name: str, value: str) -> Any:
        """By pieces of the name."""
        words = search.query(value.strip())
        return queryset.filter(person__search=words) if words is not None else queryset.none()

    def in_place(self, queryset: Any, name: str, value: Unit) -> Any:
        """What lies in the unit."""
        return queryset.filter(**inside(value.kind, value.pk))

    def of_person(self, queryset: Any, name: str, value: str) -> Any:
        """Of the person with this number, by its keyed hash."""
        found = by_key(value)
        return queryset.filter(**{f"person__{key}": one for key, one in found.items()}) if found else queryset.none()
