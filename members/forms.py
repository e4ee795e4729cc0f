"""Forms of persons and households."""

from __future__ import annotations

from typing import Any

from django import forms

from governance.scope import Actor
from governance.ui.forms import DateInput
from grids.models import Unit
from members.models import GENDERS, RESIDENCES, Building
from members.models.households import KINDS, RELATIONS
from members.services.households import Address
from members.services.persons import Facts

_NO_GUESSING = {"autocomplete": "off"}


class PersonForm(forms.Form):
    """What is known of a person. In a correction the numbers are asked for only when they change."""

    name = forms.CharField(label="姓名", max_length=32, widget=forms.TextInput(_NO_GUESSING))
    identity = forms.CharField(
        label="身份证号", max_length=32, required=False, widget=forms.TextInput(_NO_GUESSING),
        help_text="出生日期和性别由身份证号得出。",
    )  # fmt: skip
    phone = forms.CharField(
        label="联系电话", max_length=32, required=False, widget=forms.TextInput({"inputmode": "tel", **_NO_GUESSING})
    )
    gender = forms.ChoiceField(label="性别", choices=[("", "未填"), *GENDERS], required=False)
    born_on = forms.DateField(label="出生日期", required=False, widget=DateInput)
    residence = forms.ChoiceField(label="居住情况", choices=RESIDENCES)
    employer = forms.CharField(label="工作单位", max_length=100, required=False)
    notes = forms.CharField(label="备注", max_length=500, required=False, widget=forms.Textarea({"rows": 2}))

    def facts(self) -> Facts:
        """As the service takes them; a number left empty is left alone."""
        data = self.cleaned_data
        numbers = {name: data[name] or None for name in ("identity", "phone")}
        others = {name: data[name] for name in ("name", "gender", "born_on", "residence", "employer", "notes")}
        return Facts(**others, **numbers)


class MemberForm(PersonForm):
    """A new person in a household."""

    field_order = ("name", "relation", "identity", "phone")
    relation = forms.ChoiceField(label="与户主关系", choices=RELATIONS)
    on = forms.DateField(label="入户日期", required=False, widget=DateInput, help_text="不填则为今天。")


class HouseholdForm(forms.Form):
    """Where a household lives: a room of a building, or an address."""

    building = forms.ModelChoiceField(
        label="楼栋", queryset=Building.objects.none(), required=False, empty_label="不在楼内"
    )
    entrance = forms.CharField(label="单元", max_length=16, required=False)
    room = forms.CharField(label="房号", max_length=16, required=False)
    unit = forms.ModelChoiceField(
        label="社区网格",
        queryset=Unit.objects.none(),
        required=False,
        empty_label="请选择",
        help_text="选了楼栋的不必填。",
    )
    address = forms.CharField(label="住址", max_length=200, required=False, help_text="没有楼栋的填写，如平房、村屋。")
    kind = forms.ChoiceField(label="类型", choices=KINDS)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        buildings = Building.objects.visible_to(by).filter(removed_on=None).order_by("name")
        units = Unit.objects.open().visible_to(by).filter(kind__in=("community", "grid")).order_by("code")
        self.fields["building"].queryset = buildings  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def address_given(self) -> Address:
        """As the service takes it."""
        data = self.cleaned_data
        return Address(
            building_id=data["building"].pk if data["building"] else None, entrance=data["entrance"], room=data["room"],
            unit_id=data["unit"].pk if data["unit"] else None, address=data["address"],
        )  # fmt: skip


class TakeInForm(forms.Form):
    """凭证件迁入: somebody on record elsewhere, by the identity number."""

    identity = forms.CharField(label="身份证号", max_length=32, widget=forms.TextInput(_NO_GUESSING))
    relation = forms.ChoiceField(label="与户主关系", choices=RELATIONS)
    on = forms.DateField(label="入户日期", required=False, widget=DateInput, help_text="不填则为今天。")


class LeaveForm(forms.Form):
    """迁出 or 死亡: when, where to, and who is head after."""

    on = forms.DateField(label="日期", widget=DateInput)
    to = forms.CharField(label="迁往", max_length=200)
    new_head = forms.TypedChoiceField(label="新的户主", coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, heirs: list[tuple[int, str]], asks_where: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_where:
            del self.fields["to"]
        if heirs:
            self.fields["new_head"].choices = [("", "请选择"), *heirs]  # type: ignore[attr-defined]
        else:
            del self.fields["new_head"]


class RevealForm(forms.Form):
    """Why a full number is looked at."""

    field = forms.ChoiceField(label="号码", choices=[("phone", "联系电话"), ("identity", "身份证号")])
    reason = forms.CharField(label="查看事由", max_length=200)
