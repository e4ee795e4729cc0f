"""党建数据: how many organisations and members, what is late and whose; each number opens the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.views.generic import TemplateView

from accounts.rights import may
from governance.scope import UnitKind
from governance.ui.views import PageMixin
from grids.models import Unit
from members.models.party import CATEGORIES, ORGANISATION_KINDS
from members.party import selectors
from members.party.views._common import today

_LABELS = {UnitKind.DISTRICT: "街道", UnitKind.GRID: "网格"}
# Whose own unit the lists can be narrowed to.
_NAMED = {UnitKind.STREET, UnitKind.COMMUNITY}


class FiguresPage(PageMixin, TemplateView):
    """By street for the district, by community for a street."""

    template_name = "members/party/figures.html"
    title = "党建数据"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [("党组织", reverse("members:party")), (self.title, "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Rows and their sum. Who sees no members gets numbers alone."""
        rows = selectors.figures(self.actor, today())
        whole = Unit.objects.get(pk=self.actor.unit_id)
        return super().get_context_data(
            rows=rows, total=selectors.total(rows, whole), kinds=[label for _, label in ORGANISATION_KINDS],
            categories=[label for _, label in CATEGORIES], sees=may(self.actor, "party.see_members"),
            place_label=_LABELS.get(self.actor.unit_kind or UnitKind.GRID, "社区"),
            own_place=self.actor.unit_id if self.actor.unit_kind in _NAMED else "",
            by_place=self.actor.unit_kind != UnitKind.GRID, **kwargs,
        )  # fmt: skip
