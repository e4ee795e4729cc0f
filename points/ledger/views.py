"""积分账本核对: what the nightly check found, whose awards are halted, and letting them go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from governance.ui.views import FormPage, PageMixin, find_or_404
from points.ledger import halts, verify
from points.ledger.selectors import last_runs, open_halts
from points.models import AwardHalt, LedgerFault

LIST = ("积分账本核对", "points:ledger_checks")


class Checks(PageMixin, TemplateView):
    """The last runs, the faults of the last one, and open halts: units and figures, no persons."""

    template_name = "points/ledger/checks.html"
    title = LIST[0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What lies in the actor's unit; halts above it as well, for they stop its awards."""
        runs = last_runs()
        faults = LedgerFault.objects.visible_to(self.actor).filter(run=runs[0]) if runs else LedgerFault.objects.none()
        return super().get_context_data(
            runs=runs, faults=faults.select_related("unit").order_by("pk")[:200], labels=verify.labels(),
            halts=[(halt, halts.may_lift(halt, self.actor)) for halt in open_halts(self.actor)], **kwargs,
        )  # fmt: skip


class LiftForm(forms.Form):
    """Why a unit may give points again."""

    words = forms.CharField(
        label="处理说明", max_length=200, widget=forms.Textarea({"rows": 3}),
        help_text="写明差错原因、如何处理。",
    )  # fmt: skip


class LiftHalt(FormPage):
    """解除暂停."""

    form_class, template_name = LiftForm, "points/ledger/lift.html"
    submit_label, success_message = "恢复发放", "已恢复发放。"

    @property
    def halt(self) -> AwardHalt:
        """The one that the address names, in scope, or 404."""
        if not hasattr(self, "_halt"):
            rows = AwardHalt.objects.visible_to(self.actor).select_related("unit")
            self._halt: AwardHalt = find_or_404(rows, pk=self.kwargs["pk"])
        return self._halt

    def get_title(self) -> str:
        return f"恢复积分发放：{self.halt.unit.name}"

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        return [(LIST[0], reverse(LIST[1])), (self.get_title(), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Why it was halted."""
        return super().get_context_data(halt=self.halt, **kwargs)

    def get_cancel_url(self) -> str:
        return reverse(LIST[1])

    def save(self, form: Any) -> str:
        """Lift it."""
        halts.lift_halt(halt_id=self.halt.pk, words=form.cleaned_data["words"], by=self.actor, now=timezone.now())
        return reverse(LIST[1])
