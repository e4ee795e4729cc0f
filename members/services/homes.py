"""Buildings and homes: put up, corrected, taken down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor, place_of
from members import registry
from members.models import Building, Home, Household, Person
from members.models.homes import ENTRANCE_MOST, ROOM_MOST
from members.services._common import place_in, record, require
from members.words import day_of, text_of

# An ordinary building, whose rooms are put on record all at once: label, least, most.
_MEASURES = {"entrances": ("单元数", 0, 20), "floors": ("层数", 1, 60), "per_floor": ("每层户数", 1, 20)}


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingFacts:
    """A building as it should stand; `unit_id` names its community or grid, degrees are WGS-84."""

    unit_id: int
    name: str
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    entrances: int = 0
    floors: int = 0


def add_building(*, facts: BuildingFacts, by: Actor, now: datetime) -> Building:
    """Put a building on record. Raises InvalidInput naming the field; one name is one building in a community."""
    require(by)
    building = Building()
    _set(building, facts, by)
    with transaction.atomic(durable=True):
        _save(building)
        record("building.add", building, by=by, now=now, after=_facts(building))
    return building


def change_building(*, building_id: int, facts: BuildingFacts, by: Actor, now: datetime) -> Building:
    """Correct a building. Whoever lives in it goes along when its place was wrong."""
    require(by)
    with transaction.atomic(durable=True):
        building = _locked(building_id, by)
        before = _facts(building)
        _set(building, facts, by)
        _save(building)
        if before["grid_id"] != building.grid_id or before["community_id"] != building.community_id:
            _take_along(building, by, now)
        record("building.change", building, by=by, now=now, before=before, after=_facts(building))
    return building


def remove_building(*, building_id: int, on: date, by: Actor, now: datetime) -> Building:
    """Note that a building was taken down. Raises IllegalState while a household lives in it."""
    require(by)
    with transaction.atomic(durable=True):
        building = _locked(building_id, by)
        if Household.objects.open().filter(home__building=building).exists():
            raise IllegalState("楼内还有登记的住户，请先办理迁移。")
        building.removed_on = day_of(on, today=today_of(now), label="拆除日期", field="on")
        building.save(update_fields=["removed_on"])
        record("building.remove", building, by=by, now=now, after={"removed_on": str(on)})
    return building


def home_of(*, building_id: int, entrance: str, room: str, by: Actor) -> Home:
    """The home of this number in the caller's transaction, put on record when it is new."""
    building = Building.objects.visible_to(by).filter(pk=building_id, removed_on=None).first()
    if building is None:
        raise NotFound("没有找到这栋楼，或不在您的管辖范围内。", field="building")
    entrance = text_of(entrance, label="单元", field="entrance", most=ENTRANCE_MOST)
    room = text_of(room, label="房号", field="room", most=ROOM_MOST, least=1)
    return Home.objects.get_or_create(building=building, entrance=entrance, room=room)[0]


def add_homes(*, building_id: int, entrances: int, floors: int, per_floor: int, by: Actor, now: datetime) -> int:
    """Put all homes of an ordinary building on record, 1单元101 … 4单元602; how many were new.

    `entrances` 0: without 单元. Raises InvalidInput naming the field.
    """
    require(by)
    asked = {"entrances": entrances, "floors": floors, "per_floor": per_floor}
    for name, (label, least, most) in _MEASURES.items():
        if not least <= asked[name] <= most:
            raise InvalidInput(f"{label}应在 {least} 到 {most} 之间。", field=name)
    with transaction.atomic(durable=True):
        building = _locked(building_id, by)
        names = [f"{number + 1}单元" for number in range(entrances)] or [""]
        known = set(building.homes.values_list("entrance", "room"))
        rooms = [f"{floor + 1}{number + 1:02d}" for floor in range(floors) for number in range(per_floor)]
        new = [(name, room) for name in names for room in rooms if (name, room) not in known]
        if not new:
            raise IllegalState("这些房屋都已登记，无需补建。")
        Home.objects.bulk_create(Home(building=building, entrance=name, room=room) for name, room in new)
        record("building.homes", building, by=by, now=now, after={"homes": len(new)})
    return len(new)


def remove_home(*, home_id: int, by: Actor, now: datetime) -> Building:
    """Take a home off that was put on record by mistake. Raises IllegalState where somebody lives, or has lived."""
    require(by)
    with transaction.atomic(durable=True):
        home = Home.objects.filter(pk=home_id, building__in=Building.objects.visible_to(by)).first()
        if home is None:
            raise NotFound("没有找到这套房屋，或不在您的管辖范围内。")
        building = _locked(home.building_id, by)
        if home.households.exists():
            raise IllegalState("这套房屋登记过住户，不能删除。")
        after = {"room": f"{home.entrance}{home.room}"}
        home.delete()
        record("building.home_removed", building, by=by, now=now, before=after, after={"room": ""})
    return building


def _locked(building_id: int, by: Actor) -> Building:
    rows = Building.objects.visible_to(by).select_for_update(of=("self",))
    building: Building | None = rows.filter(pk=building_id, removed_on=None).first()
    if building is None:
        raise NotFound("没有找到这栋楼，或已拆除，或不在您的管辖范围内。")
    return building


def _set(building: Building, facts: BuildingFacts, by: Actor) -> None:
    for name, value in place_in(facts.unit_id, by).items():
        setattr(building, name, value)
    building.name = text_of(facts.name, label="楼栋名称", field="name", most=64, least=1)
    building.address = text_of(facts.address, label="地址", field="address", most=200)
    if (facts.lon is None) != (facts.lat is None):
        raise InvalidInput("经度和纬度要么都填，要么都不填。", field="lon")
    if facts.lon is not None and facts.lat is not None and not (abs(facts.lon) <= 180 and abs(facts.lat) <= 90):
        raise InvalidInput("经纬度不正确，请在地图上重新选点。", field="lon")
    building.lon, building.lat = facts.lon, facts.lat
    for name, label, most in (("entrances", "单元数", 99), ("floors", "层数", 200)):
        value = getattr(facts, name)
        if not 0 <= value <= most:
            raise InvalidInput(f"{label}应在 0 到 {most} 之间。", field=name)
        setattr(building, name, value)


def _take_along(building: Building, by: Actor, now: datetime) -> None:
    """Persons before households, as everywhere."""
    place = place_of(building)
    households = Household.objects.open().filter(home__building=building)
    people = Person.objects.filter(state="here", stays__until_on=None, stays__household__in=households)
    held = list(people.order_by("pk").select_for_update(of=("self",)).defer("search"))
    Person.objects.filter(pk__in=[one.pk for one in held]).update(**place, changed_at=now, revision=F("revision") + 1)
    households.update(**place, revision=F("revision") + 1)
    for person in held:
        before = place_of(person)
        for name, value in place.items():
            setattr(person, name, value)
        registry.person_moved(person=person, before=before, by=by, now=now)


def _save(building: Building) -> None:
    try:
        with transaction.atomic():
            building.save()
    except IntegrityError as error:
        raise InvalidInput("本社区已有同名的楼栋，请核对。", field="name") from error


def _facts(building: Building) -> dict[str, object]:
    names = ("name", "address", "lon", "lat", "entrances", "floors", "community_id", "grid_id")
    return {name: getattr(building, name) for name in names}
