"""What a change does when its day has come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from governance.errors import DomainError
from governance.scope import ABOVE_GRID, PLATFORM, Actor, UnitKind, place_column
from grids import locate, registry, revision
from grids.models import Unit, UnitChange
from grids.names import initials_of
from grids.services import drafting, redrawing, rules
from grids.services.drafting import subject

# Work that was on its way to a unit while it closed is handed on by the task, for this long.
_STRAGGLERS = timedelta(days=2)
_PLACE = ("district_id", "street_id", "community_id")


def apply_due_changes(*, now: datetime) -> int:
    """Apply every change whose day has come, each in a transaction of its own; how many were applied.

    Harmless to repeat and to run twice at a time: a change is taken under the territory's lock, and only while it
    waits. One that can no longer be applied keeps the reason in `problem` and is tried again with the next run.
    """
    due = list(UnitChange.objects.due(timezone.localdate(now)).values_list("pk", flat=True))
    applied = sum(_apply_one(change_id, now) for change_id in due)
    _hand_over_stragglers(now)
    return applied


@transaction.atomic(durable=True)
def _apply_one(change_id: int, now: datetime) -> bool:
    revision.lock()
    change = UnitChange.objects.waiting().filter(pk=change_id).select_related("unit").first()
    if change is None:
        return False
    try:
        with transaction.atomic():
            rules.CHECKS[change.kind](change)
            apply(change, PLATFORM, now)
    except DomainError as refusal:
        UnitChange.objects.filter(pk=change_id).update(problem=refusal.message[:500])
        return False
    drafting.record(f"unit.{change.kind}_apply", change, PLATFORM, now)
    return True


def apply(change: UnitChange, by: Actor, now: datetime) -> None:
    """Carry out a checked change under the territory's lock, in the caller's transaction."""
    change.before = drafting.before_of(change.kind, change.unit)
    _EFFECTS[change.kind](change, by, now)
    change.applied_at, change.problem = now, ""
    change.save(update_fields=["unit", "district", "before", "applied_at", "problem"])
    revision.bump()
    locate.expire()
    transaction.on_commit(locate.expire)


def _open(change: UnitChange, by: Actor, now: datetime) -> None:
    new = change.after
    parent = Unit.objects.get(pk=new["parent_id"]) if new["parent_id"] else None
    unit = Unit(
        code=new["code"],
        name=new["name"],
        short_name=new["short_name"],
        kind=new["kind"],
        parent=parent,
        initials=initials_of(new["short_name"]),
        order=_last_order(parent) + 1,
        address=new["address"],
        phone=new["phone"],
        opened_on=change.effective_on,
    )
    place(unit, parent)
    change.unit = unit
    change.district_id = unit.district_id


def _last_order(parent: Unit | None) -> int:
    last = Unit.objects.filter(parent=parent).order_by("-order").values_list("order", flat=True).first()
    return last or 0


def place(unit: Unit, parent: Unit | None) -> None:
    """Save a unit with its place on the line, which at its own level is itself."""
    unit.district_id = parent.district_id if parent else None
    unit.street_id = parent.street_id if parent else None
    unit.community_id = parent.community_id if parent else None
    unit.save()
    if column := place_column(unit.kind, among=ABOVE_GRID):
        setattr(unit, column, unit.pk)
        unit.save(update_fields=[column])


def _rename(change: UnitChange, by: Actor, now: datetime) -> None:
    unit = subject(change)
    unit.name, unit.short_name = change.after["name"], change.after["short_name"]
    unit.initials = initials_of(unit.short_name)
    unit.save(update_fields=["name", "short_name", "initials"])


def _move(change: UnitChange, by: Actor, now: datetime) -> None:
    unit, parent = subject(change), Unit.objects.get(pk=change.after["parent_id"])
    old_parent_id = unit.parent_id
    _put_under(unit, parent, by, now)
    redrawing.redraw_above([old_parent_id, parent.pk], now)


def _put_under(unit: Unit, parent: Unit, by: Actor, now: datetime) -> None:
    """Give the unit and all below it their new place on the line, open and closed alike; what lies there follows."""
    before = {name: getattr(unit, name) for name in _PLACE}
    unit.parent = parent
    kind = UnitKind(unit.kind)
    if kind == UnitKind.COMMUNITY:
        unit.street_id = parent.street_id
        Unit.objects.filter(community_id=unit.pk).update(street_id=parent.street_id)
    else:
        unit.street_id, unit.community_id = parent.street_id, parent.community_id
    unit.save(update_fields=["parent", "street", "community"])
    registry.unit_moved(unit=unit, before=before, by=by, now=now)


def _merge(change: UnitChange, by: Actor, now: datetime) -> None:
    unit, into = subject(change), Unit.objects.get(pk=change.after["into_id"])
    children = Unit.objects.open().filter(parent=unit).order_by("pk")
    change.before |= {"children": [child.pk for child in children]}
    for child in children:
        _adopt(child, unit, into, by, now)
    redrawing.merge(unit, into, now)
    _end(unit, change.effective_on, into.pk, by, now, merged_into=into)


def _adopt(child: Unit, old: Unit, into: Unit, by: Actor, now: datetime) -> None:
    """A child of a merged unit goes to the one that took it in; a name taken there gets the old parent's before it."""
    if Unit.objects.open().filter(parent=into, name=child.name).exists():
        child.name = f"{old.short_name or old.name}{child.name}"[: rules.NAME_MAX]
        child.short_name = child.name[:32]
        child.initials = initials_of(child.short_name)
        child.save(update_fields=["name", "short_name", "initials"])
    _put_under(child, into, by, now)


