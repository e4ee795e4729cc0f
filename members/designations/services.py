"""Naming people, and what ends it: a day, a word of the unit, leaving, death; a move asks whether it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.rights import may
from accounts.selectors import staff_of
from governance.audit import services as audit
from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.services import notify
from governance.scope import Actor, UnitKind
from grids.holding import hold_unit
from grids.models import Unit
from members.designations.querysets import DesignationQuerySet
from members.models import Courier, Designation, DesignationKind, PartyMembership, Person
from members.words import EARLIEST, text_of

EDIT = "designation.edit"
SUBJECT = "members.designation"
# How far ahead a last day may be set: a term of office.
_TERM_YEARS = 10
_AGAIN = "此人在该单位已有这个称号，起止日期重叠，无需重复命名。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What somebody is named: in which unit, from when (None: today), to which last day, by what document."""

    kind_id: int
    unit_id: int
    grounds: str
    from_on: date | None = None
    until_on: date | None = None


def name_person(*, person_id: int, naming: Naming, by: Actor, now: datetime) -> Designation:
    """Name a person. A community names in itself and its grids, a street in the street (rights.md).

    Raises InvalidInput naming the field; IllegalState for who has left, or has it already.
    """
    require(by)
    with transaction.atomic(durable=True):
        return write_named(namable(person_id, by), naming, by, now)


def write_named(person: Person, naming: Naming, by: Actor, now: datetime) -> Designation:
    """`name_person` in the caller's transaction, for a person who is locked."""
    kind = _kind(naming.kind_id)
    _fits(kind, person)
    designation = _made(person, kind, naming, by, now)
    _insert(designation)
    _record("designation.name", designation, by, now, after=_kept(designation))
    return designation


def require(by: Actor) -> None:
    """Raise NotAllowed without the right."""
    if not may(by, EDIT):
        raise NotAllowed("您的岗位不能命名，请由社区或街道办理。")


def namable(person_id: int, by: Actor) -> Person:
    """The person, locked: one of the actor's people, or a courier who serves there."""
    couriers = Courier.objects.visible_to(by).open().filter(person_id=person_id)
    rows = Person.objects.filter(pk=person_id, district_id=by.district_id)
    if not couriers.exists():
        rows = rows.visible_to(by)
    person: Person | None = rows.select_for_update(of=("self",)).defer("search").first()
    if person is None:
        raise NotFound("没有找到这个人，或不在您的管辖范围内。", field="people")
    if person.state != "here":
        raise IllegalState(f"{person.name}{person.get_state_display()}，不能命名。", field="people")
    return person


def _kind(kind_id: int) -> DesignationKind:
    kind = DesignationKind.objects.filter(pk=kind_id, is_active=True).first()
    if kind is None:
        raise InvalidInput("请选择在用的称号。", field="kind")
    if kind.counted != "people":
        raise InvalidInput(f"{kind.name}按组织、队伍统计，不逐人命名。", field="kind")
    return kind


def _fits(kind: DesignationKind, person: Person) -> None:
    if kind.for_couriers and not Courier.objects.open().filter(person=person).exists():
        raise InvalidInput(f"{kind.name}面向快递员、外卖骑手，请先给{person.name}登记新就业群体档案。", field="kind")
    if kind.for_members and not PartyMembership.objects.current().filter(person=person).exists():
        raise InvalidInput(f"{kind.name}面向党员，{person.name}没有登记党员身份。", field="kind")


def _made(person: Person, kind: DesignationKind, naming: Naming, by: Actor, now: datetime) -> Designation:
    today = today_of(now)
    from_on = naming.from_on or today
    if not EARLIEST <= from_on <= today:
        raise InvalidInput(f"起始日期应在 {EARLIEST.year} 年以后，且不晚于今天。", field="from_on")
    _check_last_day(naming.until_on, from_on, today)
    return Designation(
        person=person, kind=kind, from_on=from_on, until_on=naming.until_on,
        grounds=text_of(naming.grounds, label="命名依据", field="grounds", most=200, least=2),
        named_by_user=by.user_id, named_by_name=by.user_name, named_by_unit=by.unit_name, made_at=now,
        **place_in(naming.unit_id, by),
    )  # fmt: skip


def _check_last_day(until_on: date | None, from_on: date, today: date) -> None:
    if until_on is None:
        return
    if until_on < from_on:
        raise InvalidInput("截止日期不能早于起始日期。", field="until_on")
    if until_on.year > today.year + _TERM_YEARS:
        raise InvalidInput(f"截止日期最远到 {today.year + _TERM_YEARS} 年底。", field="until_on")


