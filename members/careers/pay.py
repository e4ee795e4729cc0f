"""Pay scales: the amounts and grade rules in force from a date. The first ones ship with the platform as data.

Pay of a month in yuan = base + post + grade. A version is never changed: the district centre adds one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from members.careers.grades import Rules
from members.models import PayScale

_FILE = Path(__file__).parent / "data" / "pay_scales.json"


@dataclass(frozen=True, slots=True)
class Scale:
    """One version: valid from a day until the next begins. Amounts in whole yuan a month."""

    number: int
    valid_from: date
    note: str
    base: int
    posts: Mapping[str, int]
    grades: Mapping[str, int]
    rules: Rules
    made_by_name: str = ""

    def amount(self, post: str, grade: int) -> int:
        """The pay of a month."""
        return self.base + self.posts[post] + (self.grades[str(grade)] if self.rules.top[post] > 1 else 0)

    def as_data(self) -> dict[str, Any]:
        """Its amounts as a version keeps them."""
        return {"base": self.base, "posts": dict(self.posts), "grades": dict(self.grades)}


@dataclass(frozen=True, slots=True)
class Scales:
    """All versions in the order in which they come into force."""

    versions: Sequence[Scale]

    @classmethod
    def load(cls) -> Scales:
        """Those that ship with the platform and those that were added; one query."""
        rows = [_of_row(row, len(shipped())) for row in PayScale.objects.order_by("number")]
        return cls(sorted([*shipped(), *rows], key=lambda scale: (scale.valid_from, scale.number)))

    def on(self, day: date) -> Scale:
        """The version in force on a day; the first one before all."""
        return next((scale for scale in reversed(self.versions) if scale.valid_from <= day), self.versions[0])

    def before(self, scale: Scale) -> Scale | None:
        """The version that this one follows."""
        place = list(self.versions).index(scale)
        return self.versions[place - 1] if place else None


@lru_cache(maxsize=1)
def shipped() -> tuple[Scale, ...]:
    """The versions of the data file."""
    return tuple(
        _scale(number, date.fromisoformat(one["valid_from"]), one["note"], one, one["rules"])
        for number, one in enumerate(json.loads(_FILE.read_text(encoding="utf-8")), start=1)
    )


def _of_row(row: PayScale, before: int) -> Scale:
    return _scale(before + row.number, row.valid_from, row.note, row.amounts, row.rules, row.made_by_name)


def _scale(
    number: int, valid_from: date, note: str, amounts: Mapping[str, Any], rules: Mapping[str, Any], name: str = ""
) -> Scale:
    return Scale(
        number, valid_from, note, amounts["base"], amounts["posts"], amounts["grades"], Rules(**rules), name
    )  # fmt: skip


def rules_as_data(rules: Rules) -> dict[str, Any]:
    """Grade rules as a version keeps them."""
    return {
        "start": dict(rules.start), "top": dict(rules.top), "years_per_grade": rules.years_per_grade,
        "degree": dict(rules.degree), "certificate": dict(rules.certificate),
    }  # fmt: skip
