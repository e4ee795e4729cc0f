"""The parts of a hand-over that several steps share: giving a unit its part, and ending parts."""

from __future__ import annotations

from datetime import datetime

from appeals import clocks
from appeals.messages import tell_unit
from appeals.models import Assignment
from appeals.services import _orders, _requests
from appeals.services._run import Run
from appeals.services.stages import start_stages
from grids.models import Unit


def give(run: Run, unit: Unit, part: str, *, may_send_back: bool = True) -> Assignment:
    """Hand a part of the appeal to the unit: its assignment, its clocks, its message."""
    appeal, now = run.appeal, run.now
    _end_helping(run, unit)
    assignment = Assignment.objects.create(
        appeal=appeal, unit=unit, part=part, given_by_unit_id=run.by.unit_id, given_by_user=run.by.user_id,
        given_at=now, words=run.words, send_back_until=send_back_window(run) if may_send_back else now,
    )  # fmt: skip
    clocks.start(appeal, clocks.ACCEPT, unit_id=unit.pk, now=now, detail_id=assignment.pk)
    if part == Assignment.LEAD:
        run.set(lead_unit=unit.pk, handler_name="")
        if appeal.first_dispatched_at is None:
            run.set(first_dispatched_at=now)
        clocks.start(appeal, clocks.CONTACT, unit_id=unit.pk, now=now, detail_id=assignment.pk)
        _keep_first_clock(run, unit)
        if may_send_back:
            clocks.start(appeal, clocks.SEND_BACK, unit_id=unit.pk, now=now, detail_id=assignment.pk)
        start_stages(run, unit.pk)
        _orders.follow(run, unit)
    else:
        clocks.start(appeal, clocks.RESOLVE, unit_id=unit.pk, now=now, detail_id=assignment.pk)
    verb = "待签收" if part == Assignment.LEAD else "请协办"
    tell_unit(appeal, unit.pk, about=f"given:{assignment.pk}", title=f"{verb}：{appeal.title}", body=run.words, now=now)
    return assignment


def _end_helping(run: Run, unit: Unit) -> None:
    """A unit has one part: whoever is to lead helps no longer, and the helper's own limit ends with that part."""
    helping = run.appeal.assignments.filter(unit=unit, part=Assignment.ASSISTING, ended_at=None).first()
    if helping is not None:
        end(run, helping, "transferred")


def _keep_first_clock(run: Run, unit: Unit) -> None:
    """The resolve (or re-handle) clock runs on from its first start; it only answers for another unit."""
    if clocks.open_clocks(run.appeal).filter(kind=clocks.REHANDLE, detail_id=0).update(unit_id=unit.pk):
        return
    clocks.start_if_none(run.appeal, clocks.RESOLVE, unit_id=unit.pk, now=run.now)


def send_back_window(run: Run) -> datetime:
    """When the window for a return closes. Source: workflow.md, "send-back window 1 working day"."""
    return clocks.limit(run.appeal, clocks.SEND_BACK, run.now)


def end_lead(run: Run, how: str) -> Assignment:
    """End the open lead part, with the clocks that belong to it alone."""
    lead = run.appeal.assignments.get(part=Assignment.LEAD, ended_at=None)
    end(run, lead, how)
    return lead


def end_parts(run: Run, how: str) -> None:
    """End every open part."""
    for assignment in run.appeal.assignments.filter(ended_at=None).order_by("pk"):
        end(run, assignment, how)


def end(run: Run, assignment: Assignment, how: str, result: str = "") -> None:
    """End one part. A unit that passes work down has taken it in; of any other an unaccepted part is cancelled."""
    assignment.ended_at, assignment.ended_how = run.now, how
    assignment.ended_by_user, assignment.result = run.by.user_id, result
    assignment.save(update_fields=["ended_at", "ended_how", "ended_by_user", "result"])
    _requests.lapse(run, assignment)
    finish = clocks.met if how in {"resolved", "passed_down"} else clocks.cancel
    finish(run.appeal, clocks.ACCEPT, now=run.now, detail_id=assignment.pk)
    used = clocks.met if how == "sent_back" else clocks.cancel
    used(run.appeal, clocks.SEND_BACK, now=run.now, detail_id=assignment.pk)
    done = clocks.met if how == "resolved" else clocks.cancel
    done(run.appeal, clocks.CONTACT, clocks.RESOLVE, now=run.now, detail_id=assignment.pk)
