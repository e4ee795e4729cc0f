"""Inputs that several of these pages share: long selects, and files that survive a form with errors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from appeals.models import Category
from governance.scope import UnitKind
from grids.models import KIND_LABELS, Unit

# (value, label, pinyin initials, what to know before choosing)
Option = tuple[int, str, str, str]


class LongSelect(forms.Select):
    """A select of hundreds of options, drawn at once and not one template an option; searched by word or initials.

    The page adds `pickers.js`. Without scripts it is a plain select.
    """

    empty_label = "请选择"

    def __init__(self, attrs: dict[str, Any] | None = None, *, multiple: bool = False, empty: str = "请选择") -> None:
        super().__init__(attrs={"data-pick": "", **(attrs or {})})
        self.allow_multiple_selected = multiple
        self.empty_label = empty
        self.offered: Sequence[Option] = ()

    def use_required_attribute(self, initial: Any) -> bool:
        """Never: to tell, Django reads the first row of the field's own choices, which are not what is offered."""
        return False

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """One value, or the list of a multiple select."""
        if not self.allow_multiple_selected:
            return super().value_from_datadict(data, files, name)
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name)

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The select with its options."""
        chosen = {str(v) for v in value} if isinstance(value, list | tuple | set) else {str(value)}
        attributes = {"name": name, "class": "form-select", **self.build_attrs(self.attrs, attrs)}
        if self.allow_multiple_selected:
            attributes["multiple"] = True
        shown = format_html_join(
            " ", '{}="{}"', ((k, "" if v is True else v) for k, v in attributes.items() if v is not False)
        )
        return format_html("<select {}>{}{}</select>", shown, self._empty(), self._drawn(chosen))

    def _empty(self) -> SafeString | str:
        if self.allow_multiple_selected:
            return ""
        return format_html('<option value="">{}</option>', self.empty_label)

    def _drawn(self, chosen: set[str]) -> SafeString:
        """The options; what is not chosen is the same for everybody, and drawn once."""
        html = _unchosen(tuple(self.offered))
        for key in chosen:
            if key.isdigit():
                html = html.replace(f'<option value="{key}"', f'<option value="{key}" selected', 1)
        return mark_safe(html)  # noqa: S308 - escaped where it is drawn; a digit is all that is added


@lru_cache(maxsize=64)
def _unchosen(offered: tuple[Option, ...]) -> str:
    """Options as HTML. The words are the key, so a renamed category or unit is another entry."""
    return format_html_join(
        "",
        '<option value="{}" data-data="{}">{}</option>',
        ((key, json.dumps({"py": initials, "hint": hint}), label) for key, label, initials, hint in offered),
    )


class LongChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among many rows. Only the chosen one is looked up; the options are read when the field is drawn."""

    def __init__(self, queryset: QuerySet[Any], *, empty: str = "请选择", **kwargs: Any) -> None:
        # A filter hands over what its own kind of field draws with; this one draws otherwise.
        for name in ("empty_label", "null_label", "null_value", "widget"):
            kwargs.pop(name, None)
        super().__init__(queryset, widget=LongSelect(empty=empty), empty_label=None, **kwargs)
        self.error_messages["invalid_choice"] = "所选项不在可选范围内，请重新选择。"

    def offer(self, options: Sequence[Option]) -> None:
        """Say what can be chosen."""
        self.widget.offered = options


class LongMultipleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several of many rows."""

    def __init__(self, queryset: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(queryset, widget=LongSelect(multiple=True), **kwargs)
        self.error_messages["invalid_choice"] = self.error_messages["invalid_pk_value"] = (
            "所选项不在可选范围内，请重新选择。"
        )

    def offer(self, options: Sequence[Option]) -> None:
        """Say what can be chosen."""
        self.widget.offered = options


_ORDER = {kind: place for place, kind in enumerate(KIND_LABELS)}


def unit_options(units: QuerySet[Unit]) -> list[Option]:
    """Units as options: line first, each with the community or street that it lies in."""
    columns = ("pk", "name", "initials", "kind", "code", "parent__name")
    rows = sorted(units.order_by().values_list(*columns), key=lambda row: (_ORDER[UnitKind(row[3])], row[4]))
    return [
        (pk, f"{parent} {name}" if kind == UnitKind.GRID else name, initials.lower(), KIND_LABELS[UnitKind(kind)])
        for pk, name, initials, kind, _, parent in rows
    ]


def category_options(*, leaves_only: bool = False) -> list[Option]:
    """Active categories in the order of the tree, with the kind of unit that usually leads."""
    rows = Category.objects.filter(is_active=True).order_by("order", "pk")
    if leaves_only:
        rows = rows.exclude(pk__in=Category.objects.filter(parent__isnull=False, is_active=True).values("parent_id"))
    labels = {str(kind.value): label for kind, label in KIND_LABELS.items()}
    columns = rows.values_list("pk", "path", "initials", "lead_kind")
    return [(pk, path.replace("/", " / "), py.lower(), labels.get(kind, "")) for pk, path, py, kind in columns]
