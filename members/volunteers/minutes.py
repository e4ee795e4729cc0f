"""How many minutes count: an arithmetic rule, its numbers as data.

What counts is the part of somebody's presence that lies inside the activity, rounded to whole steps, at most what was
planned and an allowance, and at most so much a day over all activities.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rule:
    """In minutes. A rest of at least `up_from` counts as a whole step, less as none."""

    step: int = 30
    up_from: int = 20
    allowance: int = 30
    day_most: int = 480


RULE = Rule()
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Presence:
    """From when to when somebody was there."""

    came: datetime
    left: datetime


def counted(
    presence: Presence, *, starts_at: datetime, ends_at: datetime, planned: int, used_today: int, rule: Rule = RULE
) -> int:
    """The minutes that count; `used_today` are those of the person's other activities of the day. Never negative."""
    begin, end = max(presence.came, starts_at), min(presence.left, ends_at)
    inside = max(0, (end - begin) // _MINUTE)
    whole, rest = divmod(inside, rule.step)
    rounded = (whole + (rest >= rule.up_from)) * rule.step
    return max(0, min(rounded, planned + rule.allowance, rule.day_most - used_today))


def told(minutes: int) -> str:
    """As people say it: 2 小时, 1 小时 30 分, 30 分."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours:,} 小时"] if hours else []
    parts += [f"{rest} 分"] if rest or not hours else []
    return " ".join(parts)
