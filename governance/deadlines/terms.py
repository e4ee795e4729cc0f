"""The limits of a policy as data: `PolicyVersion.terms` maps a clock kind to a term. Shape, checks, round trip.

    {"resolve": {"amount": 5, "unit": "working_days",
                 "warnings": [{"before": {"amount": 1, "unit": "working_days"}, "action": "yellow"}],
                 "missed": "red",
                 "ladder": [{"after": {"amount": 1, "unit": "working_days"}, "action": "escalate_secretary"}],
                 "extension": {"amount": 15, "unit": "working_days", "times": 3, "own": 5}}}

`warnings`, `missed` ("red" when left out), `ladder` and `extension` may be left out. Two more belong to an app's own
kinds: `name`, what this limit is called (a stage: 责令停工), and `sample`, how many of a hundred it is for (a visit).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn

from governance.errors import InvalidInput

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
# Ten years, in the smallest unit; a larger amount is a slip of the keyboard.
_LARGEST = {
    "natural_minutes": 5_300_000,
    "natural_hours": 88_000,
    "calendar_days": 3_660,
    "whole_days": 3_660,
    "working_hours": 20_000,
    "working_days": 2_600,
}


class Unit(StrEnum):
    """How an amount of time is measured. Those in seconds are what is left of a paused clock; no policy uses them."""

    NATURAL_MINUTES = "natural_minutes"
    NATURAL_HOURS = "natural_hours"
    CALENDAR_DAYS = "calendar_days"
    # To the end of the day, whatever the time of day it began: for what is done once in so many days.
    WHOLE_DAYS = "whole_days"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    NATURAL_SECONDS = "natural_seconds"
    WORKING_SECONDS = "working_seconds"
    # The same, of a limit in days: used up at a closing it ends at the next opening, as a limit in days does.
    WORKING_DAY_SECONDS = "working_day_seconds"
    # What a pause left of whole days: it ends with its day again.
    WHOLE_DAY_SECONDS = "whole_day_seconds"

    @property
    def is_working(self) -> bool:
        """Whether it follows the calendar of working time."""
        return self.startswith("working_")


UNIT_NAMES = {
    Unit.NATURAL_MINUTES: "分钟",
    Unit.NATURAL_HOURS: "小时",
    Unit.CALENDAR_DAYS: "天",
    Unit.WHOLE_DAYS: "个整天",
    Unit.WORKING_HOURS: "个工作小时",
    Unit.WORKING_DAYS: "个工作日",
    Unit.NATURAL_SECONDS: "秒",
    Unit.WORKING_SECONDS: "工作秒",
    Unit.WORKING_DAY_SECONDS: "工作秒",
    Unit.WHOLE_DAY_SECONDS: "秒",
}


@dataclass(frozen=True, slots=True)
class Span:
    """An amount of time in a unit. Policies have positive amounts; what is left of an overdue clock is negative."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, data: object, where: str) -> Span:
        """From {"amount", "unit"}. Raises InvalidInput naming `where`."""
        data = _mapping(data, where)
        _only(data, {"amount", "unit"}, where)
        amount, unit = data.get("amount"), data.get("unit")
        if not isinstance(unit, str) or unit not in _LARGEST:
            _refuse(where, f"单位“{unit}”不认识，可用：{'、'.join(_LARGEST)}")
        if type(amount) is not int or not 1 <= amount <= _LARGEST[unit]:
            _refuse(where, f"数量应是 1 到 {_LARGEST[unit]} 之间的整数，现在是“{amount}”")
        return cls(amount, Unit(unit))

    def as_data(self) -> dict[str, Any]:
        """The shape that `parse` reads."""
        return {"amount": self.amount, "unit": str(self.unit)}

    @property
    def text(self) -> str:
        """For people: 5 个工作日."""
        return f"{self.amount} {UNIT_NAMES[self.unit]}"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happens a span before the limit (a warning) or after it (a rung of the ladder)."""

    span: Span
    action: str


@dataclass(frozen=True, slots=True)
class Extension:
    """How long one extension may be at most, how many there may be, and up to which amount the leader of the unit that
    handed the work out decides (above it the district centre)."""

    span: Span
    times: int
    own: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """One limit: how long, what warns before it, what happens on missing it and after."""

    span: Span
    warnings: tuple[Mark, ...] = ()
    missed: str = "red"
    ladder: tuple[Mark, ...] = ()
    extension: Extension | None = None
    name: str = ""
    sample: int | None = None

    @property
    def amount(self) -> int:
        """How many units the limit is long."""
        return self.span.amount

    @property
    def unit(self) -> Unit:
        """The unit that the limit is measured in."""
        return self.span.unit

    @classmethod
    def parse(cls, data: object, where: str = "时限") -> Term:
        """From the shape above. Raises InvalidInput with a Chinese message that names the place."""
        data = _mapping(data, where)
        _only(data, {"amount", "unit", "warnings", "missed", "ladder", "extension", "name", "sample"}, where)
        extension = data.get("extension")
        return cls(
            Span.parse({"amount": data.get("amount"), "unit": data.get("unit")}, where),
            _marks(data.get("warnings", []), "before", f"{where}·预警"),
            _action(data.get("missed", "red"), f"{where}·超期"),
            _marks(data.get("ladder", []), "after", f"{where}·升级"),
            None if extension is None else _extension(extension, f"{where}·延期"),
            _term_name(data.get("name", ""), where),
            _sample(data.get("sample"), where),
        )

    def as_data(self) -> dict[str, Any]:
        """The shape that `parse` reads."""
        data = self.span.as_data() | {
            "warnings": [{"before": mark.span.as_data(), "action": mark.action} for mark in self.warnings],
            "missed": self.missed,
            "ladder": [{"after": mark.span.as_data(), "action": mark.action} for mark in self.ladder],
        }
        if self.extension:
            extension = self.extension
            data["extension"] = extension.span.as_data() | {"times": extension.times, "own": extension.own}
        if self.name:
            data["name"] = self.name
        if self.sample is not None:
            data["sample"] = self.sample
        return data


@dataclass(frozen=True, slots=True)
class Terms(Mapping[str, Term]):
    """All limits of a policy version, by clock kind."""

    by_kind: Mapping[str, Term]

    @classmethod
    def parse(cls, data: object) -> Terms:
        """From `PolicyVersion.terms`. Raises InvalidInput with a Chinese message that names the place."""
        data = _mapping(data, "时限方案")
        for kind in data:
            if not isinstance(kind, str) or not _NAME.fullmatch(kind):
                _refuse("时限方案", f"时限种类“{kind}”应是小写英文标识")
        return cls({kind: Term.parse(term, kind) for kind, term in data.items()})

    def as_data(self) -> dict[str, Any]:
        """The shape that `parse` reads."""
        return {kind: term.as_data() for kind, term in self.by_kind.items()}

    def __getitem__(self, kind: str) -> Term:
        return self.by_kind[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_kind)

    def __len__(self) -> int:
        return len(self.by_kind)


def _extension(data: object, where: str) -> Extension:
    data = _mapping(data, where)
    _only(data, {"amount", "unit", "times", "own"}, where)
    times = data.get("times")
    if type(times) is not int or not 1 <= times <= 99:
        _refuse(where, f"次数应是 1 到 99 之间的整数，现在是“{times}”")
    span = Span.parse({"amount": data.get("amount"), "unit": data.get("unit")}, where)
    own = data.get("own", span.amount)
    if type(own) is not int or not 0 <= own <= span.amount:
        _refuse(where, f"交办单位负责人可批的时长应是 0 到 {span.amount} 之间的整数，现在是“{own}”")
    return Extension(span, times, own)


def _marks(data: object, key: str, where: str) -> tuple[Mark, ...]:
    if not isinstance(data, list):
        _refuse(where, "应是一个列表")
    marks = []
    for number, item in enumerate(data, start=1):
        place = f"{where}第 {number} 项"
        item = _mapping(item, place)
        _only(item, {key, "action"}, place)
        marks.append(Mark(Span.parse(item.get(key), place), _action(item.get("action"), place)))
    return tuple(marks)


def _term_name(value: object, where: str) -> str:
    if not isinstance(value, str) or len(value) > 40:
        _refuse(where, "名称应是不超过 40 个字的文字")
    return value


def _sample(value: object, where: str) -> int | None:
    if value is not None and (type(value) is not int or not 0 <= value <= 100):
        _refuse(where, f"抽查比例应是 0 到 100 之间的整数，现在是“{value}”")
    return value


def _action(value: object, where: str) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        _refuse(where, f"动作“{value}”应是小写英文标识")
    return value


def _mapping(data: object, where: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        _refuse(where, "应是一组名称和值")
    return data


def _only(data: Mapping[str, Any], allowed: set[str], where: str) -> None:
    unknown = sorted(str(key) for key in set(data) - allowed)
    if unknown:
        _refuse(where, f"不认识的项：{'、'.join(unknown)}")


def _refuse(where: str, what: str) -> NoReturn:
    raise InvalidInput(f"{where}：{what}", field="terms", code="bad_terms")
