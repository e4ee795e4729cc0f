"""What a resident fills in."""

from __future__ import annotations

from django import forms


class AskForm(forms.Form):
    """The number and the code from the slip."""

    number = forms.CharField(
        label="工单号", max_length=64, help_text="受理时告知您的编号，如 MH20260101-0001；12345 热线的填热线工单号。",
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
    code = forms.CharField(
        label="查询码", max_length=16, help_text="六位数字。",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


class ObjectionForm(forms.Form):
    """Not solved, and why."""

    words = forms.CharField(
        label="还有什么没有解决", min_length=5, max_length=500, widget=forms.Textarea({"rows": 4, "maxlength": 500}),
        help_text="写明现在的情况，5 到 500 个字。请不要写他人的姓名、电话。",
        error_messages={"min_length": "请写明现在的情况，不少于 5 个字。", "max_length": "最多 500 个字，请精简。"},
    )  # fmt: skip
