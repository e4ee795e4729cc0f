"""分类统计: how many of each kind, unit by unit; names nobody, so everybody reads it in their scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.views.generic import TemplateView

from accounts.rights import may
from governance.scope import UnitKind
from governance.ui.views import PageMixin, find_or_404
from grids.models import Unit
from members.designations import selectors
from members.designations.counting import counter_of
from members.designations.selectors import Line, Table
from members.models import DesignationKind

_LINE = (UnitKind.DISTRICT, UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.GRID)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, and what it opens."""

    head: str
    number: int | None
    url: str
    label: str


class FiguresPage(PageMixin, TemplateView):
    """Counts by kind and unit, on a day."""

    template_name = "members/designations/figures.html"
    title = "五雁、十员、居民骨干统计"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Under the list, for who may read names."""
        if may(self.actor, "designation.see"):
            return [("称号", reverse("members:designations")), ("分类统计", "")]
        return [("分类统计", "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A table a family."""
        unit, on = self._unit(), self._on()
        tables = selectors.tables(self.actor, unit, on)
        drawn = [(table, self._drawn(table, unit, on)) for table in tables]
        return super().get_context_data(unit=unit, on=on, tables=drawn, above=self._above(unit), **kwargs)

    def _drawn(self, table: Table, unit: Unit, on: date) -> list[tuple[Line, str, list[Cell]]]:
        return [(line, self._name_url(line, unit), self._cells(table, line, unit, on)) for line in table.lines]

    def _unit(self) -> Unit:
        asked = self.request.GET.get("unit") or self.actor.unit_id
        rows = Unit.objects.open().visible_to(self.actor).filter(kind__in=_LINE)
        found: Unit = find_or_404(rows, pk=asked)
        return found

    def _on(self) -> date:
        try:
            return parse_date(self.request.GET.get("on", "")) or timezone.localdate()
        except ValueError:
            return timezone.localdate()

    def _above(self, unit: Unit) -> str:
        if unit.pk == self.actor.unit_id or unit.parent_id is None:
            return ""
        return f"?{urlencode({'unit': unit.parent_id})}"

    def _name_url(self, line: Line, unit: Unit) -> str:
        """To the counts below a unit; grids have none."""
        deeper = unit.kind in (UnitKind.DISTRICT, UnitKind.STREET) and line.unit_id != unit.pk
        query: dict[str, str | int] = {"unit": line.unit_id or unit.pk, "on": self._on().isoformat()}
        return f"?{urlencode(query)}" if deeper else ""

    def _cells(self, table: Table, line: Line, unit: Unit, on: date) -> list[Cell]:
        return [
            Cell(
                kind.name,
                number,
                self._opens(kind, line, unit, on) if number else "",
                f"{line.name}{kind.name} {number}",
            )
            for kind, number in zip(table.kinds, line.numbers, strict=True)
        ]

    def _opens(self, kind: DesignationKind, line: Line, unit: Unit, on: date) -> str:
        """The people behind a number; for the district the counts below, as it reads no names (rights.md)."""
        if kind.counted != "people":
            counter = counter_of(kind.code)
            return counter.opens(self.actor, line.unit_id or unit.pk) if counter else ""
        if not may(self.actor, "designation.see"):
            return self._name_url(line, unit)
        query: dict[str, str | int] = {"tab": "all", "kind": kind.pk, "place": line.unit_id or unit.pk}
        query |= {"on": on.isoformat()} | ({"own": 1} if line.is_own else {})
        return f"{reverse('members:designations')}?{urlencode(query)}"
