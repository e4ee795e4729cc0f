"""The forms of organisations: founded, changed, moved, ended."""

from __future__ import annotations

from typing import Any

from django import forms

from governance.scope import Actor, UnitKind
from governance.ui.forms import DateInput, SearchSelect
from grids.models import Unit
from members.models import PartyOrganisation
from members.models.party import (
    ORGANISATION_KINDS,
)
from members.party.forms.choosing import PLAIN, choose, owned, today_field, unit_name
from members.party.rules import COMMITTEES, PARENTS, UNITS
from members.party.services import organisations


class FoundForm(forms.Form):
    """设立党组织, below one of those that the actor decides about."""

    parent = forms.TypedChoiceField(
        label="上级党组织", coerce=int, empty_value=None, required=False, widget=SearchSelect
    )
    kind = forms.ChoiceField(label="类型")
    name = forms.CharField(label="名称", max_length=80, widget=forms.TextInput(PLAIN))
    unit = forms.TypedChoiceField(label="所在单位", coerce=int, widget=SearchSelect)
    theme = forms.CharField(label="特色主题", max_length=40, required=False, help_text="特色支部填写，如“银发先锋”。")
    address = forms.CharField(label="活动地点", max_length=200, required=False)
    founded_on = today_field("成立日期")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = owned(by)
        kinds = {
            kind for kind, above in PARENTS.items() if any(one and one in {row.kind for row in own} for one in above)
        }
        if by.unit_kind == UnitKind.DISTRICT:
            kinds |= {kind for kind, above in PARENTS.items() if None in above}
        levels = {unit for kind in kinds for unit in UNITS[kind]}
        units = Unit.objects.open().visible_to(by).filter(kind__in=levels).order_by("code")
        choose(self, "parent", ((row.pk, row.name) for row in own), empty="没有上级（由区设立）")
        choose(self, "kind", ((kind, label) for kind, label in ORGANISATION_KINDS if kind in kinds))
        choose(self, "unit", ((unit.pk, unit_name(unit)) for unit in units.select_related("community")))

    def founding(self) -> organisations.Founding:
        """As the service takes it."""
        data = self.cleaned_data
        return organisations.Founding(
            name=data["name"], kind=data["kind"], parent_id=data["parent"], unit_id=data["unit"], theme=data["theme"],
            address=data["address"], founded_on=data["founded_on"],
        )  # fmt: skip


class ChangeForm(forms.Form):
    """修改党组织信息."""

    name = forms.CharField(label="名称", max_length=80, widget=forms.TextInput(PLAIN))
    theme = forms.CharField(label="特色主题", max_length=40, required=False)
    address = forms.CharField(label="活动地点", max_length=200, required=False)
    term_years = forms.TypedChoiceField(
        label="任期",
        coerce=int,
        choices=[(0, "不设任期（党小组）"), (3, "3 年"), (5, "5 年")],
        help_text="下一届起按此计算。",
    )
    founded_on = forms.DateField(label="成立日期", widget=DateInput)


class MoveForm(forms.Form):
    """调整隶属."""

    parent = forms.TypedChoiceField(label="新的上级党组织", coerce=int, widget=SearchSelect)
    unit = forms.TypedChoiceField(label="所在单位", coerce=int, widget=SearchSelect)

    def __init__(self, *args: Any, by: Actor, organisation: PartyOrganisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = [row for row in owned(by) if row.kind in PARENTS[organisation.kind] and row.pk != organisation.pk]
        units = Unit.objects.open().visible_to(by).filter(kind__in=UNITS[organisation.kind]).order_by("code")
        choose(self, "parent", ((row.pk, row.name) for row in above))
        choose(self, "unit", ((unit.pk, unit_name(unit)) for unit in units.select_related("community")))


class EndForm(forms.Form):
    """撤销、合并."""

    into = forms.TypedChoiceField(
        label="党员转入", coerce=int, empty_value=None, required=False, widget=SearchSelect,
        help_text="还有党员的，随本次撤销一并转入这个党组织。",
    )  # fmt: skip
    on = today_field("日期")
    words = forms.CharField(label="依据", max_length=500, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, by: Actor, organisation: PartyOrganisation, merges: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_committee = organisation.kind in COMMITTEES
        rows = PartyOrganisation.objects.visible_to(by).open().exclude(pk=organisation.pk).filter(
            street_id=organisation.street_id, community_id=organisation.community_id
        )  # fmt: skip
        fit = (row for row in rows.order_by("kind", "name") if (row.kind in COMMITTEES) == (is_committee and merges))
        choose(self, "into", ((row.pk, row.name) for row in fit), empty="请选择" if merges else "没有党员，不用转入")
        if merges:
            field = self.fields["into"]
            field.label, field.required, field.help_text = "并入", True, "党员和下级党组织一并转入。"
