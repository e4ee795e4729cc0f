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
    """What a change would do to open clocks: counts, and the few that move the most."""

    open: int = 0
    later: int = 0
    earlier: int = 0
    over_at_once: int = 0
    examples: tuple[Moved, ...] = ()


Preview = Callable[[str, WorkCalendar, datetime], Effect]
Follow = Callable[[str, Actor, datetime], int]
Behind = Callable[[str], int]

_followers: list[tuple[Preview, Follow, Behind]] = []


def register(preview: Preview, follow: Follow, behind: Behind) -> None:
    """Sign up (in `AppConfig.ready`): `preview` computes without writing, `follow` moves so many as a person waits for
    and returns how many moved, `behind` counts what has not followed yet."""
    if (preview, follow, behind) not in _followers:
        _followers.append((preview, follow, behind))


def preview(code: str, changed: WorkCalendar, now: datetime) -> Effect:
    """What the followers together would do if the calendar were `changed`."""
    effects = [look(code, changed, now) for look, _, _ in _followers]
    return Effect(
        sum(effect.open for effect in effects),
        sum(effect.later for effect in effects),
        sum(effect.earlier for effect in effects),
        sum(effect.over_at_once for effect in effects),
        tuple(example for effect in effects for example in effect.examples),
    )


def follow(code: str, by: Actor, now: datetime) -> int:
    """Let every follower move to the calendar as it now stands; how many rows moved."""
    return sum(move(code, by, now) for _, move, _ in _followers)


def behind(code: str) -> int:
    """How many rows have not been looked at since the calendar changed."""
    return sum(count(code) for _, _, count in _followers)
