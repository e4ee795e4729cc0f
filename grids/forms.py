"""Forms of the territory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from governance.scope import Actor, UnitKind
from governance.ui.forms import DateInput, SearchSelect
from grids import codes
from grids.boundaries import TOLERANCE_M2
from grids.coordinates import SYSTEM_LABELS, System
from grids.models import KIND_LABELS, Unit
from grids.querysets import UnitQuerySet
from grids.selectors import in_order
from grids.services.boundaries import MAX_TOLERANCE_M2

OPENABLE = [kind for kind in UnitKind if kind != UnitKind.DISTRICT]


class UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One unit, shown with where it lies."""

    widget = SearchSelect

    def label_from_instance(self, unit: Unit) -> str:
        """ "旭园街道 / 景园社区（230604014013）"."""
        return labelled(unit)


class UnitsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several units, shown with where they lie."""

    def label_from_instance(self, unit: Unit) -> str:
        """As one unit is shown."""
        return labelled(unit)


def labelled(unit: Unit) -> str:
    """A unit's name after its street's and community's, and its code."""
    above = [u.short_name or u.name for u in (unit.street, unit.community) if u is not None and u.pk != unit.pk]
    return f"{' / '.join([*above, unit.short_name or unit.name])}（{unit.code}）"


def choices(actor: Actor, kinds: Iterable[UnitKind]) -> UnitQuerySet:
    """Open units of the kinds that the actor may see, with what their labels need."""
    found = Unit.objects.visible_to(actor).open().filter(kind__in=list(kinds))
    return in_order(found).select_related("street", "community")


class ChangeForm(forms.Form):
    """What every change has: from when, and on what grounds."""

    effective_on = forms.DateField(
        label="生效日期", widget=DateInput, help_text="可选今天或以后；以后的到那天零时自动生效，生效前可以撤回。"
    )
    reason = forms.CharField(
        label="依据", max_length=500, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="如文件名称、文号，记入变更历史。",
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, unit: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.unit = actor, unit
        self.fields["effective_on"].initial = timezone.localdate
        self.order_fields([name for name in self.fields if name not in {"effective_on", "reason"}])


class OpenForm(ChangeForm):
    """A new unit."""

    kind = forms.ChoiceField(label="类别", choices=[(kind.value, KIND_LABELS[kind]) for kind in OPENABLE])
    parent = UnitField(label="上级单位", queryset=Unit.objects.none())
    name = forms.CharField(label="名称", max_length=64)
    short_name = forms.CharField(
        label="简称", max_length=32, required=False, help_text="列表和地图上显示；不填则自动生成。"
    )
    code = forms.CharField(
        label="编码",
        max_length=20,
        required=False,
        help_text="不填则取上级编码下的第一个空号；有官方区划代码的请照填。",
    )
    address = forms.CharField(label="地址", max_length=200, required=False)
    phone = forms.CharField(label="值班电话", max_length=32, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = (UnitKind.DISTRICT, UnitKind.STREET, UnitKind.COMMUNITY)
        self.fields["parent"].queryset = choices(self.actor, kinds)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Fill in the first free code, so that the preview shows the very one that will be used."""
        data = super().clean() or self.cleaned_data
        kind, parent = data.get("kind"), data.get("parent")
        if kind and parent and not data.get("code") and codes.PARENT_KIND[UnitKind(kind)] == parent.kind:
            taken = set(Unit.objects.filter(code__startswith=parent.code).values_list("code", flat=True))
            data["code"] = codes.next_free(UnitKind(kind), parent.code, taken)
        return data


class RenameForm(ChangeForm):
    """Another name."""

    name = forms.CharField(label="新名称", max_length=64)
    short_name = forms.CharField(label="新简称", max_length=32, required=False, help_text="不填则由名称自动生成。")


class MoveForm(ChangeForm):
    """Another parent."""

    parent = UnitField(label="新的上级单位", queryset=Unit.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = codes.PARENT_KIND.get(UnitKind(self.unit.kind)) if self.unit else None
        if kind:
            self.fields["parent"].queryset = choices(self.actor, [kind])  # type: ignore[attr-defined]


class MergeForm(ChangeForm):
    """Units that go into another."""

    units = UnitsField(
        label="被并入的单位", queryset=Unit.objects.none(), widget=forms.SelectMultiple({"data-search": "", "size": 6}),
        help_text="可选多个；合并后这些单位撤销。",
    )  # fmt: skip
    into = UnitField(label="合并后保留的单位", queryset=Unit.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.unit is None:
            return
        beside = choices(self.actor, [UnitKind(self.unit.kind)])
        if self.unit.kind in {UnitKind.GRID, UnitKind.SQUAD}:
            beside = beside.filter(street=self.unit.street_id)
        for name in ("units", "into"):
            self.fields[name].queryset = beside  # type: ignore[attr-defined]


class CloseForm(ChangeForm):
    """The end of a unit."""

    successor = UnitField(
        label="承接单位",
        queryset=Unit.objects.none(),
        required=False,
        help_text="在办工作全部转给它；没有在办工作时可以不选。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.unit is None:
            return
        kinds = {UnitKind(self.unit.kind), codes.PARENT_KIND.get(UnitKind(self.unit.kind), UnitKind.DISTRICT)}
        found = choices(self.actor, kinds).exclude(pk=self.unit.pk)
        if self.unit.kind == UnitKind.GRID:
            found = found.filter(street=self.unit.street_id)
        self.fields["successor"].queryset = found  # type: ignore[attr-defined]


class DescribeForm(forms.Form):
    """Facts of a unit that need no date."""

    address = forms.CharField(label="地址", max_length=200, required=False)
    phone = forms.CharField(label="值班电话", max_length=32, required=False)
    order = forms.IntegerField(label="显示顺序", min_value=0, max_value=99_999, help_text="同一上级下由小到大排列。")


class DivisionsForm(forms.Form):
    """A file of divisions."""

    file = forms.FileField(label="区划文件", help_text=".xlsx 或 .csv，第一行是表头：编码、名称，可有级别、上级编码。")


class ApplyForm(forms.Form):
    """From when the chosen rows count."""

    effective_on = forms.DateField(label="生效日期", widget=DateInput)


class BoundariesForm(forms.Form):
    """A file of boundaries, and how to read it."""

    file = forms.FileField(label="边界文件", help_text="GeoJSON 要素集合，每个要素的属性 code 是单位编码。")
    system = forms.ChoiceField(
        label="坐标系", choices=[(s.value, label) for s, label in SYSTEM_LABELS.items()], initial=System.WGS84,
        help_text="导入时统一换算为 WGS-84。选错会整体偏移几百米，请在预览地图上核对。",
    )  # fmt: skip
    tolerance_m2 = forms.FloatField(
        label="容差（平方米）", min_value=0, max_value=MAX_TOLERANCE_M2, initial=TOLERANCE_M2,
        help_text="与相邻边界重叠、超出上级不大于此值的，视为测绘误差。",
    )  # fmt: skip
