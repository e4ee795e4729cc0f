"""Service sites as people read them: the list, a site, what is near, and what lacks by the standard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from governance.scope import Actor
from governance.ui import nav
from governance.ui.views import Action, Column, DetailPage, ListPage, Order, PageMixin, Tab, find_or_404
from grids import mapping
from grids.models import Boundary, Site, SiteKind, SitePhoto, SiteProposal, Unit
from grids.selectors import in_order
from grids.services import site_photos
from grids.sites import forms, selectors
from grids.sites.filters import SiteFilter
from grids.sites.hours import told
from grids.sites.times import times_of

_COMING = 20


class SiteList(ListPage):
    """All sites of the district."""

    page = "sites"
    title = "服务阵地"
    noun = "个"
    filterset_class = SiteFilter
    unfolded = 4
    has_personal_data = False
    columns = (
        Column("name", "名称", "grids/cells/site.html", always=True, phone="title", grow=True),
        Column("kind", "类型", "kind.name", phone="lead"),
        Column("unit", "所属单位", "grids/cells/site_unit.html"),
        Column("door", "现在", "grids/cells/site_door.html", phone="inline"),
        Column("area", "建筑面积", "grids/cells/site_area.html", num=True),
        Column("level", "示范等级", "grids/cells/site_level.html", phone="inline"),
        Column("cluster", "示范矩阵、示范带", "cluster.name", secondary=True, default=False),
        Column("transferred", "地企移交", "grids/cells/site_transfer.html", secondary=True, phone="hidden"),
        Column("phone", "联系电话", "phone", secondary=True),
        Column("address", "地址", "address", secondary=True, default=False),
    )
    orders = (Order("name", "按名称", ("name",)), Order("largest", "面积最大", ("-area_m2",)))
    empty_title = "没有符合条件的阵地"

    def get_tabs(self) -> Sequence[Tab]:
        """In use, and what was."""
        return (
            Tab("", "在用", narrow=lambda sites, request: sites.filter(closed_on=None)),
            Tab("closed", "已停用", narrow=lambda sites, request: sites.exclude(closed_on=None)),
        )

    def get_queryset(self) -> QuerySet[Site]:
        """With what a row names."""
        return selectors.with_all(Site.objects.visible_to(self.actor)).with_standard()

    def complete(self, objects: Sequence[Any]) -> None:
        """Whether each door is open now, for all rows at once."""
        now = timezone.now()
        times = times_of(objects, now)
        for site in objects:
            site.door = selectors.door_of(times[site.pk], now)

    def get_actions(self) -> Sequence[Action]:
        """Near, gaps, the sheets, and the way to a new one."""
        query = self.request.GET.urlencode()
        found = [
            Action("离我最近", reverse("grids:site_near"), "map-pin"),
            Action("对标缺口", reverse("grids:site_gaps"), "ruler-measure"),
            Action("示范矩阵、示范带", reverse("grids:site_clusters"), "award"),
            Action("类型与标准", reverse("grids:site_kinds"), "category"),
            Action("导出", reverse("grids:site_export") + (f"?{query}" if query else ""), "download"),
        ]
        if nav.may(self.actor, "site.see_proposals"):
            waiting = SiteProposal.objects.visible_to(self.actor).waiting().count()
            found.append(Action(f"街道建议（{waiting}）", reverse("grids:site_proposals"), "message-circle"))
        if nav.may(self.actor, "site.edit"):
            found.append(Action("导入", reverse("grids:site_import"), "table-import"))
            found.append(Action("新增阵地", reverse("grids:site_add"), "plus", primary=True))
        if nav.may(self.actor, "site.propose"):
            found.append(Action("建议新增", reverse("grids:site_propose_add"), "plus", primary=True))
        return found


class SitePage(DetailPage):
    """One site: facts, the days ahead, coming exceptions, where it is."""

    template_name = "grids/site.html"
    context_name = "site"
    has_personal_data = False

    def get_queryset(self) -> QuerySet[Site]:
        """In scope, closed ones included."""
        return selectors.with_all(Site.objects.visible_to(self.actor)).with_standard()

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list."""
        return [("服务阵地", reverse("grids:sites")), (self.object.name, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All that the page shows."""
        site, now = self.object, timezone.now()
        times = times_of([site], now)[site.pk]
        may_edit = nav.may(self.actor, "site.edit") and not site.closed_on
        of_ones_street = site.street_id is not None and site.street_id == self.actor.street_id
        photos = _photos(site)
        coming = site.exceptions.filter(to_date__gte=timezone.localdate(now))[:_COMING]
        return super().get_context_data(
            door=selectors.door_of(times, now),
            days=selectors.days_ahead(times, now),
            coming=[(one, told(one.windows)) for one in coming],
            waiting=SiteProposal.objects.visible_to(self.actor).waiting().filter(site=site).first(),
            may_edit=may_edit,
            photos=photos,
            may_add_photo=may_edit and len(photos) < site_photos.MOST,
            may_see_proposals=nav.may(self.actor, "site.see_proposals"),
            may_propose=nav.may(self.actor, "site.propose") and of_ones_street and not site.closed_on,
            point=_point(site),
            polygons=mapping.of_unit(site.grid or site.unit),
            tiles=settings.MAP_TILE_URL,
            **kwargs,
        )


def _photos(site: Site) -> list[tuple[SitePhoto, str]]:
    """Each with the address that takes it away."""
    remove = reverse("grids:site_photo_remove", args=[site.pk])
    return [(photo, f"{remove}?photo={photo.pk}") for photo in site.photos.select_related("attachment")]


def _point(site: Site) -> dict[str, Any] | None:
    return {"lat": site.lat, "lng": site.lon} if site.lon is not None else None


class DoorSheet(PageMixin, TemplateView):
    """A sheet for the door: the week, the holidays that are announced, days that differ."""

    template_name = "grids/site_door.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What a visitor reads; 404 outside the scope, and for a site that was closed."""
        site = find_or_404(selectors.with_all(Site.objects.visible_to(self.actor).in_use()), pk=self.kwargs["pk"])
        now = timezone.now()
        times = times_of([site], now)[site.pk]
        return super().get_context_data(
            site=site, now=now, title=f"{site.name}开放时间", week=selectors.week_of(times),
            holidays=selectors.holidays_ahead(times, now), coming=selectors.differing_ahead(times, now),
            crumbs=[("服务阵地", reverse("grids:sites")), (site.name, reverse("grids:site", args=[site.pk])),
                    ("门口时间牌", "")],
            **kwargs,
        )  # fmt: skip


class NearPage(PageMixin, TemplateView):
    """Which site is open now, and near."""

    template_name = "grids/site_near.html"
    title = "离我最近的阵地"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list."""
        return [("服务阵地", reverse("grids:sites")), (self.title, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, the point that it means, and what is near it."""
        form = forms.NearForm(self.request.GET)
        point, found, start = None, None, ""
        if form.is_valid():
            data = form.cleaned_data
            if data["lon"] is not None:
                point = (data["lon"], data["lat"])
            elif boundary := _own_boundary(self.actor):
                point, start = _middle_of(boundary), boundary.unit.name
            if point:
                kind_code = data["kind"].code if data["kind"] else None
                found = selectors.near(
                    self.actor, point[0], point[1], timezone.now(), kind_code=kind_code, open_only=not data["all"]
                )
        return super().get_context_data(form=form, found=found, start=start, **kwargs)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """What was typed wrongly is told with its own status."""
        status = 200 if context["form"].is_valid() else 400
        return super().render_to_response(context, status=status, **kwargs)


def _own_boundary(actor: Actor) -> Boundary | None:
    """Of the actor's own grid, community, street or district, the lowest that is drawn."""
    ids = [pk for pk in (actor.grid_id, actor.community_id, actor.street_id, actor.district_id) if pk]
    drawn = {row.unit_id: row for row in Boundary.objects.current().filter(unit_id__in=ids).select_related("unit")}
    return next((drawn[pk] for pk in ids if pk in drawn), None)


def _middle_of(boundary: Boundary) -> tuple[float, float]:
    """The middle of the box around it, in WGS-84 degrees."""
    return (boundary.min_lon + boundary.max_lon) / 2, (boundary.min_lat + boundary.max_lat) / 2


class GapsPage(PageMixin, TemplateView):
    """What lacks by the standard, street by street, and the totals of demonstration levels."""

    template_name = "grids/site_gaps.html"
    title = "阵地对标缺口"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the list."""
        return [("服务阵地", reverse("grids:sites")), (self.title, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Rows of streets, columns of kinds; each number is an address."""
        rows = selectors.gaps(self.actor)
        return super().get_context_data(
            rows=rows,
            kinds=[gap.kind for gap in rows[0].gaps] if rows else [],
            totals=selectors.totals(rows),
            unknown=sum(row.unknown for row in rows),
            levels=selectors.level_totals(self.actor),
            **kwargs,
        )


class GapsMissing(PageMixin, TemplateView):
    """The communities that lack a kind which each should have."""

    template_name = "grids/site_gaps_missing.html"
    title = "未设阵地的社区"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the gaps."""
        return [
            ("服务阵地", reverse("grids:sites")), ("对标缺口", reverse("grids:site_gaps")), (self.title, ""),
        ]  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The communities, in order."""
        first = SiteKind.objects.filter(each_community=True).first()
        given = self.request.GET if "kind" in self.request.GET else {"kind": first.pk if first else ""}
        form = forms.MissingForm(given, actor=self.actor)
        found = None
        if form.is_valid():
            lacking = selectors.lacking(self.actor, form.cleaned_data["kind"])
            street = form.cleaned_data["street"]
            found = in_order(lacking.filter(street=street) if street else lacking).select_related("street")
        visible = set(Unit.objects.visible_to(self.actor).filter(kind="community").values_list("pk", flat=True))
        return super().get_context_data(form=form, found=found, visible=visible, **kwargs)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """An unknown kind or street is told with its own status."""
        return super().render_to_response(context, status=200 if context["form"].is_valid() else 400, **kwargs)
