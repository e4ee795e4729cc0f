"""Rows that name each other before they are in the database, by COPY."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from governance.copying import copy_in, copy_keyed, give_keys, told_keys
from members.models import Building, Home

pytestmark = pytest.mark.django_db


def test_what_names_an_object_follows_the_key_that_it_is_given(district) -> None:
    place = {
        "district": district.district, "street": district.street_1, "community": district.community_1,
        "grid": district.grid_1,
    }  # fmt: skip
    buildings = [Building(name=name, entrances=1, floors=2, **place) for name in ("1号楼", '带"引号",逗号\n换行')]
    homes = [Home(building=building, entrance="1单元", room=room) for building in buildings for room in ("101", "201")]
    give_keys(Building, buildings)
    copy_keyed(Building, buildings)
    told_keys(homes, "building")
    copy_in(Home, homes)
    found = Home.objects.order_by("building_id", "room").values_list("building__name", "room")
    assert list(found) == [(building.name, room) for building in buildings for room in ("101", "201")]
    assert Building.objects.create(name="3号楼", entrances=1, floors=2, **place).pk > buildings[-1].pk


def test_a_key_that_is_taken_is_refused(district) -> None:
    place = {"district": district.district, "street": district.street_1, "community": district.community_1}
    building = Building(name="1号楼", entrances=1, floors=2, grid=district.grid_1, **place)
    give_keys(Building, [building])
    copy_keyed(Building, [building])
    with pytest.raises(IntegrityError):
        copy_keyed(Building, [building])
