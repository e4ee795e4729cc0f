"""What the ladder of a limit can do to an appeal, as data: the handler carries out exactly these."""

from __future__ import annotations

from dataclasses import dataclass

from appeals import clocks
from governance.deadlines import actions


@dataclass(frozen=True, slots=True)
class Rung:
    """An action: its name in the editor, the words of the entry, the message's level, how high on the ladder.

    `places` and `kinds` say where a policy may name it, see governance.deadlines.actions.
    """

    label: str
    words: str
    level: str
    height: int
    places: tuple[str, ...]
    kinds: tuple[str, ...] = ()


_WARN, _MISS, _CLIMB = (actions.WARNING,), (actions.MISSED,), (actions.LADDER,)
ACTIONS: dict[str, Rung] = {
    "yellow": Rung("黄牌", "黄牌预警", "soon", 0, _WARN),
    "red": Rung("红牌", "红牌：已超时", "over", 0, _MISS),
    "escalate_secretary": Rung("报街道书记", "超时升级：报街道书记", "over", 1, _CLIMB),
    "supervision_order": Rung("下达督办", "超时升级：区级督办", "over", 2, _CLIMB),
    "district_leader_list": Rung("列入区领导清单", "超时升级：列入区领导清单", "over", 3, _CLIMB),
    # No cards: what these limits do is another thing.
    "window_lapsed": Rung("不得再退单", "退单期限已过", "info", 0, _MISS, (clocks.SEND_BACK,)),
    "review_shelved": Rung("恢复办理", "挂账期满，请复核", "soon", 0, _MISS, ("shelve_review",)),
}


def register_actions() -> None:
    """Called once, when Django is ready: the policy editor offers these."""
    for code, rung in ACTIONS.items():
        actions.register_action(clocks.SUBJECT, code, rung.label, places=rung.places, kinds=rung.kinds)
