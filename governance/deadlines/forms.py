"""The form of a policy version: each limit with its warnings, its ladder and its extensions, as people fill it in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField

from governance.deadlines import actions, adoption
from governance.deadlines.models import Policy
from governance.deadlines.policies import STAGE
from governance.deadlines.terms import UNIT_NAMES, Mark, Term, Terms, Unit
from governance.deadlines.wording import kind_label, kind_order
from governance.errors import InvalidInput
from governance.ui.forms import DateTimeInput

# A limit may always have this many, and as many as it has.
WARNINGS, RUNGS, MOST_ROWS = 2, 3, 20
EXTENDABLE, SAMPLED = {"resolve", "rehandle"}, {"visit"}
_UNITS = [
    (unit.value, UNIT_NAMES[unit])
    for unit in (
        Unit.WORKING_DAYS, Unit.WORKING_HOURS, Unit.CALENDAR_DAYS, Unit.WHOLE_DAYS, Unit.NATURAL_HOURS,
        Unit.NATURAL_MINUTES,
    )
]  # fmt: skip
Data = dict[str, Any]


class _Number(forms.IntegerField):
    """A small whole number, empty where it may be."""

    def __init__(self, label: str, *, least: int = 1, most: int = 99_999, **more: Any) -> None:
        widget = forms.NumberInput(attrs={"inputmode": "numeric", "aria-label": label})
        super().__init__(label=label, required=False, min_value=least, max_value=most, widget=widget, **more)


class _Choice(forms.ChoiceField):
    def __init__(self, label: str, choices: list[tuple[str, str]], **more: Any) -> None:
        widget = forms.Select(attrs={"aria-label": label})
        super().__init__(label=label, choices=choices, required=False, widget=widget, **more)


class PolicyForm(forms.Form):
    """All limits of a policy, from when on, and why. `terms()` gives what was filled in."""

    effective_from = forms.DateTimeField(
        label="生效时间",
        required=False,
        widget=DateTimeInput(),
    )
    note = forms.CharField(
        label="修改依据", max_length=200, required=False, help_text="如文件名称、会议要求，会记入审计。"
    )
    base = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=1_000_000)

    def __init__(self, *args: Any, policy: Policy, terms: Terms, number: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self.policy, self.old = policy, terms
        told = f"留空为立即生效；只用于以后的{adoption.noun(policy.subject_type)}。"
        self.fields["effective_from"].help_text = told
        self.kinds = sorted(terms, key=kind_order)
        self.fields["base"].initial = number
        for kind in self.kinds:
            self._add_limit(kind, terms[kind])

    def groups(self) -> Iterator[Data]:
        """The limits for the template: each with its bound fields by purpose."""
        for kind in self.kinds:
            yield {
                "kind": kind,
                "label": self.old[kind].name or kind_label(kind),
                "span": self._bound(kind, "amount", "unit"),
                "name": self._bound(kind, "name"),
                "warnings": self._rows(kind, actions.WARNING),
                "missed": self._bound(kind, "missed"),
                "ladder": self._rows(kind, actions.LADDER),
                "extension": self._bound(kind, "times", "longest", "own"),
                "sample": self._bound(kind, "sample"),
                "errors": [text for name in self.errors if name.startswith(f"{kind}-") for text in self.errors[name]],
            }

    def terms(self) -> Terms:
        """What was filled in. Raises InvalidInput naming the limit; call it on a valid form."""
        return Terms.parse({kind: self._term(kind) for kind in self.kinds})

    def clean(self) -> Data:
        """Each limit on its own, so that all that is wrong is said at once."""
        for kind in self.kinds:
            try:
                Term.parse(self._term(kind), self.old[kind].name or kind_label(kind))
            except InvalidInput as refused:
                self.add_error(f"{kind}-amount", refused.message)
        return dict(self.cleaned_data)

    def _add_limit(self, kind: str, term: Term) -> None:
        label = term.name or kind_label(kind)
        self._put(kind, "amount", _Number(f"{label}时限", initial=term.amount))
        self._put(kind, "unit", _Choice(f"{label}时限单位", _UNITS, initial=term.unit.value))
        if kind.startswith(STAGE):
            self._put(kind, "name", forms.CharField(
                label=f"{label}环节名称", max_length=40, initial=term.name, required=False,
                widget=forms.TextInput(attrs={"aria-label": f"{label}环节名称"}),
            ))  # fmt: skip
        self._add_rows(kind, actions.WARNING, term.warnings, WARNINGS, f"{label}预警")
        offered = self._offered(actions.MISSED, kind)
        if len(offered) > 1:
            self._put(kind, "missed", _Choice(f"{label}超期", offered, initial=term.missed))
        self._add_rows(kind, actions.LADDER, term.ladder, RUNGS, f"{label}升级")
        if term.extension is not None or kind in EXTENDABLE:
            given = term.extension
            self._put(kind, "times", _Number(f"{label}最多延期次数", most=99, initial=given.times if given else None))
            self._put(kind, "longest", _Number(
                f"{label}每次最长延期", initial=given.span.amount if given else None
            ))  # fmt: skip
            self._put(kind, "own", _Number(
                f"{label}交办单位可批的延期", least=0, initial=given.own if given else None
            ))  # fmt: skip
        if term.sample is not None or kind in SAMPLED:
            self._put(kind, "sample", _Number(f"{label}抽查比例", least=0, most=100, initial=term.sample))

    def _add_rows(self, kind: str, place: str, marks: tuple[Mark, ...], least: int, label: str) -> None:
        offered = [("", "（无）"), *self._offered(place, kind)]
        if len(offered) == 1:
            return
        for number in range(max(least, len(marks))):
            mark = marks[number] if number < len(marks) else None
            said = f"{label}第 {number + 1} 项"
            self._put(kind, f"{place}-{number}-amount", _Number(
                f"{said}时间", initial=mark.span.amount if mark else None
            ))  # fmt: skip
            self._put(kind, f"{place}-{number}-unit", _Choice(
                f"{said}单位", _UNITS, initial=mark.span.unit.value if mark else None
            ))  # fmt: skip
            self._put(kind, f"{place}-{number}-action", _Choice(
                f"{said}动作", offered, initial=mark.action if mark else ""
            ))  # fmt: skip

    def _offered(self, place: str, kind: str) -> list[tuple[str, str]]:
        return [(one.code, one.label) for one in actions.offered(self.policy.subject_type, place, kind)]

    def _put(self, kind: str, name: str, field: forms.Field) -> None:
        self.fields[f"{kind}-{name}"] = field

    def _bound(self, kind: str, *names: str) -> list[BoundField]:
        return [self[f"{kind}-{name}"] for name in names if f"{kind}-{name}" in self.fields]

    def _rows(self, kind: str, place: str) -> list[list[BoundField]]:
        rows = (self._bound(kind, *_row(place, number)) for number in range(MOST_ROWS))
        return [row for row in rows if row]

    def _value(self, kind: str, name: str) -> Any:
        return self.cleaned_data.get(f"{kind}-{name}")

    def _term(self, kind: str) -> Data:
        old = self.old[kind]
        data: Data = {
            "amount": self._value(kind, "amount"), "unit": self._value(kind, "unit"),
            "warnings": self._marks(kind, actions.WARNING, "before"),
            "missed": self._value(kind, "missed") or old.missed,
            "ladder": self._marks(kind, actions.LADDER, "after"),
        }  # fmt: skip
        if kind.startswith(STAGE):
            data["name"] = self._value(kind, "name") or old.name
        if f"{kind}-times" in self.fields:
            data |= self._extension(kind, data["unit"])
        if (sample := self._value(kind, "sample")) is not None:
            data["sample"] = sample
        return data

    def _extension(self, kind: str, unit: Any) -> Data:
        times, longest, own = (self._value(kind, name) for name in ("times", "longest", "own"))
        if times is None and longest is None:
            return {}
        extension = {"amount": longest, "unit": unit, "times": times}
        return {"extension": extension if own is None else extension | {"own": own}}

    def _marks(self, kind: str, place: str, key: str) -> list[Data]:
        marks = []
        for number in range(MOST_ROWS):
            amount, unit, action = (self._value(kind, name) for name in _row(place, number))
            if amount is None and not action:
                continue
            marks.append({key: {"amount": amount, "unit": unit}, "action": action or ""})
        return marks


def _row(place: str, number: int) -> tuple[str, str, str]:
    return f"{place}-{number}-amount", f"{place}-{number}-unit", f"{place}-{number}-action"


class NewPolicyForm(forms.Form):
    """A policy's name, and whose limits it begins with."""

    name = forms.CharField(label="方案名称", max_length=30)
    like = forms.ModelChoiceField(
        Policy.objects.order_by("pk"),
        label="以哪个方案为底",
        empty_label=None,
        help_text="先沿用它的各项时限，再修改。",
    )
    note = forms.CharField(label="设立依据", max_length=200, help_text="如文件名称、会议要求，会记入审计。")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["like"].label_from_instance = lambda policy: policy.name  # type: ignore[attr-defined]
