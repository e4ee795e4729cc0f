"""Row by row: whom it means, whether it may, and what of the record it changes. Nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from governance.errors import DomainError, IllegalState, InvalidInput
from governance.sheets.declare import CHANGED, NEW, SAME, Row, Verdict
from members.models import Building, Home, Household, Person, Stay
from members.services.households import where
from members.sheets.lookups import Known
from members.sheets.wanted import Context, HomeKey, Wanted, plain

# Texts that a row corrects as they stand; all else has rules of its own.
_TEXTS = ("gender", "born_on", "residence", "employer", "notes")


@dataclass(slots=True)
class Joining:
    """That a person, new or known, joins a household."""

    wanted: Wanted
    household: Household
    person: Person | None = None


@dataclass(slots=True)
class Change:
    """What a row corrects of a person who is here."""

    person: Person
    wanted: Wanted
    values: dict[str, Any] = field(default_factory=dict)
    stay: Stay | None = None
    stay_values: dict[str, Any] = field(default_factory=dict)
    kind_of: Household | None = None

    def __bool__(self) -> bool:
        return bool(self.values or self.stay_values or self.kind_of is not None)


@dataclass(slots=True)
class Plan:
    """What a batch writes: new things first, as the later ones stand on them."""

    buildings: dict[str, Building] = field(default_factory=dict)
    homes: dict[HomeKey, Home] = field(default_factory=dict)
    households: dict[HomeKey, Household] = field(default_factory=dict)
    joinings: list[Joining] = field(default_factory=list)
    alone: list[Wanted] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


class Judge:
    """The rows of one batch, in order."""

    def __init__(self, context: Context, known: Known) -> None:
        self.context, self.known, self.plan = context, known, Plan()
        # Who is meant by an earlier row of the batch: nobody is meant twice.
        self._meant: dict[int, int] = {}

    def judge(self, rows: Sequence[Row[Wanted]]) -> list[Verdict]:
        """One verdict a row."""
        return [self._judged(row) for row in rows]

    def _judged(self, row: Row[Wanted]) -> Verdict:
        try:
            return Verdict(self._take(row.number, row.value))
        except DomainError as refusal:
            return Verdict.refused(refusal)

    def _take(self, number: int, wanted: Wanted) -> str:
        self._refuse_twice(number, wanted)
        self._refuse_broken(number, wanted)
        household = self._household(wanted)
        person = self._match(wanted, household)
        if person is not None and self._meant.setdefault(person.pk, number) != number:
            raise InvalidInput(f"与第 {self._meant[person.pk]} 行是同一个人，请只填一行。", field="name")
        if person is None:
            return self._add(number, wanted, household)
        return self._correct(number, wanted, person, household)

    # The file itself --------------------------------------------------------------------------------------------------

    def _refuse_twice(self, number: int, wanted: Wanted) -> None:
        for key in wanted.keys:
            first = self.context.seen.setdefault(key, number)
            if first != number:
                field_name = "identity" if key[0] == "identity" else "name"
                what = "身份证号相同" if key[0] == "identity" else "是同一个人"
                raise InvalidInput(f"与第 {first} 行{what}，请只填一行。", field=field_name)

    def _refuse_broken(self, number: int, wanted: Wanted) -> None:
        first = self.context.broken.get(wanted.home) if wanted.home else None
        if first is not None and first < number:
            raise IllegalState(f"这一户的户主（第 {first} 行）没有导入，请改好后一起上传。", field="relation")

    # Whom it means ----------------------------------------------------------------------------------------------------

    def _match(self, wanted: Wanted, household: Household | None) -> Person | None:
        if wanted.identity_index and (person := self.known.by_identity.get(wanted.identity_index)):
            return self._of_here(person)
        if wanted.phone_index and (
            found := self._fitting(self.known.by_phone[wanted.phone_index, wanted.name], wanted)
        ):
            return _only(found, "同名同电话")
        if household is not None and household.pk:
            near = [one for one in self.known.living[household.pk] if one.name == wanted.name]
        elif wanted.home is None:
            near = self.known.homeless[wanted.name]
        else:
            return None
        found = [one for one in self._fitting(near, wanted) if _same_day(one.born_on, wanted.born_on)]
        return _only(found, "同名") if found else None

    def _of_here(self, person: Person) -> Person:
        if person.community_id != self.context.place["community_id"]:
            name = person.community.name
            raise IllegalState(f"已登记在{name}，如已迁来请办理“凭证件迁入”。", field="identity")
        if person.state == "left":
            raise IllegalState("登记为已迁出，回来居住的请办理“凭证件迁入”。", field="identity")
        if person.state != "here":
            raise IllegalState(f"登记为{person.get_state_display()}，不能再修改，请核对。", field="identity")
        return person

    @staticmethod
    def _fitting(found: Sequence[Person], wanted: Wanted) -> list[Person]:
        """Two identity numbers are two people."""
        return [one for one in found if not (one.identity_index and wanted.identity_index)]

    # Where ------------------------------------------------------------------------------------------------------------

    def _household(self, wanted: Wanted) -> Household | None:
        """The household on record, or planned by an earlier row, that lives there."""
        if wanted.home is None:
            return None
        self._check_grid(wanted)
        if wanted.home in self.plan.households:
            return self.plan.households[wanted.home]
        found = self.known.households.get(wanted.home, [])
        if len(found) > 1:
            # Of several in one home: where the person lives, else whose head it is, else the first.
            lives = self._lives(wanted)
            found = [one for one in found if one.pk == lives] or [
                one for one in found if wanted.relation == "head" and one.head_name == wanted.name
            ] or found  # fmt: skip
        return found[0] if found else None

    def _lives(self, wanted: Wanted) -> int | None:
        person = self.known.by_identity.get(wanted.identity_index) if wanted.identity_index else None
        if person is None and wanted.phone_index:
            person = next(iter(self.known.by_phone[wanted.phone_index, wanted.name]), None)
        stay = self.known.stays.get(person.pk) if person else None
        return stay.household_id if stay else None

    def _check_grid(self, wanted: Wanted) -> None:
        if not wanted.building or wanted.grid_id is None:
            return
        key = plain(wanted.building)
        building = self.known.buildings.get(key) or self.plan.buildings.get(key)
        grid = building.grid_id if building else self.context.planned_grids.get(key, wanted.grid_id)
        if grid != wanted.grid_id:
            told = "登记在另一个网格" if grid else "还没有划入网格"
            raise IllegalState(f"“{wanted.building}”{told}，请核对；所属网格可以留空，以楼栋为准。", field="unit")

    def _new_household(self, wanted: Wanted) -> Household:
        """Planned, with its home and building where those are new."""
        household = Household(kind=wanted.kind or "owner", made_at=self.context.now, address=wanted.address)
        place = self.context.place | {"grid_id": wanted.grid_id}
        if wanted.building and wanted.home:
            building = self._building(wanted)
            home = self.known.homes.get(wanted.home) or Home(
                building=building, entrance=wanted.entrance, room=wanted.room
            )
            if home.pk is None:
                self.plan.homes[wanted.home] = home
            household.home = home
            place = {name: getattr(building, name) for name in place}
        for name, value in place.items():
            setattr(household, name, value)
        self.plan.households[wanted.home] = household  # type: ignore[index]
        return household

    def _building(self, wanted: Wanted) -> Building:
        key = plain(wanted.building)
        if found := self.known.buildings.get(key) or self.plan.buildings.get(key):
            return found
        grid = self.context.planned_grids.setdefault(key, wanted.grid_id)
        place = self.context.place | {"grid_id": grid}
        self.plan.buildings[key] = made = Building(name=wanted.building, **place)
        self.context.new_buildings.setdefault(key, wanted.building)
        return made

    # What it does -----------------------------------------------------------------------------------------------------

    def _add(self, number: int, wanted: Wanted, household: Household | None) -> str:
        if wanted.home is None:
            if wanted.relation or wanted.from_on:
                said = "与户主关系" if wanted.relation else "入户日期"
                raise InvalidInput(f"填了{said}的，请填写楼栋房号或住址。", field="building")
            self.plan.alone.append(wanted)
            return NEW
        if not wanted.relation:
            raise InvalidInput("请填写与户主关系，户主本人填“户主”。", field="relation")
        self._one_head(number, wanted, household, None)
        self._join(wanted, household, None)
        return NEW

    def _one_head(self, number: int, wanted: Wanted, household: Household | None, person: Person | None) -> None:
        """A household has one head: the one on record, or the first that the file names."""
        if wanted.relation != "head" or wanted.home is None:
            return
        head = self.known.heads.get(household.pk) if household is not None and household.pk else None
        if head is not None and (person is None or head.pk != person.pk):
            self.context.broken.setdefault(wanted.home, number)
            raise IllegalState(
                f"这一户已登记户主{head.name}。变更户主请在住户页面办理；不是同一户的请核对房号。", field="relation"
            )
        first = self.context.heads.setdefault(wanted.home, number)
        if first != number:
            self.context.broken.setdefault(wanted.home, number)
            raise IllegalState(f"第 {first} 行已填为这一户的户主，请改填与户主的关系，或核对房号。", field="relation")

    def _join(self, wanted: Wanted, household: Household | None, person: Person | None) -> None:
        into = household or self._new_household(wanted)
        if wanted.kind and wanted.relation == "head":
            into.kind = wanted.kind
        self.plan.joinings.append(Joining(wanted, into, person))

    def _correct(self, number: int, wanted: Wanted, person: Person, household: Household | None) -> str:
        change = Change(person, wanted)
        self._facts(change)
        joins = self._stay(number, change, household)
        if change:
            self.plan.changes.append(change)
        if joins:
            self._join(wanted, household, person)
        elif change.kind_of is not None:
            change.kind_of.kind = wanted.kind
        return CHANGED if change or joins else SAME

    def _facts(self, change: Change) -> None:
        person, wanted = change.person, change.wanted
        if wanted.name != person.name:
            change.values["name"] = wanted.name
        for name in _TEXTS:
            value = getattr(wanted, name)
            if value and value != getattr(person, name):
                change.values[name] = value
        for name in ("identity", "phone"):
            index = getattr(wanted, f"{name}_index")
            if index and index != getattr(person, f"{name}_index"):
                change.values[name] = getattr(wanted, name)
        if person.identity_index and not wanted.identity_index:
            self._agree(change)
        elif "identity" in change.values:
            self._agree_before(change)

    @staticmethod
    def _agree(change: Change) -> None:
        """The identity number on record must not be contradicted; birth date and sex follow it."""
        if "born_on" in change.values:
            raise InvalidInput("出生日期与已登记的身份证号不一致，请核对。", field="born_on")
        if "gender" in change.values:
            raise InvalidInput("性别与已登记的身份证号不一致，请核对。", field="gender")

    @staticmethod
    def _agree_before(change: Change) -> None:
        """A number that comes to a record with a birth date: identity.py refuses where they differ."""
        born_on, gender = change.person.born_on, change.person.gender
        if born_on not in {None, change.wanted.born_on}:
            raise InvalidInput("身份证号与已登记的出生日期不一致，请核对是否同一个人。", field="identity")
        if gender not in {"", change.wanted.gender}:
            raise InvalidInput("身份证号与已登记的性别不一致，请核对是否同一个人。", field="identity")

    def _stay(self, number: int, change: Change, household: Household | None) -> bool:
        """Whether the person joins a household by this row; what it corrects of the present stay is in the change."""
        wanted, person = change.wanted, change.person
        stay = self.known.stays.get(person.pk)
        if wanted.home is None:
            self._no_home(change, stay)
            return False
        if stay is None:
            if not wanted.relation:
                raise InvalidInput("请填写与户主关系，户主本人填“户主”。", field="relation")
            self._after_last(person, wanted.from_on or self.context.today)
            self._one_head(number, wanted, household, person)
            return True
        if household is None or stay.household_id != household.pk:
            at = where(stay.household)
            field_name = "building" if wanted.building else "address"
            raise IllegalState(f"登记在{at}，搬家请在居民所在住户办理迁移；没有搬家的请核对。", field=field_name)
        self._correct_stay(number, change, stay, household)
        return False

    def _no_home(self, change: Change, stay: Stay | None) -> None:
        wanted, change.stay = change.wanted, stay
        if stay is not None:
            if (wanted.relation and wanted.relation != stay.relation) or wanted.from_on not in {None, stay.from_on}:
                raise InvalidInput("修改与户主关系或入户日期，请填写楼栋房号或住址。", field="building")
            return
        if wanted.relation or wanted.from_on:
            raise InvalidInput("填了与户主关系或入户日期的，请填写楼栋房号或住址。", field="building")
        if wanted.grid_id is not None and wanted.grid_id != change.person.grid_id:
            change.values["grid_id"] = wanted.grid_id

    def _correct_stay(self, number: int, change: Change, stay: Stay, household: Household) -> None:
        wanted = change.wanted
        if wanted.relation and wanted.relation != stay.relation:
            if stay.relation == "head":
                raise IllegalState("登记为户主，变更户主请在住户页面办理。", field="relation")
            change.stay_values["relation"] = wanted.relation
        if wanted.from_on and wanted.from_on != stay.from_on:
            self._after_last(change.person, wanted.from_on)
            change.stay_values["from_on"] = wanted.from_on
        if wanted.kind and wanted.kind != household.kind and "head" in {wanted.relation, stay.relation}:
            change.kind_of = household
        change.stay = stay
        self._one_head(number, wanted, household, change.person)

    def _after_last(self, person: Person, on: date) -> None:
        last = self.known.ended.get(person.pk)
        if last is not None and on < last:
            raise InvalidInput(f"入户日期不能早于上一次离户（{last:%Y-%m-%d}）。", field="from_on")


def _same_day(one: date | None, other: date | None) -> bool:
    return one is None or other is None or one == other


def _only(found: Sequence[Person], what: str) -> Person:
    if len(found) > 1:
        raise IllegalState(
            f"{what}的档案有 {len(found)} 份，无法确定是哪一份，请填写身份证号，或先合并档案。", field="name"
        )
    return found[0]
