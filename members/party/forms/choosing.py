"""What the forms of this subject share: who is meant, what may be chosen, a day, a reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from governance.scope import Actor, UnitKind
from governance.ui.forms import DateInput
from grids.models import Unit
from members.models import PartyOrganisation, Person
from members.party import selectors

PLAIN = {"autocomplete": "off"}
_SHOWN = 10


def today_field(label: str, **more: Any) -> forms.DateField:
    """A day that is today unless said."""
    return forms.DateField(label=label, widget=DateInput, initial=timezone.localdate, **more)


def choose(form: forms.Form, name: str, choices: Iterable[tuple[Any, str]], *, empty: str = "请选择") -> None:
    """Set what a field offers, after a first line for nothing chosen."""
    form.fields[name].choices = [("", empty), *choices]  # type: ignore[attr-defined]


def unit_name(unit: Unit) -> str:
    """A grid with its community, as several have the same name."""
    return f"{unit.community.name} · {unit.name}" if unit.kind == UnitKind.GRID and unit.community else unit.name


def owned(actor: Actor) -> list[PartyOrganisation]:
    """The open organisations that the actor decides about."""
    rows = PartyOrganisation.objects.visible_to(actor).open()
    at_level = {
        UnitKind.DISTRICT: {"street": None}, UnitKind.STREET: {"community": None}, UnitKind.COMMUNITY: {},
    }.get(actor.unit_kind or UnitKind.GRID)  # fmt: skip
    if at_level is None:
        return []
    return sorted(rows.filter(**at_level), key=lambda row: (selectors.rank(row.kind), row.name))


class WordsForm(forms.Form):
    """A reason."""

    words = forms.CharField(label="原因", max_length=200, widget=forms.Textarea({"rows": 2}))


class WhoForm(forms.Form):
    """Somebody of the scope: by name, initials or identity number; one of several is then chosen."""

    who = forms.CharField(
        label="姓名或身份证号", max_length=40, widget=forms.TextInput(PLAIN), help_text="须是本辖区已登记的居民。"
    )
    person = forms.IntegerField(label="是哪一位", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean(self) -> dict[str, Any]:
        """`person_id` of the one that is meant."""
        data = super().clean() or {}
        if not (text := data.get("who")):
            return data
        rows = Person.objects.visible_to(self.by).here().search(text).select_related("community", "grid")
        found = list(rows.defer("search").order_by("pk")[: _SHOWN + 1])
        chosen = [one for one in found if one.pk == data.get("person")] or found
        if not found:
            self.add_error("who", "没有找到这个人。请核对姓名，或先在“居民”中登记。")
        elif len(chosen) > 1:
            self._ask(found)
        else:
            data["person_id"] = chosen[0].pk
        return data

    def _ask(self, found: list[Person]) -> None:
        if len(found) > _SHOWN:
            self.add_error("who", "同名的人太多，请改用身份证号查找。")
            return
        self.fields["person"].widget = forms.RadioSelect(choices=[(one.pk, _told(one)) for one in found])
        self.fields["person"].widget.is_required = False
        self.add_error("person", "有多位，请选择一位。")


def _told(person: Person) -> str:
    born = f"{person.born_on:%Y-%m}生" if person.born_on else "出生日期未登记"
    place = person.grid.name if person.grid else person.community.name
    facts = (person.get_gender_display(), born, place, person.identity_masked or "无身份证号")
    return f"{person.name}（{'，'.join(fact for fact in facts if fact)}）"
