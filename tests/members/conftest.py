"""People of the small territory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from members.models import Household, Person
from members.services.households import Address, add_household
from members.services.persons import Facts, Joining, add_person
from tests.fixtures import Cast, District

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(born: str = "19800101", order: int = 1) -> str:
    """A valid number of nobody: region 990101, the birth date, a serial (odd is male), and its check."""
    digits = f"990101{born}{order:03d}"
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]


@pytest.fixture
def household(cast: Cast, district: District, now: datetime) -> Callable[..., Household]:
    """`household()`: an empty one in the first grid, by a worker of its community."""

    def make(by: Any = None, unit: Any = None, address: str = "幸福里3号楼2单元301") -> Household:
        where = Address(unit_id=(unit or district.grid_1).pk, address=address)
        return add_household(address=where, by=by or cast.cw, now=now)

    return make


@pytest.fixture
def person(cast: Cast, household: Callable[..., Household], now: datetime) -> Callable[..., Person]:
    """`person(name="王建国")`: somebody in a household of the first grid, its head unless said."""

    def make(
        name: str = "王建国", *, into: Household | None = None, relation: str = "head", by: Any = None,
        on: date = date(2024, 5, 1), **facts: Any,
    ) -> Person:  # fmt: skip
        joining = Joining(household_id=(into or household(by=by)).pk, relation=relation, on=on)
        return add_person(facts=Facts(name=name, **facts), joining=joining, by=by or cast.cw, now=now)

    return make
