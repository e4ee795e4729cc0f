"""Forms of the security office."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import ROLE_LABELS, Posting
from accounts.services import NewPosting
from governance.scope import Role
from governance.ui.forms import DateInput, SearchSelect
from grids.models import Unit

ROLE_CHOICES = [("", "请选择岗位"), *((r.value, n) for r, n in ROLE_LABELS.items())]


class UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A unit by name, with its code to tell namesakes apart."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Unit.objects.none(),
            label="单位",
            empty_label="请选择单位",
            widget=SearchSelect(),
            error_messages={"invalid_choice": "没有找到该单位，请重新选择。"},
            **kwargs,
        )

    def label_from_instance(self, obj: Unit) -> str:
        """ "庆新社区（230604001001）"."""
        return f"{obj.name}（{obj.code}）"


class PersonForm(forms.Form):
    """Name and phone of a person whose account exists."""

    name = forms.CharField(label="姓名", max_length=32)
    phone = forms.CharField(label="手机", max_length=32, required=False)

    def __init__(self, *args: Any, masked: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if masked:
            self.fields["phone"].help_text = f"现为 {masked}，不修改请留空。"


class PostingForm(forms.Form):
    """A posting to be given."""

    role = forms.ChoiceField(label="岗位", choices=ROLE_CHOICES)
    unit = UnitField()
    is_leader = forms.BooleanField(label="单位负责人（接收本单位超期提醒）", required=False)
    starts_on = forms.DateField(label="起始日期", widget=DateInput())
    ends_on = forms.DateField(label="截止日期", widget=DateInput(), required=False, help_text="长期任职请留空。")

    def __init__(self, *args: Any, units: QuerySet[Unit], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = today

    def posting(self) -> NewPosting:
        """What was asked for."""
        data = self.cleaned_data
        return NewPosting(data["unit"].pk, Role(data["role"]), data["starts_on"], data["ends_on"], data["is_leader"])


class NewStaffForm(PostingForm):
    """A person with their first posting."""

    username = forms.CharField(
        label="账号",
        max_length=32,
        help_text="3 至 32 位小写字母和数字，以字母开头，例如姓名全拼。创建后不能修改。",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    name = forms.CharField(label="姓名", max_length=32)
    phone = forms.CharField(label="手机", max_length=32, required=False)
    field_order = ["username", "name", "phone", "role", "unit", "is_leader", "starts_on", "ends_on"]


class EndPostingForm(forms.Form):
    """When a posting ends."""

    AT_ONCE, ON_DAY = "now", "day"
    when = forms.ChoiceField(
        label="何时结束",
        choices=[(ON_DAY, "到某一天为止（含当天）"), (AT_ONCE, "立即结束")],
        initial=ON_DAY,
        widget=forms.RadioSelect,
    )
    last_day = forms.DateField(label="最后一天", widget=DateInput(), required=False)
    reason = forms.CharField(label="原因", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """A day is needed where one is meant."""
        data = super().clean() or {}
        if data.get("when") == self.ON_DAY and not data.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", "请填写最后一天，或选择“立即结束”。")
        return data


class MoveForm(forms.Form):
    """Where a person goes, and when."""

    unit = UnitField()
    role = forms.ChoiceField(label="新岗位", choices=ROLE_CHOICES)
    is_leader = forms.BooleanField(label="单位负责人", required=False)
    first_day = forms.DateField(label="到岗日期", widget=DateInput(), help_text="原岗位到前一天为止。")

    def __init__(self, *args: Any, units: QuerySet[Unit], posting: Posting, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units.exclude(pk=posting.unit_id)  # type: ignore[attr-defined]
        self.fields["unit"].label = "调往单位"
        self.fields["role"].initial = posting.role
        self.fields["first_day"].initial = today


class ReasonForm(forms.Form):
    """A reason, kept in the record."""

    reason = forms.CharField(label="原因", max_length=200, help_text="例如：离职、退休、长期借调。")


class NothingForm(forms.Form):
    """A step that asks for nothing but to be sure."""


class TokenForm(forms.Form):
    """A token for a device or another system."""

    name = forms.CharField(label="用途", max_length=64, help_text="例如：市热线接口。")
    posting = forms.ModelChoiceField(label="以哪个岗位访问", queryset=Posting.objects.none(), empty_label=None)
    expires_on = forms.DateField(label="有效期至", widget=DateInput(), help_text="最长一年。")

    def __init__(self, *args: Any, postings: QuerySet[Posting], until: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["posting"]
        choice.queryset = postings
        choice.label_from_instance = lambda p: f"{p.place} · {p.role_label}"
        self.fields["expires_on"].initial = until


class UploadForm(forms.Form):
    """A list of staff."""

    file = forms.FileField(
        label="人员名单",
        help_text=".xlsx 或 .csv，一次最多 5,000 行。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": "请选择要上传的文件。", "empty": "文件是空的，请在表格软件中保存后再上传。"},
    )
