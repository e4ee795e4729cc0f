"""The period of a statement, as it stands in the address."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from governance.errors import InvalidInput
from governance.ui.forms import DateInput
from points.rounds.statements.periods import Period, chosen


class PeriodForm(forms.Form):
    """From a day to a day. What is no period is told beside its field."""

    until = forms.DateField(label="至", required=False, widget=DateInput)

    def __init__(self, data: Any, *, today: date) -> None:
        # An address without a period asks for this month.
        asked = "from" in data or "until" in data
        super().__init__(data if asked else {"from": today.replace(day=1).isoformat(), "until": today.isoformat()})
        self.today = today
        self.fields = {"from": forms.DateField(label="从", required=False, widget=DateInput), **self.fields}

    def clean(self) -> dict[str, Any]:
        """Two days that make a period."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                data["period"] = chosen(data.get("from"), data.get("until"), self.today)
            except InvalidInput as refused:
                self.add_error(refused.field, refused.message)
        return data

    def period(self) -> Period:
        """What was asked for; this month where that was none."""
        found: Period | None = self.cleaned_data.get("period") if self.is_valid() else None
        return found or chosen(None, None, self.today)
