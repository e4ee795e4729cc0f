"""What the list of party households can be narrowed by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django.utils import timezone

from members.filters import OfPeopleFilterSet
from members.models import PartyHousehold
from members.party_households.limits import LEAST, MOST

_LOADS = [("few", f"少于 {LEAST} 户"), ("fit", f"{LEAST}—{MOST} 户"), ("many", f"多于 {MOST} 户")]
_VISITS = [("never", "从未走访"), ("30", "30 天没有走访"), ("90", "90 天没有走访")]


class PartyHouseholdFilterSet(OfPeopleFilterSet):
    """By how many homes each looks after, and how long ago it visited."""

    load = django_filters.ChoiceFilter(label="联系户数", choices=_LOADS, method="of_load", empty_label="全部")
    visited = django_filters.ChoiceFilter(label="走访", choices=_VISITS, method="of_visits", empty_label="全部")
    sign = django_filters.CharFilter(
        label="挂牌编号", field_name="sign_number", lookup_expr="startswith", max_length=32
    )

    class Meta:
        model = PartyHousehold
        fields: list[str] = []

    def of_load(self, queryset: Any, name: str, value: str) -> Any:
        """Too few, fitting, too many."""
        if value == "fit":
            return queryset.filter(homes__gte=LEAST, homes__lte=MOST)
        return queryset.filter(homes__lt=LEAST) if value == "few" else queryset.filter(homes__gt=MOST)

    def of_visits(self, queryset: Any, name: str, value: str) -> Any:
        """Not since so many days, or never."""
        if value == "never":
            return queryset.filter(last_visit_on=None)
        since = timezone.localdate() - timedelta(days=int(value))
        return queryset.exclude(last_visit_on__gte=since)
