"""Memberships: admitted, put on record, made full, corrected, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor, place_of
from members import registry
from members.models import MembershipTransfer, PartyMembership, PartyOrganisation, PartyPost, Person
from members.models.party import CATEGORIES, FULL, IN_TRANSIT, MEMBERSHIP_KINDS, PROBATIONARY
from members.party import clocks
from members.party.rules import PROBATION_MONTHS, PROLONGED_LEAST, PROLONGED_MOST, months_later
from members.party.services._common import (
    locked_membership,
    locked_organisation,
    person_of,
    record,
    require,
)
from members.words import choice_of, day_of, text_of

_KEPT = ("kind", "category", "employer", "joined_party_on", "full_on")
_ENDS = [("withdrawn", "退党、除名"), ("expelled", "开除党籍")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a member. `joined_party_on`: of a probationary member the day of admission."""

    kind: str = FULL
    category: str = "resident"
    employer: str = ""
    joined_party_on: date | None = None
    full_on: date | None = None


def admit(
    *, organisation_id: int, person_id: int, facts: Facts, by: Actor, now: datetime, from_on: date | None = None
) -> PartyMembership:
    """Put a member on record: a new probationary one, or one who has been a member without being on record here.

    Raises InvalidInput naming the field; IllegalState for a person who is a member already, saying where.
    """
    require(by)
    with transaction.atomic(durable=True):
        person = person_of(person_id, by)
        organisation = locked_organisation(organisation_id, by, needs_members=True)
        membership = begun(person, organisation, facts, from_on or today_of(now), now)
        write_admitted(membership, by, now)
    return membership


def write_admitted(membership: PartyMembership, by: Actor, now: datetime) -> None:
    """Save one that was begun, with its record and its clock, in the caller's transaction."""
    membership.began_how = "admitted" if membership.kind == PROBATIONARY else "recorded"
    membership.save()
    clocks.begin_probation([membership], now)
    record("party.admit", membership, by=by, now=now, after=kept(membership))


def begun(person: Person, organisation: PartyOrganisation, facts: Facts, on: date, now: datetime) -> PartyMembership:
    """A membership of a person who is in none; not saved. Raises IllegalState for one who is."""
    present = PartyMembership.objects.current().filter(person=person).select_related("organisation").first()
    if present is not None:
        raise elsewhere(person, present)
    return drawn_up(person, organisation, facts, on, now)


def elsewhere(person: Person, present: PartyMembership) -> IllegalState:
    """Says where somebody belongs already."""
    return IllegalState(
        f"{person.name}的组织关系在“{present.organisation.name}”，请由该党组织办理转接。", field="person"
    )


def drawn_up(person: Person, organisation: PartyOrganisation, facts: Facts, on: date, now: datetime) -> PartyMembership:
    """A membership of a person who is known to be in none; not saved. Raises InvalidInput naming the field."""
    membership = PartyMembership(
        person=person, organisation=organisation, from_on=day_of(on, today=today_of(now), label="转入日期", field="on"),
        **place_of(organisation),
    )  # fmt: skip
    _set(membership, facts, now)
    return membership


def change_member(*, membership_id: int, facts: Facts, by: Actor, now: datetime) -> PartyMembership:
    """Correct what is known of a member; the kind changes by `make_full` alone. Raises InvalidInput."""
    with transaction.atomic(durable=True):
        membership = locked_membership(membership_id, by)
        if not write_corrected(membership, facts, by, now):
            raise InvalidInput("没有改动任何内容，无需保存。")
    return membership


def write_corrected(membership: PartyMembership, facts: Facts, by: Actor, now: datetime) -> bool:
    """Correct a locked one in the caller's transaction; whether anything was different. Raises InvalidInput."""
    before, ends_on = kept(membership), membership.probation_ends_on
    if facts.kind != membership.kind:
        raise InvalidInput("党员类型请通过“转正”办理。", field="kind")
    _set(membership, facts, now)
    if before == kept(membership):
        return False
    membership.save(update_fields=[*_KEPT, "probation_ends_on"])
    if membership.kind == PROBATIONARY and ends_on != membership.probation_ends_on:
        clocks.end_probation(membership, now, met=False)
        clocks.begin_probation([membership], now)
    record("party.member_change", membership, by=by, now=now, before=before, after=kept(membership))
    return True


def _set(membership: PartyMembership, facts: Facts, now: datetime) -> None:
    today = today_of(now)
    membership.kind = choice_of(facts.kind, MEMBERSHIP_KINDS, label="党员类型", field="kind")
    membership.category = choice_of(facts.category, CATEGORIES, label="党员类别", field="category")
    membership.employer = text_of(facts.employer, label="单位", field="employer", most=100)
    for name, label in (("joined_party_on", "入党日期"), ("full_on", "转正日期")):
        day = getattr(facts, name)
        setattr(membership, name, day_of(day, today=today, label=label, field=name) if day else None)
    if membership.kind == PROBATIONARY:
        _set_probation(membership)
    elif membership.full_on and membership.joined_party_on and membership.full_on < membership.joined_party_on:
        raise InvalidInput("转正日期不能早于入党日期。", field="full_on")


