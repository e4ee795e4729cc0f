"""What must be so after a step."""

from __future__ import annotations

from typing import Any

from django.db import connection

from appeals.models import Appeal, AppealEntry, Assignment
from governance.audit import actions
from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.scope import Actor

# workflow.md, "Clocks": the limits that may run in a state, besides those of parts, orders and requests.
_MAIN = {
    "registered": {"rehandle", "resolve", "dispatch"},
    "dispatched": {"rehandle", "resolve"},
    "in_progress": {"rehandle", "resolve"},
    "shelved": {"shelve_review"},
    "resolved": {"visit"},
    "closed": set(),
    "merged": set(),
    "rejected": set(),
}
_HANDLED = {"dispatched", "in_progress", "shelved"}


def problems_after(appeal_id: int, *, to: str, kind: str, by: Actor, revision: int) -> list[str]:
    """What is wrong after a step that went through; empty when all is as it should be."""
    connection.check_constraints()
    appeal = Appeal.objects.get(pk=appeal_id)
    found = [] if appeal.state == to else [f"leads to {appeal.state}, not to {to}"]
    found += [] if kind == "note" or appeal.revision == revision + 1 else [f"revision {revision} → {appeal.revision}"]
    return found + _record(appeal, kind, by) + _clocks(appeal) + _parts(appeal)


def _record(appeal: Appeal, kind: str, by: Actor) -> list[str]:
    who = {"user_id": by.user_id, "posting_id": by.posting_id, "unit_id": by.unit_id}
    found = []
    row = Entry.objects.filter(subject_type="appeals.appeal", subject_id=appeal.pk).order_by("-pk").first()
    told = row and {name: getattr(row, name, None) for name in ("user_id", "unit_id")}
    if row is None or row.action != f"appeal.{kind}" or told != {"user_id": by.user_id, "unit_id": by.unit_id}:
        found.append(f"audit row {row and row.action} by {told}")
    elif actions.label_of(row.action) == row.action:
        found.append(f"the record has no name for {row.action}")
    entry = AppealEntry.objects.filter(appeal=appeal, kind=kind).order_by("-pk").first()
    if entry is None or {name: getattr(entry, name) for name in who} != who or entry.to_state != appeal.state:
        found.append("no entry of the step by who took it")
    return found


def _clocks(appeal: Appeal) -> list[str]:
    """The appeal's columns repeat an open clock, and none runs that its state has no use for."""
    rows = list(Clock.objects.filter(subject_type="appeals.appeal", subject_id=appeal.pk, state__in=Clock.OPEN))
    running = {(clock.kind, clock.detail_id): clock for clock in rows if clock.state == Clock.RUNNING}
    kinds = {kind for kind, detail in running if detail == 0}
    found = []
    main = running.get((appeal.clock_kind, 0))
    if appeal.due_at != (main.due_at if main else None):
        found.append(f"due_at {appeal.due_at} is not that of its clock {appeal.clock_kind!r}")
    if bool(appeal.clock_kind) != bool(kinds & _MAIN[appeal.state]):
        found.append(f"shows {appeal.clock_kind!r}, while {sorted(kinds)} run")
    if ("dispatch" in kinds) != (appeal.state == "registered"):
        found.append("a dispatch limit runs exactly while it waits for a dispatch")
    if ("visit" in kinds) != (appeal.state == "resolved"):
        found.append("a visit's limit runs exactly while it waits for a visit")
    if not _MAIN[appeal.state] and {clock.kind for clock in rows} - {"supervision_answer"}:
        found.append(f"has ended, while {sorted({clock.kind for clock in rows})} are open")
    if appeal.card:
        found.append(f"drew a {appeal.card} card within an hour")
    return found


def _parts(appeal: Appeal) -> list[str]:
    parts = list(Assignment.objects.filter(appeal=appeal, ended_at=None))
    leads = [part.unit_id for part in parts if part.part == Assignment.LEAD]
    found = []
    if leads != ([appeal.lead_unit_id] if appeal.state in _HANDLED else []):
        found.append(f"lead unit {appeal.lead_unit_id}, open lead parts {leads}")
    if appeal.state not in _HANDLED and parts:
        found.append("open parts of what nobody handles")
    waiting = set(
        Clock.objects.filter(subject_id=appeal.pk, kind="accept", state__in=Clock.OPEN).values_list(
            "detail_id", flat=True
        )
    )
    unaccepted: set[Any] = {part.pk for part in parts if part.accepted_at is None}
    if waiting != unaccepted:
        found.append(f"accept limits of parts {waiting}, unaccepted parts {unaccepted}")
    return found
