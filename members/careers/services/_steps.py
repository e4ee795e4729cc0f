"""What the steps of a procedure share: the held row, the check, the entry, the next limit, who is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.rights import DC
from accounts.selectors import staff_of, with_role
from governance.deadlines.models import Clock
from governance.errors import IllegalState, NotFound
from governance.outbox.services import notify
from governance.scope import Actor
from members.careers import clocks
from members.careers.services._common import is_own, record, refuse_own
from members.careers.workflow import ENDED, STEPS, STREET, TURNS, Situation, open_steps
from members.models import CareerProcedure, CareerProcedureEntry

_LOST = "没有找到这项程序，或不在您的管辖范围内。"
_SAVED = ["state", "content", "waivers", "changed_at", "ended_at", "clock_kind", "due_at", "card", "revision"]


def locked(procedure_id: int, by: Actor, now: datetime) -> CareerProcedure:
    """The procedure in scope, held, with what was due carried out first. Raises NotFound."""
    rows = CareerProcedure.objects.visible_to(by).select_for_update(of=("self",))
    found: CareerProcedure | None = rows.select_related("career__person").filter(pk=procedure_id).first()
    if found is None:
        raise NotFound(_LOST)
    refuse_own(by, found.career.person)
    clocks.catch_up(found, now)
    return found


def check(procedure: CareerProcedure, code: str) -> None:
    """Raise IllegalState where the step does not start from the state."""
    step = STEPS[code]
    if procedure.state not in step.starts.get(procedure.kind, ()):
        raise IllegalState(f"这项{procedure.get_kind_display()}{procedure.get_state_display()}，不能“{step.label}”。")


def situation_of(procedure: CareerProcedure, by: Actor, unwaived: tuple[str, ...] = ()) -> Situation:
    """What the steps depend on, for a page."""
    return Situation(
        kind=procedure.kind, state=procedure.state, is_subject=is_own(by, procedure.career.person),
        is_proposer=procedure.proposed_by_user == by.user_id,
        proposer_is_street=procedure.proposed_by_unit == procedure.street_id, unwaived=unwaived,
    )  # fmt: skip


def allowed(procedure: CareerProcedure, by: Actor, unwaived: tuple[str, ...] = ()) -> list[str]:
    """The codes of the steps that the actor may take now."""
    return [step.code for step in open_steps(situation_of(procedure, by, unwaived), by.role)]


def go(
    procedure: CareerProcedure, step: str, to: str, *, by: Actor, now: datetime, words: str = "",
    data: dict[str, Any] | None = None, keep: str = "",
) -> CareerProcedure:  # fmt: skip
    """Into the next state: entry, record, clocks, messages. `keep` is a clock kind that goes on."""
    before = procedure.state
    if to != before:
        clocks.end(procedure, now, outcome=Clock.CANCELLED if to == "withdrawn" else Clock.MET, but=keep)
    procedure.state, procedure.changed_at, procedure.revision = to, now, procedure.revision + 1
    if to in ENDED:
        procedure.ended_at, procedure.clock_kind, procedure.due_at, procedure.card = now, "", None, ""
    elif to != before and not (keep and to == keep):
        clocks.start(procedure, now)
    procedure.save(update_fields=_SAVED)
    enter(procedure, step, by=by, now=now, words=words, data=data)
    record(
        f"career.{step}", procedure, str(procedure), by=by, now=now, before={"state": before},
        after={"state": to, **(data or {})}, reason=words,
    )  # fmt: skip
    if to != before:
        tell(procedure, now)
    return procedure


def enter(
    procedure: CareerProcedure, step: str, *, by: Actor, now: datetime, words: str = "",
    data: dict[str, Any] | None = None,
) -> CareerProcedureEntry:  # fmt: skip
    """An entry of the procedure's own history."""
    return CareerProcedureEntry.objects.create(
        procedure=procedure, step=step, state=procedure.state, words=words, data=data or {}, by_user=by.user_id,
        by_name=by.user_name, by_unit=by.unit_name, at=now,
    )  # fmt: skip


def tell(procedure: CareerProcedure, now: datetime) -> None:
    """Tell those whose turn it is now; when it has ended, who proposed it."""
    if procedure.state in ENDED:
        people = {procedure.proposed_by_user}
        title = f"{procedure}：{procedure.get_state_display()}"
    elif not TURNS[procedure.kind, procedure.state][0]:
        return
    else:
        people = people_whose_turn(procedure, now)
        title = f"待办：{procedure}（{procedure.get_state_display()}）"
    notify(
        user_ids=people, key=f"careers:{procedure.pk}:{procedure.revision}", title=title[:120],
        subject_type=clocks.SUBJECT, subject_id=procedure.pk, now=now,
    )  # fmt: skip


def people_whose_turn(procedure: CareerProcedure, now: datetime) -> set[int]:
    """Who has to act: the street's people, or the district centre's."""
    if TURNS[procedure.kind, procedure.state][0] == STREET:
        return set(staff_of(procedure.street_id, now))
    return set(with_role(DC, procedure.district_id, now))


def url_of(procedure_id: int) -> str:
    """The procedure's page."""
    return reverse("members:career_procedure", args=[procedure_id])
