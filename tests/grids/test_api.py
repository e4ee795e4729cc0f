"""The territory for other systems."""

import pytest

from grids import services
from tests.signing import client_of


def test_units_come_by_code_and_page_by_page(district, cast, django_assert_max_num_queries):
    client = client_of(cast.dc)
    with django_assert_max_num_queries(10):
        first = client.get("/api/v1/units/", {"size": 5}).json()
    codes = [unit["code"] for unit in first["results"]]
    assert codes == sorted(codes)
    second = client.get(first["next"]).json()
    assert not {unit["code"] for unit in second["results"]} & set(codes)


def test_they_are_narrowed_by_kind_place_and_text(district, cast):
    client = client_of(cast.dc)

    def names(**query):
        return [unit["name"] for unit in client.get("/api/v1/units/", query).json()["results"]]

    assert names(kind="street") == ["第一街道", "第二街道"]
    assert names(parent=district.community_1.pk) == ["第1网格", "第2网格"]
    assert names(within=district.community_2.pk) == ["第一街道2社区", "第1网格"]
    assert names(q="城管") == ["试验区城管局"]


def test_closed_ones_are_told_apart(district, cast, now):
    services.close_unit(unit_id=district.grid_1.pk, effective_on=now.date(), by=cast.dc, now=now)
    client = client_of(cast.dc)
    closed = client.get("/api/v1/units/", {"closed": "true"}).json()["results"]
    assert [unit["id"] for unit in closed] == [district.grid_1.pk]
    assert client.get(f"/api/v1/units/{district.grid_1.pk}/").json()["closed_on"] == "2026-11-23"


def test_outside_ones_scope_there_is_nothing(district, cast):
    client = client_of(cast.cs)
    assert client.get(f"/api/v1/units/{district.street_2.pk}/").status_code == 404
    assert len(client.get("/api/v1/units/").json()["results"]) == 3


def test_boundaries_are_the_full_polygons(district, squares, cast):
    found = client_of(cast.dc).get("/api/v1/units/boundaries/", {"level": "grid"}).json()
    assert [feature["properties"]["code"] for feature in found["features"]] == [
        district.grid_1.code, district.grid_2.code, district.grid_3.code,
    ]  # fmt: skip
    assert found["features"][0]["properties"]["area_m2"] > 1_000_000


def test_a_point_finds_its_units(district, squares, cast):
    found = client_of(cast.gw).get("/api/v1/units/locate/", {"lon": 124.81, "lat": 46.51}).json()
    assert found["grid"]["code"] == district.grid_1.code


@pytest.mark.parametrize(
    "address",
    [
        "units/locate/?lon=x&lat=1",
        "units/boundaries/?level=moon",
        "units/?kind=moon",
        "units/?within=99999999999999999999",
    ],
)
def test_nonsense_is_answered_400(district, cast, address):
    assert client_of(cast.dc).get(f"/api/v1/{address}").status_code == 400


def test_nobody_reads_without_signing_in(db, client):
    assert client.get("/api/v1/units/").status_code == 401
