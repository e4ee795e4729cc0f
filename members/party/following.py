"""What follows here when two records of a person become one, or somebody dies or leaves the district."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from governance.days import today_of
from governance.errors import IllegalState
from governance.scope import Actor
from members.models import DoubleRegistration, MembershipTransfer, PartyMembership, PartyPost, Person
from members.models.party import IN_TRANSIT
from members.party import clocks
from members.party.services import transfers
from members.party.services._common import record
from members.party.services.memberships import ended

_WORDS = {"died": "党员去世", "moved": "党员迁出本区"}


def on_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """What names `drop` names `keep`. Raises IllegalState where the two belong to two organisations."""
    if MembershipTransfer.objects.filter(person=drop, state=IN_TRANSIT).exists():
        raise IllegalState("要并入的档案正在转接组织关系，请先接收、退回或撤回。")
    today = today_of(now)
    theirs, own = _present(drop), _present(keep)
    if theirs is not None and own is not None:
        if theirs.organisation_id != own.organisation_id:
            raise IllegalState("两份档案的组织关系在不同的党组织，请先办理转接或结束其中一条。")
        theirs.until_on, theirs.ended_how = max(today, theirs.from_on), "merged"
        theirs.save(update_fields=["until_on", "ended_how"])
        clocks.end_probation(theirs, now, met=False)
    _end_doubled(PartyPost, keep, drop, today, same="organisation_id", how="merged")
    _end_doubled(DoubleRegistration, keep, drop, today, same=None, how="档案合并")
    for model in (PartyMembership, PartyPost, DoubleRegistration, MembershipTransfer):
        model.objects.filter(person=drop).update(person=keep)


def _present(person: Person) -> PartyMembership | None:
    rows = PartyMembership.objects.current().select_for_update(of=("self",))
    found: PartyMembership | None = rows.filter(person=person).first()
    return found


def _end_doubled(model: Any, keep: Person, drop: Person, today: date, *, same: str | None, how: str) -> None:
    """Of what a person has once (in the same organisation), the merged record's ends."""
    present = model.objects.filter(person=keep, until_on=None)
    known = set(present.values_list(same or "person_id", flat=True))
    for row in model.objects.select_for_update().filter(person=drop, until_on=None):
        if known and (same is None or getattr(row, same) in known):
            row.until_on, row.ended_how = max(today, row.from_on), how
            row.save(update_fields=["until_on", "ended_how"])


def on_gone(*, person: Person, how: str, on: date, by: Actor, now: datetime) -> None:
    """The membership ends, with posts, reports and what was on its way. History stays."""
    transfers.gone(person.pk, _WORDS[how], by, now)
    membership = _present(person)
    if membership is not None:
        ended(membership, how, max(on, membership.from_on), now, words=_WORDS[how])
        record("party.member_end", membership, by=by, now=now, reason=_WORDS[how], after={"ended_how": how})
    for post in PartyPost.objects.select_for_update().filter(person=person, until_on=None):
        post.until_on, post.ended_how = max(on, post.from_on), "died" if how == "died" else "left"
        post.save(update_fields=["until_on", "ended_how"])
    for report in DoubleRegistration.objects.select_for_update().filter(person=person, until_on=None):
        report.until_on, report.ended_how = max(on, report.from_on), _WORDS[how]
        report.save(update_fields=["until_on", "ended_how"])
