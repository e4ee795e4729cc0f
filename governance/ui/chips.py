"""Chips: the small labels that say how something stands. Every tone has a word, and most an icon, besides colour."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from governance.ui import dates

TONES = {"ok", "soon", "over", "info", "work", "visit", "mute"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A label with its tone (a CSS class) and icon."""

    text: str
    tone: str = ""
    icon: str = ""
    title: str = ""


_tones: dict[str, str] = {
    # appeals
    "registered": "info",
    "dispatched": "info",
    "in_progress": "work",
    "shelved": "soon",
    "resolved": "visit",
    "closed": "ok",
    "merged": "mute",
    "rejected": "mute",
    # jobs and deliveries
    "waiting": "info",
    "running": "work",
    "done": "ok",
    "sent": "ok",
    "failed": "over",
    "given_up": "over",
    "cancelled": "mute",
    # anything that is on or off
    "active": "ok",
    "inactive": "mute",
}


def register_tones(tones: dict[str, str]) -> None:
    """Adds the tones of an app's states."""
    unknown = set(tones.values()) - TONES
    if unknown:
        raise ValueError(f"unknown tones: {sorted(unknown)}")
    _tones.update(tones)


def state(value: str, label: str = "") -> Chip:
    """The chip of a state."""
    return Chip(label or str(value), _tones.get(str(value), ""))


def clock(
    due_at: dt.datetime | None,
    *,
    now: dt.datetime,
    card: str = "",
    ended_at: dt.datetime | None = None,
    paused: bool = False,
) -> Chip:
    """What is left of a limit. The card (yellow, red) decides the tone, so that list and sweep agree."""
    if due_at is None:
        return Chip("不计时", "mute")
    title = f"时限 {dates.moment(due_at)}"
    if ended_at is not None:
        late = (ended_at - due_at).total_seconds()
        if late > 0:
            return Chip(f"超期 {dates.span(late)}", "over", "alert-triangle", title)
        return Chip("按期", "ok", "circle-check", title)
    if paused:
        return Chip("计时暂停", "mute", "player-pause", title)
    left = (due_at - now).total_seconds()
    if left < 0:
        return Chip(f"超期 {dates.span(left)}", "over", "alert-triangle", title)
    if card == "red":
        # Red from an earlier limit, with a new one running.
        return Chip(f"剩余 {dates.span(left)}", "over", "alert-triangle", title)
    if card == "yellow":
        return Chip(f"剩余 {dates.span(left)}", "soon", "clock-exclamation", title)
    return Chip(f"剩余 {dates.span(left)}", "mute", "clock", title)
