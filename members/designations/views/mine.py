"""我的: a courier's own page on the phone. What they are named, what they reported, what earns points."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from governance.ui import nav
from governance.ui.views import PageMixin
from members.designations import mine, selectors
from members.designations.views.designations import term_of
from members.models import Designation


class MinePage(PageMixin, TemplateView):
    """The page of whoever is signed in, and of nobody else."""

    template_name = "members/designations/mine.html"
    title = "我的"
    has_personal_data = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What other rooms know is theirs to add."""
        courier = selectors.courier_of(self.actor)
        lines = []
        if courier is not None:
            rows = Designation.objects.in_force(timezone.localdate()).filter(person_id=courier.person_id)
            lines = [(row, term_of(row)) for row in selectors.with_all(rows).order_by("kind__order", "pk")]
        return super().get_context_data(
            courier=courier, lines=lines, report_url=nav.url("appeals:report"), profile_url=nav.link("profile"),
            households_url=nav.url("members:party_households"),
            sections=mine.sections(self.request, courier), points=mine.points(self.request, courier), **kwargs,
        )  # fmt: skip
