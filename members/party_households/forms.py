"""Forms of party households."""

from __future__ import annotations

from typing import Any

from django import forms

from governance.ui.forms import DateInput
from members.party_households.limits import DUTIES
from members.party_households.services.naming import PartyHouseholdFacts

_NO_GUESSING = {"autocomplete": "off"}


class FactsForm(forms.Form):
    """The sign and the duties."""

    sign_number = forms.CharField(
        label="挂牌编号", max_length=32, required=False, widget=forms.TextInput(_NO_GUESSING),
        help_text="门口挂牌上的编号，没有挂牌的不填。",
    )  # fmt: skip
    duties = forms.CharField(
        label="职责", max_length=300, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=f"不填则为：{DUTIES}",
    )  # fmt: skip

    def facts(self) -> PartyHouseholdFacts:
        """As the service takes it."""
        return PartyHouseholdFacts(sign_number=self.cleaned_data["sign_number"], duties=self.cleaned_data["duties"])


class OpenForm(FactsForm):
    """With the member."""

    field_order = ("person", "on")
    person = forms.TypedChoiceField(
        label="党员",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "请先查找并选择党员。", "invalid_choice": "这名党员不在可选范围内，请重新查找。"},
    )
    on = forms.DateField(label="设立日期", required=False, widget=DateInput, help_text="不填则为今天。")

    def __init__(self, *args: Any, offered: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = offered  # type: ignore[attr-defined]


class HomesForm(forms.Form):
    """Households of one building, or of one party household."""

    households = forms.TypedMultipleChoiceField(
        label="住户", coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请勾选住户。", "invalid_choice": "勾选的住户中有刚刚变动的，请刷新后再选。",
        },
    )  # fmt: skip

    def __init__(self, *args: Any, offered: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["households"].choices = offered  # type: ignore[attr-defined]


class LetGoForm(HomesForm):
    """No longer, or from now on by another."""

    to = forms.TypedChoiceField(
        label="改由谁联系", coerce=int, required=False, empty_value=None,
        help_text="不选则这些住户暂时无人联系。",
    )  # fmt: skip

    def __init__(self, *args: Any, others: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", "不再联系"), *others]  # type: ignore[attr-defined]


class VisitForm(HomesForm):
    """A round."""

    field_order = ("on", "households", "words")
    on = forms.DateField(label="走访日期", widget=DateInput)
    words = forms.CharField(
        label="走访情况", max_length=500, required=False, widget=forms.Textarea({"rows": 3}),
        help_text="了解到的情况、需要帮助的事；不写号码。",
    )  # fmt: skip


class ReportForm(forms.Form):
    """What was reported."""

    on = forms.DateField(label="反映日期", widget=DateInput)
    words = forms.CharField(label="反映内容", max_length=500, widget=forms.Textarea({"rows": 3}))
    appeal_number = forms.CharField(
        label="工单号", max_length=32, required=False, widget=forms.TextInput(_NO_GUESSING),
        help_text="已登记为诉求的填写，可以看到办理结果。",
    )  # fmt: skip


class EndForm(forms.Form):
    """When it ends, and why."""

    on = forms.DateField(label="终止日期", widget=DateInput)
    words = forms.CharField(label="原因", max_length=200)
