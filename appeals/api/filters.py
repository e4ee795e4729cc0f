"""What other systems filter by, besides what people do."""

from __future__ import annotations

import django_filters

from appeals.filters import AppealFilterSet
from appeals.models import Appeal, SupervisionOrder


class ApiFilterSet(AppealFilterSet):
    """The page's filters, exact numbers, and the card."""

    number = django_filters.CharFilter(label="工单号", max_length=20)
    source_number = django_filters.CharFilter(label="来源编号", max_length=64)
    card = django_filters.ChoiceFilter(label="亮牌", choices=[("yellow", "黄牌"), ("red", "红牌")])

    class Meta:
        model = Appeal
        fields: list[str] = []


class SupervisionFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """Supervision orders by number, appeal, unit, origin and state."""

    number = django_filters.CharFilter(label="督办单号", max_length=20)
    appeal = django_filters.NumberFilter(label="工单", field_name="appeal_id", min_value=1, max_value=2**63 - 1)
    unit = django_filters.NumberFilter(label="被督办单位", field_name="unit_id", min_value=1, max_value=2**63 - 1)
    origin = django_filters.ChoiceFilter(label="来由", choices=SupervisionOrder.ORIGINS)
    state = django_filters.ChoiceFilter(label="状态", choices=SupervisionOrder.STATES)
    is_late = django_filters.BooleanFilter(label="逾期")

    class Meta:
        model = SupervisionOrder
        fields: list[str] = []
