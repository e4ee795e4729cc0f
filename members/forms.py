"""Forms of persons and households."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.forms.utils import ErrorDict

from governance import privacy
from governance.errors import InvalidInput
from governance.scope import Actor
from governance.ui.forms import DateInput, Segments
from grids.models import Unit
from members.models import GENDERS, RESIDENCES, Building, Household, Person, Stay
from members.models.households import KINDS, RELATIONS
from members.services.homes import BuildingFacts
from members.services.households import Address, Newcomer
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

    def clean_identity(self) -> str:
        """A number that cannot be is told before anything is asked about who is alike."""
        return self._number("identity", privacy.validate_identity)

    def clean_phone(self) -> str:
        """The same."""
        return self._number("phone", privacy.validate_phone)

    def _number(self, name: str, validate: Callable[[str], str]) -> str:
        typed: str = self.cleaned_data[name]
        try:
            if typed.strip():
                validate(typed)
        except InvalidInput as refused:
            raise forms.ValidationError(refused.message) from refused
        return typed

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


class BuildingForm(forms.Form):
    """A building."""

    name = forms.CharField(label="楼栋名称", max_length=64, help_text="如：幸福里 3 号楼；村屋可按排登记。")
    unit = forms.ModelChoiceField(label="社区网格", queryset=Unit.objects.none(), empty_label="请选择")
    address = forms.CharField(label="地址", max_length=200, required=False)
    entrances = forms.IntegerField(label="单元数", min_value=0, max_value=99, initial=0, help_text="没有单元的填 0。")
    floors = forms.IntegerField(label="层数", min_value=0, max_value=200, initial=0)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.open().visible_to(by).filter(kind__in=("community", "grid")).order_by("code")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def facts(self, known: Building | None = None) -> BuildingFacts:
        """As the service takes it; the point on the map stays as it is."""
        data = self.cleaned_data
        return BuildingFacts(
            unit_id=data["unit"].pk, name=data["name"], address=data["address"], entrances=data["entrances"],
            floors=data["floors"], lon=known.lon if known else None, lat=known.lat if known else None,
        )  # fmt: skip


class HomesForm(forms.Form):
    """All rooms of an ordinary building at once."""

    entrances = forms.IntegerField(label="单元数", min_value=0, max_value=20, help_text="没有单元的填 0。")
    floors = forms.IntegerField(label="层数", min_value=1, max_value=60)
    per_floor = forms.IntegerField(
        label="每单元每层户数", min_value=1, max_value=20, initial=2, help_text="房号依次为 101、102……已登记的不重复。"
    )


class DayForm(forms.Form):
    """The day on which something ended."""

    on = forms.DateField(label="日期", widget=DateInput)


class JoinForm(forms.Form):
    """Into another household of one's own scope."""

    relation = forms.ChoiceField(label="与户主关系", choices=RELATIONS)
    on = forms.DateField(label="入户日期", required=False, widget=DateInput, help_text="不填则为今天。")
    new_head = forms.TypedChoiceField(label="原住户的新户主", coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, heirs: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if heirs:
            self.fields["new_head"].choices = [("", "请选择"), *heirs]  # type: ignore[attr-defined]
        else:
            del self.fields["new_head"]


class RelationsForm(forms.Form):
    """What each member of a household is to its head: one field a member."""

    def __init__(self, *args: Any, household: Household, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stays = list(Stay.objects.filter(household=household, until_on=None).select_related("person"))
        for stay in self.stays:
            self.fields[f"of_{stay.person_id}"] = forms.ChoiceField(
                label=stay.person.name, choices=RELATIONS, initial=stay.relation
            )

    def relations(self) -> dict[int, str]:
        """By person."""
        return {stay.person_id: self.cleaned_data[f"of_{stay.person_id}"] for stay in self.stays}


class MergeForm(forms.Form):
    """Why two records are one person, and which of two values stands where they differ."""

    words = forms.CharField(label="合并理由", max_length=500, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, differing: list[tuple[str, str, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, own, theirs in differing:
            self.fields[f"take_{name}"] = forms.ChoiceField(
                label=label, choices=[("", own), ("1", theirs)], required=False, widget=Segments, initial=""
            )
        self.order_fields([*(name for name in self.fields if name != "words"), "words"])

    def taken(self) -> list[str]:
        """What is taken from the record that is merged."""
        return [name.removeprefix("take_") for name, value in self.cleaned_data.items() if value == "1"]


class AnswerForm(forms.Form):
    """Why a proposal is not taken."""

    answer = forms.CharField(
        label="不采纳的理由", max_length=500, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="不采纳时填写，会答复给提出人。",
    )  # fmt: skip


class NewcomerForm(MemberForm):
    """One of the people of a household that is put on record."""

    def newcomer(self) -> Newcomer:
        """As the service takes it."""
        data = self.cleaned_data
        return Newcomer(facts=self.facts(), relation=data["relation"], on=data["on"])


class PeopleFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """The people of a household, one after the other; the first is its head unless said otherwise."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        relation = "head" if index == 0 else "other" if index is None else ("spouse" if index == 1 else "child")
        return super().get_form_kwargs(index) | {"initial": {"relation": relation, "residence": "registered"}}


PEOPLE_MOST = 20
People = forms.formset_factory(
    NewcomerForm, formset=PeopleFormSet, extra=1, max_num=PEOPLE_MOST, absolute_max=PEOPLE_MOST
)


class EntryForm(HouseholdForm):
    """A household with its people, on one page."""

    field_order = ("building", "entrance", "room", "unit", "address", "kind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = People(self.data if self.is_bound else None, prefix="people")
        for name in ("entrance", "room"):
            self.fields[name].widget.attrs |= {"autocomplete": "off"}
        self.fields["room"].widget.attrs |= {"inputmode": "numeric"}

    def is_valid(self) -> bool:
        """Both, the household and each of its people."""
        both = [super().is_valid(), self.people.is_valid()]
        for number, one in enumerate(self.people.forms, start=1):
            for name, messages in one.errors.items():
                label = one.fields[name].label if name in one.fields else ""
                self.add_error(None, f"第 {number} 人{label}：{messages[0]}")
        return all(both) and not self.errors

    def forgive(self) -> None:
        """Show what was typed so far, unchecked."""
        for one in (self, *self.people.forms):
            one._errors = ErrorDict()

    def newcomers(self) -> list[Newcomer]:
        """Those who were filled in."""
        return [one.newcomer() for one in self.people.forms if one.has_changed()]

    def refuse(self, field: str, message: str) -> bool:
        """Put a refusal of `people-1-phone` beside that field; whether it is of one of the people."""
        prefix, _, rest = field.partition("-")
        number, _, name = rest.partition("-")
        filled = [one for one in self.people.forms if one.has_changed()]
        if prefix != "people" or not number.isdigit() or int(number) >= len(filled):
            return False
        one = filled[int(number)]
        one.add_error(name if name in one.fields else None, message)
        self.add_error(None, f"第 {self.people.forms.index(one) + 1} 人：{message}")
        return True


def heirs_of(person: Person) -> list[tuple[int, str]]:
    """Who could follow the person as head; empty where the person is none."""
    stay = person.stays.filter(until_on=None).first()
    if stay is None or stay.relation != "head":
        return []
    others = Stay.objects.filter(household=stay.household_id, until_on=None).exclude(pk=stay.pk)
    return list(others.order_by("pk").values_list("person_id", "person__name"))