def _close(change: UnitChange, by: Actor, now: datetime) -> None:
    _end(subject(change), change.effective_on, change.after.get("successor_id"), by, now)


def _end(
    unit: Unit, day: date, successor_id: int | None, by: Actor, now: datetime, merged_into: Unit | None = None
) -> None:
    unit.closed_on = max(day, unit.opened_on)
    unit.merged_into = merged_into
    unit.save(update_fields=["closed_on", "merged_into"])
    redrawing.end(unit, now)
    registry.unit_closed(unit_id=unit.pk, successor_id=successor_id, by=by, now=now)


_EFFECTS: dict[str, Callable[[UnitChange, Actor, datetime], None]] = {
    "open": _open,
    "rename": _rename,
    "move": _move,
    "merge": _merge,
    "close": _close,
}


def _hand_over_stragglers(now: datetime) -> None:
    """Let what reached a unit in the very moment that it closed or moved follow: nothing may lie where nobody looks."""
    recent = UnitChange.objects.filter(kind__in=["move", "merge", "close"], applied_at__gt=now - _STRAGGLERS)
    for change in recent.exclude(unit=None).select_related("unit").order_by("pk"):
        if change.kind != "close":
            _follow_again(change, now)
        if change.kind != "move":
            _hand_over_again(change, now)


def _hand_over_again(change: UnitChange, now: datetime) -> None:
    unit_id = subject(change).pk
    if any(work.blocks for work in registry.to_be_followed([unit_id])):
        successor_id = change.after.get("into_id") or change.after.get("successor_id")
        with transaction.atomic(durable=True):
            registry.unit_closed(unit_id=unit_id, successor_id=successor_id, by=PLATFORM, now=now)


def _follow_again(change: UnitChange, now: datetime) -> None:
    """For what was moved itself, and for the children of what was merged."""
    ids = change.before.get("children", []) if change.kind == "merge" else [subject(change).pk]
    for unit in Unit.objects.filter(pk__in=ids).order_by("pk"):
        before = {name: getattr(unit, name) for name in _PLACE}
        with transaction.atomic(durable=True):
            registry.unit_moved(unit=unit, before=before, by=PLATFORM, now=now)
