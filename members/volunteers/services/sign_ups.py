"""Who comes: signed up by staff or by themselves, on the waiting list, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from governance.errors import DomainError, IllegalState, NotFound
from governance.scope import Actor
from members.accounts import person_of
from members.models import Activity, Person, SignUp
from members.volunteers.services import _common
from members.volunteers.services._common import PROPOSE, persons_of, record, require, sign_up_of
from members.volunteers.services._seats import free, promote
from members.volunteers.workflow import HOLDS_A_TIME, OPEN
from members.words import text_of


@dataclass
class Signed:
    """What came of signing up several: who has a seat, who waits for one, and who was refused, with why."""

    seated: list[SignUp] = field(default_factory=list)
    waiting: list[SignUp] = field(default_factory=list)
    refused: list[tuple[Person, str]] = field(default_factory=list)


def sign_up(*, activity_id: int, person_ids: Sequence[int], by: Actor, now: datetime) -> Signed:
    """Sign persons up, who get the seats that are free and else wait for one; who cannot come is told of, with why.

    Raises NotFound outside the scope; IllegalState for an activity that takes nobody, or when it is possible for none.
    """
    require(by, PROPOSE)
    with transaction.atomic(durable=True):
        people = persons_of(person_ids, by)
        activity = _common.locked_activity(activity_id, by)
        _check_open(activity, now)
        done = Signed()
        for person in people:
            _try(done, activity, person, by, now)
        if not done.seated and not done.waiting:
            raise IllegalState(done.refused[0][1] if len(people) == 1 else f"无人可报名：{done.refused[0][1]}")
    return done


def join(*, activity_id: int, by: Actor, now: datetime) -> SignUp:
    """A volunteer with an account signs up. Raises NotFound without a record of the person, or elsewhere."""
    with transaction.atomic(durable=True):
        person = person_of(by)
        _common.lock_persons([person.pk])
        if not Activity.objects.open_to(by, person, now).filter(pk=activity_id).exists():
            raise NotFound("没有找到这场活动，可能已结束，或不在您所在的社区。")
        activity = _common.locked_activity(activity_id, None)
        _check_open(activity, now)
        if now > (activity.sign_up_until or activity.starts_at):
            raise IllegalState("报名已截止，请联系社区。")
        return _one(activity, person, "self", by, now)


def cancel_sign_up(*, sign_up_id: int, why: str = "", by: Actor, now: datetime) -> SignUp:
    """Somebody does not come after all; the first who waits moves up. Raises IllegalState for who has come."""
    require(by, PROPOSE)
    with transaction.atomic(durable=True):
        found = sign_up_of(sign_up_id, by)
        return _cancel(found, why, by, now)


def withdraw(*, sign_up_id: int, by: Actor, now: datetime) -> SignUp:
    """A volunteer with an account does not come after all. Raises NotFound for another's sign-up."""
    with transaction.atomic(durable=True):
        found = SignUp.objects.filter(pk=sign_up_id, person=person_of(by)).first()
        if found is None:
            raise NotFound("没有找到您的这条报名。")
        return _cancel(found, "本人取消", by, now)


def _cancel(found: SignUp, why: str, by: Actor, now: datetime) -> SignUp:
    _common.lock_persons([found.person_id])
    activity = _common.locked_activity(found.activity_id, None)
    row: SignUp = SignUp.objects.select_related("person").get(pk=found.pk)
    if row.state not in ("signed", "waiting"):
        raise IllegalState(f"{row.person.name}{row.get_state_display()}，不能取消报名。")
    before, row.state = row.state, "cancelled"
    row.cancelled_why = text_of(why, label="取消原因", field="why", most=200)
    row.save(update_fields=["state", "cancelled_why"])
    record("volunteer.sign_off", row, by=by, now=now, before={"state": before}, after={"state": row.state}, reason=why)
    promote(activity, by, now)
    return row


def _check_open(activity: Activity, now: datetime) -> None:
    if activity.state not in OPEN:
        raise IllegalState(f"活动{activity.get_state_display()}，不能报名。")
    if now >= activity.ends_at and activity.state == "published":
        raise IllegalState("活动时间已过，不能报名。")


def _try(done: Signed, activity: Activity, person: Person, by: Actor, now: datetime) -> None:
    try:
        row = _one(activity, person, "staff", by, now)
    except DomainError as refused:
        done.refused.append((person, refused.message))
        return
    (done.seated if row.state == "signed" else done.waiting).append(row)


def _one(activity: Activity, person: Person, how: str, by: Actor, now: datetime) -> SignUp:
    clash = SignUp.objects.filter(
        person=person, state__in=HOLDS_A_TIME, starts_at__lt=activity.ends_at, ends_at__gt=activity.starts_at
    )
    other = clash.select_related("activity").first()
    if other is not None:
        same = other.activity_id == activity.pk
        where = "已报名这场活动" if same else f"同一时间已报名“{other.activity.title}”"
        raise IllegalState(f"{person.name}{where}。")
    row = SignUp(
        activity=activity, person=person, how=how, at=now, by_name=by.user_name, starts_at=activity.starts_at,
        ends_at=activity.ends_at, state="waiting" if free(activity) == 0 else "signed",
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise IllegalState(f"{person.name}刚刚报了同一时间的活动，请刷新后再试。") from None
    record("volunteer.sign_up", row, by=by, now=now, label=person.name, after={"state": row.state})
    return row
