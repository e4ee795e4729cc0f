"""The upload, what an export is wanted for, and the decision about it."""

from __future__ import annotations

from typing import Any

from django import forms

from governance.sheets.declare import Sheet
from governance.ui.forms import Segments


class UploadForm(forms.Form):
    """A spreadsheet from the person's own disk."""

    file = forms.FileField(
        label="表格",
        error_messages={
            "required": "请选择要导入的文件。",
            "empty": "文件是空的。请确认选对了文件，并在表格软件中保存后再上传。",
            "missing": "没有收到文件，请重新选择。",
            "invalid": "没有收到文件，请重新选择。",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, sheet: Sheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = sheet.importer.most_rows if sheet.importer else 0
        self.fields["file"].label = f"{sheet.title}表格"
        self.fields["file"].help_text = f".xlsx 或 .csv，一次最多 {most:,} 行。"


class ExportForm(forms.Form):
    """The purpose, and whether the numbers are needed in full."""

    purpose = forms.CharField(
        label="导出用途",
        min_length=4,
        max_length=200,
        help_text="例如：冬季入户走访核对名单。用途记入审计，并写在表首。",
    )
    with_numbers = forms.BooleanField(
        label="需要完整的身份证号和电话",
        required=False,
        help_text="默认只导出脱敏号码。勾选后表格含完整号码，须在用途中写明理由；另记一次“查看完整号码”，丢失、外传由导出人负责。",
    )

    def __init__(self, *args: Any, may_take_numbers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_take_numbers:
            del self.fields["with_numbers"]


class DecisionForm(forms.Form):
    """The leader's decision."""

    approve = forms.ChoiceField(label="审批", choices=[("yes", "同意导出"), ("no", "不同意")], widget=Segments)
    words = forms.CharField(label="意见", max_length=200, required=False, help_text="不同意时请写明原因。")
