"""缺口和统计: grids without one, homes that nobody looks after, too few and too many; each number opens its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.views.generic import TemplateView

from accounts.rights import may
from governance.scope import UnitKind
from governance.ui.views import Column, ListPage, Order, PageMixin, find_or_404
from grids.models import Unit
from members.filters import HouseholdFilterSet
from members.models import Household
from members.party_households import selectors
from members.party_households.limits import LEAST, MOST
from members.party_households.selectors import Gaps
from members.services.households import where

_LINE = (UnitKind.DISTRICT, UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.GRID)
SEE = "party_household.see"
LIST, GAPS = "members:party_households", "members:party_household_gaps"
# Key, head, whether it is a gap, and what opens it: a route, its query.
_COLUMNS: tuple[tuple[str, str, bool, str, str], ...] = (
    ("grids", "网格", False, "", ""),
    ("without", "无中心户的网格", True, "members:party_household_grids", ""),
    ("hubs", "中心户", False, LIST, ""),
    ("attended", "联系户", False, "", ""),
    ("unattended", "无人联系的住户", True, "members:party_household_unattended", ""),
    ("few", f"不足 {LEAST} 户", True, LIST, "load=few"),
    ("many", f"超过 {MOST} 户", True, LIST, "load=many"),
    ("doubtful", "待核", True, LIST, "tab=doubt"),
)
# What names nobody, and is open to whoever reads figures.
_NAMELESS = "members:party_household_grids"


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, and what it opens."""

    head: str
    number: int
    url: str
    label: str
    is_gap: bool


class _OfUnit(PageMixin, TemplateView):
    """A page about a unit of the actor's own line: its own unless the address says another."""

    def unit(self) -> Unit:
        asked = self.request.GET.get("unit") or self.actor.unit_id
        rows = Unit.objects.open().visible_to(self.actor).filter(kind__in=_LINE)
        found: Unit = find_or_404(rows, pk=asked)
        return found


class GapsPage(_OfUnit):
    """Counts by unit."""

    template_name = "members/party_households/gaps.html"
    title = "党员中心户缺口和统计"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Under the list, for who may read names."""
        if may(self.actor, SEE):
            return [("党员中心户", reverse(LIST)), ("缺口和统计", "")]
        return [("缺口和统计", "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Rows of units, columns of counts."""
        unit = self.unit()
        rows = [(row, self._deeper(row.unit, unit), self._cells(row, unit)) for row in selectors.gaps(self.actor, unit)]
        above = "" if unit.pk == self.actor.unit_id or unit.parent_id is None else f"?unit={unit.parent_id}"
        heads = [column[1] for column in _COLUMNS]
        return super().get_context_data(unit=unit, rows=rows, heads=heads, above=above, **kwargs)

    def _deeper(self, row: Unit, unit: Unit) -> str:
        return f"?unit={row.pk}" if row.pk != unit.pk and row.kind != UnitKind.GRID else ""

    def _cells(self, row: Gaps, unit: Unit) -> list[Cell]:
        return [
            Cell(head, row.numbers[key], self._opens(row, unit, key, route, query), f"{row.unit.name}{head}", is_gap)
            for key, head, is_gap, route, query in _COLUMNS
        ]

    def _opens(self, row: Gaps, unit: Unit, key: str, route: str, query: str) -> str:
        """The rows behind a number; for the district, which reads no names, the counts below (rights.md)."""
        if not route or not row.numbers[key]:
            return ""
        if route == _NAMELESS:
            return f"{reverse(route)}?{urlencode({'unit': row.unit.pk})}"
        if not may(self.actor, SEE):
            return self._deeper(row.unit, unit)
        place = {} if row.unit.pk == self.actor.unit_id else {"place": row.unit.pk}
        parts = [part for part in (query, urlencode(place)) if part]
        return f"{reverse(route)}?{'&'.join(parts)}"


class GridsWithout(_OfUnit):
    """The grids in which no party household lies."""

    template_name = "members/party_households/grids.html"
    title = "没有党员中心户的网格"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("党员中心户缺口和统计", reverse(GAPS)), (self.title, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The grids, in order."""
        unit = self.unit()
        grids = selectors.grids_without(self.actor, unit).select_related("community", "street").order_by("code")
        return super().get_context_data(unit=unit, grids=list(grids), may_open=may(self.actor, SEE), **kwargs)


class Unattended(ListPage):
    """Households that nobody looks after."""

    page = "party_household_unattended"
    title = "无人联系的住户"
    noun = "户"
    filterset_class = HouseholdFilterSet
    count_cap = 10_000
    page_size = 20
    columns = (
        Column("head", "户主", "members/cells/household.html", always=True, phone="title", grow=True),
        Column("where", "住址", where, phone="inline"),
        Column("size", "人数", lambda row: f"{row.size} 人", phone="inline"),
        Column("grid", "网格", lambda row: row.grid.name if row.grid else "—"),
    )
    orders = (Order("new", "最新登记", ("-pk",)),)
    empty_title = "每一户都有人联系"
    empty_text = "这里没有无人联系的住户。"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("党员中心户缺口和统计", reverse(GAPS)), (self.title, "")]

    def get_queryset(self) -> QuerySet[Household]:
        """In scope."""
        rows = selectors.unattended(Household.objects.visible_to(self.actor))
        found: QuerySet[Household] = rows.select_related("grid", "home__building")
        return found
