"""A party household begins, is corrected, goes along with its member's move, ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import PLACE, Actor, place_of
from members.models import Household, PartyHousehold, PartyMembership, Person, Stay
from members.party_households.limits import DUTIES
from members.party_households.services._common import locked, record, require
from members.party_households.services.ties import close_ties
from members.words import day_of, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyHouseholdFacts:
    """The number of the sign at the door, and what the household does; empty duties are the usual ones."""

    sign_number: str = ""
    duties: str = ""


def open_party_household(
    *, person_id: int, facts: PartyHouseholdFacts, on: date | None = None, by: Actor, now: datetime
) -> PartyHousehold:
    """Make a party member's household one that looks after others.

    Raises NotFound outside the scope; IllegalState for who is no party member now, lives in no household or no grid,
    or has one already; InvalidInput naming the field.
    """
    require(by)
    with transaction.atomic(durable=True):
        return write_opened(member_of(person_id, by), facts, on, by, now)


def write_opened(
    person: Person, facts: PartyHouseholdFacts, on: date | None, by: Actor, now: datetime
) -> PartyHousehold:  # fmt: skip
    """`open_party_household` in the caller's transaction, for a member who is locked."""
    home = _home(person)
    today = today_of(now)
    made = PartyHousehold(
        person=person, household=home, from_on=day_of(on or today, today=today, label="设立日期", field="on"),
        made_at=now, **place_of(home),
    )  # fmt: skip
    _set(made, facts)
    _save(made)
    record("party_household.open", made, by=by, now=now, after=_kept(made))
    return made


def member_of(person_id: int, by: Actor) -> Person:
    """A party member of the scope, locked. Raises NotFound, IllegalState; the field is `person`."""
    rows = Person.objects.visible_to(by).select_for_update(of=("self",)).defer("search")
    person: Person | None = rows.filter(pk=person_id).first()
    if person is None:
        raise NotFound("没有找到这个人，或不在您的管辖范围内。", field="person")
    if person.state != "here":
        raise IllegalState(f"{person.name}{person.get_state_display()}，不能设党员中心户。", field="person")
    if not is_member(person.pk):
        raise IllegalState(f"{person.name}没有登记党员身份，请先在党员管理中登记。", field="person")
    return person


def is_member(person_id: int) -> bool:
    """Whether the person belongs to a party organisation now."""
    return PartyMembership.objects.current().filter(person_id=person_id).exists()


def _home(person: Person) -> Household:
    stay = Stay.objects.select_related("household").filter(person=person, until_on=None).first()
    if stay is None:
        raise IllegalState(f"{person.name}没有登记到住户，请先登记住户。", field="person")
    if stay.household.grid_id is None:
        raise IllegalState(f"{person.name}所在的住户还没有划入网格，请先补全。", field="person")
    return stay.household


def _set(made: PartyHousehold, facts: PartyHouseholdFacts) -> None:
    made.sign_number = text_of(facts.sign_number, label="挂牌编号", field="sign_number", most=32)
    made.duties = text_of(facts.duties, label="职责", field="duties", most=300) or DUTIES


def _save(made: PartyHousehold) -> None:
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        if "one_party_household_of_a_sign" in str(error):
            raise InvalidInput("这个挂牌编号已在用，请核对。", field="sign_number") from error
        raise IllegalState(f"{made.person.name}已是党员中心户，无需重复设立。", field="person") from error


def change_party_household(
    *, party_household_id: int, facts: PartyHouseholdFacts, by: Actor, now: datetime, revision: int | None = None
) -> PartyHousehold:
    """Correct the sign and the duties. Raises InvalidInput naming the field, IllegalState."""
    require(by)
    with transaction.atomic(durable=True):
        found = locked(party_household_id, by, revision)
        if not write_corrected(found, facts, by, now):
            raise InvalidInput("没有改动任何内容，无需保存。")
    return found


def write_corrected(found: PartyHousehold, facts: PartyHouseholdFacts, by: Actor, now: datetime) -> bool:
    """Correct a locked one in the caller's transaction; whether anything was different. Raises InvalidInput."""
    before = _kept(found)
    _set(found, facts)
    if before == _kept(found):
        return False
    found.revision += 1
    _save(found)
    record("party_household.change", found, by=by, now=now, before=before, after=_kept(found))
    return True


def confirm_party_household(*, party_household_id: int, by: Actor, now: datetime) -> PartyHousehold:
    """Say of one whose member moved inside the community that it goes on, from where the member lives now.

    Raises IllegalState where nobody asked, or the member's home is elsewhere.
    """
    require(by)
    with transaction.atomic(durable=True):
        found = locked(party_household_id, by)
        if not found.doubt:
            raise IllegalState("这个中心户没有待核事项，无需确认。")
        home, before = _home(found.person), _kept(found)
        if home.community_id != found.community_id:
            raise IllegalState("该党员已不住在本社区，请终止这个中心户。")
        for name in PLACE:
            setattr(found, name, getattr(home, name))
        found.household, found.doubt, found.doubt_on, found.revision = home, "", None, found.revision + 1
        found.save(update_fields=[*PLACE, "household", "doubt", "doubt_on", "revision"])
        record("party_household.confirm", found, by=by, now=now, before=before, after=_kept(found))
    return found


def end_party_household(
    *, party_household_id: int, on: date, words: str, by: Actor, now: datetime
) -> PartyHousehold:  # fmt: skip
    """End it; the homes that it looked after are then nobody's. Raises InvalidInput naming the field, IllegalState."""
    require(by)
    words = text_of(words, label="终止原因", field="words", most=200, least=2)
    with transaction.atomic(durable=True):
        found = locked(party_household_id, by)
        if not found.from_on <= on <= today_of(now):
            raise InvalidInput(f"终止日期应在 {found.from_on:%Y-%m-%d} 到今天之间。", field="on")
        close(found, "withdrawn", on, words, by, now)
    return found


def close(found: PartyHousehold, how: str, on: date, words: str, by: Actor, now: datetime) -> int:
    """End a locked one with its ties, in the caller's transaction; how many homes are nobody's now."""
    before = _kept(found)
    on = max(on, found.from_on)
    homes = close_ties(found, how="ended", on=on)
    found.until_on, found.ended_how, found.words = on, how, words
    found.doubt, found.doubt_on, found.homes, found.revision = "", None, 0, found.revision + 1
    found.save(
        update_fields=["until_on", "ended_how", "words", "doubt", "doubt_on", "homes", "revision"]
    )  # fmt: skip
    after = _kept(found) | {"ended_how": how, "until_on": on}
    record("party_household.end", found, by=by, now=now, before=before, after=after, reason=words)
    return homes


def _kept(found: PartyHousehold) -> dict[str, Any]:
    names = ("sign_number", "duties", "grid_id", "household_id", "homes", "doubt")
    return {name: getattr(found, name) for name in names}
