"""The tree with its search, and a unit's page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import TemplateView, View

from governance.scope import TERRITORIAL_KINDS, UnitKind
from governance.ui import nav
from governance.ui.views import ActorMixin, DetailPage, PageMixin, find_or_404
from grids import mapping, registry, selectors
from grids.geometry import area_label
from grids.models import KIND_LABELS, Unit
from grids.services.rules import MOVABLE


def crumbs_of(unit: Unit, visible: set[int], last: str = "") -> list[tuple[str, str]]:
    """The way from the district down to a unit; what the actor may not see has a name alone."""
    way = [
        (u.short_name or u.name, reverse("grids:unit", args=[u.pk]) if u.pk in visible else "")
        for u in selectors.path(unit)
    ]
    if last:
        return [*way, (last, "")]
    return [*way[:-1], (way[-1][0], "")]


class TreePage(PageMixin, TemplateView):
    """The actor's part of the tree: the first two levels open, the rest comes when it is opened."""

    template_name = "grids/tree.html"
    title = "组织网格"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Roots, each with what lies right below it."""
        roots = [(unit, selectors.children(self.actor, unit.pk)) for unit in selectors.roots(self.actor)[:30]]
        text = self.request.GET.get("q", "").strip()
        return super().get_context_data(
            roots=roots,
            text=text,
            found=selectors.search(self.actor, text) if text else None,
            may_edit=nav.may(self.actor, "unit.edit"),
            **kwargs,
        )


class Search(ActorMixin, View):
    """What matches while one types; without htmx the tree's page with the same results."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The results alone."""
        text = request.GET.get("q", "").strip()
        context = {"found": selectors.search(self.actor, text) if text else None, "text": text}
        return render(request, "grids/parts/found.html", context)


class Children(ActorMixin, View):
    """What lies right below a unit, as a branch of the tree."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The branch."""
        unit = find_or_404(Unit.objects.visible_to(self.actor), pk=pk)
        context = {"units": selectors.children(self.actor, unit.pk)}
        return render(request, "grids/parts/branch.html", context)


class UnitPage(DetailPage):
    """One unit: facts, people, open work, map, history."""

    template_name = "grids/unit.html"
    context_name = "unit"

    def get_queryset(self) -> QuerySet[Unit]:
        """In scope, closed ones included: history names them."""
        return Unit.objects.visible_to(self.actor).select_related("parent", "street", "community", "merged_into")

    def get_crumbs(self) -> list[tuple[str, str]]:
        """From the district down."""
        ids = [unit.pk for unit in selectors.path(self.object)]
        visible = set(Unit.objects.visible_to(self.actor).filter(pk__in=ids).values_list("pk", flat=True))
        return crumbs_of(self.object, visible)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All that the page shows."""
        unit = self.object
        below = selectors.counts_below(unit)
        return super().get_context_data(
            kind_label=KIND_LABELS[UnitKind(unit.kind)],
            below=[(KIND_LABELS[kind], below[kind]) for kind in UnitKind if below.get(kind)],
            children=selectors.children(self.actor, unit.pk),
            open_work=self._open_work(unit),
            sections=registry.sections(self.request, unit),
            polygons=mapping.of_unit(unit),
            area=area_label(selectors.area_m2(unit)),
            tiles=settings.MAP_TILE_URL,
            line=TERRITORIAL_KINDS,
            history=mapping.told(selectors.history(unit)[:50]),
            may_edit=nav.may(self.actor, "unit.edit") and unit.is_open,
            may_move=unit.kind in MOVABLE,
            **kwargs,
        )

    def _open_work(self, unit: Unit) -> list[registry.OpenWork]:
        ids = Unit.objects.within([unit.pk]).values_list("pk", flat=True)
        return [work for work in registry.open_work(list(ids)) if work.blocks]
