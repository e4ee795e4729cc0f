"""What the engine calls when a clock does something: each type of subject signs up its handler here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from governance.deadlines.models import Clock


class Handler(Protocol):
    """An app's part in its clocks. All calls happen inside a transaction that holds the subject's lock.

    The lock order everywhere is: subject, then its clocks by primary key, then what belongs to them. A service that
    finishes a clock holds the subject first, so a sweep that took the clock first would deadlock with it.
    """

    def lock(self, subject_ids: Collection[int], *, skip_locked: bool) -> Collection[int]:
        """SELECT … FOR UPDATE of the subjects by primary key; the ids that are now held."""
        ...

    def on_step(self, clock: Clock, action: str, due_at: datetime, now: datetime) -> None:
        """A step has come: write cards, history, messages. Called once a step, in order.

        It may come from the sweep or from inside `finish`, `pause` or `extend`, which first carry out what is due.
        """
        ...

    def on_moved(self, clock: Clock, old_due: datetime, new_due: datetime, now: datetime) -> None:
        """The limit has moved with the calendar (not by an extension or a pause, which the app itself asked for)."""
        ...


_handlers: dict[str, Handler] = {}


def register(subject_type: str, handler: Handler) -> None:
    """Sign up a handler (in `AppConfig.ready`); the last one counts."""
    _handlers[subject_type] = handler


def handler_for(subject_type: str) -> Handler:
    """The handler of a type of subject. Raises LookupError when none has signed up."""
    try:
        return _handlers[subject_type]
    except KeyError:
        raise LookupError(f"no handler for the clocks of {subject_type!r}") from None
