"""What the lists of teams, activities and hours can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest

from governance.scope import UnitKind, inside
from governance.ui.filters import DateRangeFilter
from governance.ui.forms import SearchSelect
from grids.models import Unit
from members.models import Activity, ServiceHours, TeamMember, VolunteerTeam
from members.models.volunteers import KINDS


def _units(request: HttpRequest) -> Any:
    actor = request.actor  # type: ignore[attr-defined]
    levels = ["street", "community"] if actor.unit_kind == UnitKind.DISTRICT else ["street", "community", "grid"]
    return Unit.objects.open().visible_to(actor).filter(kind__in=levels).order_by("code")


class _OfUnitFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """By words, and by a unit of the actor's own line and what lies below it."""

    words = "name"
    # Where the place columns are.
    path = ""

    q = django_filters.CharFilter(label="查找", method="find", max_length=40)
    place = django_filters.ModelChoiceFilter(
        label="单位", queryset=_units, method="in_place", empty_label="全部", widget=SearchSelect
    )

    def find(self, queryset: Any, name: str, value: str) -> Any:
        """By a part of the name."""
        return queryset.filter(**{f"{self.words}__contains": value.strip()})

    def in_place(self, queryset: Any, name: str, value: Unit) -> Any:
        """What lies in the unit."""
        return queryset.filter(**inside(value.kind, value.pk, self.path))


class TeamFilterSet(_OfUnitFilterSet):
    """Teams by name, unit and kind."""

    kind = django_filters.ChoiceFilter(label="类型", choices=KINDS, empty_label="全部")

    class Meta:
        model = VolunteerTeam
        fields: list[str] = []


class MemberFilterSet(_OfUnitFilterSet):
    """Memberships by what the list of teams is narrowed by, and of one team."""

    words = "team__name"
    path = "team__"
    kind = django_filters.ChoiceFilter(label="类型", field_name="team__kind", choices=KINDS, empty_label="全部")
    team = django_filters.NumberFilter(field_name="team", widget=forms.HiddenInput, label="一支队伍")

    class Meta:
        model = TeamMember
        fields: list[str] = []


class ActivityFilterSet(_OfUnitFilterSet):
    """Activities by title, unit, kind, team and day."""

    words = "title"
    kind = django_filters.ChoiceFilter(label="类型", choices=KINDS, empty_label="全部")
    day = DateRangeFilter(label="活动日期", field_name="starts_at")
    team = django_filters.NumberFilter(field_name="team", widget=forms.HiddenInput)

    class Meta:
        model = Activity
        fields: list[str] = []


class HoursFilterSet(_OfUnitFilterSet):
    """Hours by the volunteer's name, unit, day, activity and person."""

    words = "person__name"
    day = DateRangeFilter(label="服务日期", field_name="on")
    activity = django_filters.NumberFilter(field_name="activity", widget=forms.HiddenInput)
    person = django_filters.NumberFilter(field_name="person", widget=forms.HiddenInput)

    class Meta:
        model = ServiceHours
        fields: list[str] = []