def place_in(unit_id: int, by: Actor) -> dict[str, Any]:
    """The place columns of a unit in which the actor names; raises NotFound (field "unit") for any other."""
    hold_unit(unit_id)
    unit = own_units(by).filter(pk=unit_id).first()
    if unit is None:
        raise NotFound("请选择本辖区内的单位：街道命名在街道，社区命名在社区和网格。", field="unit")
    return {"unit": unit, **unit.place_within}


def own_units(by: Actor) -> Any:
    """The units in which the actor names."""
    units = Unit.objects.open()
    if by.unit_kind == UnitKind.STREET:
        return units.filter(pk=by.unit_id)
    if by.unit_kind == UnitKind.COMMUNITY:
        return units.filter(community_id=by.unit_id, kind__in=(UnitKind.COMMUNITY, UnitKind.GRID))
    return units.none()


def _insert(designation: Designation) -> None:
    try:
        with transaction.atomic():
            designation.save(force_insert=True)
    except IntegrityError as error:
        raise IllegalState(_AGAIN, field="kind") from error


def change_designation(
    *, designation_id: int, until_on: date | None, grounds: str, by: Actor, now: datetime
) -> Designation:
    """Correct the last day and the document of one that runs. Raises InvalidInput naming the field, IllegalState."""
    require(by)
    with transaction.atomic(durable=True):
        designation = locked(designation_id, by, now)
        if not write_corrected(designation, until_on, grounds, by, now):
            raise InvalidInput("没有改动任何内容，无需保存。")
    return designation


def write_corrected(
    designation: Designation, until_on: date | None, grounds: str, by: Actor, now: datetime
) -> bool:  # fmt: skip
    """Correct a locked one in the caller's transaction; whether anything was different. Raises InvalidInput."""
    before = _kept(designation)
    _check_last_day(until_on, designation.from_on, today_of(now))
    designation.until_on = until_on
    designation.grounds = text_of(grounds, label="命名依据", field="grounds", most=200, least=2)
    if before == _kept(designation):
        return False
    _update(designation, "until_on", "grounds")
    _record("designation.change", designation, by, now, before=before, after=_kept(designation))
    return True


def _update(designation: Designation, *fields: str) -> None:
    try:
        with transaction.atomic():
            designation.save(update_fields=fields)
    except IntegrityError as error:
        raise IllegalState(_AGAIN, field="until_on") from error


def end_designation(*, designation_id: int, on: date, words: str, by: Actor, now: datetime) -> Designation:
    """End one that runs; `on` is its last day. Raises InvalidInput naming the field, IllegalState once it has ended."""
    require(by)
    words = text_of(words, label="结束原因", field="words", most=200, least=2)
    with transaction.atomic(durable=True):
        designation = locked(designation_id, by, now)
        if not designation.from_on <= on <= today_of(now):
            raise InvalidInput(f"最后一天应在 {designation.from_on:%Y-%m-%d} 到今天之间。", field="on")
        _end(designation, "withdrawn", on, words, by, now)
    return designation


def keep_designation(*, designation_id: int, by: Actor, now: datetime) -> Designation:
    """Say of somebody who moved that the designation goes on. Raises IllegalState where nobody asked."""
    require(by)
    with transaction.atomic(durable=True):
        designation = locked(designation_id, by, now)
        if designation.moved_on is None:
            raise IllegalState("这项称号没有待核事项，无需确认。")
        before = {"moved_on": designation.moved_on}
        designation.moved_on = None
        designation.save(update_fields=["moved_on"])
        _record("designation.keep", designation, by, now, before=before, after={"moved_on": None})
    return designation


def locked(designation_id: int, by: Actor, now: datetime) -> Designation:
    """One that runs, in a unit that the actor names in: a street ends its own, a community its own and its grids'."""
    rows = Designation.objects.visible_to(by).select_for_update(of=("self",)).select_related("kind", "person", "unit")
    designation: Designation | None = rows.defer("person__search").filter(pk=designation_id).first()
    if designation is None:
        raise NotFound("没有找到这项称号，或不在您的管辖范围内。")
    if not own_units(by).filter(pk=designation.unit_id).exists():
        raise NotAllowed(f"这项称号由{designation.unit.name}命名，请由该单位所在的社区办理。")
    if (designation.until_on is not None and designation.until_on < today_of(now)) or designation.ended_how:
        raise IllegalState("这项称号已经结束。")
    return designation


