"""The forms of members who report where they live, and of what they do there."""

from __future__ import annotations

from typing import Any

from django import forms

from governance.ui.forms import SearchSelect
from members.party.forms.choosing import WhoForm, WordsForm, choose, owned, today_field


class ReportForm(WhoForm):
    """党员报到."""

    field_order = ("who", "person", "organisation", "own_organisation", "employer", "on")
    organisation = forms.TypedChoiceField(label="报到党组织", coerce=int, widget=SearchSelect)
    own_organisation = forms.CharField(label="组织关系所在党组织", max_length=100)
    employer = forms.CharField(label="工作单位", max_length=100, required=False)
    on = today_field("报到日期")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "organisation", ((row.pk, row.name) for row in owned(self.by)))


class ReportEndForm(WordsForm):
    """结束报到."""

    field_order = ("on", "words")
    on = today_field("结束日期")


class ServiceForm(forms.Form):
    """登记服务."""

    on = today_field("服务日期")
    hours = forms.DecimalField(label="时长（小时）", max_digits=4, decimal_places=1, initial=1)
    words = forms.CharField(label="服务内容", max_length=200)
