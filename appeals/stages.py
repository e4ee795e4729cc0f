"""The stages of a handling as they stand: which are done, which runs, which are to come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from appeals import clocks
from appeals.models import Appeal, StageRecord
from governance.deadlines.models import Clock

PREFIX = "stage_"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its limit, and the record of its end while there is one. `is_now`: the first that is open."""

    kind: str
    name: str
    clock: Clock
    record: StageRecord | None
    is_now: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is still to be finished."""
        return self.record is None and self.clock.state in Clock.OPEN


def name_of(clock: Clock) -> str:
    """What the stage is called in the policy that it started under."""
    return str(clock.term.get("name") or clock.kind)


def of(appeal: Appeal, rows: Iterable[Clock]) -> list[Stage]:
    """The appeal's stages, in the order in which they are due; `rows` are all of the appeal's clocks.

    One query, and none for an appeal without stages. What a merger cancelled without a record is left out.
    """
    newest = {clock.kind: clock for clock in sorted(rows, key=lambda c: c.pk) if clock.kind.startswith(PREFIX)}
    if not newest:
        return []
    records = {record.kind: record for record in StageRecord.objects.filter(appeal=appeal)}
    there = [clock for clock in newest.values() if clock.kind in records or clock.state in Clock.OPEN]
    # An extension or a calendar may move one limit past another: the law's order is that of the first counting.
    there.sort(key=lambda clock: (_length(clock), clock.pk))
    now = next((clock.kind for clock in there if clock.kind not in records), "")
    return [Stage(c.kind, name_of(c), c, records.get(c.kind), c.kind == now) for c in there]


def open_stages(appeal: Appeal) -> list[Stage]:
    """The stages that are still to be finished, in their order."""
    return [stage for stage in of(appeal, clocks.all_clocks(appeal)) if stage.is_open]


# Rough hours of a unit, to put limits in different units into an order.
_HOURS = {"natural_minutes": 1 / 60, "natural_hours": 1, "calendar_days": 24, "working_hours": 3, "working_days": 24}


def _length(clock: Clock) -> float:
    return float(clock.term["amount"]) * _HOURS[clock.term["unit"]]
