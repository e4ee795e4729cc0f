"""The people and the objects that the walks meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from appeals import services as appeal_services
from appeals.models import Appeal
from governance.scope import Role, UnitKind
from grids.models import Unit
from tests.appeals.conftest import new_appeal
from tests.appeals.conftest import rules as rules
from tests.fixtures import Cast, District, make_posting, make_unit
from tests.rights.matrix import PLACES


@pytest.fixture
def units(district: District) -> Mapping[str, Unit]:
    """Where people work and samples lie, by name; "elsewhere" is a street of another district."""
    another = make_unit("880001", "外区", UnitKind.DISTRICT)
    return {
        **{name: getattr(district, name) for name in district.__dataclass_fields__},
        "enterprise_1": make_unit("990001-E01", "第一采油厂", UnitKind.ENTERPRISE, district.district),
        "elsewhere": make_unit("880001001", "外区街道", UnitKind.STREET, another),
    }


@pytest.fixture
def one_of_each(units: Mapping[str, Unit]) -> dict[Role, User]:
    """A user for each role, in the first line."""
    return {role: make_posting(role, units[place], username=f"walk-{role}").user for role, place in PLACES.items()}


@pytest.fixture
def acting() -> Callable[[User], Client]:
    """A signed-in client that reports a failure of the server as its status."""

    def sign_in(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def sample(
    units: Mapping[str, Unit], cast: Cast, rules: None, now: datetime
) -> Callable[[str, str], Appeal | Unit | User]:
    """`sample(subject, place)`: an object of that kind that lies there; the same one when asked again."""
    made: dict[tuple[str, str], Appeal | Unit | User] = {}

    def get(subject: str, place: str) -> Appeal | Unit | User:
        if (subject, place) not in made:
            made[subject, place] = makers[subject](units[place])
        return made[subject, place]

    def appeal(unit: Unit) -> Appeal:
        at = units["street_2"] if unit.kind == UnitKind.DEPARTMENT or unit.code.startswith("88") else unit
        found = appeal_services.register(new=new_appeal(unit_id=at.pk), by=cast.dc, now=now)
        if unit.kind == UnitKind.DEPARTMENT:
            appeal_services.dispatch(appeal_id=found.pk, to_unit_id=unit.pk, by=cast.dc, now=now)
        if unit.code.startswith("88"):
            Appeal.objects.filter(pk=found.pk).update(district=unit.district, street=unit)
        return found

    def person(unit: Unit) -> User:
        return make_posting(Role.COMMUNITY_WORKER, unit, username=f"person-{unit.code.lower()}").user

    makers: dict[str, Callable[[Unit], Appeal | Unit | User]] = {
        "appeal": appeal,
        "unit": lambda unit: unit,
        "person": person,
    }
    return get
