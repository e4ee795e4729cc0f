"""Forms of notices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from governance.scope import Actor
from governance.ui.forms import DateInput
from grids.models import Unit
from points.earning.units import predecessors
from points.rounds.notices.selectors import last_month

_MONTHS = 12


class DraftForm(forms.Form):
    """Which month; and, of one that is published already, why it is corrected.

    Of communities that closed and whose work the actor's took over, the notices that they owe are drawn up here too.
    """

    community = forms.ModelChoiceField(label="社区", queryset=Unit.objects.none(), empty_label=None)
    month = forms.DateField(label="月份", widget=forms.Select)
    reason = forms.CharField(
        label="更正原因", max_length=200, required=False,
        help_text="该月已公示过的，填写更正原因，将生成新的一版；首次公示不填。",
    )  # fmt: skip

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Unit.objects.get(pk=by.unit_id)
        taken = predecessors(own)
        units: Any = self.fields["community"]
        units.queryset = Unit.objects.filter(pk__in=[own.pk, *(unit.pk for unit in taken)]).order_by(
            "closed_on", "code"
        )
        units.label_from_instance = lambda unit: f"{unit.name}（已并入本社区）" if unit.closed_on else unit.name
        if not taken:
            units.required, units.widget = False, forms.HiddenInput()
        units.initial = own.pk
        month, months = last_month(timezone.localdate()), []
        for _ in range(_MONTHS):
            months.append((month.isoformat(), f"{month.year}年{month.month}月"))
            month = last_month(month)
        self.fields["month"].widget.choices = months


class ObjectionForm(forms.Form):
    """What somebody said, and when."""

    from_words = forms.CharField(label="反映人", max_length=64, help_text="可填称呼，如“3号楼居民”。")
    on = forms.DateField(label="收到日期", widget=DateInput)
    words = forms.CharField(label="反映内容", max_length=500, widget=forms.Textarea({"rows": 3}))


class AnswerForm(forms.Form):
    """What was answered."""

    answer = forms.CharField(label="答复", max_length=500, widget=forms.Textarea({"rows": 3}))


class UnnamedForm(forms.Form):
    """When and how somebody asked."""

    words = forms.CharField(label="说明", max_length=200, help_text="何时、以何方式提出，如“11月3日本人到社区提出”。")
