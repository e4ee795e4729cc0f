"""What may happen at a step of a clock, by type of subject: each app says which actions its handler knows.

A policy may name these and no others: what a handler does not know would fail at its moment. The editor offers them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from governance.deadlines.wording import name_actions

WARNING, MISSED, LADDER = "warning", "missed", "ladder"
PLACES = frozenset({WARNING, MISSED, LADDER})


@dataclass(frozen=True, slots=True)
class Action:
    """An action that a handler knows: its code, its name, and where in a term it may stand.

    `kinds` are the clock kinds that it makes sense for; empty for all but those that other actions name.
    """

    code: str
    label: str
    places: frozenset[str]
    kinds: frozenset[str] = frozenset()


_actions: dict[str, dict[str, Action]] = {}


def register_action(
    subject_type: str, code: str, label: str, *, places: Collection[str], kinds: Collection[str] = ()
) -> None:
    """Sign up an action of this type of subject (in `AppConfig.ready`)."""
    if not PLACES.issuperset(places):
        raise ValueError(f"{code}: an action stands in {sorted(PLACES)}, not in {sorted(places)}")
    _actions.setdefault(subject_type, {})[code] = Action(code, label, frozenset(places), frozenset(kinds))
    name_actions({code: label})


def known(subject_type: str) -> frozenset[str]:
    """The codes of all actions that the handler of this type of subject knows."""
    return frozenset(_actions.get(subject_type, {}))


def offered(subject_type: str, place: str, kind: str) -> list[Action]:
    """What a policy may say at this place of a term of this clock kind, in the order of signing up."""
    actions = [one for one in _actions.get(subject_type, {}).values() if place in one.places]
    own = [one for one in actions if kind in one.kinds]
    return own or [one for one in actions if not one.kinds]
