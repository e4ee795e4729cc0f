"""Party members, their households, and homes around them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from members.models import Household, PartyHousehold, Person
from members.party_households.services import naming, ties
from members.party_households.services.naming import PartyHouseholdFacts
from tests.members.designations.conftest import member as member

SINCE = date(2024, 5, 1)


@pytest.fixture
def party_person(person: Any, member: Any) -> Callable[..., Person]:
    """`party_person("李秀兰")`: a member who lives in the first grid."""

    def make(name: str = "李秀兰", **kwargs: Any) -> Person:
        made: Person = person(name, **kwargs)
        member(made)
        return made

    return make


@pytest.fixture
def hub(party_person: Any, cast: Any, now: Any) -> Callable[..., PartyHousehold]:
    """`hub()`: a party household of the first grid, by a worker of its community."""

    def make(name: str = "李秀兰", *, who: Person | None = None, on: date = SINCE, sign: str = "") -> PartyHousehold:
        return naming.open_party_household(
            person_id=(who or party_person(name)).pk, facts=PartyHouseholdFacts(sign_number=sign), on=on, by=cast.cw,
            now=now,
        )  # fmt: skip

    return make


@pytest.fixture
def homes(person: Any) -> Callable[..., list[Household]]:
    """`homes(3)`: households with a head each, in the first grid."""

    def make(count: int = 1, **kwargs: Any) -> list[Household]:
        people = [person("王建国", **kwargs) for _ in range(count)]
        return [Household.objects.get(stays__person=one) for one in people]

    return make


@pytest.fixture
def tied(hub: Any, homes: Any, cast: Any, now: Any) -> Callable[..., tuple[PartyHousehold, list[Household]]]:
    """`tied(2)`: a party household that looks after so many homes."""

    def make(count: int = 1, **kwargs: Any) -> tuple[PartyHousehold, list[Household]]:
        found, around = hub(**kwargs), homes(count)
        ids = [home.pk for home in around]
        return ties.look_after(party_household_id=found.pk, household_ids=ids, by=cast.cw, now=now), around

    return make
