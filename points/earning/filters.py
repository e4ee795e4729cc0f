"""What the list of claims can be narrowed by."""

from __future__ import annotations

import django_filters
from django import forms

from governance.ui.filters import DateRangeFilter
from members.volunteers.filters import HoursFilterSet
from points.models import RULE_KINDS, Claim


class ClaimFilterSet(HoursFilterSet):
    """Claims by the person's name, unit, source, day, person and household."""

    words = "person__name"
    day = DateRangeFilter(label="发生日期", field_name="on")
    kind = django_filters.ChoiceFilter(label="来源", choices=RULE_KINDS, empty_label="全部")
    activity = None
    household = django_filters.NumberFilter(field_name="household", widget=forms.HiddenInput)

    class Meta:
        model = Claim
        fields: list[str] = []
