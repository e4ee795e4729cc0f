"""People of the demo: buildings, households and their members, all invented; the same ones each time."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from grids.models import Unit
from members import identity
from members.models import Building, Home, Household, Person, Stay

GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文海春梅雪峰宇浩欣怡晨博子涵梓萱"
STREETS = ("幸福里", "阳光家园", "景园", "丽水华城", "银杏苑", "龙南小区", "创业新村", "乘风家园", "康乐小区", "悦园")
# The province of every invented identity number: there is none of that code, so no number is anybody's.
PROVINCE = "99"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ENTRANCES, FLOORS = 4, 6


@dataclass
class _Rows:
    """What one grid writes; children refer to their household by object until it has a key."""

    homes: list[Home]
    households: list[Household]
    people: list[Person]
    stays: list[Stay]


def fill(
    *, households_per_grid: int, surnames: str, now: datetime, progress: Callable[[int], Any] = lambda n: None
) -> None:
    """Put households with their members into every open grid that has no building yet; one transaction a grid."""
    done = set(Building.objects.values_list("grid_id", flat=True))
    grids = Unit.objects.open().filter(kind="grid").exclude(pk__in=done).order_by("code")
    for grid in grids:
        with transaction.atomic(durable=True):
            progress(_fill_grid(grid, households_per_grid, surnames, now))


def _fill_grid(grid: Unit, count: int, surnames: str, now: datetime) -> int:
    rng = random.Random(f"people-{grid.code}")
    per_building = ENTRANCES * FLOORS * 2
    place = {"district_id": grid.district_id, "street_id": grid.street_id, "community_id": grid.community_id}
    made = Building.objects.bulk_create(
        Building(
            name=f"{rng.choice(STREETS)}{grid.code[-3:].lstrip('0')}-{number + 1}号楼", grid_id=grid.pk,
            entrances=ENTRANCES, floors=FLOORS, **place,
        )
        for number in range(-(-count // per_building))
    )  # fmt: skip
    rows = _Rows([], [], [], [])
    for number in range(count):
        building = made[number // per_building]
        _household(rows, building, number % per_building, rng, surnames, now)
    _write(rows)
    return len(rows.people)


def _household(rows: _Rows, building: Building, slot: int, rng: random.Random, surnames: str, now: datetime) -> None:
    entrance, rest = divmod(slot, FLOORS * 2)
    home = Home(building=building, entrance=f"{entrance + 1}单元", room=f"{rest // 2 + 1}0{rest % 2 + 1}")
    place = {name: getattr(building, name) for name in ("district_id", "street_id", "community_id", "grid_id")}
    household = Household(home=home, kind=rng.choices(("owner", "tenant"), (9, 1))[0], made_at=now, **place)
    for relation, born, gender in _family(rng, now.date()):
        person = _person(relation, born, gender, household, rng, surnames, now)
        rows.people.append(person)
        since = max(born, now.date() - timedelta(days=rng.randint(200, 6000)))
        rows.stays.append(Stay(person=person, household=household, relation=relation, from_on=since))
        household.size += 1
        if relation == "head":
            household.head_name = person.name
    rows.homes.append(home)
    rows.households.append(household)


def _family(rng: random.Random, today: date) -> Iterator[tuple[str, date, str]]:
    """One to four people: alone, a couple, with children, with a parent."""
    born = today - timedelta(days=rng.randint(24 * 365, 82 * 365))
    gender = rng.choice("mf")
    yield "head", born, gender
    if rng.random() < 0.2:
        return
    yield "spouse", born + timedelta(days=rng.randint(-1500, 1500)), "f" if gender == "m" else "m"
    for _ in range(rng.choices((0, 1, 2), (4, 5, 1))[0]):
        child = born + timedelta(days=rng.randint(22 * 365, 34 * 365))
        if child < today:
            yield "child", child, rng.choice("mf")


def _person(
    relation: str, born: date, gender: str, household: Household, rng: random.Random, surnames: str, now: datetime
) -> Person:
    surname = household.head_name[:1] if relation == "child" else rng.choice(surnames)
    person = Person(
        seal_key=uuid.UUID(int=rng.getrandbits(128), version=4), made_at=now, changed_at=now,
        residence="floating" if household.kind == "tenant" else "registered",
        **{name: getattr(household, name) for name in ("district_id", "street_id", "community_id", "grid_id")},
    )  # fmt: skip
    identity.set_name(person, surname + "".join(rng.sample(GIVEN, rng.choice((1, 2)))))
    serial = rng.randrange(499) * 2 + (1 if gender == "m" else 2)
    identity.set_identity(person, _number(born, serial, rng))
    if rng.random() < 0.9:
        identity.set_phone(person, f"1{rng.choice('3578')}{rng.randrange(10**9):09d}")
    return person


def _number(born: date, serial: int, rng: random.Random) -> str:
    digits = f"{PROVINCE}{rng.randrange(10_000):04d}{born:%Y%m%d}{serial:03d}"
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]


def _write(rows: _Rows) -> None:
    Home.objects.bulk_create(rows.homes)
    Household.objects.bulk_create(rows.households)
    Person.objects.bulk_create(rows.people)
    Stay.objects.bulk_create(rows.stays)
