"""What follows the ways of a member, and of the people who are looked after."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import F

from accounts.selectors import staff_of
from governance.days import today_of
from governance.outbox.services import notify
from governance.scope import Actor
from members.models import LookedAfter, PartyHousehold, Person
from members.party_households.services.naming import close
from members.party_households.services.ties import close_ties_of_households


def _own(person: Person) -> PartyHousehold | None:
    rows = PartyHousehold.objects.open().filter(person=person).select_related("person").defer("person__search")
    found: PartyHousehold | None = rows.select_for_update(of=("self",)).first()
    return found


def person_gone(*, person: Person, how: str, on: date, by: Actor, now: datetime) -> None:
    """Who left or died looks after nobody, and an empty home needs nobody."""
    found = _own(person)
    if found is not None:
        _close(found, "died" if how == "died" else "moved", on, by, now)
    _let_empty_ones_go(person, on)


def person_moved(*, person: Person, before: dict[str, int | None], by: Actor, now: datetime) -> None:
    """Out of the community it ends; inside it, the community is asked whether it goes on from the new home."""
    found = _own(person)
    if found is not None and found.community_id != person.community_id:
        _close(found, "moved", today_of(now), by, now)
    elif found is not None and found.grid_id != person.grid_id:
        found.doubt, found.doubt_on = "moved", today_of(now)
        found.save(update_fields=["doubt", "doubt_on"])
        _tell(found, "已迁居，请确认中心户是否继续", "在新的住处继续，或终止后另选。", now)
    # A building that was put into another community takes its homes out of reach.
    ties = LookedAfter.objects.filter(until_on=None, household__stays__person=person, household__stays__until_on=None)
    away = ties.exclude(household__community_id=F("party_household__community_id"))
    close_ties_of_households(set(away.values_list("household_id", flat=True)), on=today_of(now))


def person_settled(*, person: Person, by: Actor, now: datetime) -> None:
    """The household that the person left may be empty now."""
    _let_empty_ones_go(person, today_of(now))


def _let_empty_ones_go(person: Person, on: date) -> None:
    empty = LookedAfter.objects.filter(until_on=None, household__size=0, household__stays__person=person)
    close_ties_of_households(set(empty.values_list("household_id", flat=True)), on=on)


def person_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """The kept record takes over; of two that look after others its own goes on."""
    theirs = _own(drop)
    if theirs is not None and _own(keep) is not None:
        _close(theirs, "merged", today_of(now), by, now)
    PartyHousehold.objects.filter(person=drop).update(person=keep)
    _let_empty_ones_go(keep, today_of(now))


def membership_ended(*, person: Person, by: Actor, now: datetime) -> None:
    """Who is no party member any more, or of none of the district's organisations: the community is asked."""
    found = _own(person)
    if found is not None:
        found.doubt, found.doubt_on = "membership", today_of(now)
        found.save(update_fields=["doubt", "doubt_on"])
        _tell(found, "党组织关系有变动，请确认中心户是否继续", "党员中心户须由在册党员担任。", now)


def _close(found: PartyHousehold, how: str, on: date, by: Actor, now: datetime) -> None:
    homes = close(found, how, on, "", by, now)
    if homes:
        _tell(found, f"不再是党员中心户，{homes} 户无人联系", "请安排其他中心户联系。", now)


def _tell(found: PartyHousehold, title: str, body: str, now: datetime) -> None:
    notify(
        user_ids=staff_of(found.community_id, now), key=f"party_household:{found.pk}:{found.revision}:{title[:8]}",
        title=f"{found.person.name} {title}", body=body, subject_type="members.partyhousehold", subject_id=found.pk,
        now=now,
    )  # fmt: skip
