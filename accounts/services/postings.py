"""Postings: given from a date, ended on a date, moved to another unit; and the three offices kept apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import ROLE_LABELS, Posting, User
from accounts.rights import OFFICES
from accounts.services._common import locked_user, not_oneself, office_and_user, record, require_office, units_of
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor, Role, UnitKind
from grids.models import KIND_LABELS, Unit

_K = UnitKind
# Where a role can be held: its scope is the unit and all below, so a role at the wrong level would see too much.
KINDS_OF: dict[Role, frozenset[UnitKind]] = {
    Role.DISTRICT_LEADER: frozenset({_K.DISTRICT}),
    Role.DISTRICT_CENTRE: frozenset({_K.DISTRICT}),
    Role.STREET_LEADER: frozenset({_K.STREET}),
    Role.STREET_STAFF: frozenset({_K.STREET, _K.SQUAD}),
    Role.COMMUNITY_SECRETARY: frozenset({_K.COMMUNITY}),
    Role.COMMUNITY_WORKER: frozenset({_K.COMMUNITY}),
    Role.GRID_WORKER: frozenset({_K.GRID}),
    Role.PART_TIME_GRID_WORKER: frozenset({_K.GRID}),
    Role.DEPARTMENT_STAFF: frozenset({_K.DEPARTMENT}),
    Role.ENTERPRISE_LIAISON: frozenset({_K.ENTERPRISE}),
    Role.SHOP_CLERK: frozenset({_K.STREET, _K.COMMUNITY}),
    Role.AUDITOR: frozenset({_K.DISTRICT}),
    Role.SECURITY_ADMIN: frozenset({_K.DISTRICT}),
    Role.SYSTEM_ADMIN: frozenset({_K.DISTRICT}),
}


@dataclass(frozen=True, slots=True)
class NewPosting:
    """A role at a unit, both days inclusive; without an end it goes on."""

    unit_id: int
    role: Role
    starts_on: date
    ends_on: date | None = None
    is_leader: bool = False


def grant(*, user_id: int, posting: NewPosting, by: Actor, now: datetime) -> Posting:
    """Give a user a posting.

    Raises InvalidInput (field "unit", "role", "starts_on", "ends_on"), IllegalState for one held already or an
    office beside another role, NotAllowed for oneself.
    """
    with transaction.atomic(durable=True):
        user = office_and_user(user_id, by)
        return grant_to(user, posting, by=by, now=now)


def grant_to(user: User, new: NewPosting, *, by: Actor, now: datetime) -> Posting:
    """`grant` to a locked (or just inserted) user, in the caller's transaction."""
    unit = check_place(new, by)
    check_dates(new)
    _check_others(user, new)
    posting = Posting(
        user=user,
        unit=unit,
        role=new.role.value,
        is_leader=new.is_leader,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
    )
    _insert(posting)
    record("posting.grant", user, by=by, now=now, after=_facts(posting))
    return posting


def _facts(posting: Posting) -> dict[str, object]:
    return {
        "posting": posting.pk,
        "unit": posting.unit.name,
        "role": posting.role,
        "is_leader": posting.is_leader,
        "starts_on": posting.starts_on,
        "ends_on": posting.ends_on,
    }


def check_place(new: NewPosting, by: Actor) -> Unit:
    """The unit of a new posting; raises InvalidInput (field "unit" or "role") where it cannot be held there."""
    unit: Unit | None = units_of(by).filter(pk=new.unit_id).first()
    if unit is None:
        raise InvalidInput("没有找到该单位，请重新选择。", field="unit")
    check_fits(unit, new)
    return unit


def check_fits(unit: Unit, new: NewPosting) -> None:
    """Raises InvalidInput (field "unit" or "role") where `unit` has no such role, or is closed by then."""
    if unit.closed_on is not None and unit.closed_on <= (new.ends_on or new.starts_on):
        raise InvalidInput(f"{unit.name}已撤销，不能安排岗位。", field="unit")
    if UnitKind(unit.kind) not in KINDS_OF[new.role]:
        kinds = "、".join(KIND_LABELS[kind] for kind in sorted(KINDS_OF[new.role]))
        raise InvalidInput(f"“{ROLE_LABELS[new.role]}”只能设在{kinds}，请更换单位或岗位。", field="role")


def check_dates(new: NewPosting) -> None:
    """Raises InvalidInput (field "ends_on")."""
    if new.ends_on is not None and new.ends_on < new.starts_on:
        raise InvalidInput("截止日期不能早于起始日期。", field="ends_on")


