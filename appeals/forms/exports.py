"""What an export is wanted for, and the decision about a large one."""

from __future__ import annotations

from django import forms

from governance.ui.forms import Segments


class ExportForm(forms.Form):
    """The purpose."""

    purpose = forms.CharField(
        label="导出用途", min_length=4, max_length=200, help_text="例如：10 月份办件通报。用途记入审计，并写在表末。"
    )


class ExportDecisionForm(forms.Form):
    """The leader's decision."""

    approve = forms.ChoiceField(label="审批", choices=[("yes", "同意导出"), ("no", "不同意")], widget=Segments)
    words = forms.CharField(label="意见", max_length=200, required=False, help_text="不同意时请写明原因。")