def _set_probation(membership: PartyMembership) -> None:
    """A year from the admission. Source: 章程, article 7."""
    joined = membership.joined_party_on
    if joined is None:
        raise InvalidInput("预备党员请填写入党（吸收）日期，预备期从这一天算起。", field="joined_party_on")
    membership.full_on = None
    if membership.probation_ends_on is None or membership.probation_ends_on < months_later(joined, PROBATION_MONTHS):
        membership.probation_ends_on = months_later(joined, PROBATION_MONTHS)


def make_full(*, membership_id: int, on: date, by: Actor, now: datetime) -> PartyMembership:
    """转正: a probationary member becomes a full one, not before the probation has ended."""
    with transaction.atomic(durable=True):
        membership = _probationary(membership_id, by)
        on = day_of(on, today=today_of(now), label="转正日期", field="on")
        if membership.probation_ends_on is not None and on < membership.probation_ends_on:
            raise InvalidInput(f"预备期到 {membership.probation_ends_on:%Y-%m-%d} 为止，不能提前转正。", field="on")
        membership.kind, membership.full_on = FULL, on
        membership.save(update_fields=["kind", "full_on"])
        clocks.end_probation(membership, now, met=True)
        record("party.full", membership, by=by, now=now, before={"kind": PROBATIONARY}, after=kept(membership))
    return membership


def prolong(*, membership_id: int, months: int, words: str, by: Actor, now: datetime) -> PartyMembership:
    """延长预备期, once, by half a year to a year, for a reason. Source: 章程, article 7."""
    with transaction.atomic(durable=True):
        membership = _probationary(membership_id, by)
        if not PROLONGED_LEAST <= months <= PROLONGED_MOST:
            raise InvalidInput("延长预备期不少于半年，最长一年。", field="months")
        words = text_of(words, label="延长原因", field="words", most=200, least=2)
        first_end = months_later(membership.joined_party_on or membership.from_on, PROBATION_MONTHS)
        if membership.probation_ends_on is not None and membership.probation_ends_on > first_end:
            raise IllegalState("预备期已延长过一次，不能再延长。")
        membership.probation_ends_on = months_later(first_end, months)
        membership.save(update_fields=["probation_ends_on"])
        clocks.end_probation(membership, now, met=True)
        clocks.begin_probation([membership], now, since=min(first_end, today_of(now)))
        record(
            "party.prolong", membership, by=by, now=now, reason=words, before={"probation_ends_on": first_end},
            after={"probation_ends_on": membership.probation_ends_on},
        )  # fmt: skip
    return membership


def _probationary(membership_id: int, by: Actor) -> PartyMembership:
    membership = locked_membership(membership_id, by)
    if membership.kind != PROBATIONARY:
        raise IllegalState(f"{membership.person.name}已是正式党员。")
    return membership


def end_member(*, membership_id: int, how: str, on: date, words: str, by: Actor, now: datetime) -> PartyMembership:
    """退党、除名 or 开除党籍: the membership and its posts end; a transfer on its way is refused first."""
    with transaction.atomic(durable=True):
        membership = locked_membership(membership_id, by)
        how = choice_of(how, _ENDS, label="原因", field="how")
        words = text_of(words, label="依据", field="words", most=500, least=2)
        check_not_leaving(membership)
        ended(membership, how, day_of(on, today=today_of(now), label="日期", field="on"), now, words=words)
        record("party.member_end", membership, by=by, now=now, reason=words, after={"ended_how": how})
        registry.membership_ended(person=membership.person, by=by, now=now)
    return membership


def check_not_leaving(membership: PartyMembership) -> None:
    """Raise IllegalState for a member who is on the way to another organisation."""
    leaving = MembershipTransfer.objects.filter(person_id=membership.person_id, state=IN_TRANSIT)
    if leaving.exists():
        raise IllegalState("组织关系正在转接，请先撤回或等对方接收。", code="in_transit")


def ended(
    membership: PartyMembership, how: str, on: date, now: datetime, *, words: str = "", letter: str = ""
) -> None:  # fmt: skip
    """Write the end of a membership that is locked, of the posts that go with it, and of a clock about it."""
    if on < membership.from_on:
        raise InvalidInput(f"日期不能早于转入日期（{membership.from_on:%Y-%m-%d}）。", field="on")
    membership.until_on, membership.ended_how = on, how
    membership.words, membership.letter_number = words, letter
    membership.save(update_fields=["until_on", "ended_how", "words", "letter_number"])
    # To be left out is a decision about a probationary member; who moves, leaves or dies was not decided about.
    clocks.end_probation(membership, now, met=how in dict(_ENDS))
    reasons = {"died": "died"}
    posts = PartyPost.objects.filter(person_id=membership.person_id, organisation_id=membership.organisation_id)
    for post in posts.filter(until_on=None).select_for_update().order_by("pk"):
        post.until_on, post.ended_how = max(on, post.from_on), reasons.get(how, "left")
        post.save(update_fields=["until_on", "ended_how"])


def kept(membership: PartyMembership) -> dict[str, Any]:
    """What the record keeps of a membership."""
    return {name: getattr(membership, name) for name in _KEPT} | {"organisation": membership.organisation.name}
