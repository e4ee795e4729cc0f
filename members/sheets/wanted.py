"""What a row of the people's sheet asks for, by the rules of the forms: words.py, identity.py, governance.privacy."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime

from governance import privacy
from governance.days import today_of
from governance.errors import InvalidInput
from governance.scope import Actor, UnitKind
from governance.sheets.cells import Cells
from members import identity
from members.models import GENDERS, RESIDENCES
from members.models.households import KINDS, RELATIONS
from members.sheets.columns import GENDER_WORDS, KIND_WORDS, RELATION_WORDS, RESIDENCE_WORDS, units_of
from members.words import day_of, name_of, text_of

# (building, entrance, room) or ("", "", address), each in the form by which they are compared.
HomeKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A row that can be read. "" and None say nothing, and leave alone what is known."""

    name: str
    identity: str
    identity_index: str
    phone: str
    phone_index: str
    gender: str
    born_on: date | None
    relation: str
    residence: str
    building: str
    entrance: str
    room: str
    address: str
    home: HomeKey | None
    grid_id: int | None
    kind: str
    from_on: date | None
    employer: str
    notes: str

    @property
    def keys(self) -> tuple[tuple[object, ...], ...]:
        """By what a second row of the same person is known."""
        if self.identity_index:
            return (("identity", self.identity_index),)
        return (("row", self.name, self.born_on, self.phone_index, self.home),)


@dataclass(slots=True)
class Context:
    """What all rows need, and what was seen of the file so far, by row number."""

    by: Actor
    now: datetime
    today: date
    place: dict[str, int | None]
    units: dict[str, list[int | None]]
    seen: dict[tuple[object, ...], int] = field(default_factory=dict)
    heads: dict[HomeKey, int] = field(default_factory=dict)
    broken: dict[HomeKey, int] = field(default_factory=dict)
    new_buildings: dict[str, str] = field(default_factory=dict)
    # Of a look: where a building that is not there yet would stand.
    planned_grids: dict[str, int | None] = field(default_factory=dict)

    @classmethod
    def of(cls, by: Actor, now: datetime) -> Context:
        """In one query."""
        units: dict[str, list[int | None]] = {}
        for unit in units_of(by):
            grid = unit.pk if unit.kind == UnitKind.GRID else None
            for word in {unit.code, unit.name, unit.short_name, f"{unit.code} {unit.name}"} - {""}:
                units.setdefault(plain(word), []).append(grid)
        place = {
            "district_id": by.district_id, "street_id": by.street_id, "community_id": by.community_id, "grid_id": None,
        }  # fmt: skip
        return cls(by, now, today_of(now), place, units)


def plain(text: str) -> str:
    """A text by which two ways of typing it are the same: half-width, without blanks, 3#楼 as 3号楼."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("#", "号").upper()


def home_key(building: str, entrance: str, room: str) -> HomeKey:
    """A home by its number, however it is typed: 2单元 and 2, 301室 and 301."""
    return plain(building), plain(entrance).removesuffix("单元"), plain(room).removesuffix("室")


def address_key(address: str) -> HomeKey:
    """A place without a building, by its address."""
    return "", "", plain(address)


def read_row(cells: Cells, context: Context) -> Wanted:
    """The row, or InvalidInput naming its column."""
    number = cells.number("identity")
    number = privacy.validate_identity(number) if number else ""
    phone = cells.number("phone")
    phone = privacy.validate_phone(phone) if phone else ""
    gender, born_on = _agreed(cells, number, context.today)
    building, entrance, room, address, home = _home(cells)
    return Wanted(
        name=name_of(cells.needed("name")), identity=number,
        identity_index=privacy.blind_index("identity", number) if number else "", phone=phone,
        phone_index=privacy.blind_index("phone", phone) if phone else "", gender=gender, born_on=born_on,
        relation=_word(cells, "relation", RELATION_WORDS, RELATIONS),
        residence=_word(cells, "residence", RESIDENCE_WORDS, RESIDENCES),
        building=building, entrance=entrance, room=room, address=address, home=home, grid_id=_grid(cells, context),
        kind=_word(cells, "kind", KIND_WORDS, KINDS),
        from_on=_day(cells, "from_on", context.today), employer=_text(cells, "employer", 100),
        notes=_text(cells, "notes", 500),
    )  # fmt: skip


def _agreed(cells: Cells, number: str, today: date) -> tuple[str, date | None]:
    """Sex and birth date: what the number says counts, and what stands beside it must not say otherwise."""
    gender = _word(cells, "gender", GENDER_WORDS, GENDERS)
    born_on = _day(cells, "born_on", today)
    if not number:
        return gender, born_on
    said_on, said = identity.born_on_of(number), identity.gender_of(number)
    if born_on not in {None, said_on}:
        raise InvalidInput("出生日期与身份证号不一致，请核对其中之一。", field="born_on")
    if gender not in {"", said}:
        raise InvalidInput("性别与身份证号不一致，请核对（第 17 位单数为男、双数为女）。", field="gender")
    return said, said_on


def _word(cells: Cells, key: str, words: dict[str, str], pairs: list[tuple[str, str]]) -> str:
    """What a word stands for; a refusal offers the platform's own words alone."""
    return cells.one_of(key, words, [label for _, label in pairs]) if cells[key] else ""


def _day(cells: Cells, key: str, today: date) -> date | None:
    found = cells.day(key)
    return day_of(found, today=today, label=cells.labels[key], field=key) if found else None


def _text(cells: Cells, key: str, most: int) -> str:
    return text_of(cells[key], label=cells.labels[key], field=key, most=most)


def _home(cells: Cells) -> tuple[str, str, str, str, HomeKey | None]:
    building, entrance, room = (_text(cells, key, 64) for key in ("building", "entrance", "room"))
    if building:
        if not room:
            raise InvalidInput("填了楼栋的，请填写房号。", field="room")
        return building, entrance, room, "", home_key(building, entrance, room)
    if address := _text(cells, "address", 200):
        if len(address) < 2:
            raise InvalidInput("请填写住址，不少于 2 个字。", field="address")
        return "", "", "", address, address_key(address)
    if entrance or room:
        raise InvalidInput("填了单元、房号的，请填写楼栋；没有楼栋的请填写住址。", field="building")
    return "", "", "", "", None


def _grid(cells: Cells, context: Context) -> int | None:
    if not (text := cells["unit"]):
        return None
    found = context.units.get(plain(text)) or context.units.get(plain(text.split()[0]), [])
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidInput(f"有 {len(found)} 个单位叫这个名称，请改填编码。", field="unit")
    raise InvalidInput("没有找到这个社区或网格，只能填本社区及其网格，请从下拉列表中选择。", field="unit")
