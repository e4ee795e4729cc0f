"""What follows for volunteers when two records of a person become one, or a person leaves or dies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from governance.days import today_of
from governance.errors import IllegalState
from governance.scope import Actor
from members.models import Activity, Person, ServiceHours, SignUp, TeamMember, VolunteerTeam
from members.volunteers import clocks
from members.volunteers.services._common import record
from members.volunteers.services._seats import promote
from members.volunteers.services.teams import shrink
from members.volunteers.workflow import HOLDS_A_TIME, OPEN


def on_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """Memberships, sign-ups and hours of `drop` are those of `keep`; of two for one thing the kept one's stays.

    Raises IllegalState where both have hours of one activity that count, or were at two activities at one time.
    """
    _refuse_double(keep, drop)
    activities = _locked(drop, keep)
    _merge_memberships(keep, drop, now)
    _merge_sign_ups(keep, drop, by, now)
    _merge_hours(keep, drop, activities, by, now)
    for activity in activities:
        promote(activity, by, now)


def on_gone(*, person: Person, how: str, on: date, by: Actor, now: datetime) -> None:
    """Who left or died belongs to no team any more, and comes to nothing that is still to come."""
    _end_memberships(person, "死亡" if how == "died" else "迁出", now)
    rows = SignUp.objects.filter(person=person, state__in=("signed", "waiting"), activity__state__in=OPEN)
    activities = _locked_of(rows)
    for row in rows.select_for_update().order_by("pk"):
        row.state, row.cancelled_why = "cancelled", "死亡" if how == "died" else "迁出"
        row.save(update_fields=["state", "cancelled_why"])
        record("volunteer.sign_off", row, by=by, now=now, label=person.name, reason=row.cancelled_why)
    for activity in activities:
        promote(activity, by, now)


def _locked(*people: Person) -> list[Activity]:
    """The open activities at which both are signed up, locked by primary key; and those where hours wait."""
    drop, keep = people
    both = SignUp.objects.filter(person=drop).exclude(state="cancelled")
    return _locked_of(both.filter(activity__sign_ups__person=keep))


def _locked_of(rows: Iterable[SignUp]) -> list[Activity]:
    ids = {row.activity_id for row in rows}
    return list(Activity.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))


def _end_memberships(person: Person, why: str, now: datetime) -> None:
    members = TeamMember.objects.filter(person=person, until_on=None)
    ids = set(members.values_list("team_id", flat=True))
    teams = VolunteerTeam.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    for team in teams:
        member = members.get(team=team)
        member.until_on, member.ended_why = max(member.from_on, today_of(now)), why
        member.save(update_fields=["until_on", "ended_why"])
        shrink(team, person.pk, now)


def _merge_memberships(keep: Person, drop: Person, now: datetime) -> None:
    both = set(TeamMember.objects.filter(person=keep, until_on=None).values_list("team_id", flat=True))
    double = TeamMember.objects.filter(person=drop, until_on=None, team__in=both)
    teams = list(VolunteerTeam.objects.select_for_update(of=("self",)).filter(pk__in=both).order_by("pk"))
    for row in double:
        row.until_on, row.ended_why = max(row.from_on, today_of(now)), "档案合并"
        row.save(update_fields=["until_on", "ended_why"])
    TeamMember.objects.filter(person=drop).update(person=keep)
    VolunteerTeam.objects.filter(leader=drop).update(leader=keep)
    for team in teams:
        team.size = team.members.filter(until_on=None).count()
        team.save(update_fields=["size"])


def _refuse_double(keep: Person, drop: Person) -> None:
    counting = ServiceHours.objects.filter(state="confirmed", minutes__gt=0)
    mine = counting.filter(person=keep).values("activity")
    double = counting.filter(person=drop, activity__in=mine).select_related("activity").first()
    if double is not None:
        raise IllegalState(
            f"两份档案在“{double.activity.title}”都有已确认的服务时长，请先把其中一份更正为 0 分钟，再合并。"
        )


def _merge_sign_ups(keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """Of two that hold one time, the one that came stays, else the kept person's."""
    for row in SignUp.objects.filter(person=drop).select_for_update().order_by("pk"):
        if row.state != "cancelled" and (other := _beside(row, keep)) is not None:
            if row.state == other.state == "came" and row.activity_id != other.activity_id:
                raise IllegalState("两份档案在同一时间签到了两场活动，不像同一个人，请先核对签到。")
            loser = other if row.state == "came" and other.state != "came" else row
            loser.state, loser.cancelled_why = "cancelled", "档案合并"
            loser.save(update_fields=["state", "cancelled_why"])
            record("volunteer.sign_off", loser, by=by, now=now, label=keep.name, reason="档案合并")
        SignUp.objects.filter(pk=row.pk).update(person=keep, state=row.state)


def _beside(row: SignUp, keep: Person) -> SignUp | None:
    """A sign-up of the kept person for the same activity, or for another one at the same time."""
    rows = SignUp.objects.filter(person=keep).exclude(state="cancelled")
    same = rows.filter(activity=row.activity_id).first()
    if same is not None or row.state not in HOLDS_A_TIME:
        return same
    at_once = rows.filter(state__in=HOLDS_A_TIME, starts_at__lt=row.ends_at, ends_at__gt=row.starts_at)
    return at_once.first()


def _merge_hours(keep: Person, drop: Person, activities: list[Activity], by: Actor, now: datetime) -> None:
    """What waits twice is refused once; all rows follow."""
    counting = ServiceHours.objects.filter(state__in=("proposed", "confirmed"), minutes__gt=0)
    for theirs in counting.filter(person=drop):
        ours = counting.filter(person=keep, activity=theirs.activity_id).first()
        if ours is not None:
            _refuse(theirs if theirs.state == "proposed" else ours, by, now)
    ServiceHours.objects.filter(person=drop).update(person=keep)
    for activity in activities:
        if activity.pending:
            activity.pending = activity.hours.waiting().count()
            if not activity.pending:
                clocks.finish(activity, now)
            activity.save(update_fields=["pending", "confirm_due_at", "card"])


def _refuse(row: ServiceHours, by: Actor, now: datetime) -> None:
    row.state, row.words, row.decided_at = "refused", "档案合并，重复的时长", now
    row.decided_by_user, row.decided_by_name = by.user_id, by.user_name
    row.save(update_fields=["state", "words", "decided_at", "decided_by_user", "decided_by_name"])
    record("hours.refuse", row, by=by, now=now, after={"state": row.state}, reason=row.words)
