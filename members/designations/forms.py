"""Forms of designations and couriers."""

from __future__ import annotations

from typing import Any

from django import forms

from governance.scope import Actor, UnitKind
from governance.ui.forms import DateInput
from grids.models import Unit
from members.designations.couriers import CourierFacts
from members.designations.services import Naming, own_units
from members.models import DesignationKind
from members.models.designations import COMPANIES, TRADES
from members.services.persons import Facts

_NO_GUESSING = {"autocomplete": "off"}


class NamingForm(forms.Form):
    """What people are named, where, since when."""

    kind = forms.ModelChoiceField(label="称号", queryset=DesignationKind.objects.none(), empty_label="请选择")
    unit = forms.ModelChoiceField(label="所在单位", queryset=Unit.objects.none(), empty_label="请选择")
    grounds = forms.CharField(
        label="命名依据", max_length=200, help_text="如会议、文件名称和文号。",
    )  # fmt: skip
    from_on = forms.DateField(label="起", required=False, widget=DateInput, help_text="不填则为今天。")
    until_on = forms.DateField(label="止", required=False, widget=DateInput, help_text="有任期的填写最后一天。")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds, units = DesignationKind.objects.filter(is_active=True, counted="people"), own_units(by).order_by("code")
        self.fields["kind"].queryset = kinds  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].initial = by.unit_id

    def naming(self) -> Naming:
        """As the service takes it."""
        data = self.cleaned_data
        return Naming(
            kind_id=data["kind"].pk, unit_id=data["unit"].pk, grounds=data["grounds"], from_on=data["from_on"],
            until_on=data["until_on"],
        )  # fmt: skip


class PeopleNamingForm(NamingForm):
    """The same, with the people to be named among those offered."""

    field_order = ("people",)
    people = forms.TypedMultipleChoiceField(
        label="人员", coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请先查找并勾选要命名的人员。", "invalid_choice": "勾选的人员中有不在本辖区的，请重新查找。",
        },
    )  # fmt: skip

    def __init__(self, *args: Any, offered: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = offered  # type: ignore[attr-defined]


class ChangeForm(forms.Form):
    """The last day and the document."""

    until_on = forms.DateField(label="止", required=False, widget=DateInput, help_text="不填则没有截止日期。")
    grounds = forms.CharField(label="命名依据", max_length=200)


class EndForm(forms.Form):
    """When it ends, and why."""

    on = forms.DateField(label="最后一天", widget=DateInput)
    words = forms.CharField(label="原因", max_length=200)


class CourierForm(forms.Form):
    """A courier's work."""

    trade = forms.ChoiceField(label="职业", choices=[("", "请选择"), *TRADES])
    company = forms.ChoiceField(label="平台、企业", choices=[("", "请选择"), *COMPANIES])
    unit = forms.ModelChoiceField(label="站点所在社区", queryset=Unit.objects.none(), empty_label="请选择")
    station = forms.CharField(label="站点", max_length=64, required=False)
    routes = forms.CharField(
        label="配送路线", max_length=200, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="经过的小区、商圈。",
    )  # fmt: skip
    units = forms.ModelMultipleChoiceField(
        label="服务的社区", queryset=Unit.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text="这些社区也能看到并命名该骑手。",
    )  # fmt: skip

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        communities = Unit.objects.open().filter(kind=UnitKind.COMMUNITY, street_id=by.street_id).order_by("code")
        own = communities if by.unit_kind == UnitKind.STREET else communities.filter(pk=by.unit_id)
        self.fields["unit"].queryset = own  # type: ignore[attr-defined]
        self.fields["units"].queryset = communities  # type: ignore[attr-defined]
        if by.unit_kind == UnitKind.COMMUNITY:
            self.fields["unit"].initial = by.unit_id

    def courier_facts(self) -> CourierFacts:
        """As the service takes it."""
        data = self.cleaned_data
        return CourierFacts(
            unit_id=data["unit"].pk, trade=data["trade"], company=data["company"], station=data["station"],
            routes=data["routes"], units=tuple(unit.pk for unit in data["units"]),
        )  # fmt: skip


class NewCourierForm(CourierForm):
    """With the person, who need not be on record yet."""

    field_order = ("name", "phone", "identity")
    name = forms.CharField(label="姓名", max_length=32, widget=forms.TextInput(_NO_GUESSING))
    phone = forms.CharField(
        label="联系电话", max_length=32, required=False, widget=forms.TextInput({"inputmode": "tel", **_NO_GUESSING})
    )
    identity = forms.CharField(
        label="身份证号", max_length=32, required=False, widget=forms.TextInput(_NO_GUESSING),
        help_text="已在本区登记的会提示，请改从居民档案登记。",
    )  # fmt: skip

    def person_facts(self) -> Facts:
        """The new person."""
        data = self.cleaned_data
        return Facts(
            name=data["name"], phone=data["phone"] or None, identity=data["identity"] or None, residence="floating",
            employer=data["company"],
        )  # fmt: skip


class AccountForm(forms.Form):
    """By which account a courier signs in."""

    username = forms.CharField(
        label="用户名", max_length=64, required=False, widget=forms.TextInput(_NO_GUESSING),
        help_text="安全管理员开通的本辖区兼职网格员账号；留空为解除绑定。",
    )  # fmt: skip
