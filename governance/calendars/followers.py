"""What must move when a calendar changes. The clocks live above the calendars, so they sign up here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from governance.calendars.worktime import WorkCalendar
from governance.scope import Actor


@dataclass(frozen=True, slots=True)
class Moved:
    """One limit that would move."""

    subject_type: str
    subject_id: int
    kind: str
    due_at: datetime
    new_due_at: datetime


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would do to open clocks: counts, and the first few that move."""

    open: int = 0
    later: int = 0
    earlier: int = 0
    over_at_once: int = 0
    examples: tuple[Moved, ...] = ()


Preview = Callable[[str, WorkCalendar, datetime], Effect]
Follow = Callable[[str, Actor, datetime], int]

_followers: list[tuple[Preview, Follow]] = []


def register(preview: Preview, follow: Follow) -> None:
    """Sign up (in `AppConfig.ready`): `preview` computes without writing, `follow` moves and returns how many moved."""
    if (preview, follow) not in _followers:
        _followers.append((preview, follow))


def preview(code: str, changed: WorkCalendar, now: datetime) -> Effect:
    """What the followers together would do if the calendar were `changed`."""
    effects = [look(code, changed, now) for look, _ in _followers]
    return Effect(
        sum(effect.open for effect in effects),
        sum(effect.later for effect in effects),
        sum(effect.earlier for effect in effects),
        sum(effect.over_at_once for effect in effects),
        tuple(example for effect in effects for example in effect.examples),
    )


def follow(code: str, by: Actor, now: datetime) -> int:
    """Let every follower move to the calendar as it now stands; how many rows moved."""
    return sum(move(code, by, now) for _, move in _followers)
