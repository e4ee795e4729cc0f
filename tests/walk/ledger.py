"""The books of points: samples for the walk of services."""

from __future__ import annotations

from typing import Any

from governance.errors import InvalidInput, NotFound
from governance.scope import Actor
from points.ledger import halts
from points.models import AwardHalt
from tests.walk.sampling import MADE, WALKED, Refused, Sample, World

STREET = "SS@street_1"


def _halted(world: World, by: Any = None) -> AwardHalt:
    return AwardHalt.objects.create(unit=world.unit("community_1"), since=MADE, why="对账不平")


def _lift(world: World, halt: AwardHalt, by: Actor, words: str = "余额已更正") -> AwardHalt:
    return halts.lift_halt(halt_id=halt.pk, words=words, by=by, now=WALKED)


SAMPLES: list[Sample] = [
    Sample(
        halts.lift_halt, _lift,
        changes="points_awardhalt",
        then=lambda world, halt, lifted: lifted.lifted_at == WALKED,
        rows=lambda world, halt, lifted: [("points.halt_lift", "points.halt", halt.pk)],
        make=_halted,
        refused=(
            Refused("lifted before", "恢复发放", spoil=lambda w, halt: _lift(w, halt, w.actor(STREET))),
            Refused("without a reason", "请说明", InvalidInput, call=lambda w, halt, by: _lift(w, halt, by, " ")),
            Refused("no such halt", "没有这项暂停", NotFound, call=lambda w, halt, by: _lift(w, AwardHalt(pk=0), by)),
        ),
    ),
]  # fmt: skip
