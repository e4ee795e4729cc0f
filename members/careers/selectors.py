"""Reads of careers: pay now and over time, procedures that are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from members.careers.pay import Scales
from members.models import Career, CareerEvent
from members.models.careers import POSTS

_POSTS = dict(POSTS)


@dataclass(frozen=True, slots=True)
class Pay:
    """A month's pay from a day on, and why it changed."""

    from_on: date
    label: str
    amount: int
    more: int
    why: str


def pay_history(career: Career, events: Sequence[CareerEvent], scales: Scales, today: date) -> list[Pay]:
    """Every change of a career's pay, newest first: by a grade, a post, or another version of the scale."""
    marks: dict[date, tuple[str, dict[str, int | str]]] = {}
    standing: dict[str, int | str] = {}
    changes = {event.on: event for event in events if "post" in event.after and "grade" in event.after}
    starts = {scale.valid_from: scale for scale in scales.versions if scale.valid_from > career.entered_on}
    end = career.ended_on or today
    for day in sorted({*changes, *starts}):
        if event := changes.get(day):
            standing = event.after
        if standing and day <= end:
            why = changes[day].get_kind_display() if day in changes else starts[day].note
            marks[day] = (why, standing)
    return _told(marks, scales)


def _told(marks: dict[date, tuple[str, dict[str, int | str]]], scales: Scales) -> list[Pay]:
    found: list[Pay] = []
    for day, (why, now) in marks.items():
        post, grade = str(now["post"]), int(now["grade"])
        amount = scales.on(day).amount(post, grade)
        more = amount - found[-1].amount if found else 0
        if not found or more:
            label = _POSTS[post] if post == "grid" else f"{_POSTS[post]} {grade} 级"
            found.append(Pay(day, label, amount, more, why))
    return found[::-1]
