"""From which day to which, for a page of figures."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from governance.ui.forms import DateInput


class PeriodForm(forms.Form):
    """Both days included; without them this month so far."""

    since = forms.DateField(label="起", required=False, widget=DateInput)
    until = forms.DateField(label="止", required=False, widget=DateInput)

    def period(self, today: date) -> tuple[date, date]:
        """What was asked for; what was left out or is no date, by default."""
        chosen: dict[str, Any] = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return chosen.get("since") or today.replace(day=1), chosen.get("until") or today
