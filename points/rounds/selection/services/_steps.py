"""Into the next state: the clocks, the counting, the record, who is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from accounts.selectors import staff_of
from governance.deadlines.models import Clock
from governance.outbox.services import notify
from governance.scope import Actor
from points.models import Round, RoundNomination
from points.rounds.selection import clocks, counting
from points.rounds.selection.electing import elected
from points.rounds.selection.services._common import record
from points.rounds.selection.workflow import OPEN

_SAVED = ["state", "changed_at", "revision", "clock_kind", "due_at", "card", "announced_on", "ended_why", "voters"]


def go(found: Round, step: str, to: str, *, by: Actor, now: datetime, words: str = "") -> Round:
    """Let a held round go into a state; saved, on record, and told to whose turn it is."""
    before = found.state
    clocks.end(found, now, outcome=Clock.CANCELLED if to == "cancelled" else Clock.MET)
    found.state, found.changed_at, found.revision = to, now, found.revision + 1
    if to in OPEN:
        clocks.start(found, now)
    else:
        found.clock_kind, found.due_at, found.card = "", None, ""
    if to == "announced":
        found.announced_on = timezone.localdate(now)
    if to == "cancelled":
        found.ended_why = words
    found.save(update_fields=_SAVED)
    record(f"round.{step}", found, by=by, now=now, before={"state": before}, after={"state": to}, reason=words)
    notify(
        user_ids=people_whose_turn(found, now), key=f"round:{found.pk}:{found.revision}",
        title=f"{found.title}：{found.get_state_display()}"[:120], subject_type=clocks.SUBJECT, subject_id=found.pk,
        now=now,
    )  # fmt: skip
    return found


def people_whose_turn(found: Round, now: datetime) -> list[int]:
    """Who has to act: of reviewing the streets where nominations wait; else the host's people."""
    if found.state != "reviewing":
        return staff_of(clocks.turn_unit(found), now)
    streets = found.nominations.filter(state="nominated").order_by().values_list("street_id", flat=True).distinct()
    units = {*streets} or {clocks.turn_unit(found)}
    return sorted({user for unit in units for user in staff_of(unit, now)})


def settle_votes(found: Round) -> int:
    """Count the votes of a held round into its candidates; how many are elected. Nothing is saved of the round."""
    counted = counting.votes(found)
    found.voters = sum(counted.values())
    rows = _candidates(found)
    for row in rows:
        row.votes = counted.get(row.pk, 0)
    return _choose(found, rows, {row.pk: row.votes or 0 for row in rows})


def settle_scores(found: Round) -> int:
    """The same of a jury's scores. Raises IllegalState while somebody has too few of them."""
    rows = _candidates(found)
    totals = counting.scores(found, rows)
    for row in rows:
        row.score = totals[row.pk]
    return _choose(found, rows, totals)


def _candidates(found: Round) -> list[RoundNomination]:
    rows = found.nominations.filter(state="approved").select_for_update(of=("self",)).select_related("person")
    return list(rows.order_by("pk"))


def _choose(found: Round, rows: list[RoundNomination], values: Mapping[int, Decimal | int]) -> int:
    """Nothing is saved where nobody is elected."""
    chosen = elected(values, found.seats, found.tie)
    for row in rows:
        row.state = "chosen" if row.pk in chosen else "passed_over"
    if chosen:
        RoundNomination.objects.bulk_update(rows, ["state", "votes", "score"])
    return len(chosen)
