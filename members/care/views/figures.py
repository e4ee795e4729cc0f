"""走访统计: counts alone, for any unit in scope; each opens its rows for those who may see them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.rights import may
from governance.scope import UnitKind
from governance.ui.views import PageMixin, find_or_404
from grids.models import Unit
from members.care import selectors
from members.care.forms import FiguresForm
from members.care.selectors import Figures, Period
from members.care.words import SEE
from members.models import CareKind


class CareFigures(PageMixin, TemplateView):
    """On the lists, late, visited in time: by the units below, and by list."""

    template_name = "members/care/figures.html"
    title = "关爱走访统计"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The unit named in the address, or one's own."""
        now = timezone.now()
        unit = self._unit()
        form = FiguresForm(self.request.GET)
        period = form.period(timezone.localdate(now))
        kind = form.cleaned_data.get("kind") if form.is_valid() else None
        by_kind = selectors.figures_by_kind(self.actor, unit, period, now)
        units = selectors.figures_below(self.actor, unit, period, now, kind)
        whole = selectors.total([line for line in by_kind if kind is None or line.key == kind.pk])
        shown = form if form.errors else FiguresForm(_as_data(period, kind))
        return super().get_context_data(
            unit=unit, form=shown, period=period, kind=kind, sees=may(self.actor, SEE),
            units=[self._row(line, period, kind, unit_id=line.key) for line in units],
            kinds=[self._row(line, period, line.key, unit_id=unit.pk) for line in by_kind],
            whole=self._row(whole, period, kind, unit_id=unit.pk),
            deeper=UnitKind(unit.kind) in {UnitKind.DISTRICT, UnitKind.STREET}, query=_as_data(period, kind), **kwargs,
        )  # fmt: skip

    def _unit(self) -> Unit:
        """404 for a unit outside the scope, and for what is no part of the line."""
        asked = self.request.GET.get("unit", "")
        pk = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else self.actor.unit_id
        line = Unit.objects.visible_to(self.actor).filter(kind__in=("district", "street", "community", "grid"))
        found: Unit = find_or_404(line, pk=pk)
        return found

    def _row(self, line: Figures, period: Period, kind: CareKind | int | None, unit_id: int | None) -> dict[str, Any]:
        """With the addresses of what stands behind each number; none for who sees counts alone."""
        row: dict[str, Any] = {"line": line, "drill": ""}
        if unit_id is None or not may(self.actor, SEE):
            return row
        chosen = {"kind": kind.pk if isinstance(kind, CareKind) else kind or ""}
        if unit_id != self.actor.unit_id:
            chosen["place"] = unit_id
        due = chosen | {"due_after": period.since, "due_before": period.until}
        people, turns = reverse("members:care"), reverse("members:care_turns")
        return row | {
            "on_list_url": _url(people, chosen, "all"), "late_url": _url(people, chosen, "late"),
            "due_url": _url(turns, due, "due"), "met_url": _url(turns, due, "met"),
            "missed_url": _url(turns, due, "missed"),
        }  # fmt: skip


def _url(path: str, query: dict[str, Any], tab: str) -> str:
    return f"{path}?{urlencode({key: value for key, value in query.items() if value} | {'tab': tab})}"


def _as_data(period: Period, kind: CareKind | None) -> dict[str, Any]:
    return {"since": period.since, "until": period.until, "kind": kind.pk if kind else ""}
