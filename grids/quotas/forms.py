"""Forms of quotas."""

from __future__ import annotations

from typing import Any

from django import forms

from governance.scope import Actor, UnitKind
from governance.ui.forms import DateInput, SearchSelect
from grids.models import QUOTA_KINDS, Unit


class _QuotaForm(forms.Form):
    """Which quota, and by how much it changes."""

    unit = forms.ModelChoiceField(
        label="单位", queryset=Unit.objects.none(), empty_label="请选择", widget=SearchSelect,
        help_text="社区工作者按社区核定，其他按街道。",
    )  # fmt: skip
    kind = forms.ChoiceField(label="编制类别", choices=[("", "请选择"), *QUOTA_KINDS])
    delta = forms.IntegerField(label="增减名额", help_text="减少填负数，如 -2。")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = (UnitKind.STREET, UnitKind.COMMUNITY)
        rows = Unit.objects.open().visible_to(by).filter(kind__in=kinds).order_by("code")
        self.fields["unit"].queryset = rows  # type: ignore[attr-defined]

    def change(self) -> dict[str, Any]:
        """As the services take it."""
        data = dict(self.cleaned_data)
        return {"unit_id": data.pop("unit").pk, **data}


class ApproveForm(_QuotaForm):
    """核增, 核减."""

    document = forms.CharField(label="文号", max_length=100)
    on = forms.DateField(label="核定日期", widget=DateInput)
    grounds = forms.CharField(label="说明", max_length=300, required=False)


class FillForm(_QuotaForm):
    """Somebody came, or went."""

    on = forms.DateField(label="日期", widget=DateInput)
    grounds = forms.CharField(label="依据", max_length=300, help_text="如：录用选调生 2 名；退休 1 名。不写姓名。")


class ProposeForm(_QuotaForm):
    """A street asks."""

    words = forms.CharField(label="理由", max_length=500, widget=forms.Textarea({"rows": 3}))


class DecideForm(forms.Form):
    """The centre's answer."""

    accept = forms.TypedChoiceField(
        label="答复", choices=[("1", "采纳，按文件核定"), ("0", "不采纳")], coerce=lambda text: text == "1",
        widget=forms.RadioSelect,
    )  # fmt: skip
    document = forms.CharField(label="核定文号", max_length=100, required=False, help_text="采纳时必填。")
    on = forms.DateField(label="核定日期", widget=DateInput, required=False, help_text="不填则为今天。")
    answer = forms.CharField(label="说明", max_length=500, required=False, widget=forms.Textarea({"rows": 2}))
