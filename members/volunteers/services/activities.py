"""Activities: drafted, changed, published, opened for check-in, ended, cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor
from members.models import Activity, SignUp, VolunteerTeam
from members.models.volunteers import KINDS, MOST_MINUTES
from members.volunteers import clocks
from members.volunteers.services import _hours
from members.volunteers.services._common import (
    EDIT,
    PROPOSE,
    locked_activity,
    place_in,
    record,
    require,
    save,
    site_in,
    step,
)
from members.volunteers.services._seats import promote
from members.volunteers.workflow import EDITABLE
from members.words import choice_of, text_of

# How long before its start people may be checked in.
EARLY = timedelta(hours=1)
_KEPT = (
    "team_id", "kind", "title", "words", "site_id", "address", "starts_at", "ends_at", "capacity", "sign_up_until",
    "planned_minutes",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFacts:
    """What is said of an activity. `planned` in minutes, None: as long as it lasts; `capacity` None: no limit."""

    title: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    team_id: int | None = None
    words: str = ""
    site_id: int | None = None
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    capacity: int | None = None
    sign_up_until: datetime | None = None
    planned: int | None = None


def draft_activity(*, facts: ActivityFacts, unit_id: int, by: Actor, now: datetime) -> Activity:
    """Write an activity down; nobody can sign up before it is published. Grid workers propose it so for their grid.

    Raises InvalidInput naming the field, NotFound for a unit or a team elsewhere.
    """
    require(by, PROPOSE)
    with transaction.atomic(durable=True):
        place = place_in(unit_id, by)
        activity = Activity(made_at=now, changed_at=now, made_by_user=by.user_id, made_by_name=by.user_name, **place)
        _set(activity, facts, by, now)
        activity.save(force_insert=True)
        record("volunteer.activity_add", activity, by=by, now=now, after=_kept(activity))
    return activity


def change_activity(
    *, activity_id: int, facts: ActivityFacts, by: Actor, now: datetime, revision: int | None = None
) -> Activity:
    """Change what is said of an activity that has not begun; times move for who signed up, new seats are given out.

    Raises InvalidInput naming the field: fewer seats than are taken, a time at which somebody is elsewhere.
    """
    require(by, PROPOSE)
    with transaction.atomic(durable=True):
        activity = locked_activity(activity_id, by, revision)
        if activity.state not in EDITABLE:
            raise IllegalState(f"活动{activity.get_state_display()}，不能再修改。")
        if activity.state != "draft":
            require(by, EDIT)
        before = _kept(activity)
        _set(activity, facts, by, now)
        if before == _kept(activity):
            raise InvalidInput("没有改动任何内容，无需保存。")
        _check_seats(activity)
        save(activity, now, *_KEPT, "lon", "lat")
        _move_sign_ups(activity)
        record("volunteer.activity_change", activity, by=by, now=now, before=before, after=_kept(activity))
        promote(activity, by, now)
    return activity


def publish_activity(*, activity_id: int, by: Actor, now: datetime) -> Activity:
    """From now on people can sign up. Raises IllegalState when it is over already, or is no draft."""
    require(by, EDIT)
    with transaction.atomic(durable=True):
        activity = locked_activity(activity_id, by)
        step(activity, "publish")
        if activity.ends_at <= now:
            raise IllegalState("活动时间已过，请先修改时间再发布。")
        activity.published_at = now
        save(activity, now, "state", "published_at")
        record(
            "volunteer.activity_publish", activity, by=by, now=now, before={"state": "draft"}, after=_state(activity)
        )
    return activity


def open_check_in(*, activity_id: int, by: Actor, now: datetime) -> Activity:
    """The activity begins: from now on people are checked in. Raises IllegalState long before its start."""
    require(by, PROPOSE)
    with transaction.atomic(durable=True):
        activity = locked_activity(activity_id, by)
        step(activity, "open")
        if now < activity.starts_at - EARLY:
            raise IllegalState(
                f"开始前 1 小时内才能签到，活动 {timezone.localtime(activity.starts_at):%m-%d %H:%M} 开始。"
            )
        save(activity, now, "state")
        record(
            "volunteer.activity_open", activity, by=by, now=now, before={"state": "published"}, after=_state(activity)
        )
    return activity


def end_activity(*, activity_id: int, by: Actor, now: datetime) -> Activity:
    """The activity is over: who is still there leaves, who did not come is absent, and hours wait to be confirmed.

    Raises IllegalState before its start, or when nobody has been checked in at all.
    """
    require(by, PROPOSE)
    with transaction.atomic(durable=True):
        activity = locked_activity(activity_id, by)
        step(activity, "end")
        if now < activity.starts_at:
            raise IllegalState("活动还没有开始，不能结束；不办了请取消。")
        rows = activity.sign_ups.select_for_update()
        if not rows.filter(state="came").exists():
            raise IllegalState("还没有一人签到。请先点到；活动没有办成的，请取消。")
        activity.ended_at = now
        _settle(activity, now)
        made = _hours.propose_all(activity, by, now)
        activity.pending = len(made)
        clocks.start(activity, now)
        save(activity, now, "state", "ended_at", "pending", "confirm_due_at", "card")
        record(
            "volunteer.activity_end", activity, by=by, now=now, before={"state": "running"},
            after=_state(activity) | {"pending": activity.pending},
        )  # fmt: skip
    return activity


def cancel_activity(*, activity_id: int, why: str, by: Actor, now: datetime) -> Activity:
    """The activity does not take place; every sign-up ends. Raises IllegalState once it has ended."""
    require(by, PROPOSE)
    why = text_of(why, label="取消原因", field="why", most=200, least=2)
    with transaction.atomic(durable=True):
        activity = locked_activity(activity_id, by)
        before = activity.state
        step(activity, "cancel")
        if before != "draft":
            require(by, EDIT)
        activity.cancelled_why = why
        save(activity, now, "state", "cancelled_why")
        activity.sign_ups.exclude(state="cancelled").update(state="cancelled", cancelled_why="活动取消")
        record(
            "volunteer.activity_cancel", activity, by=by, now=now, before={"state": before}, after=_state(activity),
            reason=why,
        )  # fmt: skip
    return activity


def _settle(activity: Activity, now: datetime) -> None:
    rows = activity.sign_ups.all()
    for row in rows.filter(state="came", checked_out_at=None):
        row.checked_out_at = max(row.checked_in_at, min(now, activity.ends_at))
        row.save(update_fields=["checked_out_at"])
    rows.filter(state="signed").update(state="absent")
    rows.filter(state="waiting").update(state="cancelled", cancelled_why="候补未递补")


def _set(activity: Activity, facts: ActivityFacts, by: Actor, now: datetime) -> None:
    activity.title = text_of(facts.title, label="活动名称", field="title", most=80, least=2)
    activity.kind = choice_of(facts.kind, KINDS, label="类型", field="kind")
    activity.words = text_of(facts.words, label="活动内容", field="words", most=1000)
    activity.address = text_of(facts.address, label="地点", field="address", most=200)
    activity.site_id = site_in(facts.site_id, activity.district_id)
    if activity.site_id is None and not activity.address:
        raise InvalidInput("请选择阵地，或填写地点。", field="address")
    activity.team_id = _team(facts.team_id, activity, by)
    activity.lon, activity.lat = _point(facts)
    _set_times(activity, facts, now)
    if facts.capacity is not None and not 1 <= facts.capacity <= 2000:
        raise InvalidInput("名额应在 1 至 2000 之间，不限名额的不填。", field="capacity")
    activity.capacity = facts.capacity


def _set_times(activity: Activity, facts: ActivityFacts, now: datetime) -> None:
    begin, end = facts.starts_at, facts.ends_at
    if end <= begin:
        raise InvalidInput("结束时间应晚于开始时间。", field="ends_at")
    if timezone.localdate(begin) != timezone.localdate(end):
        raise InvalidInput("一场活动应在同一天内，跨天的请分成两场。", field="ends_at")
    if abs(begin - now) > timedelta(days=366):
        raise InvalidInput("开始时间与今天相差不能超过一年。", field="starts_at")
    if facts.sign_up_until is not None and facts.sign_up_until > end:
        raise InvalidInput("报名截止不能晚于活动结束。", field="sign_up_until")
    lasts = int((end - begin).total_seconds() // 60)
    planned = min(lasts, MOST_MINUTES) if facts.planned is None else facts.planned
    if not 1 <= planned <= min(lasts, MOST_MINUTES):
        raise InvalidInput("计划时长应大于零，不超过活动时间，且每天最多 8 小时。", field="planned")
    activity.starts_at, activity.ends_at, activity.planned_minutes = begin, end, planned
    activity.sign_up_until = facts.sign_up_until


def _point(facts: ActivityFacts) -> tuple[float | None, float | None]:
    if (facts.lon is None) != (facts.lat is None):
        raise InvalidInput("经度、纬度应一起填写。", field="lon")
    if facts.lon is not None and facts.lat is not None and not (-180 <= facts.lon <= 180 and -90 <= facts.lat <= 90):
        raise InvalidInput("经纬度超出范围。", field="lon")
    return facts.lon, facts.lat


def _team(team_id: int | None, activity: Activity, by: Actor) -> int | None:
    if team_id is None or team_id == activity.team_id:
        return team_id
    if not VolunteerTeam.objects.visible_to(by).standing().filter(pk=team_id).exists():
        raise NotFound("请选择本辖区内的队伍。", field="team")
    return team_id


def _check_seats(activity: Activity) -> None:
    taken = SignUp.objects.filter(activity=activity).seated().count()
    if activity.capacity is not None and activity.capacity < taken:
        raise InvalidInput(f"已有 {taken} 人报名，名额不能少于 {taken}。", field="capacity")


def _move_sign_ups(activity: Activity) -> None:
    """The times beside the sign-ups follow. The database refuses where somebody is at another activity then."""
    try:
        with transaction.atomic():
            activity.sign_ups.update(starts_at=activity.starts_at, ends_at=activity.ends_at)
    except IntegrityError:
        raise InvalidInput("有人在这一时间已报名别的活动，请换一个时间，或先取消其报名。", field="starts_at") from None


def _state(activity: Activity) -> dict[str, Any]:
    return {"state": activity.state}


def _kept(activity: Activity) -> dict[str, Any]:
    return {name: getattr(activity, name) for name in _KEPT}


def copied(activity: Activity) -> dict[str, Any]:
    """What a new activity takes over of this one, a week later: initial values of its form."""
    week = timedelta(days=7)
    names = ("title", "kind", "words", "address", "lon", "lat", "capacity")
    until = activity.sign_up_until
    return {name: getattr(activity, name) for name in names} | {
        "unit": activity.unit_id, "team": activity.team_id, "site": activity.site_id,
        "starts_at": activity.starts_at + week, "ends_at": activity.ends_at + week,
        "sign_up_until": until + week if until else None, "planned": activity.planned_minutes,
    }  # fmt: skip
