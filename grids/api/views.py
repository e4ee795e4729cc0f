"""Units and places for other systems and for devices."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.scope import TERRITORIAL_KINDS, Actor, UnitKind
from grids import mapping, selectors
from grids.api.serializers import FeatureCollectionSerializer, PlaceSerializer, UnitSerializer
from grids.geometry import from_wkb
from grids.models import KIND_LABELS, Boundary, Unit
from grids.views.maps import level_of, place_of, point_of, within_of

_KINDS = [(kind.value, KIND_LABELS[kind]) for kind in UnitKind]
POINT = [
    OpenApiParameter("lon", OpenApiTypes.DOUBLE, required=True, description="经度（度）"),
    OpenApiParameter("lat", OpenApiTypes.DOUBLE, required=True, description="纬度（度）"),
    OpenApiParameter("system", enum=["wgs84", "gcj02", "bd09"], default="wgs84", description="坐标系"),
]


def actor_of(request: Request) -> Actor:
    """Who acts; the permission has made sure that there is one."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


class UnitFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Which units are wanted."""

    q = django_filters.CharFilter(method="by_text", label="名称、编码或拼音首字母", max_length=64)
    kind = django_filters.ChoiceFilter(choices=_KINDS, label="类别")
    parent = django_filters.NumberFilter(field_name="parent_id", label="上级单位", max_value=2**63 - 1)
    within = django_filters.NumberFilter(method="by_place", label="该单位及其下级", max_value=2**63 - 1)
    closed = django_filters.BooleanFilter(field_name="closed_on", lookup_expr="isnull", exclude=True, label="已撤销")

    class Meta:
        model = Unit
        fields: list[str] = []

    def by_text(self, queryset: QuerySet[Unit], name: str, value: str) -> QuerySet[Unit]:
        """What the search finds, and no more than it shows."""
        found = selectors.search(actor_of(self.request), value)
        return queryset.filter(pk__in=[unit.pk for unit in found])

    def by_place(self, queryset: QuerySet[Unit], name: str, value: Any) -> QuerySet[Unit]:
        """The unit and all below it."""
        return queryset & Unit.objects.within([int(value)])


class ByCode(CursorPagination):
    """Pages in the order of codes; the last costs what the first does."""

    ordering = "code"
    page_size = 50
    page_size_query_param = "size"
    max_page_size = 500


@extend_schema(summary="单位列表", tags=["territory"])
class UnitList(ListAPIView[Unit]):
    """Units that the caller may see, by code; `q` searches by name, code or initials."""

    serializer_class = UnitSerializer
    pagination_class = ByCode
    filterset_class = UnitFilter

    def get_queryset(self) -> QuerySet[Unit]:
        """In scope."""
        if getattr(self, "swagger_fake_view", False):
            return Unit.objects.none()
        return Unit.objects.visible_to(actor_of(self.request))


@extend_schema(summary="一个单位", tags=["territory"])
class UnitDetail(RetrieveAPIView[Unit]):
    """One unit that the caller may see, closed ones included."""

    serializer_class = UnitSerializer

    def get_queryset(self) -> QuerySet[Unit]:
        """In scope."""
        if getattr(self, "swagger_fake_view", False):
            return Unit.objects.none()
        return Unit.objects.visible_to(actor_of(self.request))


class Boundaries(APIView):
    """Boundaries in force."""

    @extend_schema(
        summary="现行边界（GeoJSON，WGS-84）",
        tags=["territory"],
        parameters=[
            OpenApiParameter("level", enum=[kind.value for kind in TERRITORIAL_KINDS], default="street"),
            OpenApiParameter("within", OpenApiTypes.INT64, description="只要该单位及其下级"),
        ],
        responses={200: FeatureCollectionSerializer, 400: OpenApiResponse(description="参数有误")},
    )
    def get(self, request: Request) -> Response:
        """The full polygons of a level, as they were drawn."""
        level, within = chosen_level(request)
        rows = selectors.boundaries(actor_of(request), kind=level, within=within)
        features = [mapping.feature(from_wkb(row.geometry), _properties(row)) for row in rows]
        return Response({"type": "FeatureCollection", "features": features})


def chosen_level(request: Request) -> tuple[UnitKind, Unit | None]:
    """The level and the unit that a request names (InvalidInput, 404)."""
    return level_of(request.query_params), within_of(actor_of(request), request.query_params)


def _properties(row: Boundary) -> dict[str, Any]:
    return {"id": row.unit_id, "code": row.unit.code, "name": row.unit.name, "area_m2": round(row.area_m2)}


class Locate(APIView):
    """The grid of a point."""

    @extend_schema(
        summary="坐标所在网格",
        tags=["territory"],
        parameters=POINT,
        responses={200: PlaceSerializer, 400: OpenApiResponse(description="坐标有误")},
    )
    def get(self, request: Request) -> Response:
        """The units that the point lies in."""
        lon, lat = point_of(request.query_params)
        return Response(place_of(actor_of(request), lon, lat))
