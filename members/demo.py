"""People of the demo: buildings, households and their members, all invented; the same ones each time.

A whole city district is written in one go, so rows are plain values for PostgreSQL's COPY.
"""

from __future__ import annotations

import random
import uuid
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, groupby
from typing import Any

from django.db import transaction
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from governance import privacy, search
from governance.copying import copy_rows, new_keys
from governance.scope import PLACE
from grids.geometry import from_wkb
from grids.models import Boundary, Unit
from grids.names import initials_of
from members import identity
from members.models import Building, Home, Household, Person, Stay

GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文海春梅雪峰宇浩欣怡晨博子涵梓萱"
# What parents of a time called their children: born before, men's names, women's names.
NAMES = (
    (1968, "建国 建华 国强 志强 德才 福生 玉林 长海 永庆 守义 文斌 振东 凤山 立新 卫东 国栋 庆祥 广财 忠诚 连生",
     "秀兰 桂英 淑珍 玉梅 凤英 桂芝 淑芬 玉兰 秀云 丽华 凤霞 淑琴 桂荣 亚芹 淑清 玉芝 秀英 艳华 丽君 素梅"),
    (1990, "伟 强 磊 军 勇 涛 明 刚 鹏 海涛 志刚 晓东 立军 庆伟 洪涛 春雷 彦斌 大勇 永刚 宏伟 金龙 海峰 旭东",
     "静 丽 敏 娟 艳 霞 红梅 雪梅 春艳 丽娜 海燕 晓红 冬梅 玉红 丽丽 秀娟 春梅 晶 颖 宏 立新 文慧 海霞"),
    (2100, "浩然 子轩 宇航 博文 俊杰 一鸣 天宇 泽宇 梓豪 嘉诚 明轩 皓宇 睿 晨 昊 宇 奕辰 铭泽 家乐 思源",
     "梓萱 欣怡 子涵 雨桐 诗涵 佳怡 梦瑶 思琪 雨欣 可馨 一诺 若曦 语嫣 婉婷 晓萱 佳琪 悦 琳 欣 桐"),
)  # fmt: skip
ESTATES = ("幸福里", "阳光家园", "景园", "丽水华城", "银杏苑", "龙南小区", "创业新村", "乘风家园", "康乐小区", "悦园")
STREETS = ("中央大街", "西宾路", "远望路", "铁人大道", "会战大街", "昆仑路", "学伟大街", "乘风大街")
EMPLOYERS = ("第一采油厂", "第三采油厂", "井下作业分公司", "油田热电厂", "钻探工程公司", "市第四医院", "区第二十八中学")
# The province of every invented identity number: there is none of that code, so no number is anybody's.
PROVINCE = "99"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ENTRANCES, FLOORS = 4, 6
# Of all people: who has died, who has moved away, and who was put on record a second time without a number.
DIED, LEFT, TWICE = 0.006, 0.01, 0.0008
# How many people come out of it for each household, on an average.
PER_HOUSEHOLD = 2.54
_BUILDING = ("id", *PLACE, "name", "address", "lon", "lat", "entrances", "floors")
_HOME = ("id", "building_id", "entrance", "room")
_HOUSEHOLD = ("id", *PLACE, "home_id", "address", "kind", "head_name", "size", "made_at", "revision")
_PERSON = (
    "id", *PLACE, "name", "initials", "gender", "born_on", "seal_key", "identity_sealed", "identity_index",
    "identity_masked", "phone_sealed", "phone_index", "phone_masked", "residence", "employer", "notes", "state",
    "left_on", "left_to", "search", "made_at", "changed_at", "revision",
)  # fmt: skip
_STAY = ("person_id", "household_id", "relation", "from_on", "until_on", "ended_how", "words")

# What a sealed number is bound to is read off a person. One that lends its key to each costs a tenth of making them.
_BOUND = Person()

Row = list[Any]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all grids share."""

    households: int
    surnames: str
    shares: list[float]
    now: datetime
    figures: dict[int, BaseGeometry]
    # The middle digits of the identity numbers of a grid's people: no two grids share them.
    regions: dict[int, str]


@dataclass(slots=True)
class _Rows:
    """What one community writes. Keys are counted here from 0; those of the database are put in when it is written."""

    buildings: list[Row] = field(default_factory=list)
    homes: list[Row] = field(default_factory=list)
    households: list[Row] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    stays: list[Row] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Figure:
    """Somebody before they are a row."""

    name: str
    gender: str
    born_on: date
    relation: str
    since: date
    state: str = "here"
    gone_on: date | None = None


def fill(
    *, households_per_grid: int, surnames: str, now: datetime, progress: Callable[[int], Any] = lambda n: None
) -> None:
    """Put households with their members into every open grid that has no building yet; one transaction a community."""
    done = set(Building.objects.values_list("grid_id", flat=True))
    grids = Unit.objects.open().filter(kind="grid").exclude(pk__in=done).order_by("code")
    scene = _Scene(households_per_grid, surnames, _shares(surnames), now, _figures(), _regions())
    for _, members in groupby(grids, key=lambda grid: grid.community_id):
        rows = _Rows()
        for grid in members:
            _fill_grid(rows, grid, scene)
        with transaction.atomic(durable=True):
            _write(rows)
        progress(len(rows.people))


def _shares(surnames: str) -> list[float]:
    """Some surnames are every fourteenth person's, most are rare."""
    return list(accumulate(1 / (place + 4) for place in range(len(surnames))))


