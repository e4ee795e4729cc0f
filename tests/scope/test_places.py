"""In which column of a row its place stands, by the kind of the unit that is asked about."""

import pytest

from governance.scope import (
    ABOVE_GRID,
    BELOW_DISTRICT,
    PLACE,
    PLACE_COLUMNS,
    TERRITORIAL_KINDS,
    UnitKind,
    inside,
    place_column,
    place_of,
)

BESIDE = ["department", "squad", "enterprise"]


def test_each_level_of_the_line_has_its_column() -> None:
    wanted = {"district": "district_id", "street": "street_id", "community": "community_id", "grid": "grid_id"}
    assert {kind: place_column(kind) for kind in wanted} == wanted
    assert wanted == PLACE_COLUMNS


@pytest.mark.parametrize("kind", [*BESIDE, None, "", "village"])
def test_beside_the_line_there_is_none(kind: str | None) -> None:
    assert place_column(kind) is None


def test_every_kind_is_on_the_line_or_beside_it() -> None:
    assert {*TERRITORIAL_KINDS, *BESIDE} == set(UnitKind)


def test_a_kind_that_does_not_count_where_it_is_asked_has_none() -> None:
    assert place_column(UnitKind.GRID, among=ABOVE_GRID) is None
    assert place_column(UnitKind.DISTRICT, among=BELOW_DISTRICT) is None
    assert place_column(UnitKind.SQUAD, among=UnitKind) is None
    for among in (ABOVE_GRID, BELOW_DISTRICT):
        assert [place_column(kind, among) for kind in among] == [PLACE_COLUMNS[kind] for kind in among]


def test_what_narrows_rows_to_a_unit() -> None:
    assert inside(UnitKind.STREET, 7) == {"street_id": 7}
    assert inside("grid", 8, "record__") == {"record__grid_id": 8}


@pytest.mark.parametrize("kind", BESIDE)
def test_nothing_lies_in_a_unit_beside_the_line(kind: str) -> None:
    with pytest.raises(ValueError, match=kind):
        inside(kind, 7)


def test_the_columns_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        PLACE_COLUMNS[UnitKind.SQUAD] = "squad_id"  # type: ignore[index]


def test_a_kind_as_the_database_keeps_it(district) -> None:
    district.grid_1.refresh_from_db()
    assert type(district.grid_1.kind) is str
    assert inside(district.grid_1.kind, district.grid_1.pk) == {"grid_id": district.grid_1.pk}


def test_where_something_lies(district, cast) -> None:
    grid = district.grid_1
    wanted = {
        "district_id": district.district.pk, "street_id": grid.street_id, "community_id": grid.community_id,
        "grid_id": grid.pk,
    }  # fmt: skip
    assert grid.place_within == wanted
    assert place_of(cast.gw) == wanted
    assert tuple(wanted) == PLACE


def test_below_its_own_level_a_place_is_open(district, cast) -> None:
    street = district.street_1
    wanted = {"district_id": district.district.pk, "street_id": street.pk, "community_id": None, "grid_id": None}
    assert street.place_within == wanted == place_of(cast.ss)
    squad = district.squad_1
    assert squad.place_within["grid_id"] is None
