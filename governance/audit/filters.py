"""How the record is searched: when, who, what, about what. Each has an index that ends in time."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from governance.audit import actions
from governance.audit.models import Entry
from governance.ui.filters import DateRangeFilter

# The platform's longest id; a longer number would be no id.
_MAX_ID = 2**63 - 1


class EntryFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Exact matches, as an auditor looks for a certain person, number, action."""

    at = DateRangeFilter(label="时间")
    user_name = django_filters.CharFilter(label="操作人", help_text="姓名")
    subject_label = django_filters.CharFilter(label="对象编号", help_text="如工单号")
    action = django_filters.ChoiceFilter(label="操作", choices=actions.choices, empty_label="全部操作")
    subject_type = django_filters.ChoiceFilter(label="对象类型", choices=actions.subject_choices, empty_label="全部")
    subject_id = django_filters.NumberFilter(label="对象内部号", method="by_subject_id")
    ip = django_filters.CharFilter(label="IP 地址")

    class Meta:
        model = Entry
        fields: list[str] = []

    def by_subject_id(self, queryset: QuerySet[Entry], name: str, value: Any) -> QuerySet[Entry]:
        """By primary key; a number that can be none finds nothing."""
        if value != int(value) or not 0 <= value <= _MAX_ID:
            return queryset.none()
        return queryset.filter(subject_id=int(value))
