"""Work that comes back: after an unsatisfied visit, by the district centre, or as the city hotline returned it."""

from __future__ import annotations

from appeals import clocks
from appeals.messages import tell_unit
from appeals.models import Assignment
from appeals.services import _orders, _returns
from appeals.services._hand_over import send_back_window
from appeals.services._run import Run
from appeals.workflow import IN_PROGRESS, REGISTERED
from grids.models import Unit


def hand_back(run: Run, *, title: str) -> None:
    """The unit that handled it has it again, already accepted, with the re-handle clock.

    What no unit here ever handled (an import that came with its reply) returns to the desk for a dispatch.
    """
    _returns.end_replies(run)
    unit = _last_handler(run)
    clock_unit = unit.pk if unit else run.appeal.desk_unit_id
    clocks.start(run.appeal, clocks.REHANDLE, unit_id=clock_unit, now=run.now)
    run.set(resolved_at=None, closed_at=None, close_kind="")
    if unit is None:
        run.move(REGISTERED)
        run.set(lead_unit=None, handler_name="")
        clocks.start(run.appeal, clocks.DISPATCH, unit_id=run.appeal.desk_unit_id, now=run.now)
        return
    run.move(IN_PROGRESS)
    run.set(lead_unit=unit.pk)
    again = Assignment.objects.create(
        appeal=run.appeal, unit=unit, part=Assignment.LEAD, given_at=run.now,
        # The complainant's own word has no unit: what it asks for is given by who would have visited.
        given_by_unit_id=run.by.unit_id or run.appeal.desk_unit_id,
        given_by_user=run.by.user_id, words=run.words, send_back_until=send_back_window(run),
        accepted_at=run.now, accepted_by_name="（重办）",
    )  # fmt: skip
    _orders.follow(run, unit)
    tell_unit(
        run.appeal, unit.pk, about=f"again:{again.pk}", title=f"{title}：{run.appeal.title}", body=run.words,
        level="soon", leaders=True, now=run.now,
    )  # fmt: skip


def _last_handler(run: Run) -> Unit | None:
    """The unit of the last lead part; its successor when it has been merged since."""
    last = (
        run.appeal.assignments.filter(part=Assignment.LEAD).select_related("unit__merged_into").order_by("-pk").first()
    )
    unit = last.unit if last else None
    while unit is not None and unit.merged_into is not None:
        unit = unit.merged_into
    return unit if unit is not None and unit.is_open else None
