"""What the ladder of a missed visit does, as data."""

from __future__ import annotations

from dataclasses import dataclass

from governance.deadlines import actions
from governance.deadlines.wording import name_actions, name_kinds
from members.care.words import PAUSE, RESUME, SUBJECT, VISIT


@dataclass(frozen=True, slots=True)
class Rung:
    """An action: its name in the editor, the words of the history, the message's level, how high on the ladder."""

    label: str
    words: str
    level: str
    height: int
    place: str


ACTIONS: dict[str, Rung] = {
    "yellow": Rung("黄牌", "走访临期", "soon", 0, actions.WARNING),
    "red": Rung("红牌", "走访超期", "over", 0, actions.MISSED),
    "care_secretary": Rung("报社区书记", "走访超期，报社区书记", "over", 1, actions.LADDER),
    "care_street": Rung("报街道", "走访超期，报街道", "over", 2, actions.LADDER),
}


def register_actions() -> None:
    """Called once, when Django is ready: the policy editor offers these."""
    name_kinds({VISIT: "走访", PAUSE: "暂停走访"})
    name_actions({RESUME: "恢复走访"})
    for code, rung in ACTIONS.items():
        actions.register_action(SUBJECT, code, rung.label, places={rung.place})
