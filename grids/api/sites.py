"""Service sites for other systems: where they are, and when their doors are open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.days import start_of
from governance.errors import InvalidInput
from governance.ui.views import find_or_404
from grids.api.views import POINT, actor_of
from grids.models import WEEKDAY_LABELS, Site
from grids.sites import hours, selectors
from grids.sites.filters import LEVEL_CHOICES, STANDARD_CHOICES
from grids.sites.times import times_of
from grids.views.maps import point_of

_MOST_DAYS = 366
_REACH_M = 50_000
TAGS = ["sites"]


class SiteSerializer(serializers.ModelSerializer[Site]):
    """One site. Degrees are WGS-84, areas are in square metres; `short_of_m2` is what lacks of the standard."""

    kind = serializers.SlugRelatedField(slug_field="code", read_only=True)  # type: ignore[var-annotated]
    kind_name = serializers.CharField(source="kind.name", read_only=True)
    unit_name = serializers.CharField(source="unit.name", read_only=True)
    cluster_name = serializers.CharField(source="cluster.name", read_only=True, allow_null=True, default=None)
    standard_m2 = serializers.IntegerField(read_only=True, allow_null=True)
    short_of_m2 = serializers.IntegerField(read_only=True)

    class Meta:
        model = Site
        fields = (
            "id", "name", "kind", "kind_name", "unit", "unit_name", "district", "street", "community", "grid",
            "address", "phone", "lon", "lat", "area_m2", "standard_m2", "short_of_m2", "level", "cluster",
            "cluster_name", "transferred", "transferred_on", "former_owner", "on_holidays", "opened_on", "closed_on",
        )  # fmt: skip
        read_only_fields = fields


class NearSiteSerializer(SiteSerializer):
    """A site, how far it is as the crow flies, and its door at the moment."""

    metres = serializers.IntegerField()
    is_open = serializers.BooleanField()
    door = serializers.CharField(help_text="“开放中，至 17:00”")

    class Meta(SiteSerializer.Meta):
        fields = (*SiteSerializer.Meta.fields, "metres", "is_open", "door")  # type: ignore[assignment]


class DaySerializer(serializers.Serializer[Any]):
    """One day: its windows as pairs of "HH:MM", empty when closed, and why they differ from the week."""

    date = serializers.DateField()
    windows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    note = serializers.CharField(allow_blank=True)


class WeekdaySerializer(serializers.Serializer[Any]):
    """A weekday, or the statutory holidays, with its windows."""

    day = serializers.CharField()
    windows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class PhotoSerializer(serializers.Serializer[Any]):
    """A photo; its content is at /api/v1/attachments/{id}/."""

    id = serializers.UUIDField(source="attachment_id")
    caption = serializers.CharField(allow_blank=True)
    width = serializers.IntegerField(source="attachment.width")
    height = serializers.IntegerField(source="attachment.height")


class SiteDetailSerializer(SiteSerializer):
    """One site with its door at the moment, its week, the days asked for, and its photos."""

    is_open = serializers.BooleanField()
    door = serializers.CharField()
    week = WeekdaySerializer(many=True)
    days = DaySerializer(many=True)
    photos = PhotoSerializer(many=True)

    class Meta(SiteSerializer.Meta):
        fields = (*SiteSerializer.Meta.fields, "is_open", "door", "week", "days", "photos")  # type: ignore[assignment]


class SiteApiFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which sites are wanted."""

    q = django_filters.CharFilter(method="by_words", label="名称或地址", max_length=64)
    kind = django_filters.CharFilter(field_name="kind__code", label="类型的编码", max_length=50)
    within = django_filters.NumberFilter(method="by_place", label="该单位及其下级", max_value=2**63 - 1)
    level = django_filters.ChoiceFilter(choices=LEVEL_CHOICES, method="by_level", label="示范等级")
    cluster = django_filters.NumberFilter(field_name="cluster_id", label="示范矩阵、示范带", max_value=2**63 - 1)
    standard = django_filters.ChoiceFilter(choices=STANDARD_CHOICES, method="by_standard", label="面积标准")
    transferred = django_filters.BooleanFilter(label="地企移交")
    closed = django_filters.BooleanFilter(field_name="closed_on", lookup_expr="isnull", exclude=True, label="已停用")
    open_at = django_filters.IsoDateTimeFilter(method="by_door", label="这个时刻开放（ISO 8601，带时区）")

    class Meta:
        model = Site
        fields: list[str] = []

    def by_words(self, queryset: Any, name: str, value: str) -> Any:
        """Name or address."""
        return queryset.worded(value)

    def by_place(self, queryset: Any, name: str, value: Any) -> Any:
        """The unit and all below it."""
        return queryset.within(int(value))

    def by_level(self, queryset: Any, name: str, value: str) -> Any:
        """A demonstration level, or any."""
        return queryset.of_level(value)

    def by_standard(self, queryset: Any, name: str, value: str) -> Any:
        """How the floor area stands to the standard."""
        return queryset.by_standard(value)

    def by_door(self, queryset: Any, name: str, value: datetime) -> Any:
        """Those whose door is open at the moment."""
        ids = selectors.open_ids(Site.objects.visible_to(actor_of(self.request)).in_use(), value)
        return queryset.filter(pk__in=ids)


class ByName(CursorPagination):
    """Pages in the order of names; the last costs what the first does."""

    ordering = ("name", "pk")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


