"""What earns points, as a member's page tells it. Who keeps the rules says it; until then these lines stand there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from governance.scope import Actor

# (what, how many points in words), as far as the actor's district has it.
Telling = Callable[[Actor], Sequence[tuple[str, str]]]
_DEFAULT = (
    ("随手拍上报的问题属实，并已办结", ""), ("参加志愿服务，时长经队伍确认", ""),
    ("应急保供、隐患线索等经社区采纳", ""), ("在“创先争优”评选中当选", ""),
)  # fmt: skip
_tellers: list[Telling] = []


def register_telling(telling: Telling) -> None:
    """Say what earns points, from the rules in force; called once, at start-up. The last one counts."""
    _tellers[:] = [telling]


def lines(actor: Actor) -> Sequence[tuple[str, str]]:
    """What is told; the general lines while nobody tells more."""
    told = _tellers[0](actor) if _tellers else ()
    return told or _DEFAULT
