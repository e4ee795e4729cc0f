"""People to be named, and couriers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from members.designations.couriers import CourierFacts, add_courier
from members.designations.kinds import ensure_default_kinds
from members.designations.services import Naming, name_person
from members.models import Courier, Designation, DesignationKind, PartyMembership, PartyOrganisation, Person
from members.services.persons import Facts
from tests.fixtures import OPENED


@pytest.fixture(autouse=True)
def kinds(db: None) -> None:
    """The kinds of a new district."""
    ensure_default_kinds()


def kind_of(code: str) -> DesignationKind:
    return DesignationKind.objects.get(code=code)


@pytest.fixture
def courier(cast: Any, district: Any, now: Any) -> Callable[..., Courier]:
    """`courier()`: somebody new, by a worker of the first community."""

    def make(name: str = "赵小川", by: Any = None, **facts: Any) -> Courier:
        given = {"unit_id": district.community_1.pk, "trade": "courier", "company": "顺丰"} | facts
        return add_courier(facts=CourierFacts(**given), person=Facts(name=name), by=by or cast.cw, now=now)

    return make


@pytest.fixture
def member(district: Any) -> Callable[[Person], PartyMembership]:
    """`member(person)`: a party member of the first grid's branch."""

    def make(person: Person) -> PartyMembership:
        line = {"district": district.district, "street": district.street_1, "community": district.community_1}
        branch, _ = PartyOrganisation.objects.get_or_create(
            name="第一网格党支部", kind="grid_branch", unit=district.grid_1, grid=district.grid_1,
            defaults=line | {"founded_on": OPENED},
        )  # fmt: skip
        return PartyMembership.objects.create(
            person=person, organisation=branch, from_on=OPENED, grid=district.grid_1, **line
        )

    return make


@pytest.fixture
def named(cast: Any, district: Any, now: Any) -> Callable[..., Designation]:
    """`named(person)`: 热心居民骨干 of the first grid, unless said."""

    def make(person: Person, code: str = "resident_backbone", unit: Any = None, by: Any = None, **more: Any) -> Any:
        naming = Naming(
            kind_id=kind_of(code).pk, unit_id=(unit or district.grid_1).pk, **({"grounds": "居民推荐"} | more)
        )
        return name_person(person_id=person.pk, naming=naming, by=by or cast.cw, now=now)

    return make
