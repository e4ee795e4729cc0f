"""What the lists of careers and procedures can be narrowed by."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone

from governance.ui.filters import DateRangeFilter
from governance.ui.forms import SearchSelect
from grids.models import Unit
from members.careers.figures import HAPPENED, happened
from members.careers.querysets import CareerQuerySet, ProcedureQuerySet
from members.careers.workflow import PATH_LABELS
from members.models import Career, CareerProcedure
from members.models.careers import CERTIFICATES, DEGREES, POSTS, RECRUITED, TOP_GRADE

_AGES = [("0-35", "35 周岁以下"), ("36-45", "36 至 45 周岁"), ("46-55", "46 至 55 周岁"), ("56-", "56 周岁以上")]
_NONE = "none"


class _OfUnit(django_filters.FilterSet):  # type: ignore[misc]
    """By a unit of the actor's own line, and by name."""

    q = django_filters.CharFilter(label="姓名", method="by_name", max_length=20)
    unit = django_filters.ModelChoiceFilter(
        label="单位", queryset=Unit.objects.none(), method="in_unit", empty_label="全部", widget=SearchSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None:
            inside = Unit.objects.open().visible_to(self.request.actor)
            self.filters["unit"].queryset = inside.filter(kind__in=("street", "community", "grid")).order_by("code")

    def in_unit(self, queryset: Any, name: str, value: Unit) -> Any:
        """What lies in the unit and below it."""
        return queryset.filter(**{value.kind: value})


class CareerFilterSet(_OfUnit):
    """Careers by who, where, post, grade, papers, age, and what happened to them when."""

    post = django_filters.ChoiceFilter(label="岗位", choices=POSTS, empty_label="全部")
    grade = django_filters.ChoiceFilter(
        label="级别", choices=[(str(n), f"{n} 级") for n in range(1, TOP_GRADE + 1)], empty_label="全部"
    )
    due = django_filters.ChoiceFilter(
        label="晋级", choices=[("1", "已到应晋级日期")], method="by_due", empty_label="不限"
    )
    degree = django_filters.ChoiceFilter(
        label="学历", choices=[(code or _NONE, label) for code, label in DEGREES], method="by_code", empty_label="全部"
    )
    certificate = django_filters.ChoiceFilter(
        label="职业资格", choices=[(code or _NONE, label) for code, label in CERTIFICATES], method="by_code",
        empty_label="全部",
    )  # fmt: skip
    age = django_filters.ChoiceFilter(label="年龄", choices=_AGES, method="by_age", empty_label="全部")
    recruited = django_filters.ChoiceFilter(label="进入方式", choices=RECRUITED, empty_label="全部")
    happened = django_filters.ChoiceFilter(
        label="发生事项", choices=[(code, one.label) for code, one in HAPPENED.items()], method="by_event",
        empty_label="不限",
    )  # fmt: skip
    when = DateRangeFilter(label="发生日期", method="any_day")

    class Meta:
        model = Career
        fields: list[str] = []

    def by_name(self, queryset: CareerQuerySet, name: str, value: str) -> CareerQuerySet:
        """By the beginning of the name or its initials."""
        return queryset.filter(Q(person__name__startswith=value) | Q(person__initials__istartswith=value))

    def by_due(self, queryset: CareerQuerySet, name: str, value: str) -> CareerQuerySet:
        """Those who are due a higher grade today."""
        return queryset.due(timezone.localdate())

    def by_code(self, queryset: CareerQuerySet, name: str, value: str) -> CareerQuerySet:
        """A degree or certificate; none of it is a choice, too."""
        return queryset.filter(**{name: "" if value == _NONE else value})

    def by_age(self, queryset: CareerQuerySet, name: str, value: str) -> CareerQuerySet:
        """Born between two days."""
        least, _, most = value.partition("-")
        today = timezone.localdate()
        found = queryset.filter(person__born_on__lte=_years_ago(today, int(least)))
        return found.filter(person__born_on__gt=_years_ago(today, int(most) + 1)) if most else found

    def by_event(self, queryset: CareerQuerySet, name: str, value: str) -> CareerQuerySet:
        """Those to whom it happened, in the time that stands beside it."""
        when = self.form.cleaned_data.get("when")
        return happened(queryset, value, when.start.date() if when and when.start else None,
                        when.stop.date() if when and when.stop else None)  # fmt: skip

    def any_day(self, queryset: CareerQuerySet, name: str, value: Any) -> CareerQuerySet:
        """A time alone is that of the entry; with an event it is the event's."""
        if self.form.cleaned_data.get("happened"):
            return queryset
        found = queryset.filter(entered_on__gte=value.start.date()) if value.start else queryset
        return found.filter(entered_on__lte=value.stop.date()) if value.stop else found


def _years_ago(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=28 if (day.month, day.day) == (2, 29) else day.day)


class ProcedureFilterSet(_OfUnit):
    """Procedures by who, where, and what about."""

    kind = django_filters.ChoiceFilter(
        label="类型", choices=CareerProcedure._meta.get_field("kind").choices, empty_label="全部"
    )
    path = django_filters.ChoiceFilter(label="事项", choices=list(PATH_LABELS.items()), empty_label="全部")
    card = django_filters.ChoiceFilter(
        label="时限", choices=[("red", "已超时"), ("yellow", "临近时限")], empty_label="不限"
    )
    career = django_filters.NumberFilter(widget=forms.HiddenInput)

    class Meta:
        model = CareerProcedure
        fields: list[str] = []

    def by_name(self, queryset: ProcedureQuerySet, name: str, value: str) -> ProcedureQuerySet:
        """By the beginning of the name."""
        return queryset.filter(career__person__name__startswith=value)
