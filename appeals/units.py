"""What a unit's closing does to appeals: shown before, and handed to the successor when it comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from appeals import clocks
from appeals.models import Appeal, Assignment, HotlineReturn
from appeals.querysets import AppealQuerySet
from appeals.services import _orders, _requests
from appeals.services._run import SUBJECT, add_entry
from appeals.workflow import OPEN, REGISTERED, RESOLVED
from governance.audit import services as audit
from governance.scope import Actor
from grids.models import Unit
from grids.registry import OpenWork

_PART_CLOCKS = (clocks.ACCEPT, clocks.CONTACT, clocks.RESOLVE, clocks.SEND_BACK)


def open_work(unit_ids: Sequence[int]) -> list[OpenWork]:
    """Appeals that lie with the units, on their desks, or that they assist in."""
    desk = Appeal.objects.filter(desk_unit_id__in=unit_ids, state__in=(REGISTERED, RESOLVED))
    lead = Appeal.objects.filter(lead_unit_id__in=unit_ids, state__in=OPEN - {REGISTERED, RESOLVED})
    parts = Assignment.objects.filter(unit_id__in=unit_ids, ended_at=None, part=Assignment.ASSISTING)
    url = reverse("appeals:list")
    one = f"?unit={unit_ids[0]}" if len(unit_ids) == 1 else ""
    return [
        OpenWork("待交办、待回访的诉求", desk.count(), url),
        OpenWork("待签收、办理中的诉求", lead.count(), url + one),
        OpenWork("协办中的诉求", parts.count(), url),
        OpenWork("待处理的热线退回", _returned(unit_ids).count(), url),
        OpenWork("待回复、待审核的督办单", _orders.naming(unit_ids).count(), reverse("appeals:supervision")),
    ]


def hand_over(*, unit_id: int, successor_id: int | None, by: Actor, now: datetime) -> None:
    """Everything open of a closed unit goes to its successor, on the same clocks; history keeps the old name.

    Inside the transaction that closes the unit. May be called again: what has been handed over is not found twice.
    """
    if successor_id is None:
        return
    old, new = Unit.objects.get(pk=unit_id), Unit.objects.get(pk=successor_id)
    here = Q(desk_unit=old) | Q(lead_unit=old) | Q(pk__in=_parts_of(old).values("appeal_id"))
    # An order outlives the closing of its appeal, and may name a unit that the appeal has left.
    ordered = Q(pk__in=_orders.naming([old.pk]).order_by().values("appeal_id"))
    # What the city hotline returned waits for an answer though the appeal itself may be closed.
    returned = Q(pk__in=_returned([old.pk]).order_by().values("pk"))
    found = Appeal.objects.filter(here & Q(state__in=OPEN) | ordered | returned)
    # By primary key, as everywhere, so that two steps never wait for each other in a circle.
    for appeal in found.select_for_update(of=("self",)).order_by("pk"):
        _hand_over_one(appeal, old, new, by, now)


def _returned(unit_ids: Sequence[int]) -> AppealQuerySet:
    waiting = HotlineReturn.objects.filter(state=HotlineReturn.OPEN).order_by()
    return Appeal.objects.filter(desk_unit_id__in=unit_ids, pk__in=waiting.values("appeal_id"))


def _parts_of(unit: Unit) -> QuerySet[Assignment]:
    return Assignment.objects.filter(unit=unit, ended_at=None)


def _hand_over_one(appeal: Appeal, old: Unit, new: Unit, by: Actor, now: datetime) -> None:
    before = {"desk_unit_id": appeal.desk_unit_id, "lead_unit_id": appeal.lead_unit_id}
    # Who handled what has ended stays on record, and so does its desk while nothing waits there.
    moves = {name for name in before if appeal.state in OPEN}
    if _returned([old.pk]).filter(pk=appeal.pk).exists():
        moves.add("desk_unit_id")
    for part in _parts_of(old).filter(appeal=appeal):
        _hand_over_part(part, new, now)
    _orders.succeed(appeal, old, new, now)
    _requests.succeed(appeal, old, new, now)
    clocks.open_clocks(appeal).filter(unit_id=old.pk).update(unit_id=new.pk)
    for name, value in before.items():
        if value == old.pk and name in moves:
            setattr(appeal, name, new.pk)
    appeal.changed_at, appeal.revision = now, appeal.revision + 1
    appeal.save(update_fields=["desk_unit", "lead_unit", "changed_at", "revision"])
    words = f"{old.name}已撤并，由{new.name}承接，时限不变。"
    add_entry(appeal, "unit_closed", by=by, now=now, words=words, data={"from": old.name, "to": new.name})
    after = {name: getattr(appeal, name) for name in before}
    audit.record(
        action="appeal.unit_closed", subject_type=SUBJECT, subject_id=appeal.pk, subject_label=appeal.number,
        before=before, after=after, by=by, now=now,
    )  # fmt: skip


def _hand_over_part(part: Assignment, new: Unit, now: datetime) -> None:
    """The part goes to the successor. Where that one has a part already, the lead's survives of the two."""
    other = Assignment.objects.filter(appeal_id=part.appeal_id, unit=new, ended_at=None).first()
    if other is not None:
        given_up = other if part.part == Assignment.LEAD else part
        given_up.ended_at, given_up.ended_how = now, "transferred"
        given_up.save(update_fields=["ended_at", "ended_how"])
        clocks.cancel(given_up.appeal, *_PART_CLOCKS, now=now, detail_id=given_up.pk)
    if other is None or part.part == Assignment.LEAD:
        part.unit = new
        part.save(update_fields=["unit"])
