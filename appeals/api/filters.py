"""What other systems filter by, besides what people do."""

from __future__ import annotations

import django_filters

from appeals.filters import AppealFilterSet
from appeals.models import Appeal


class ApiFilterSet(AppealFilterSet):
    """The page's filters, exact numbers, and the card."""

    number = django_filters.CharFilter(label="工单号", max_length=20)
    source_number = django_filters.CharFilter(label="来源编号", max_length=64)
    card = django_filters.ChoiceFilter(label="亮牌", choices=[("yellow", "黄牌"), ("red", "红牌")])

    class Meta:
        model = Appeal
        fields: list[str] = []
