"""The forms of the import: the upload, and which column is which field."""

from __future__ import annotations

from typing import Any

from django import forms

from appeals.imports.fields import FIELDS
from appeals.imports.mapping import ColumnMapping
from appeals.models import CHANNELS

_CHOICES = [("", "不导入"), *((f.key, f"{f.label}（必需）" if f.required else f.label) for f in FIELDS)]


class UploadForm(forms.Form):
    """A spreadsheet from the person's own disk."""

    file = forms.FileField(
        label="热线工单表",
        help_text="支持 .xlsx 和 .csv，不超过 200 MB。同一编号只导入一次，重复上传同一文件不会产生重复工单。",
        error_messages={
            "required": "请选择要导入的文件。",
            "empty": "文件是空的。请确认选对了文件，并在表格软件中保存后再上传。",
            "missing": "没有收到文件，请重新选择。",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )


class ColumnsForm(forms.Form):
    """For each column of the file the field that it feeds; the channel, and a name to remember it all under."""

    channel = forms.ChoiceField(
        label="来源渠道", choices=CHANNELS, help_text="编号在同一渠道内不重复：同一渠道、同一编号视为同一件诉求。"
    )
    remember_as = forms.CharField(
        label="保存为模板",
        required=False,
        max_length=64,
        help_text="起个名字，下次表头相同时自动使用；同名模板会被替换。不需要就留空。",
    )

    def __init__(self, *args: Any, columns: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        for place, column in enumerate(columns):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=column["header"], choices=_CHOICES, required=False, initial=column["field"]
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each column with the select that belongs to it."""
        return [{**column, "select": self[f"column_{place}"]} for place, column in enumerate(self.columns)]

    def mapping(self) -> ColumnMapping:
        """What was chosen. A field chosen for two columns is refused here, where both are known."""
        columns: dict[str, str] = {}
        for place, column in enumerate(self.columns):
            key = self.cleaned_data.get(f"column_{place}") or ""
            if key:
                columns[key] = column["header"]
        return ColumnMapping(columns, self.cleaned_data["channel"])

    def clean(self) -> dict[str, Any]:
        """Refuse a field that two columns would feed."""
        chosen: dict[str, str] = {}
        for place, column in enumerate(self.columns):
            name = f"column_{place}"
            key = self.cleaned_data.get(name)
            if key and key in chosen:
                label = dict(_CHOICES)[key].removesuffix("（必需）")
                self.add_error(name, f"“{label}”已经对应了“{chosen[key]}”列，一个字段只能对应一列。")
            elif key:
                chosen[key] = column["header"]
        return self.cleaned_data