class Held(Protocol):
    """A posting, stored or only planned."""

    @property
    def unit_id(self) -> int: ...
    @property
    def role(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...


def is_held(held: Iterable[Held], new: NewPosting) -> bool:
    """Whether the same role at the same unit is among those that overlap the new posting."""
    return any(h.unit_id == new.unit_id and h.role == new.role for h in held if _overlap(h, new))


def keep_offices_apart(name: str, held: Iterable[Held], new: NewPosting) -> None:
    """Raises IllegalState where the new posting would put a person on two sides of 三员分立 at a time."""
    for role in (Role(h.role) for h in held if _overlap(h, new)):
        if role != new.role and OFFICES & {role, new.role}:
            raise IllegalState(
                f"{name}在这段时间内已担任{ROLE_LABELS[role]}，不能同时担任{ROLE_LABELS[new.role]}："
                "审计员、安全管理员、系统管理员三员分立，互不兼任，也不兼任业务岗位。请换人，或先结束原岗位。"
            )


def _overlap(held: Held, new: NewPosting) -> bool:
    return held.starts_on <= (new.ends_on or date.max) and new.starts_on <= (held.ends_on or date.max)


def _check_others(user: User, new: NewPosting) -> None:
    held = list(user.postings.filter(cancelled_at=None))
    if is_held(held, new):
        raise IllegalState(f"{user.name}在这段时间内已在该单位担任{ROLE_LABELS[new.role]}，无需重复设置。")
    keep_offices_apart(user.name, held, new)


def _insert(posting: Posting) -> None:
    # The checks above ran under the user's lock. The database's own constraints stand behind them for every other way.
    try:
        with transaction.atomic():
            posting.save(force_insert=True)
    except IntegrityError as error:
        raise IllegalState("该人员的岗位刚刚有变动，与本次设置冲突。请刷新页面后重新办理。") from error


def end_posting(*, posting_id: int, last_day: date | None, reason: str = "", by: Actor, now: datetime) -> Posting:
    """End a posting after `last_day`; None ends it at once, even on its first day.

    Raises InvalidInput (field "last_day"), IllegalState when it has ended, NotAllowed for one's own.
    """
    with transaction.atomic(durable=True):
        posting = _locked(posting_id, by)
        before = _facts(posting)
        _end(posting, last_day, now)
        record("posting.end", posting.user, by=by, now=now, before=before, after=_facts(posting), reason=reason)
    return posting


def _locked(posting_id: int, by: Actor) -> Posting:
    require_office(by)
    found = Posting.objects.filter(pk=posting_id).values_list("user_id", flat=True).first()
    if found is None:
        raise NotFound("没有找到该岗位。")
    not_oneself(by, found)
    user = locked_user(found, by)
    posting: Posting = Posting.objects.select_related("unit").get(pk=posting_id)
    # A person of two districts is known to both, the posting to its own.
    if not units_of(by).filter(pk=posting.unit_id).exists():
        raise NotFound("没有找到该岗位。")
    posting.user = user
    return posting


def _end(posting: Posting, last_day: date | None, now: datetime) -> None:
    today = timezone.localdate(now)
    if posting.cancelled_at or (posting.ends_on and posting.ends_on < today):
        raise IllegalState("该岗位已经结束。")
    if last_day is None:
        _end_at_once(posting, today, now)
    elif last_day < max(posting.starts_on, today):
        raise InvalidInput("最后一天不能早于今天，也不能早于起始日期。要立即结束，请选择“立即结束”。", field="last_day")
    else:
        posting.ends_on = last_day
    posting.save(update_fields=["ends_on", "cancelled_at"])


def _end_at_once(posting: Posting, today: date, now: datetime) -> None:
    if posting.starts_on < today:
        posting.ends_on = today - timedelta(days=1)
    else:
        posting.cancelled_at = now


def move(
    *, posting_id: int, to_unit_id: int, role: Role, first_day: date, is_leader: bool, by: Actor, now: datetime
) -> Posting:
    """Move a person: the posting ends the day before `first_day`, a new one at `to_unit_id` begins on it.

    Raises as `grant` and `end_posting`; then neither happens.
    """
    with transaction.atomic(durable=True):
        posting = _locked(posting_id, by)
        before, end = _facts(posting), posting.ends_on
        if first_day < timezone.localdate(now):
            raise InvalidInput("调动日期不能早于今天。", field="first_day")
        immediate = first_day <= max(posting.starts_on, timezone.localdate(now))
        _end(posting, None if immediate else first_day - timedelta(days=1), now)
        record("posting.move", posting.user, by=by, now=now, before=before, after=_facts(posting))
        keeps_end = end if end and end >= first_day else None
        return grant_to(posting.user, NewPosting(to_unit_id, role, first_day, keeps_end, is_leader), by=by, now=now)


def unit_closed(*, unit_id: int, successor_id: int | None, by: Actor, now: datetime) -> None:
    """A unit was closed: its postings end with it; in the caller's transaction, and harmless to repeat.

    Where its people go is for the security office to decide, as a successor may be of another kind.
    """
    today = timezone.localdate(now)
    open_here = Posting.objects.current_or_coming(today).filter(unit_id=unit_id).order_by("user_id", "pk")
    for posting in open_here.select_for_update(of=("self",)).select_related("unit", "user"):
        before = _facts(posting)
        _end(posting, None, now)
        record("posting.end", posting.user, by=by, now=now, before=before, after=_facts(posting), reason="单位撤销")