def _figures() -> dict[int, BaseGeometry]:
    rows = Boundary.objects.current().filter(unit__kind="grid").values_list("unit_id", "geometry")
    return {unit_id: from_wkb(wkb) for unit_id, wkb in rows}


def _regions() -> dict[int, str]:
    grids = Unit.objects.filter(kind="grid").order_by("code").values_list("pk", flat=True)
    return {pk: f"{place % 10_000:04d}" for place, pk in enumerate(grids)}


# What stands in a grid ----------------------------------------------------------------------------------------------


def _fill_grid(rows: _Rows, grid: Unit, scene: _Scene) -> None:
    rng = random.Random(f"people-{grid.code}")
    place = [grid.district_id, grid.street_id, grid.community_id, grid.pk]
    per_building = ENTRANCES * FLOORS * 2
    first = len(rows.buildings)
    estate = f"{rng.choice(ESTATES)}{grid.code[-3:].lstrip('0')}"
    road = f"{rng.choice(STREETS)} {rng.randint(1, 280)} 号"
    for number in range(-(-scene.households // per_building)):
        point = _point_in(scene.figures.get(grid.pk), rng)
        rows.buildings.append(
            [len(rows.buildings), *place, f"{estate}-{number + 1}号楼", road, *point, ENTRANCES, FLOORS]
        )
    for number in range(scene.households):
        _household(rows, first + number // per_building, number % per_building, place, rng, scene)


def _point_in(figure: BaseGeometry | None, rng: random.Random) -> tuple[float | None, float | None]:
    """A point of the grid, not at its very edge; none where it has no boundary."""
    if figure is None:
        return None, None
    west, south, east, north = figure.bounds
    middle = figure.representative_point()
    for _ in range(20):
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if figure.contains(point):
            return round(point.x * 0.8 + middle.x * 0.2, 6), round(point.y * 0.8 + middle.y * 0.2, 6)
    return round(middle.x, 6), round(middle.y, 6)


def _household(rows: _Rows, building: int, slot: int, place: list[Any], rng: random.Random, scene: _Scene) -> None:
    entrance, rest = divmod(slot, FLOORS * 2)
    rows.homes.append([len(rows.homes), building, f"{entrance + 1}单元", f"{rest // 2 + 1}0{rest % 2 + 1}"])
    kind = rng.choices(("owner", "tenant"), (9, 1))[0]
    key, today = len(rows.households), scene.now.date()
    family = list(_family(rng, scene, today))
    for member in family:
        _put(rows, member, key, place, kind, rng, scene)
    if rng.random() < TWICE * len(family):
        _put(rows, family[0], None, place, kind, rng, scene, again=True)
    living = [member for member in family if member.state == "here"]
    head = living[0].name if living else ""
    rows.households.append([key, *place, len(rows.homes) - 1, "", kind, head, len(living), scene.now, 1])


# Who lives there ----------------------------------------------------------------------------------------------------


def _family(rng: random.Random, scene: _Scene, today: date) -> Iterator[_Figure]:
    """One to five people: alone, a couple, with children, with a parent. Whoever is head is here."""
    born = today - timedelta(days=rng.randint(24 * 365, 84 * 365))
    gender, surname = rng.choice("mf"), _surname(rng, scene)
    yield _figure("head", born, gender, surname, rng, today)
    old = (today - born).days > 68 * 365
    if rng.random() < (0.3 if old else 0.12):
        return
    other = "f" if gender == "m" else "m"
    spouse_surname = _surname(rng, scene)
    spouse = _figure("spouse", born + timedelta(days=rng.randint(-1500, 1500)), other, spouse_surname, rng, today)
    yield _gone(spouse, rng, today) if old else spouse
    for _ in range(rng.choices((0, 1, 2), (4, 6, 2))[0]):
        child = born + timedelta(days=rng.randint(22 * 365, 34 * 365))
        if child < today:
            father = surname if gender == "m" else spouse_surname
            yield _gone(_figure("child", child, rng.choice("mf"), father, rng, today), rng, today)
    if not old and rng.random() < 0.1:
        parent = born - timedelta(days=rng.randint(23 * 365, 32 * 365))
        yield _gone(_figure("parent", parent, "f", _surname(rng, scene), rng, today), rng, today)


def _surname(rng: random.Random, scene: _Scene) -> str:
    return scene.surnames[bisect_left(scene.shares, rng.random() * scene.shares[-1])]


def _figure(relation: str, born: date, gender: str, surname: str, rng: random.Random, today: date) -> _Figure:
    men, women = next((men, women) for before, men, women in _generations() if born.year < before)
    since = max(born, today - timedelta(days=rng.randint(200, 6000)))
    return _Figure(surname + rng.choice(men if gender == "m" else women), gender, born, relation, since)


@lru_cache(maxsize=1)
def _generations() -> list[tuple[int, list[str], list[str]]]:
    return [(before, men.split(), women.split()) for before, men, women in NAMES]


def _gone(member: _Figure, rng: random.Random, today: date) -> _Figure:
    """Some have died, some have moved away: they stay on record."""
    chance, age = rng.random(), (today - member.born_on).days // 365
    if chance < (DIED * 4 if age > 70 else 0):
        member.state = "dead"
    elif chance < LEFT * 2 and 18 < age < 70:
        member.state = "left"
    if member.state != "here":
        member.gone_on = max(member.since, today - timedelta(days=rng.randint(5, 700)))
    return member


def _put(
    rows: _Rows, member: _Figure, household: int | None, place: list[Any], kind: str, rng: random.Random,
    scene: _Scene, *, again: bool = False,
) -> None:  # fmt: skip
    """A row of the person and one of the stay. `again`: a second record, without an identity number and a home."""
    key, seal_key = len(rows.people), uuid.UUID(int=rng.getrandbits(128), version=4)
    number = "" if again else _number(rows, scene.regions[place[-1]], member, rng)
    phone = f"1{rng.choice('3578')}{rng.randrange(10**9):09d}" if rng.random() < 0.9 else ""
    initials = _initials(member.name)
    age = (scene.now.date() - member.born_on).days // 365
    rows.people.append([
        key, *place, member.name, initials, member.gender, member.born_on, seal_key,
        *_sealed("identity", number, seal_key), *_sealed("phone", phone, seal_key),
        "floating" if kind == "tenant" else "registered", rng.choice(EMPLOYERS) if 25 < age < 60 else "", "",
        member.state, member.gone_on, "哈尔滨市" if member.state == "left" else "",
        search.lexemes(member.name, initials), scene.now, scene.now, 1,
    ])  # fmt: skip
    if household is not None:
        how = {"here": "", "left": "moved", "dead": "died"}[member.state]
        rows.stays.append([key, household, member.relation, member.since, member.gone_on, how, ""])


def _initials(name: str) -> str:
    return "".join(_initial(character) for character in name)


@lru_cache(maxsize=1024)
def _initial(character: str) -> str:
    return initials_of(character)


def _sealed(kind: str, number: str, seal_key: uuid.UUID) -> tuple[str, str, str]:
    """Sealed, to be found by, and as it is shown."""
    if not number:
        return "", "", ""
    _BOUND.seal_key = seal_key
    if kind == "identity":
        context, masked = identity.identity_context(_BOUND), privacy.mask_identity(number)
    else:
        context, masked = identity.phone_context(_BOUND), privacy.mask_phone(number)
    return privacy.seal(number, context=context), privacy.blind_index(kind, number), masked


def _number(rows: _Rows, region: str, member: _Figure, rng: random.Random) -> str:
    """A valid number of nobody that no other of the demo has."""
    while True:
        serial = rng.randrange(499) * 2 + (1 if member.gender == "m" else 2)
        digits = f"{PROVINCE}{region}{member.born_on:%Y%m%d}{serial:03d}"
        number = digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]
        if number not in rows.numbers:
            rows.numbers.add(number)
            return number


# Into the database --------------------------------------------------------------------------------------------------


def _write(rows: _Rows) -> None:
    buildings = _keyed(Building, rows.buildings)
    _refer(rows.homes, _HOME.index("building_id"), buildings)
    homes = _keyed(Home, rows.homes)
    _refer(rows.households, _HOUSEHOLD.index("home_id"), homes)
    households = _keyed(Household, rows.households)
    people = _keyed(Person, rows.people)
    _refer(rows.stays, _STAY.index("person_id"), people)
    _refer(rows.stays, _STAY.index("household_id"), households)
    for model, fields, written in (
        (Building, _BUILDING, rows.buildings), (Home, _HOME, rows.homes), (Household, _HOUSEHOLD, rows.households),
        (Person, _PERSON, rows.people), (Stay, _STAY, rows.stays),
    ):  # fmt: skip
        copy_rows(model, fields, written)


def _keyed(model: type[Any], rows: list[Row]) -> list[int]:
    """Give each row a key of the database; the keys by the rows' own numbers."""
    keys = new_keys(model, len(rows))
    for row, key in zip(rows, keys, strict=True):
        row[0] = key
    return keys


def _refer(rows: Iterable[Row], column: int, keys: list[int]) -> None:
    for row in rows:
        row[column] = keys[row[column]]
