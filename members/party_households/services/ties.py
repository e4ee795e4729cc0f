"""Which households a party household looks after: taken on, let go, passed on to another."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor
from members.models import Household, LookedAfter, PartyHousehold
from members.party_households.limits import REFUSED_OVER
from members.party_households.services._common import locked, record, require


def look_after(
    *, party_household_id: int, household_ids: Collection[int], by: Actor, now: datetime
) -> PartyHousehold:  # fmt: skip
    """Take on households that nobody looks after.

    Raises NotFound for one outside the scope; InvalidInput (field "households") for one's own, an empty one, one of
    another community, or more than can be looked after; IllegalState for one that somebody looks after.
    """
    require(by)
    with transaction.atomic(durable=True):
        found = locked(party_household_id, by)
        write_looked_after(found, household_ids, by, now)
    return found


def write_looked_after(found: PartyHousehold, household_ids: Collection[int], by: Actor, now: datetime) -> None:
    """`look_after` in the caller's transaction, for a party household that is locked."""
    chosen = _chosen(found, set(household_ids), by)
    if found.homes + len(chosen) > REFUSED_OVER:
        raise InvalidInput(
            f"已联系 {found.homes} 户，再加 {len(chosen)} 户超过 {REFUSED_OVER} 户，请分给其他中心户。",
            field="households",
        )
    _refuse_taken(chosen)
    _tie(found, chosen, today_of(now))
    before = {"homes": found.homes}
    _count(found)
    record("party_household.look_after", found, by=by, now=now, before=before, after={
        "homes": found.homes, "households": _named(chosen),
    })  # fmt: skip


def _chosen(found: PartyHousehold, ids: set[int], by: Actor) -> list[Household]:
    """The households, locked in order: two who take on the same one come one after the other."""
    if not ids:
        raise InvalidInput("请勾选要联系的住户。", field="households")
    rows = Household.objects.visible_to(by).open().filter(pk__in=ids).select_related("home__building")
    chosen = list(rows.select_for_update(of=("self",)).order_by("pk"))
    if len(chosen) != len(ids):
        raise NotFound("勾选的住户中有已注销的，或不在您的管辖范围内的，请刷新后再选。", field="households")
    for household in chosen:
        if household.pk == found.household_id:
            raise InvalidInput("中心户自己家不用勾选。", field="households")
        if household.community_id != found.community_id:
            raise InvalidInput(f"{household}不在本社区，不能联系。", field="households")
        if not household.size:
            raise InvalidInput(f"{household}没有登记成员，不用联系。", field="households")
    return chosen


def _refuse_taken(chosen: list[Household]) -> None:
    taken = LookedAfter.objects.filter(household__in=chosen, until_on=None)
    if row := taken.select_related("household", "party_household__person").order_by("pk").first():
        raise IllegalState(
            f"{row.household}已由{row.party_household}联系，一户同时只由一个中心户联系。", field="households"
        )


def _tie(found: PartyHousehold, chosen: list[Household], today: date) -> None:
    try:
        with transaction.atomic():
            LookedAfter.objects.bulk_create(
                LookedAfter(party_household=found, household=household, from_on=today) for household in chosen
            )
    except IntegrityError as error:
        raise IllegalState("勾选的住户刚刚被其他中心户联系，请刷新后再选。", field="households") from error


def let_go(
    *, party_household_id: int, household_ids: Collection[int], by: Actor, now: datetime
) -> PartyHousehold:  # fmt: skip
    """End looking after households. Raises InvalidInput (field "households") for one that is not looked after here."""
    require(by)
    with transaction.atomic(durable=True):
        found = locked(party_household_id, by)
        rows = _ties_of(found, set(household_ids))
        before = {"homes": found.homes}
        _end(rows, "let_go", today_of(now))
        _count(found)
        record("party_household.let_go", found, by=by, now=now, before=before, after={
            "homes": found.homes, "households": _named([row.household for row in rows]),
        })  # fmt: skip
    return found


def pass_on(
    *, party_household_id: int, household_ids: Collection[int], to_id: int, by: Actor, now: datetime
) -> PartyHousehold:  # fmt: skip
    """Have another party household of the community look after them from now on; the other one.

    Raises as `look_after` and `let_go`.
    """
    require(by)
    if party_household_id == to_id:
        raise InvalidInput("请选择另一个中心户。", field="to")
    with transaction.atomic(durable=True):
        both = {pk: locked(pk, by) for pk in sorted((party_household_id, to_id))}
        found, to = both[party_household_id], both[to_id]
        rows = _ties_of(found, set(household_ids))
        chosen = _chosen(to, {row.household_id for row in rows}, by)
        if to.homes + len(chosen) > REFUSED_OVER:
            raise InvalidInput(f"{to}已联系 {to.homes} 户，再加就超过 {REFUSED_OVER} 户。", field="to")
        _end(rows, "passed_on", today_of(now))
        _tie(to, chosen, today_of(now))
        for one in both.values():
            before = {"homes": one.homes}
            _count(one)
            after = {"homes": one.homes, "households": _named(chosen)}
            record("party_household.pass_on", one, by=by, now=now, before=before, after=after)
    return to


def _ties_of(found: PartyHousehold, ids: set[int]) -> list[LookedAfter]:
    rows = LookedAfter.objects.filter(party_household=found, until_on=None, household_id__in=ids)
    ties = list(rows.select_related("household__home__building").order_by("pk"))
    if not ids or len(ties) != len(ids):
        raise InvalidInput("请勾选这个中心户正在联系的住户。", field="households")
    return ties


def _end(ties: list[LookedAfter], how: str, on: date) -> None:
    for tie in ties:
        tie.until_on, tie.ended_how = max(on, tie.from_on), how
    LookedAfter.objects.bulk_update(ties, ["until_on", "ended_how"])


def close_ties(found: PartyHousehold, *, how: str, on: date) -> int:
    """End all of a party household's ties, in the caller's transaction; how many."""
    ties = list(LookedAfter.objects.filter(party_household=found, until_on=None).order_by("pk"))
    _end(ties, how, on)
    return len(ties)


def close_ties_of_households(household_ids: Collection[int], *, on: date) -> None:
    """End the ties of households that are no more, in the caller's transaction."""
    ties = list(LookedAfter.objects.filter(household_id__in=household_ids, until_on=None).order_by("pk"))
    if not ties:
        return
    _end(ties, "household_gone", on)
    hubs = sorted({tie.party_household_id for tie in ties})
    for found in PartyHousehold.objects.select_for_update().filter(pk__in=hubs).order_by("pk"):
        _count(found)


def _count(found: PartyHousehold) -> None:
    found.homes = LookedAfter.objects.filter(party_household=found, until_on=None).count()
    PartyHousehold.objects.filter(pk=found.pk).update(homes=found.homes, revision=F("revision") + 1)
    found.revision += 1


def _named(households: list[Household]) -> str:
    """For the record: addresses, no numbers."""
    return "、".join(str(one.home) if one.home else one.address for one in households)
