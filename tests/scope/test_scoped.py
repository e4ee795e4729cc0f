"""The common case of a scope: by role, by the kind of unit, along a path."""

from dataclasses import replace

import pytest

from governance.scope import BELOW_DISTRICT, Role, own_column
from governance.scoped import ScopedQuerySet
from grids.models import Unit

EVERYBODY = frozenset(Role)


class ForAll(ScopedQuerySet):
    roles = EVERYBODY


class BelowTheDistrict(ForAll):
    kinds = BELOW_DISTRICT


class ByParent(ForAll):
    path = "parent__"


def seen(queryset: type[ScopedQuerySet], actor) -> set[str]:
    return set(queryset(Unit).visible_to(actor).values_list("name", flat=True))


def below(**place: int) -> set[str]:
    return set(Unit.objects.filter(**place).values_list("name", flat=True))


def test_what_lies_in_the_unit_and_below_it(cast, district) -> None:
    assert seen(ForAll, cast.dc) == below(district_id=district.district.pk)
    assert seen(ForAll, cast.ss) == below(street_id=district.street_1.pk)
    assert seen(ForAll, cast.cw) == below(community_id=district.community_1.pk)
    assert district.street_2.name not in seen(ForAll, cast.ss)


def test_a_subclass_that_names_no_role_shows_nobody_anything(cast) -> None:
    for actor in cast.actors.values():
        assert seen(ScopedQuerySet, actor) == set()


def test_a_role_that_is_not_named_sees_nothing(cast) -> None:
    class ForStreets(ScopedQuerySet):
        roles = frozenset({Role.STREET_STAFF})

    assert seen(ForStreets, cast.ss) == seen(ForAll, cast.ss) != set()
    assert seen(ForStreets, cast.cw) == set()


def test_a_unit_of_a_kind_that_does_not_count_sees_nothing(cast) -> None:
    assert seen(BelowTheDistrict, cast.dc) == set()
    assert seen(BelowTheDistrict, cast.ss) == seen(ForAll, cast.ss)


def test_a_path_leads_to_the_place(cast, district) -> None:
    assert seen(ByParent, cast.cw) == below(parent__community_id=district.community_1.pk)
    assert district.community_1.name not in seen(ByParent, cast.cw)


@pytest.mark.parametrize("kind", ["department", "squad", "enterprise", None])
def test_who_acts_for_a_unit_beside_the_line_sees_nothing(cast, kind: str | None) -> None:
    aside = replace(cast.ss, unit_kind=kind)
    assert own_column(aside, EVERYBODY) is None
    assert seen(ForAll, aside) == set()
