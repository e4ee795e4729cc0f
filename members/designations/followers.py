"""Designations and couriers of a unit that closes or moves go along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from governance.days import today_of
from governance.scope import UnitKind
from members.following import Follower, Step
from members.models import Courier, Designation

_FOR_EVER = Value(date.max, output_field=DateField())


def _named_there_already(rows: QuerySet[Any], step: Step) -> QuerySet[Any]:
    """Those whose person has, or had in that time, the same designation of the successor: a unit has it once."""
    ends = Coalesce(OuterRef("until_on"), _FOR_EVER)
    same = Designation.objects.filter(
        Q(until_on=None) | Q(until_on__gte=OuterRef("from_on")), person_id=OuterRef("person_id"),
        kind_id=OuterRef("kind_id"), unit=step.successor, from_on__lte=ends,
    ).exclude(ended_how="merged")  # fmt: skip
    return rows.filter(Exists(same))


def _ask(step: Step, ids: Sequence[int]) -> None:
    """Of what kept its closed unit somebody says whether it goes on."""
    if step.successor is not None:
        kept = Designation.objects.filter(pk__in=ids, unit=step.unit, moved_on=None)
        kept.update(moved_on=today_of(step.now))


def _serve(step: Step, ids: Sequence[int]) -> None:
    """Who serves a community that closed serves the one that takes it over."""
    if step.successor is None or step.unit.kind != UnitKind.COMMUNITY:
        return
    links: Any = Courier.units.through
    mine = links.objects.filter(unit_id=step.unit.pk, courier__until_on=None)
    there = links.objects.filter(unit_id=step.place["community_id"], courier_id=OuterRef("courier_id"))
    mine.filter(Exists(there)).delete()
    if step.place["community_id"] is not None:
        mine.update(unit_id=step.place["community_id"])


FOLLOWERS = (
    Follower(
        key="designation", label="五雁、十员等称号", counter="项", of_unit=True, stays_in=_named_there_already,
        rows=lambda today: Designation.objects.filter(
            Q(until_on=None) | Q(until_on__gte=today)
        ).exclude(ended_how="merged"),
        after=_ask,
    ),
    Follower(key="courier", label="新就业群体", counter="人", rows=lambda today: Courier.objects.open(), after=_serve),
)  # fmt: skip