_NEAR = [
    OpenApiParameter("lon", OpenApiTypes.DOUBLE, description="经度（度）；与 lat、within_m 一起，只要附近的"),
    OpenApiParameter("lat", OpenApiTypes.DOUBLE, description="纬度（度）"),
    OpenApiParameter("within_m", OpenApiTypes.INT, description=f"多少米以内，最多 {_REACH_M}"),
    OpenApiParameter("system", enum=["wgs84", "gcj02", "bd09"], default="wgs84", description="坐标系"),
]


@extend_schema(
    summary="阵地列表",
    tags=TAGS,
    parameters=_NEAR,
    operation_id="sites_list",
)
class SiteList(ListAPIView[Site]):
    """Sites of the caller's district; by place, kind, standard, and by the moment at which they are open."""

    serializer_class = SiteSerializer
    pagination_class = ByName
    filterset_class = SiteApiFilter

    def get_queryset(self) -> QuerySet[Site]:
        """In scope, and around the point where one is given."""
        if getattr(self, "swagger_fake_view", False):
            return Site.objects.none()
        sites = selectors.with_all(Site.objects.visible_to(actor_of(self.request))).with_standard()
        given = self.request.query_params
        if not {"lon", "lat", "within_m"} & set(given):
            return sites
        lon, lat = point_of(given)
        return sites.filter(pk__in=selectors.ids_around(Site.objects.visible_to(actor_of(self.request)), lon, lat,
                                                        _number(given, "within_m", 1000, _REACH_M)))  # fmt: skip


class SitesNear(APIView):
    """The nearest."""

    @extend_schema(
        summary="离一个点最近的阵地，由近到远，最多 20 个", tags=TAGS, operation_id="sites_near",
        parameters=[
            *POINT,
            OpenApiParameter("kind", OpenApiTypes.STR, description="类型的编码"),
            OpenApiParameter("at", OpenApiTypes.DATETIME, description="什么时刻；默认现在"),
            OpenApiParameter("all", OpenApiTypes.BOOL, default=False, description="也列出此刻未开放的"),
        ],
        responses={200: NearSiteSerializer(many=True), 400: OpenApiResponse(description="坐标或时刻有误")},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Those that are open at the moment, unless all are asked for."""
        given = request.query_params
        lon, lat = point_of(given)
        found = selectors.near(
            actor_of(request), lon, lat, _moment(given.get("at")), kind_code=given.get("kind") or None,
            open_only=given.get("all", "").lower() not in {"1", "true"},
        )  # fmt: skip
        for one in found:
            _dress(one.site, metres=one.metres, is_open=one.door.is_open, door=one.door.words)
        return Response(NearSiteSerializer([one.site for one in found], many=True).data)


class SiteDetail(APIView):
    """One site."""

    @extend_schema(
        summary="一个阵地：开放时间逐日列出", tags=TAGS, operation_id="sites_detail",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE, description="从哪天起；默认今天"),
            OpenApiParameter("to", OpenApiTypes.DATE, description=f"到哪天；默认七天，最多 {_MOST_DAYS} 天"),
        ],
        responses={200: SiteDetailSerializer, 400: OpenApiResponse(description="日期有误"),
                   404: OpenApiResponse(description="没有这个阵地")},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        """With the hours of each day from `from` to `to`."""
        sites = selectors.with_all(Site.objects.visible_to(actor_of(request))).with_standard()
        site: Site = find_or_404(sites.prefetch_related("photos__attachment"), pk=pk)
        now = timezone.now()
        first, last = _days(request.query_params, timezone.localdate(now))
        door = selectors.door_of(times_of([site], now)[site.pk], now)
        start = start_of(first)
        times = times_of([site], start)[site.pk]
        days = [
            {"date": day.date, "windows": _spans(hours.windows_on(times, day.date)), "note": day.note}
            for day in selectors.days_ahead(times, start, (last - first).days + 1)
        ]
        week = [{"day": label, "windows": _spans(times.week[n])} for n, label in enumerate(WEEKDAY_LABELS)]
        _dress(site, is_open=door.is_open, door=door.words, week=week, days=days)
        return Response(SiteDetailSerializer(site).data)


def _dress(site: Site, **values: Any) -> None:
    for name, value in values.items():
        setattr(site, name, value)


def _spans(windows: Sequence[Sequence[int]]) -> list[list[str]]:
    return [[hours.clock(start), hours.clock(end)] for start, end in windows]


def _moment(text: str | None) -> datetime:
    if not text:
        return timezone.now()
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise InvalidInput("时刻请写成 2026-11-23T10:00:00+08:00。", field="at") from error
    if not 1950 <= moment.year <= 2100:
        raise InvalidInput("时刻不对，请核对年份。", field="at")
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _days(given: Mapping[str, str], today: date) -> tuple[date, date]:
    first = _day(given, "from") or today
    last = _day(given, "to") or first + timedelta(days=6)
    if last < first:
        raise InvalidInput("结束日期不能早于开始日期。", field="to")
    if (last - first).days >= _MOST_DAYS:
        raise InvalidInput(f"一次最多查 {_MOST_DAYS} 天。", field="to")
    return first, last


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name)
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 1950 <= day.year <= 2100:
        raise InvalidInput("日期请写成 2026-11-23。", field=name)
    return day


def _number(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = given.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= most):
        raise InvalidInput(f"请写成 1 到 {most} 的整数。", field=name)
    return int(text)
