"""Why a full number has to be seen."""

from __future__ import annotations

from typing import Any

from django import forms

REASONS = [
    "联系诉求人核实情况",
    "联系诉求人反馈办理结果",
    "电话回访",
]


class RevealForm(forms.Form):
    """Which number, and the reason; a few usual ones are offered, any other may be typed."""

    field = forms.ChoiceField(choices=[("phone", "联系电话"), ("identity", "身份证号")], widget=forms.HiddenInput)
    reason = forms.CharField(
        label="查看事由", min_length=2, max_length=200, help_text="事由、时间和查看人会记入本工单和审计记录。",
        widget=forms.TextInput({"list": "reveal-reasons", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, data: Any, *, is_asking: bool) -> None:
        """Without asking, `data` only says which number."""
        field = data.get("field", "phone")
        super().__init__(data if is_asking else None, initial={"field": field})
        self.what = dict(self.fields["field"].choices).get(field, "联系电话")  # type: ignore[attr-defined]
        self.reasons = REASONS