def end_of_couriers(person: Person, *, on: date, words: str, by: Actor, now: datetime) -> None:
    """What is for couriers ends when somebody rides no more; in the caller's transaction."""
    for designation in _running(person, today_of(now)).filter(kind__for_couriers=True):
        _end(designation, "withdrawn", on, words, by, now)


def _end(designation: Designation, how: str, on: date, words: str, by: Actor, now: datetime) -> None:
    before = _kept(designation)
    designation.until_on = max(on, designation.from_on)
    designation.ended_how, designation.words, designation.moved_on = how, words, None
    designation.save(update_fields=["until_on", "ended_how", "words", "moved_on"])
    _record("designation.end", designation, by, now, before=before, after=_kept(designation), reason=words)


def _kept(designation: Designation) -> dict[str, Any]:
    return {
        "kind": designation.kind.name, "unit": designation.unit.name, "from_on": designation.from_on,
        "until_on": designation.until_on, "grounds": designation.grounds, "ended_how": designation.ended_how,
    }  # fmt: skip


def _record(action: str, designation: Designation, by: Actor, now: datetime, **more: Any) -> None:
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=designation.pk,
        subject_label=f"{designation.person.name} {designation.kind.name}", by=by, now=now, **more,
    )  # fmt: skip


# What follows a person's ways --------------------------------------------------------------------------------------


def person_gone(*, person: Person, how: str, on: date, by: Actor, now: datetime) -> None:
    """Who left the district or died holds nothing any more; a courier's profile ends, too."""
    for designation in _running(person, today_of(now)):
        _end(designation, "died" if how == "died" else "left", on, "", by, now)
    Courier.objects.open().filter(person=person).update(until_on=on, words="去世" if how == "died" else "迁离本区")


def person_moved(*, person: Person, before: dict[str, int | None], by: Actor, now: datetime) -> None:
    """Whoever lives elsewhere now may go on, or not: the units that named them are asked. Couriers ride anyway."""
    today = today_of(now)
    elsewhere = [row for row in _running(person, today) if not row.kind.for_couriers and not _lives_in(person, row)]
    if not elsewhere:
        return
    Designation.objects.filter(pk__in=[row.pk for row in elsewhere]).update(moved_on=today)
    for unit_id in {row.community_id or row.street_id for row in elsewhere}:
        names = "、".join(row.kind.name for row in elsewhere if unit_id in (row.community_id, row.street_id))
        notify(
            user_ids=staff_of(unit_id, now), key=f"designation:moved:{person.pk}:{person.revision}",
            title=f"{person.name} 已迁居，请确认是否继续担任", body=f"涉及：{names}。", now=now,
        )  # fmt: skip


def _lives_in(person: Person, designation: Designation) -> bool:
    return designation.unit_id in (person.grid_id, person.community_id, person.street_id)


def person_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """The kept record takes over all; what both had of a kind in one unit at a time becomes one, from first to last."""
    for theirs in Designation.objects.select_for_update().filter(person=drop).order_by("pk"):
        theirs.person = keep
        if theirs.ended_how != "merged":
            _fold(theirs, keep)
        theirs.save(update_fields=["person", "from_on", "until_on", "ended_how", "words"])
    if Courier.objects.open().filter(person=keep).exists():
        Courier.objects.open().filter(person=drop).update(until_on=today_of(now), words="档案合并")
    Courier.objects.filter(person=drop).update(person=keep)


def _fold(theirs: Designation, keep: Person) -> None:
    """Let it take in what the kept record has of the kind there at the same time; those count no more."""
    same = Designation.objects.filter(person=keep, kind=theirs.kind_id, unit=theirs.unit_id).exclude(ended_how="merged")
    while own := same.filter(_overlapping(theirs)).order_by("pk").first():
        ends = (own.until_on or date.max) > (theirs.until_on or date.max)
        last = own if ends else theirs
        theirs.until_on, theirs.ended_how, theirs.words = last.until_on, last.ended_how, last.words
        theirs.from_on = min(theirs.from_on, own.from_on)
        own.ended_how, own.until_on = "merged", own.until_on or max(own.from_on, theirs.from_on)
        own.save(update_fields=["ended_how", "until_on"])


def _overlapping(other: Designation) -> Q:
    starts = Q(until_on=None) | Q(until_on__gte=other.from_on)
    return starts & (Q(from_on__lte=other.until_on) if other.until_on else Q())


def _running(person: Person, today: date) -> DesignationQuerySet:
    """Those that have not ended, locked in order."""
    rows = Designation.objects.in_force(today).filter(person=person).select_related("kind", "unit", "person")
    found: DesignationQuerySet = rows.defer("person__search").select_for_update(of=("self",)).order_by("pk")
    return found
