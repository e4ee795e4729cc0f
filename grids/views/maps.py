"""The map: its page, its figures, and the grid of a point."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET
from django.views.generic import TemplateView, View

from governance.errors import InvalidInput
from governance.scope import TERRITORIAL_KINDS, Actor, UnitKind
from governance.ui.views import ActorMixin, PageMixin, find_or_404
from grids import mapping, revision, selectors
from grids.coordinates import System, to_wgs84
from grids.locate import locate
from grids.models import Unit
from grids.rings import CHINA


class MapPage(PageMixin, TemplateView):
    """The map with a list beside it that says the same without it."""

    template_name = "grids/map.html"
    title = "网格地图"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The streets and communities, with where each is."""
        nodes = selectors.tree(self.actor, TERRITORIAL_KINDS)
        streets = [child for node in nodes for child in (node.children if node.unit.kind == "district" else [node])]
        listed = [node for street in streets for node in (street, *street.children)]
        boxes = selectors.boxes([node.unit.pk for node in listed])
        for node in listed:
            node.box = boxes.get(node.unit.pk, "")
        return super().get_context_data(streets=streets, tiles=settings.MAP_TILE_URL, **kwargs)


class MapData(ActorMixin, View):
    """The boundaries of a level as GeoJSON; unchanged ones are answered 304."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """`level` street, community or grid; `within` a unit."""
        level = level_of(request.GET)
        within = within_of(self.actor, request.GET)
        token = revision.token()
        etag = f'"{token}-{self.actor.unit_id}-{self.actor.role}-{level}-{within.pk if within else 0}"'
        if request.headers.get("If-None-Match") == etag:
            response = HttpResponse(status=304)
        else:
            text = mapping.collection(self.actor, level, within, token)
            response = HttpResponse(text, content_type="application/geo+json")
        response["ETag"] = etag
        patch_cache_control(response, private=True, no_cache=True)
        return response


def level_of(given: Any) -> UnitKind:
    """The level that a query names, streets unless said (InvalidInput)."""
    level = given.get("level") or UnitKind.STREET
    if level not in TERRITORIAL_KINDS:
        raise InvalidInput("没有这个层级，应为 district、street、community 或 grid。", field="level")
    return UnitKind(level)


def within_of(actor: Actor, given: Any) -> Unit | None:
    """The unit that a query names with `within`, in scope or 404; None for none."""
    text = given.get("within")
    if not text:
        return None
    return find_or_404(Unit.objects.visible_to(actor), pk=text)  # type: ignore[no-any-return]


@require_GET
def locate_point(request: HttpRequest) -> HttpResponse:
    """The grid of `lon`, `lat` (of the system `system`, WGS-84 unless said), for forms on a phone."""
    try:
        lon, lat = point_of(request.GET)
    except InvalidInput as refusal:
        return JsonResponse({"code": refusal.code, "message": refusal.message, "field": refusal.field}, status=400)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return JsonResponse(place_of(actor, lon, lat))


def point_of(given: Any) -> tuple[float, float]:
    """Longitude and latitude in WGS-84 from a query (InvalidInput)."""
    try:
        lon, lat = float(given.get("lon", "")), float(given.get("lat", ""))
        system = System(given.get("system") or System.WGS84)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            "请给出数字形式的经度 lon 和纬度 lat，坐标系为 wgs84、gcj02 或 bd09。", field="lon"
        ) from error
    west, south, east, north = CHINA
    if not (math.isfinite(lon) and math.isfinite(lat) and west <= lon <= east and south <= lat <= north):
        raise InvalidInput("坐标不在国内范围，请确认经度在前、纬度在后。", field="lon")
    converted = to_wgs84(np.array([[lon, lat]]), system)[0]
    return float(converted[0]), float(converted[1])


def place_of(actor: Actor, lon: float, lat: float) -> dict[str, Any]:
    """The units that a point of the actor's district lies in, as plain data."""
    place = locate(lon, lat)
    if place is None or place.district_id != actor.district_id:
        return {"found": False, "message": "该位置不在本区网格范围内，请手动选择网格。", "label": ""}
    levels = {
        "district": place.district_id,
        "street": place.street_id,
        "community": place.community_id,
        "grid": place.grid_id,
    }
    known = {unit.pk: unit for unit in Unit.objects.filter(pk__in={pk for pk in levels.values() if pk})}
    units = {level: _plain(known[pk]) if pk in known else None for level, pk in levels.items()}
    names = [unit["name"] for level, unit in units.items() if unit and level != "district"]
    return {"found": True, "message": "", "label": " / ".join(names), **units}


def _plain(unit: Unit) -> dict[str, Any]:
    return {"id": unit.pk, "code": unit.code, "name": unit.short_name or unit.name}
