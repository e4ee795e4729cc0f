"""How the list of sites is narrowed."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from governance.scope import UnitKind
from governance.ui.forms import SearchSelect
from grids.models import Cluster, Site, SiteKind, Unit
from grids.querysets import SiteQuerySet, UnitQuerySet
from grids.selectors import in_order
from grids.sites import selectors

LEVEL_CHOICES = [("any", "各级示范点"), *Site.LEVELS]
STANDARD_CHOICES = [("small", "面积不足"), ("unknown", "面积未填"), ("met", "面积达标")]


def _units(request: HttpRequest) -> UnitQuerySet:
    actor = request.actor  # type: ignore[attr-defined]
    kinds = [UnitKind.STREET, UnitKind.COMMUNITY]
    return in_order(Unit.objects.filter(district_id=actor.district_id, kind__in=kinds).open())


def _clusters(request: HttpRequest) -> QuerySet[Cluster]:
    return Cluster.objects.visible_to(request.actor)  # type: ignore[attr-defined]


class SiteFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By words, kind, unit and all below it, door, level, cluster, standard, transfer."""

    q = django_filters.CharFilter(label="名称", method="by_words", help_text="名称或地址")
    kind = django_filters.ModelChoiceFilter(label="类型", queryset=SiteKind.objects.all(), empty_label="全部类型")
    unit = django_filters.ModelChoiceFilter(
        label="单位", queryset=_units, method="by_unit", empty_label="全部单位", widget=SearchSelect
    )
    open = django_filters.ChoiceFilter(
        label="现在", choices=[("1", "开放中"), ("0", "未开放")], method="by_door", empty_label="不限"
    )
    level = django_filters.ChoiceFilter(label="示范等级", choices=LEVEL_CHOICES, method="by_level", empty_label="不限")
    cluster = django_filters.ModelChoiceFilter(label="示范矩阵、示范带", queryset=_clusters, empty_label="不限")
    standard = django_filters.ChoiceFilter(
        label="面积标准", choices=STANDARD_CHOICES, method="by_standard", empty_label="不限"
    )
    transferred = django_filters.ChoiceFilter(
        label="地企移交", choices=[("1", "是"), ("0", "否")], method="by_transfer", empty_label="不限"
    )

    class Meta:
        model = Site
        fields: list[str] = []

    def by_words(self, queryset: SiteQuerySet, name: str, value: str) -> SiteQuerySet:
        """Name or address."""
        return queryset.worded(value)

    def by_unit(self, queryset: SiteQuerySet, name: str, value: Unit) -> SiteQuerySet:
        """The unit and all below it."""
        return queryset.within(value.pk)

    def by_door(self, queryset: SiteQuerySet, name: str, value: str) -> SiteQuerySet:
        """Whether the door is open at this moment."""
        ids = selectors.open_ids(Site.objects.visible_to(self.request.actor).in_use(), timezone.now())
        return queryset.filter(pk__in=ids) if value == "1" else queryset.exclude(pk__in=ids)

    def by_level(self, queryset: SiteQuerySet, name: str, value: str) -> SiteQuerySet:
        """A demonstration level, or any."""
        return queryset.of_level(value)

    def by_standard(self, queryset: SiteQuerySet, name: str, value: str) -> SiteQuerySet:
        """How the floor area stands to the standard."""
        return queryset.by_standard(value)

    def by_transfer(self, queryset: SiteQuerySet, name: str, value: str) -> SiteQuerySet:
        """Whether an enterprise handed it over."""
        return queryset.filter(transferred=value == "1")
