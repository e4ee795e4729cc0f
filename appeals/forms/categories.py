"""The form of a category."""

from __future__ import annotations

from typing import Any

from django import forms

from appeals.forms.inputs import LongChoiceField, unit_options
from appeals.models import Category
from appeals.services.categories import LEAD_KINDS, LEVELS, Settings
from governance.scope import Actor, UnitKind
from grids.models import Unit

_LEADS = (UnitKind.DEPARTMENT, UnitKind.STREET, UnitKind.SQUAD)


class CategoryForm(forms.Form):
    """Its name, its place in the tree, and what it decides for its appeals."""

    name = forms.CharField(label="名称", max_length=40)
    parent = LongChoiceField(
        Category.objects.filter(level__lt=LEVELS), label="上级类别", required=False, empty="（一级类别）"
    )
    lead_kind = forms.ChoiceField(label="默认主办单位类别", choices=LEAD_KINDS, required=False)
    lead_unit = LongChoiceField(
        Unit.objects.none(), label="默认主办单位", required=False, empty="不指定",
        help_text="指定后，交办时默认选中它；不指定则按单位类别和事发地点推荐。",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, by: Actor, category: Category | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        units = Unit.objects.filter(district_id=by.district_id, kind__in=_LEADS).open()
        self.fields["lead_unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["lead_unit"].offer(unit_options(units))  # type: ignore[attr-defined]
        rows = Category.objects.filter(level__lt=LEVELS, is_active=True).order_by("order", "pk")
        if category is not None:
            rows = rows.exclude(pk=category.pk).exclude(path__startswith=f"{category.path}/")
        found = rows.values_list("pk", "path", "initials")
        self.fields["parent"].offer([(pk, path.replace("/", " / "), py.lower(), "") for pk, path, py in found])  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        pk = {name: data[name].pk if data[name] else None for name in ("parent", "lead_unit")}
        settings = Settings(lead_kind=data["lead_kind"], lead_unit_id=pk["lead_unit"])
        return {"name": data["name"], "parent_id": pk["parent"], "settings": settings}
