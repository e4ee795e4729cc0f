"""The floor area that a site should have: by its kind, its unit's level, and the households that it serves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import BigIntegerField, Case, F, Value, When
from django.db.models.functions import Coalesce, Greatest, NullIf

from governance.scope import UnitKind

# How many households live in the community that a column names, as an expression; the room that keeps people says how.
HouseholdsIn = Callable[[str], Any]

_source: list[HouseholdsIn] = []


def register_households(source: HouseholdsIn) -> None:
    """Say how many open households a community has: `source("community_id")` is an expression. Called at start-up."""
    _source[:] = [source]


def households_in(column: str) -> Any:
    """The expression; 0 where nobody keeps households."""
    counted = _source[0](column) if _source else Value(0)
    return Coalesce(counted, Value(0), output_field=BigIntegerField())


def least_m2(fixed: int | None, per_100: int | None, households: int) -> int | None:
    """The larger of the fixed area and of that for the households, rounded up; None where the kind asks for none."""
    by_households = -(-per_100 * households // 100) if per_100 else 0
    return max(fixed or 0, by_households) or None


def expression() -> Any:
    """`least_m2` of a site in the database, once it is annotated with its `households`."""
    by_households = (F("kind__per_100_households_m2") * F("households") + 99) / 100
    community = Greatest(Coalesce("kind__community_m2", 0), Coalesce(by_households, 0), output_field=BigIntegerField())
    asked = Case(
        When(unit__kind=UnitKind.DISTRICT, then="kind__district_m2"),
        When(unit__kind=UnitKind.STREET, then="kind__street_m2"),
        default=community,
        output_field=BigIntegerField(),
    )
    return NullIf(asked, Value(0), output_field=BigIntegerField())
